#include <string.h>
#include "strategy/strategy_registry.h"

/* In the order in which they are listed. */
#define STRATEGIES(X)                                                                              \
    X(sma_cross_long)                                                                              \
    X(sma_cross_long_short)                                                                        \
    X(sma_cross_bracket)                                                                           \
    X(rsi_mean_reversion)                                                                          \
    X(bollinger_breakout)                                                                          \
    X(ema_cross)                                                                                   \
    X(trend_following)                                                                             \
    X(mean_reversion)                                                                              \
    X(momentum)                                                                                    \
    X(rsi)                                                                                         \
    X(macd)                                                                                        \
    X(bollinger_bands)                                                                             \
    X(stochastic)                                                                                  \
    X(weighted)                                                                                    \
    X(grid)                                                                                        \
    X(dca)                                                                                         \
    X(market_making)                                                                               \
    X(avellaneda_stoikov)                                                                          \
    X(twap)                                                                                        \
    X(vwap)                                                                                        \
    X(pov)

#define X(name) extern const struct tw_strategy strategy_##name;
STRATEGIES(X)
#undef X

static const struct tw_strategy *const rows[] = {
#define X(name) &strategy_##name,
    STRATEGIES(X)
#undef X
};

const struct tw_strategy *strategy_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? rows[index] : NULL;
}

const struct tw_strategy *strategy_find(const char *name)
{
    for (size_t i = 0; strategy_at(i); i++)
        if (strcmp(rows[i]->name, name) == 0)
            return rows[i];
    return NULL;
}

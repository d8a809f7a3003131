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

#define BUILT_IN (sizeof rows / sizeof rows[0])

static const struct strategy_table *added; /* set by strategy_use(), before any engine */

static const struct tw_strategy *built_in(const char *name)
{
    for (size_t i = 0; i < BUILT_IN; i++)
        if (strcmp(rows[i]->name, name) == 0)
            return rows[i];
    return NULL;
}

enum err strategy_add(struct strategy_table *table, const struct tw_strategy *strategy)
{
    size_t at = 0;
    while (at < table->count && strcmp(table->rows[at]->name, strategy->name) < 0)
        at++;
    if (built_in(strategy->name) ||
        (at < table->count && strcmp(table->rows[at]->name, strategy->name) == 0))
        return ERR_EXISTS;
    if (table->count == STRATEGIES_ADDED_MAX)
        return ERR_FULL;
    for (size_t i = table->count; i > at; i--)
        table->rows[i] = table->rows[i - 1];
    table->rows[at] = strategy;
    table->count++;
    return OK;
}

void strategy_use(const struct strategy_table *table) { added = table; }

const struct tw_strategy *strategy_at(size_t index)
{
    if (index < BUILT_IN)
        return rows[index];
    return added && index - BUILT_IN < added->count ? added->rows[index - BUILT_IN] : NULL;
}

const struct tw_strategy *strategy_find(const char *name)
{
    const struct tw_strategy *found = built_in(name);
    for (size_t i = 0; !found && added && i < added->count; i++)
        if (strcmp(added->rows[i]->name, name) == 0)
            found = added->rows[i];
    return found;
}

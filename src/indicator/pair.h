/*
 * indicator/pair.h - a fast and a slow exponential average of the close: MACD, PPO, APO.
 */
#ifndef INDICATOR_PAIR_H
#define INDICATOR_PAIR_H
#include "indicator/core.h"

enum pair_seed {
    PAIR_SMA = 0,   /* each with the mean of its own first closes */
    PAIR_FIRST = 1, /* both with the first close */
    PAIR_TALIB = 2, /* the fast one with the mean of the closes that end with the slow one's */
    PAIR_EARLY = 3  /* as PAIR_FIRST, told from the second bar on, as Tulip does */
};
#define PAIR_PARAMS(fast_bars, slow_bars)                                                          \
    { "fast", "bars of the fast average", fast_bars, 1, PERIOD_MAX, true, NULL },                  \
    {                                                                                              \
        "slow", "bars of the slow average", slow_bars, 1, PERIOD_MAX, true, NULL                   \
    }
#define PAIR_SEED(seed)                                                                            \
    {                                                                                              \
        "seed", "what the averages begin with", seed, PAIR_SMA, PAIR_EARLY, true,                  \
            "sma first talib early"                                                                \
    }
#define PAIR_CONVENTION                                                                            \
    "seed=sma: each average begins with the mean of its own first closes (TTR); seed=first: with " \
    "the first close (ta); seed=talib: the fast one with the mean of the closes that end where "   \
    "the slow one begins (TA-Lib); seed=early: as first, told from the second bar (Tulip)"

struct pair {
    struct ema fast, slow;
    uint32_t late; /* closes that the fast one is not told */
    uint32_t seed;
};

static inline void pair_init(struct pair *pair, double fast, double slow, double seed)
{
    double each = seed == PAIR_FIRST || seed == PAIR_EARLY ? SEED_FIRST : SEED_SMA;
    pair->seed = (uint32_t)seed;
    pair->late = seed == PAIR_TALIB && slow > fast ? (uint32_t)(slow - fast) : 0;
    ema_init(&pair->fast, fast, each);
    ema_init(&pair->slow, slow, each);
}

/* True when both have a value to tell. */
static inline bool pair_push(struct pair *pair, double close)
{
    if (pair->fast.cold == 0 && pair->slow.cold == 0) {
        ema_next(&pair->fast, close);
        ema_next(&pair->slow, close);
        return true;
    }
    bool began = pair->slow.cold < pair->slow.period;
    bool slow = ema_push(&pair->slow, close), fast = false;
    if (pair->late)
        pair->late--;
    else
        fast = ema_push(&pair->fast, close);
    return (slow && fast) || (pair->seed == PAIR_EARLY && began);
}

#endif

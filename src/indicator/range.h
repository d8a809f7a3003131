/*
 * indicator/range.h - Wilder's average true range, for ATR, NATR, Keltner and Supertrend.
 */
#ifndef INDICATOR_RANGE_H
#define INDICATOR_RANGE_H
#include "indicator/core.h"

enum first_bar {
    FIRST_SKIP = 0, /* has no true range (Wilder, TA-Lib) */
    FIRST_RANGE = 1 /* its true range is high - low */
};
#define FIRST_BAR_PARAM(choice)                                                                    \
    {                                                                                              \
        "first_bar", "what the true range of the first bar is", choice, FIRST_SKIP, FIRST_RANGE,   \
            true, "skip range"                                                                     \
    }

struct atr {
    struct ema mean;
    double before;
    uint32_t began, first_bar;
};

static inline void atr_init(struct atr *atr, double period, double first_bar)
{
    wilder_init(&atr->mean, period);
    atr->first_bar = (uint32_t)first_bar;
}

/* True when mean.value is warm. */
static inline bool atr_push(struct atr *atr, const struct indicator_bar *bar)
{
    bool warm = false;
    if (atr->began)
        warm = ema_push(&atr->mean, true_range(bar, atr->before));
    else if (atr->first_bar == FIRST_RANGE)
        warm = ema_push(&atr->mean, bar->high - bar->low);
    atr->before = bar->close;
    atr->began = true;
    return warm;
}

#endif

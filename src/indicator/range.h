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
    double before = atr->before;
    atr->before = bar->close;
    if (atr->mean.cold == 0) {
        ema_next(&atr->mean, true_range(bar, before));
        return true;
    }
    bool began = atr->began;
    atr->began = true;
    if (began)
        return ema_push(&atr->mean, true_range(bar, before));
    return atr->first_bar == FIRST_RANGE && ema_push(&atr->mean, bar->high - bar->low);
}

#endif

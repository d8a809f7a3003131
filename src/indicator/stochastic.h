/*
 * indicator/stochastic.h - where the close stands between the lowest low and the highest high of a window,
 * 0 to 100; 0 when they are the same, as in TA-Lib.
 */
#ifndef INDICATOR_STOCHASTIC_H
#define INDICATOR_STOCHASTIC_H
#include "indicator/core.h"

struct range {
    struct extreme high, low;
};

#define RANGE_ITEMS 2 /* windows of items that a range needs */

static inline void range_init(struct range *range, double period)
{
    range->high.size = range->low.size = (uint32_t)period;
}

/* True when the window is full; highest and lowest are of what it holds in any case. */
static inline bool range_push(struct range *range, struct extreme_item *items, double high,
                              double low, double *highest, double *lowest)
{
    *highest = extreme_push(&range->high, items, 1, high)->value;
    *lowest = extreme_push(&range->low, items + range->high.size, -1, low)->value;
    return extreme_full(&range->high);
}

static inline double range_percent(double highest, double lowest, double value)
{
    return highest > lowest ? 100 * (value - lowest) / (highest - lowest) : 0;
}

static inline size_t range_bytes(double period)
{
    return RANGE_ITEMS * (size_t)period * sizeof(struct extreme_item);
}

#endif

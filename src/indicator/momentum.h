/*
 * indicator/momentum.h - Wilder's averages of what the close rose and fell: RSI, StochRSI, and CMO in
 * TA-Lib's manner.
 */
#ifndef INDICATOR_MOMENTUM_H
#define INDICATOR_MOMENTUM_H
#include "indicator/core.h"

struct gains {
    double up, down, before, keep, alpha;
    uint32_t cold;  /* changes until it is warm */
    uint32_t began; /* there was a close */
};

static inline void gains_init(struct gains *gains, double period)
{
    *gains =
        (struct gains){ .keep = 1 - 1 / period, .alpha = 1 / period, .cold = (uint32_t)period };
}

/* True once there were `period` changes. */
static inline bool gains_push(struct gains *gains, double close)
{
    double change = close - gains->before;
    double up = change > 0 ? change : 0, down = up - change;
    gains->before = close;
    if (gains->cold == 0) {
        gains->up = gains->keep * gains->up + gains->alpha * up;
        gains->down = gains->keep * gains->down + gains->alpha * down;
        return true;
    }
    if (gains->began) { /* the first close is no change */
        gains->up += up * gains->alpha;
        gains->down += down * gains->alpha;
        gains->cold--;
    }
    gains->began = true;
    return gains->cold == 0;
}

/* 0 when nothing moved, as in TA-Lib. */
static inline double gains_rsi(const struct gains *gains)
{
    double both = gains->up + gains->down;
    return both != 0 ? 100 * gains->up / both : 0;
}

#endif

/*
 * indicator/directional.h - Wilder's directional movement: DM, DI, DX, ADX and ADXR are made from it.
 *
 * As TA-Lib has it: sums begin with period - 1 bars, then each bar takes a 1/period part away and adds the
 * newest; a bar whose rise of the high equals its fall of the low moves neither way.
 */
#ifndef INDICATOR_DIRECTIONAL_H
#define INDICATOR_DIRECTIONAL_H
#include "indicator/core.h"

struct directional {
    double high, low, close; /* of the bar before */
    double plus, minus, range;
    double dx; /* the last one: it stays when nothing moves */
    double keep;
    uint32_t period, count; /* bars told, up to period + 1 */
};

static inline void directional_init(struct directional *moves, double period)
{
    moves->period = (uint32_t)period;
    moves->keep = 1 - 1 / period;
}

/* From bar `period` on DM is warm, one bar later the DIs are. */
static inline bool directional_dm_warm(const struct directional *moves)
{
    return moves->count >= moves->period;
}
static inline bool directional_di_warm(const struct directional *moves)
{
    return moves->count > moves->period;
}

static inline void directional_push(struct directional *moves, const struct indicator_bar *bar)
{
    if (moves->count > 0) {
        double up = bar->high - moves->high, down = moves->low - bar->low;
        double keep = moves->count >= moves->period ? moves->keep : 1;
        moves->plus = keep * moves->plus + (up > 0 && up > down ? up : 0);
        moves->minus = keep * moves->minus + (down > 0 && down > up ? down : 0);
        moves->range = keep * moves->range + true_range(bar, moves->close);
    }
    moves->high = bar->high;
    moves->low = bar->low;
    moves->close = bar->close;
    if (moves->count <= moves->period)
        moves->count++;
}

static inline double directional_di(const struct directional *moves, double sum)
{
    return moves->range != 0 ? 100 * sum / moves->range : 0;
}

/* Once a bar, when the DIs are warm. */
static inline double directional_dx(struct directional *moves)
{
    double both = moves->plus + moves->minus;
    if (both != 0 && moves->range != 0)
        moves->dx = 100 * fabs(moves->plus - moves->minus) / both;
    return moves->dx;
}

/* The average directional index: Wilder's average of DX. */
struct adx {
    struct directional moves;
    struct ema mean;
};

static inline void adx_init(struct adx *adx, double period)
{
    directional_init(&adx->moves, period);
    wilder_init(&adx->mean, period);
}

static inline bool adx_push(struct adx *adx, const struct indicator_bar *bar)
{
    directional_push(&adx->moves, bar);
    return directional_di_warm(&adx->moves) && ema_push(&adx->mean, directional_dx(&adx->moves));
}

#endif

/*
 * indicator/hilbert.h - the dominant cycle by Ehlers' Hilbert transform, as TA-Lib's HT functions have it:
 * price smoothed by weights 4 3 2 1, all before bar `start` taken for 0.
 */
#ifndef INDICATOR_HILBERT_H
#define INDICATOR_HILBERT_H
#include "indicator/core.h"

#define HILBERT_LAGS 8 /* a power of two above the 6 bars that the transform looks back */
#define HILBERT_CYCLE_MAX 50

struct hilbert {
    uint64_t bar, start;
    double price[HILBERT_LAGS], smooth[HILBERT_LAGS], detrender[HILBERT_LAGS];
    double quadrature[HILBERT_LAGS], in_phase[HILBERT_LAGS]; /* [bar % HILBERT_LAGS] */
    double i2, q2, re, im;
    double period, smooth_period;
};

static inline double hilbert_ago(const double *values, uint64_t bar, uint64_t ago)
{
    return values[(bar - ago) % HILBERT_LAGS];
}

/* 90 degrees later; `gain` makes up for the cycle's length. */
static inline double hilbert_transform(const double *values, uint64_t bar, double gain)
{
    const double a = 0.0962, b = 0.5769;
    return gain * (a * hilbert_ago(values, bar, 0) + b * hilbert_ago(values, bar, 2) -
                   b * hilbert_ago(values, bar, 4) - a * hilbert_ago(values, bar, 6));
}

/* The period of the cycle from the change of its phase, held within bounds. */
static inline void hilbert_period(struct hilbert *cycle, double i2, double q2)
{
    double before = cycle->period, period = before;
    cycle->re = 0.2 * (i2 * cycle->i2 + q2 * cycle->q2) + 0.8 * cycle->re;
    cycle->im = 0.2 * (i2 * cycle->q2 - q2 * cycle->i2) + 0.8 * cycle->im;
    cycle->i2 = i2;
    cycle->q2 = q2;
    if (cycle->im != 0 && cycle->re != 0)
        period = 2 * 3.14159265358979323846 / atan(cycle->im / cycle->re);
    period = period > 1.5 * before ? 1.5 * before : period;
    period = period < 0.67 * before ? 0.67 * before : period;
    period = period < 6 ? 6 : period > HILBERT_CYCLE_MAX ? HILBERT_CYCLE_MAX : period;
    cycle->period = 0.2 * period + 0.8 * before;
    cycle->smooth_period = 0.33 * cycle->period + 0.67 * cycle->smooth_period;
}

static inline void hilbert_push(struct hilbert *cycle, double close)
{
    uint64_t bar = cycle->bar++, at = bar % HILBERT_LAGS;
    double gain = 0.075 * cycle->period + 0.54;
    cycle->price[at] = close;
    if (bar < cycle->start)
        return;
    cycle->smooth[at] =
        (4 * close + 3 * hilbert_ago(cycle->price, bar, 1) + 2 * hilbert_ago(cycle->price, bar, 2) +
         hilbert_ago(cycle->price, bar, 3)) /
        10;
    cycle->detrender[at] = hilbert_transform(cycle->smooth, bar, gain);
    cycle->quadrature[at] = hilbert_transform(cycle->detrender, bar, gain);
    cycle->in_phase[at] = hilbert_ago(cycle->detrender, bar, 3);
    double ji = hilbert_transform(cycle->in_phase, bar, gain);
    double jq = hilbert_transform(cycle->quadrature, bar, gain);
    double i2 = 0.2 * (cycle->in_phase[at] - jq) + 0.8 * cycle->i2;
    double q2 = 0.2 * (cycle->quadrature[at] + ji) + 0.8 * cycle->q2;
    hilbert_period(cycle, i2, q2);
}

#endif

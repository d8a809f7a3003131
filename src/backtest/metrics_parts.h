/*
 * backtest/metrics_parts.h - the series that the rows of metrics.h are computed from, made once for all of
 * them. Private to the layer.
 */
#ifndef BACKTEST_METRICS_PARTS_H
#define BACKTEST_METRICS_PARTS_H
#include "backtest/metrics.h"

#define METRICS_DAY_NS INT64_C(86400000000000)

struct metrics_in {
    const struct backtest_result *result;
    size_t bars, count, trades;  /* count: of returns */
    double *equity, *drawdown;   /* per bar */
    double *held;                /* per bar: value of the position at the close, short < 0 */
    double *returns, *moves;     /* of equity and of the close: count */
    double *sorted;              /* returns, ascending */
    double *pnl, *gain;          /* p and r per trade */
    double *adverse, *favorable; /* per trade: furthest moves against and for it, shares of entry */
    struct metrics_drawdown *falls;
    size_t fall_count;
    double mean, deviation, skew,
        kurtosis; /* of returns; deviation n - 1, kurtosis of a normal 3 */
    double bars_a_year, years;
    double traded; /* value of all fills */
    uint64_t trials;
};

extern const struct metric_group metrics_returns, metrics_falls, metrics_trades, metrics_market;

#define METRIC(name, unit, formula, source)                                                        \
    {                                                                                              \
#name, METRIC_##unit, formula, source, name                                                \
    }
#define METRICS_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* NaN over zero, where C has infinities. */
double metrics_ratio(double above, double below);
double metrics_days(const struct metrics_in *in, size_t from_bar, size_t to_bar);
/* The series of the trades; part of making the input. */
void metrics_make_excursions(struct metrics_in *in, double *blocks);
#define METRICS_BLOCK 256 /* bars whose extremes are looked at as one */

#endif

/*
 * backtest/series.h - what statistics are made of: series of doubles. Private to the layer.
 * A function of no values is NaN.
 */
#ifndef BACKTEST_SERIES_H
#define BACKTEST_SERIES_H
#include <stddef.h>

double series_mean(const double *values, size_t count);
/* Standard deviation; the squares are divided by count - less. */
double series_deviation(const double *values, size_t count, size_t less);
/* sqrt(mean(min(value, 0)^2)). */
double series_downside(const double *values, size_t count);
/* exp(mean ln(1 + value)) - 1; 0 when a value is -1 or below: everything was lost. */
double series_geometric(const double *values, size_t count);
/* Of ascending values, interpolated linearly; share from 0 to 1. */
double series_percentile(const double *sorted, size_t count, double share);
void series_sort(double *values, size_t count);

#endif

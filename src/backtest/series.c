#include "backtest/series.h"
#include <math.h>
#include <stdlib.h>

double series_mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return count ? sum / (double)count : NAN;
}

double series_deviation(const double *values, size_t count, size_t less)
{
    double mean = series_mean(values, count), squares = 0;
    if (count <= less)
        return NAN;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(count - less));
}

double series_downside(const double *values, size_t count)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += values[i] < 0 ? values[i] * values[i] : 0;
    return count ? sqrt(squares / (double)count) : NAN;
}

double series_geometric(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (values[i] <= -1)
            return 0;
        sum += log1p(values[i]);
    }
    return count ? expm1(sum / (double)count) : NAN;
}

double series_percentile(const double *sorted, size_t count, double share)
{
    if (count == 0)
        return NAN;
    double at = share * (double)(count - 1), below = floor(at);
    size_t index = (size_t)below;
    if (index + 1 >= count)
        return sorted[count - 1];
    return sorted[index] + (at - below) * (sorted[index + 1] - sorted[index]);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

void series_sort(double *values, size_t count) { qsort(values, count, sizeof *values, ascending); }

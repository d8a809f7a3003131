/*
 * backtest/metric.h - every number of a result by its name: what a sweep can rank by.
 *
 * backtesting.py's measures have plain names ("sharpe", "return_pct"), those of the other blocks of
 * measures.h the block's name before theirs ("textbook.sharpe").
 */
#ifndef BACKTEST_METRIC_H
#define BACKTEST_METRIC_H
#include <stddef.h>
#include "backtest/backtest.h"

struct metric {
    const char *name;
    size_t offset; /* of a double in struct backtest_result */
};

/* The columns of a results file, in their order. */
#define METRIC_COLUMNS 11
const struct metric *metric_column(size_t index);

/* By name, columns first. NULL: there is none. */
const struct metric *metric_find(const char *name);
/* All names, for sentences; returns out. */
const char *metric_names(char *out, size_t size);

double metric_value(const struct metric *metric, const struct backtest_result *result);

#endif

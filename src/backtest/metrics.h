/*
 * backtest/metrics.h - the house's numbers about a result: each is one row with name, unit, formula,
 * source and function. result.json, the report and docs/metrics.md are made from the rows.
 *
 * Statistics only, so doubles; money itself stays in the result. A value that is not defined (a mean of no
 * trades, a ratio over zero) is NaN: null in JSON, a dash in the report. The words of the formulas:
 *
 *   E     equity at the close of each bar        x   E / E before - 1, one less than bars; n of them
 *   d     1 - E / highest E so far               m   close / close before - 1: the market
 *   B     bars a year: 252 daily, else 365 days of bars; no risk-free rate anywhere
 *   p, r  profit and return of a closed trade after its fees
 */
#ifndef BACKTEST_METRICS_H
#define BACKTEST_METRICS_H
#include "backtest/backtest.h"
#include "base/json.h"

enum metric_unit { METRIC_SHARE, METRIC_NUMBER, METRIC_CASH, METRIC_DAYS, METRIC_COUNT };

struct metrics_in; /* the series, metrics_parts.h */
struct metric {
    const char *name;
    enum metric_unit unit;
    const char *formula, *source;
    double (*value)(const struct metrics_in *in);
};
struct metric_group {
    const char *title;
    const struct metric *rows;
    size_t count;
};
#define METRIC_GROUPS 4
#define METRICS_MAX 128
extern const struct metric_group *const metric_groups[METRIC_GROUPS];

struct metrics_drawdown { /* bars: of the peak, of the lowest equity, of the return to the peak */
    size_t peak, bottom, end;
    double depth;
    bool recovered; /* else `end` is the last bar */
};
#define METRICS_DRAWDOWNS_SHOWN 10
struct metrics {
    double values[METRICS_MAX]; /* groups and rows in their order */
    struct metrics_drawdown worst[METRICS_DRAWDOWNS_SHOWN];
    size_t worst_count;
};

/* ERR_MEMORY. */
MUST_USE enum err metrics_make(const struct backtest_result *result, struct metrics *out);
/* The value of the row, NaN when there is none of that name. */
double metrics_value(const struct metrics *metrics, const char *name);
const char *metric_unit_name(enum metric_unit unit);

/* An object of all rows, in their order. */
void metrics_json(struct json_write *write, const struct metrics *metrics);
/* docs/metrics.md, line by line, without newlines. */
void metrics_write_page(void (*each)(void *context, const char *line), void *context);

#endif

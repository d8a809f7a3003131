/*
 * indicator/indicator.h - streaming indicators: one file and one row each.
 *
 * An indicator's state is flat and lives in its user's block. update() is told each finished bar once and
 * gives the values of that bar, one per output: NaN until warm, the same values streamed or in a batch. A
 * row never looks ahead, allocates nothing, and has no pointer in its state.
 *
 * Where libraries disagree about the first values (seeds) or the formula, the convention is a parameter
 * with named choices; the default is the most common one.
 */
#ifndef INDICATOR_INDICATOR_H
#define INDICATOR_INDICATOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define INDICATOR_PARAMS_MAX 8
#define INDICATOR_OUTPUTS_MAX 8
#define INDICATOR_NAME_MAX 16 /* with its final 0: what a strategy's block keeps of a row */

struct indicator_bar {
    double open, high, low, close, volume;
    int64_t start_ns; /* UTC; only indicators that begin anew each day look at it */
};

struct indicator_param {
    const char *name, *about;
    double default_value, low, high;
    bool whole;          /* only whole numbers */
    const char *choices; /* "sma first": words for 0, 1, ...; NULL = a number */
};

/* `columns`: how the output is called in a table, several names separated by blanks, the first the usual
 * one. {period} is the value of a parameter; what follows a ? are parameters that the name implies:
 * "stddev_{period} stddev_sample_{period}?divisor=sample". */
struct indicator_output {
    const char *name, *columns;
};

struct indicator {
    const char *name, *about;
    const char *formula, *convention, *source; /* for the reference; convention may be NULL */
    size_t param_count;
    const struct indicator_param *params;
    size_t output_count;
    const struct indicator_output *outputs;
    size_t (*state_bytes)(const double *params);
    void (*init)(void *state, const double *params); /* state zeroed by the caller */
    /* Writes output_count values. */
    void (*update)(void *state, const struct indicator_bar *bar, double *out);
};

/* Rows in the order of their names; NULL behind the last one. */
const struct indicator *indicator_at(size_t index);

/* NULL: no such row. */
const struct indicator *indicator_find(const char *name);

/* "macd" (its first output) or "macd.signal". NULL: no such row or output. */
const struct indicator *indicator_find_output(const char *name, uint32_t *output);

/* Takes the first `count` parameters from `given`, the rest from the row's defaults. ERR_RANGE when there
 * are too many, or one is outside its range, or a whole number is needed and not given. */
MUST_USE enum err indicator_params(const struct indicator *indicator, const double *given,
                                   size_t count, double *params);

/* A batch: tells the bars to `state` one after the other; writes count * output_count values, bar by bar. */
void indicator_run(const struct indicator *indicator, void *state, const struct indicator_bar *bars,
                   size_t count, double *out);

/* A column of a table: an output of a row with its parameters. */
struct indicator_column {
    const struct indicator *row;
    uint32_t output;
    double params[INDICATOR_PARAMS_MAX];
};

/* Reads "ema_20", "bb_upper_20_2", "psar_002_02" (a leading 0 is the 0 of 0.02), "macd.signal", and
 * "ema_20:seed=first" (further parameters, by name). ERR_NOT_FOUND: no row has such a column;
 * ERR_RANGE: a parameter is not possible. */
MUST_USE enum err indicator_column(const char *text, struct indicator_column *out);

#endif

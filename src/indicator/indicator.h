/*
 * indicator/indicator.h - streaming indicators: one file and one row each.
 *
 * An indicator's state is flat and lives in its user's block. update() is told each finished bar once and
 * gives the value of that bar: NaN until warm, the same values streamed or in a batch.
 */
#ifndef INDICATOR_INDICATOR_H
#define INDICATOR_INDICATOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define INDICATOR_PARAMS_MAX 8

struct indicator_bar {
    double open, high, low, close, volume;
};

struct indicator_param {
    const char *name, *about;
    double default_value, low, high;
    bool whole; /* only whole numbers */
};

struct indicator {
    const char *name, *about;
    size_t param_count;
    const struct indicator_param *params;
    size_t (*state_bytes)(const double *params);
    void (*init)(void *state, const double *params); /* state zeroed by the caller */
    double (*update)(void *state, const struct indicator_bar *bar);
};

/* NULL: no such row. */
const struct indicator *indicator_find(const char *name);

/* ERR_RANGE when a parameter is outside its row's range or a whole number is needed and not given. */
MUST_USE enum err indicator_check(const struct indicator *indicator, const double *params,
                                  size_t count);

#endif

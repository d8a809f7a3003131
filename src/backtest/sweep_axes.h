/*
 * backtest/sweep_axes.h - which combinations of parameters a sweep tries.
 *
 * Values are decimals in 10^-9, so that 0.1:0.5:0.1 has exactly the five values a person means and a
 * row of a results file names its combination exactly. A grid's last axis runs fastest.
 */
#ifndef BACKTEST_SWEEP_AXES_H
#define BACKTEST_SWEEP_AXES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "backtest/backtest.h"

#define AXIS_SCALE 9
#define AXIS_VALUES_MAX 1000
#define SWEEP_COMBOS_MAX 1000000

struct axis {
    char name[32];
    int64_t values_e9[AXIS_VALUES_MAX]; /* of a grid: ascending */
    size_t count;
    int64_t low_e9, high_e9, step_e9; /* of a random sweep: low + n * step, up to high */
};

struct axes {
    struct axis axis[TW_PARAMS_MAX];
    size_t count;
};

/* "fast=5:50:5" (both ends are in) or "fast=5,10,20". ERR_SYNTAX, ERR_RANGE, ERR_DUPLICATE, ERR_FULL with a
 * sentence. */
MUST_USE enum err axes_add_grid(struct axes *axes, const char *text, struct errtext *detail);
/* "fast=5..50" or "x=0.1..0.5:0.05". Without a step: 1 between whole numbers, else a thousandth of the
 * range. The same errors. */
MUST_USE enum err axes_add_range(struct axes *axes, const char *text, struct errtext *detail);

/* How many; ERR_LIMIT above SWEEP_COMBOS_MAX, ERR_EMPTY without an axis. */
MUST_USE enum err axes_grid_count(const struct axes *axes, size_t *out, struct errtext *detail);
/* Combination `index` of the grid: axes->count values. */
void axes_grid_at(const struct axes *axes, size_t index, int64_t *values_e9);
/* `count` different combinations drawn by the seed, axes->count values each, in `out`; fewer when there
 * are no more. The first n are the same for every count. Returns how many. */
size_t axes_draw(const struct axes *axes, uint64_t seed, size_t count, int64_t *out);

/* The double that the decimal reads as. */
double axis_value(int64_t value_e9);

#endif

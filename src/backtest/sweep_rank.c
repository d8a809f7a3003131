/* backtest/sweep_rank.c - which combination is the best, and which stands on broad ground. */
#include <math.h>
#include <stdlib.h>
#include "backtest/sweep_parts.h"

#define VARYING_MAX 6 /* 3^6 neighbours */

double sweep_score(const struct sweep *sweep, double objective)
{
    return sweep->config->least ? -objective : objective;
}

static int better_first(const void *left, const void *right, void *context)
{
    const struct sweep *sweep = context;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    double of_a = sweep_score(sweep, sweep->rows[a].objective);
    double of_b = sweep_score(sweep, sweep->rows[b].objective);
    if (of_a != of_b)
        return of_a > of_b ? -1 : 1;
    return a < b ? -1 : a > b; /* equals: as they were tried */
}

struct ground {
    size_t stride[VARYING_MAX], length[VARYING_MAX]; /* of the axes that vary */
    size_t count, cells;                             /* 3^count */
    size_t least;                                    /* values a plateau needs: 2^count */
};

/* False: nothing varies, or too much. */
static bool take_ground(const struct axes *axes, struct ground *out)
{
    *out = (struct ground){ .cells = 1, .least = 1 };
    size_t stride = 1;
    for (size_t i = axes->count; i-- > 0;) {
        if (axes->axis[i].count > 1) {
            if (out->count == VARYING_MAX)
                return false;
            out->stride[out->count] = stride;
            out->length[out->count++] = axes->axis[i].count;
            out->cells *= 3;
            out->least *= 2;
        }
        stride *= axes->axis[i].count;
    }
    return out->count > 0;
}

/* The row of a neighbour; digits of `cell` in base 3 are one down, same, one up. False: off the grid. */
static bool neighbour(const struct ground *ground, size_t row, size_t cell, size_t *out)
{
    for (size_t i = 0; i < ground->count; i++, cell /= 3) {
        size_t at = row / ground->stride[i] % ground->length[i], move = cell % 3;
        if ((at == 0 && move == 0) || (at + 1 == ground->length[i] && move == 2))
            return false;
        row = row + move * ground->stride[i] - ground->stride[i];
    }
    *out = row;
    return true;
}

static double plateau(const struct sweep *sweep, const struct ground *ground, size_t row)
{
    double sum = 0, squares = 0;
    size_t count = 0, other = 0;
    for (int pass = 0; pass < 2; pass++) {
        double mean = count ? sum / (double)count : 0;
        for (size_t cell = 0; cell < ground->cells; cell++) {
            if (!neighbour(ground, row, cell, &other) || !isfinite(sweep->rows[other].objective))
                continue;
            double score = sweep_score(sweep, sweep->rows[other].objective);
            count += pass == 0;
            sum += pass == 0 ? score : 0;
            squares += pass == 1 ? (score - mean) * (score - mean) : 0;
        }
    }
    if (count < ground->least)
        return NAN;
    return sweep_score(sweep, sum / (double)count - sqrt(squares / (double)count));
}

void sweep_rank(struct sweep *sweep)
{
    struct ground ground;
    bool grid = !sweep->config->random_count && take_ground(&sweep->config->axes, &ground);
    for (size_t i = 0; i < sweep->count; i++) {
        struct sweep_row *row = &sweep->rows[i];
        row->plateau = NAN;
        if (!isfinite(row->objective))
            continue;
        sweep->ranking[sweep->ranked++] = i;
        if (grid)
            row->plateau = plateau(sweep, &ground, i);
        if (isfinite(row->plateau) && (sweep->stable == sweep->count ||
                                       sweep_score(sweep, row->plateau) >
                                           sweep_score(sweep, sweep->rows[sweep->stable].plateau)))
            sweep->stable = i;
    }
    qsort_r(sweep->ranking, sweep->ranked, sizeof *sweep->ranking, better_first, sweep);
}

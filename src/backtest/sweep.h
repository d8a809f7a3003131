/*
 * backtest/sweep.h - one strategy over many combinations of parameters, each through backtest_run(): there
 * is no second, faster way that could disagree.
 *
 * The runs are shared out to processes of this program that share nothing but a counter: a strategy
 * that crashes takes its process along and not the sweep. With a directory every finished row is appended
 * to results.csv and on the disk before the next is counted, so that a sweep that was killed goes on where
 * it was; a torn last line is cut and its combination run again. When all are done results.csv is
 * written anew in the order of the combinations: the same bytes, whatever the number of processes and
 * of interruptions.
 *
 * Plateau: the mean of the objective over a combination and its neighbours in the grid (one step up or
 * down in each parameter, diagonals too: 3 by 3 with two), less their standard deviation. A peak that
 * stands alone has a low one. NaN with fewer than 2^k values among the 3^k, k = parameters that vary.
 */
#ifndef BACKTEST_SWEEP_H
#define BACKTEST_SWEEP_H
#include <stdio.h>
#include "backtest/metric.h"
#include "backtest/sweep_axes.h"

#define SWEEP_JOBS_MAX 256

struct sweep_config {
    struct backtest_config run; /* what all have in common; its hooks are not called */
    struct axes axes;
    uint64_t random_count; /* 0 = the whole grid */
    uint64_t seed;         /* of what is drawn */
    const struct metric *objective;
    bool least;            /* the smallest is the best */
    unsigned jobs;         /* processes, 1 to SWEEP_JOBS_MAX */
    const char *directory; /* results.csv is there; NULL = nothing is written */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

enum sweep_status { SWEEP_WAITS, SWEEP_DONE, SWEEP_REFUSED /* by the strategy */ };

struct sweep_row {
    double columns[METRIC_COLUMNS], objective, plateau; /* NaN: not defined */
    uint64_t state_hash;                                /* the single run's */
    enum sweep_status status;
};

struct sweep {
    const struct sweep_config *config; /* borrowed */
    uint64_t data_hash;
    int64_t *values_e9; /* config->axes.count for each row */
    struct sweep_row *rows;
    size_t *ranking; /* rows with an objective, the best first */
    size_t count, done, refused, resumed, ranked;
    size_t stable; /* row with the best plateau; count = none */
};

/* Runs what is not yet done. ERR_EXISTS: the directory holds another sweep; ERR_STATE: the strategy
 * starts with none of the combinations; what axes and backtest_run() give. Release *out after OK; *config
 * must live as long. */
MUST_USE enum err sweep_run(const struct sweep_config *config, struct sweep **out,
                            struct errtext *detail);
void sweep_free(struct sweep *sweep);

/* The configuration of one row's run. */
void sweep_run_config(const struct sweep *sweep, size_t row, struct backtest_config *out);

/* The page with the heat map of the two parameters that vary most: one file, nothing from elsewhere. The
 * others stand at the best row's values. False: fewer than two vary, or it was no grid. */
bool sweep_page(const struct sweep *sweep, FILE *out);
/* Best and most stable rows as JSON; `top` rows of the ranking. */
void sweep_json(const struct sweep *sweep, size_t top, FILE *out);

#endif

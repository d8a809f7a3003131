/* backtest/sweep_parts.h - between the files of the sweep. Private to the layer. */
#ifndef BACKTEST_SWEEP_PARTS_H
#define BACKTEST_SWEEP_PARTS_H
#include "backtest/sweep.h"

/* ---- processes ---- */

struct sweep_message { /* a process's answer: one write, smaller than PIPE_BUF */
    uint64_t row;
    enum err err; /* the sweep ends */
    struct sweep_row result;
    char text[256];
};
/* Runs every row that waits, told in the order of finishing; take() gives an error to end it all. */
MUST_USE enum err sweep_work(const struct sweep *sweep,
                             enum err (*take)(void *context, const struct sweep_message *message,
                                              struct errtext *detail),
                             void *context, struct errtext *detail);

/* ---- results.csv ---- */

#define SWEEP_RESULTS "results.csv"
#define SWEEP_IDENTITY "sweep.txt" /* what these results are of */

/* Reads what is done into the rows, cuts a torn last line, makes what is missing. The file to append
 * to, or -1 without a directory. */
MUST_USE enum err sweep_file_open(struct sweep *sweep, int *out, struct errtext *detail);
MUST_USE enum err sweep_file_append(const struct sweep *sweep, int file, size_t row,
                                    struct errtext *detail);
/* All rows, in their order. */
MUST_USE enum err sweep_file_finish(const struct sweep *sweep, struct errtext *detail);

/* ---- ranking ---- */

/* Larger is better, whatever was asked for. */
double sweep_score(const struct sweep *sweep, double objective);
void sweep_rank(struct sweep *sweep);

/* The shortest decimal that reads back; nothing for NaN. */
void sweep_number(FILE *out, double value);

#endif

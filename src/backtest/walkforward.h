/*
 * backtest/walkforward.h - parameters chosen on one stretch of bars, judged on the next one, again and again.
 *
 *   rolling:  [train][gap][test]                     anchored:  [train      ][gap][test]
 *                   [train][gap][test]                          [train            ][gap][test]
 *
 * In each window a sweep over the train bars chooses the combination with the best objective; it then
 * runs over the test bars, warmed by the window's earlier bars, with the cash of the start. The gap is in
 * neither: what was decided on the last train bars is over when the test begins. The next window's
 * test begins where this one's ends; bars that do not fill a whole test at the end are left out.
 *
 * Hold-out: the last bars of the file, which no window touches. They can be evaluated once for the same data:
 * the evaluation is recorded beside the results before it is made, and refused ever after unless it is
 * unlocked, which is recorded too. Whoever looks twice has begun to choose by it.
 */
#ifndef BACKTEST_WALKFORWARD_H
#define BACKTEST_WALKFORWARD_H
#include "backtest/sweep.h"

#define WALK_WINDOWS_MAX 1000
#define WALK_HOLDOUT "holdout.txt" /* which data were evaluated, one line each time */

struct walk_config {
    struct sweep_config search; /* bars of its run and directory are set for each window */
    uint64_t train_bars, test_bars, gap_bars;
    uint64_t holdout_bars; /* 0 = none */
    bool anchored;
    bool final;            /* evaluate the hold-out, too */
    bool unlock;           /* though it was evaluated before */
    const char *directory; /* of WALK_HOLDOUT; needed for `final` */
    void (*progress)(void *context, uint64_t done, uint64_t total); /* windows; NULL = not wanted */
    void *context;
};

struct walk_window {
    uint64_t train_first, train_bars, test_first, test_bars;
    int64_t train_from_ns, test_from_ns, test_to_ns; /* starts of bars; the last one's, too */
    int64_t values_e9[TW_PARAMS_MAX];                /* chosen, in the order of the axes */
    bool chosen; /* false: no combination had a value; then nothing was tested */
    double train_objective, test_objective;
    double test_return, test_drawdown; /* shares of one */
    uint64_t test_trades, state_hash;
};

struct walk {
    struct walk_window windows[WALK_WINDOWS_MAX];
    size_t count;
    struct walk_window holdout; /* with `final` */
    bool has_holdout;
    uint64_t file_bars, data_hash;
    double return_total;          /* of the tests, one after the other: product of 1 + r, less 1 */
    double train_mean, test_mean; /* of the objectives where both are defined */
    double efficiency;            /* test_mean / train_mean; NaN unless train_mean > 0 */
    uint64_t tested, profitable;  /* windows */
};

/* ERR_RANGE: the file has too few bars; ERR_DENIED: the hold-out was evaluated before; ERR_LIMIT: too many
 * windows; what sweep_run() gives. Release *out with free(). */
MUST_USE enum err walk_run(const struct walk_config *config, struct walk **out,
                           struct errtext *detail);

void walk_json(const struct walk_config *config, const struct walk *walk, FILE *out);

#endif

/*
 * backtest/bias.h - proves that nothing knew the future: what is decided on the first n bars alone must be
 * what the run over all bars decided on them.
 *
 * Compared are the bytes of every batch of the engine up to the last bar of the prefix: decisions,
 * orders, fills, money. Every second prefix ends at a bar on which the whole run decided something,
 * because a look ahead by one bar can only be seen there; the others end anywhere.
 */
#ifndef BACKTEST_BIAS_H
#define BACKTEST_BIAS_H
#include "backtest/backtest.h"

struct bias_config {
    struct backtest_config run; /* its hooks are not called */
    uint64_t prefixes;          /* how many, at least 1 */
    uint64_t seed;              /* of their lengths */
    /* Before each run, for strategies that are prepared with data: nothing behind run->bar_count may
     * reach them. NULL = nothing to do. */
    void (*before)(void *context, const struct backtest_config *run);
    void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL = not wanted */
    void *context;
};

struct bias_report {
    bool found;             /* a prefix differed */
    uint64_t bars, decided; /* of the whole run; bars with an order */
    uint64_t orders, prefixes;
    uint64_t prefix_bars, bar; /* found: so many bars were known when this one differed */
    int64_t bar_ns;
};

/* ERR_EMPTY: the run asks for no order, so that nothing would be proven, or it has fewer than 3 bars; what
 * backtest_run() gives. */
MUST_USE enum err bias_check(const struct bias_config *config, struct bias_report *out,
                             struct errtext *detail);

#endif

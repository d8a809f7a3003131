/*
 * bench/bench.h - times one unit of work: p50, p99 and max over many runs. A unit below a
 * microsecond is repeated inside a run (`repeat`), because reading the clock costs 20 ns.
 * No claim of speed without two runs that agree.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"

#define BENCH_RUNS 4000

static inline int bench_compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Keeps a result alive in the optimiser's eyes. */
static inline void bench_use(const void *result)
{
    __asm__ volatile("" : : "r"(result) : "memory");
}

/* bytes: handled per unit, for a rate; 0 when that means nothing. */
static inline void bench(const char *name, int repeat, double bytes, void (*unit)(void *),
                         void *state)
{
    static double runs_ns[BENCH_RUNS];
    for (int run = -BENCH_RUNS / 10; run < BENCH_RUNS; run++) { /* the first ones warm up */
        int64_t began_ns = clock_monotonic_ns();
        for (int i = 0; i < repeat; i++)
            unit(state);
        if (run >= 0)
            runs_ns[run] = (double)(clock_monotonic_ns() - began_ns) / repeat;
    }
    qsort(runs_ns, BENCH_RUNS, sizeof runs_ns[0], bench_compare);
    double p50_ns = runs_ns[BENCH_RUNS / 2];
    printf("%-28s p50 %9.1f ns  p99 %9.1f ns  max %9.1f ns", name, p50_ns,
           runs_ns[BENCH_RUNS * 99 / 100], runs_ns[BENCH_RUNS - 1]);
    if (bytes > 0)
        printf("  %7.0f MB/s", bytes / p50_ns * 1e3);
    printf("\n");
}

#endif

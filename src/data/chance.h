/*
 * data/chance.h - exponential, logarithm and draws that give the same bits on every machine: libm's
 * may differ in the last place between versions, and the same seed must give the same market.
 */
#ifndef DATA_CHANCE_H
#define DATA_CHANCE_H
#include <stdint.h>

/* e^x for |x| <= 700, relative error below 1e-14. */
double chance_exp(double x);
/* Natural logarithm of x > 0 (normal numbers), absolute error below 1e-14. */
double chance_log(double x);

/* Time to the next of events that come at random, mean given. */
double chance_wait(uint64_t *rng, double mean);
/* median * e^(spread * normal) */
double chance_log_normal(uint64_t *rng, double median, double spread);

#endif

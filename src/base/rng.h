/*
 * base/rng.h - seeded chance: splitmix64 (Steele, Lea, Flood 2014). The state is one uint64; the
 * same seed gives the same sequence on every machine, for ever.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H
#include <stdint.h>

uint64_t rng_next(uint64_t *state);

/* Uniform in [0, bound); bound > 0. */
uint64_t rng_below(uint64_t *state, uint64_t bound);

/* Uniform in [0, 1), 53 bits. */
double rng_unit(uint64_t *state);

/* Near-normal, mean 0, deviation 1: the sum of twelve uniforms less six. No libm, bit-stable. */
double rng_normal(uint64_t *state);

#endif

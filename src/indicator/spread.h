/*
 * indicator/spread.h - how far a spread of `size` values is divided: by N or by N - 1.
 */
#ifndef INDICATOR_SPREAD_H
#define INDICATOR_SPREAD_H
#include "indicator/core.h"

enum divisor { DIVISOR_POPULATION = 0, DIVISOR_SAMPLE = 1 };
#define DIVISOR_PARAM                                                                              \
    {                                                                                              \
        "divisor", "population divides by N, sample by N - 1", DIVISOR_POPULATION,                 \
            DIVISOR_POPULATION, DIVISOR_SAMPLE, true, "population sample"                          \
    }

/* 0 for a sample of one. */
static inline double divisor_inverse(double size, double divisor)
{
    double by = divisor == DIVISOR_SAMPLE ? size - 1 : size;
    return by > 0 ? 1 / by : 0;
}

#endif

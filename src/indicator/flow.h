/*
 * indicator/flow.h - the part of a bar's volume that closed near its high: AD, ADOSC, CMF.
 */
#ifndef INDICATOR_FLOW_H
#define INDICATOR_FLOW_H
#include "indicator/core.h"

/* 0 when the bar has no range. */
static inline double flow_volume(const struct indicator_bar *bar)
{
    double range = bar->high - bar->low;
    if (!(range > 0))
        return 0;
    return (2 * bar->close - bar->low - bar->high) / range * bar->volume;
}

#endif

/*
 * risk/limits.h - limits in the units of an instrument.
 */
#ifndef RISK_LIMITS_H
#define RISK_LIMITS_H
#include <stdint.h>
#include "model/instrument.h"

/* Base units * 10^8 -> lots, rounded down; INT64_MAX when it is beyond. */
int64_t limit_lots(int64_t qty_e8, const struct instrument *instrument);

/* The largest quantity on the instrument's steps that is worth at most `amount` at this price; 0 when
 * none is. */
int64_t lots_worth(i128 amount, int64_t price_ticks, const struct instrument *instrument);

#endif

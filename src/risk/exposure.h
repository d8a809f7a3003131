/*
 * risk/exposure.h - the position as if all open orders on the order's side filled.
 */
#ifndef RISK_EXPOSURE_H
#define RISK_EXPOSURE_H
#include "risk/risk.h"

/* Signed lots before and after the candidate; after is clamped to the int64 range. */
int64_t exposure_before(const struct risk_view *view);
int64_t exposure_after(const struct risk_view *view);

/* The largest total quantity of the order that stays under a limit, on its steps; never negative. */
int64_t exposure_room(const struct risk_view *view, int64_t limit_lots);

#endif

/* risk/min_notional.c - an order worth less than the venue takes. Nearest: the smallest quantity that is
 * worth enough at this price. */
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    const struct instrument *instrument = view->instrument;
    if (view->notional >= instrument->notional_min)
        return true;
    i128 one_lot, nearest;
    denial->limit = instrument->notional_min;
    if (instrument_notional(instrument, view->value_ticks, 1, &one_lot) || one_lot <= 0)
        return false;
    nearest = amount_div_ceil(instrument->notional_min, one_lot);
    denial->nearest = amount_div_ceil(nearest, instrument->lot_step) * instrument->lot_step;
    return false;
}

const struct risk_rule risk_min_notional = {
    .name = "min_notional",
    .problem =
        "the order is worth less than the instrument's smallest value (quantity times price)",
    .limit_unit = RISK_UNIT_QUOTE,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};

/* risk/position_notional.c - the same for the position's value at the order's price. */
#include <stdlib.h>
#include "risk/exposure.h"
#include "risk/limits.h"
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    i128 limit = view->limits->position_notional_max, worth;
    if (limit == 0 || view->reducing)
        return true;
    int64_t before = exposure_before(view), after = exposure_after(view);
    if (llabs(after) < llabs(before))
        return true;
    if (instrument_notional(view->instrument, view->value_ticks, llabs(after), &worth) == OK &&
        worth <= limit)
        return true;
    denial->limit = limit;
    denial->nearest = exposure_room(view, lots_worth(limit, view->value_ticks, view->instrument));
    return false;
}

const struct risk_rule risk_position_notional = {
    .name = "position_notional",
    .problem = "with every open order filled, the position would be worth more than "
               "risk.position_notional_max",
    .limit_unit = RISK_UNIT_QUOTE,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};

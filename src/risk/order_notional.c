/* risk/order_notional.c - one order's value. */
#include "risk/limits.h"
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    i128 limit = view->limits->order_notional_max;
    if (limit == 0 || view->notional <= limit || view->reducing)
        return true;
    denial->limit = limit;
    denial->nearest = lots_worth(limit, view->value_ticks, view->instrument);
    return false;
}

const struct risk_rule risk_order_notional = {
    .name = "order_notional",
    .problem = "the order is worth more than risk.order_notional_max",
    .limit_unit = RISK_UNIT_QUOTE,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};

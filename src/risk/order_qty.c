/* risk/order_qty.c - one order's quantity; a slipped digit must not become a position. */
#include "risk/limits.h"
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    int64_t limit = limit_lots(view->limits->order_qty_max_e8, view->instrument);
    if (view->limits->order_qty_max_e8 == 0 || view->order->qty_lots <= limit || view->reducing)
        return true;
    denial->limit = limit;
    denial->nearest = limit / view->instrument->lot_step * view->instrument->lot_step;
    return false;
}

const struct risk_rule risk_order_qty = {
    .name = "order_qty",
    .problem = "the quantity is above risk.order_qty_max",
    .limit_unit = RISK_UNIT_LOTS,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};

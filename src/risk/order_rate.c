/* risk/order_rate.c - orders in one second; a strategy gone wild is stopped here. The engine counts in
 * windows of one second that begin with the first order. */
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    uint32_t limit = view->limits->order_rate_max;
    if (limit == 0 || view->reducing || view->orders_this_second < limit)
        return true;
    denial->limit = limit;
    denial->nearest = limit;
    return false;
}

const struct risk_rule risk_order_rate = {
    .name = "order_rate",
    .problem = "more orders than risk.order_rate_max in one second",
    .remedy = "wait a second, or send an order that reduces",
    .allows = allows,
};

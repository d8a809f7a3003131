/* risk/open_orders.c - open orders of the account at once. */
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    uint32_t limit = view->limits->open_orders_max;
    if (limit == 0 || view->amending || view->reducing || view->account->open_orders <= limit)
        return true;
    denial->limit = limit;
    denial->nearest = limit;
    return false;
}

const struct risk_rule risk_open_orders = {
    .name = "open_orders",
    .problem = "the account has risk.open_orders_max open orders already",
    .remedy = "wait for one to end, cancel one, or send an order that reduces",
    .allows = allows,
};

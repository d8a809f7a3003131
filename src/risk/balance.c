/* risk/balance.c - what the order needs is free. Last of all rules, since it depends on everything. */
#include "risk/limits.h"
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    if (view->needed <= view->free)
        return true;
    i128 free = view->free > 0 ? view->free : 0, nearest;
    const struct instrument *instrument = view->instrument;
    denial->limit = free;
    denial->nearest = 0;
    /* needed grows in proportion to the open quantity, but for the fee's last digit */
    int64_t filled = view->order->filled_lots, open = view->order->qty_lots - filled;
    if (amount_mul_div_floor(open, free, view->needed, &nearest) == OK && nearest > 0)
        denial->nearest =
            amount_div_floor(nearest + filled, instrument->lot_step) * instrument->lot_step;
    return false;
}

const struct risk_rule risk_balance = {
    .name = "insufficient_balance",
    .problem = "the order and its fee need more than what is free in the account",
    .limit_unit = RISK_UNIT_BASE_OR_QUOTE,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};

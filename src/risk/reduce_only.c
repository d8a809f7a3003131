/* risk/reduce_only.c - an order marked reduce-only must have something to reduce. */
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    const struct position *position = view->position;
    if (!(view->order->flags & ORDER_REDUCE_ONLY) || view->reducing)
        return true;
    int64_t open =
        view->order->side == SIDE_SELL ? position->open_sell_lots : position->open_buy_lots;
    int64_t held = view->order->side == SIDE_SELL ? position->qty_lots : -position->qty_lots;
    int64_t left = held - (open - view->own_open_lots);
    denial->limit = held > 0 ? held : 0;
    int64_t step = view->instrument->lot_step;
    denial->nearest = left > 0 ? (left + view->order->filled_lots) / step * step : 0;
    return false;
}

const struct risk_rule risk_reduce_only = {
    .name = "reduce_only",
    .problem = "the order is reduce-only and larger than what is left of the position to reduce",
    .limit_unit = RISK_UNIT_LOTS,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};

#include "risk/exposure.h"

int64_t exposure_before(const struct risk_view *view)
{
    const struct position *position = view->position;
    return view->order->side == SIDE_BUY
               ? position->qty_lots + position->open_buy_lots - view->own_open_lots
               : position->qty_lots - position->open_sell_lots + view->own_open_lots;
}

int64_t exposure_after(const struct risk_view *view)
{
    int64_t before = exposure_before(view), after;
    int64_t qty = view->order->qty_lots - view->order->filled_lots; /* what filled is in before */
    bool wraps = view->order->side == SIDE_BUY ? num_add(before, qty, &after) != OK
                                               : num_sub(before, qty, &after) != OK;
    if (wraps)
        return view->order->side == SIDE_BUY ? INT64_MAX : -INT64_MAX;
    return after;
}

int64_t exposure_room(const struct risk_view *view, int64_t limit_lots)
{
    int64_t before = exposure_before(view);
    int64_t toward = view->order->side == SIDE_BUY ? before : -before;
    int64_t room;
    if (num_sub(limit_lots, toward, &room))
        return limit_lots;
    int64_t step = view->instrument->lot_step;
    return room > 0 ? (room + view->order->filled_lots) / step * step : 0;
}

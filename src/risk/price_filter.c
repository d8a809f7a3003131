/* risk/price_filter.c - a price the venue would refuse: off its steps, or beyond its largest. */
#include "risk/risk.h"

static bool fits(const struct instrument *instrument, int64_t ticks, struct risk_denial *denial)
{
    int64_t step = instrument->tick_step;
    if (ticks == 0)
        return true; /* the type has no such price */
    if (ticks > 0 && ticks <= instrument->price_max_ticks && ticks % step == 0)
        return true;
    int64_t highest = instrument->price_max_ticks / step * step;
    i128 nearest = (i128)num_div_nearest(ticks, step) * step;
    denial->limit = ticks > highest ? highest : step;
    denial->nearest = nearest > highest ? highest : nearest < step ? step : nearest;
    return false;
}

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    const struct order *order = view->order;
    bool protection = order->type == ORDER_MARKET; /* our own number, not the user's */
    return (protection || fits(view->instrument, order->price_ticks, denial)) &&
           fits(view->instrument, order->stop_ticks, denial) &&
           fits(view->instrument, order->trail_ticks, denial);
}

const struct risk_rule risk_price_filter = {
    .name = "price_filter",
    .problem = "a price, stop price or trailing distance is between the instrument's steps or "
               "above its highest",
    .limit_unit = RISK_UNIT_TICKS,
    .nearest_unit = RISK_UNIT_TICKS,
    .allows = allows,
};

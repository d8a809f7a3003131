/* risk/price_collar.c - a limit price too far through the market. Only the aggressive side counts: a buy
 * far below the market harms nobody. */
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    const struct order *order = view->order;
    int64_t collar_e9 = view->limits->price_collar_e9;
    bool priced = order->price_ticks > 0 && order->type != ORDER_MARKET;
    if (collar_e9 == 0 || !priced || view->market_ticks == 0)
        return true;
    /* int64 prices times int64 fractions fit an i128 */
    i128 width = (i128)view->market_ticks * collar_e9;
    i128 one = num_pow10(9), step = view->instrument->tick_step;
    if (order->side == SIDE_BUY) {
        i128 highest = amount_div_floor(view->market_ticks * one + width, one);
        denial->limit = denial->nearest = amount_div_floor(highest, step) * step;
        return order->price_ticks <= highest;
    }
    i128 lowest = amount_div_ceil(view->market_ticks * one - width, one);
    denial->limit = denial->nearest = amount_div_ceil(lowest, step) * step;
    return order->price_ticks >= lowest;
}

const struct risk_rule risk_price_collar = {
    .name = "price_collar",
    .problem = "the price goes through the market by more than risk.price_collar_pct",
    .limit_unit = RISK_UNIT_TICKS,
    .nearest_unit = RISK_UNIT_TICKS,
    .allows = allows,
};

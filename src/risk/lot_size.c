/* risk/lot_size.c - a quantity the venue would refuse: too small, too large, or off its steps. */
#include "risk/risk.h"

static bool allows(const struct risk_view *view, struct risk_denial *denial)
{
    const struct instrument *instrument = view->instrument;
    int64_t step = instrument->lot_step, qty = view->order->qty_lots;
    int64_t least = num_div_ceil(instrument->qty_min_lots, step) * step;
    int64_t most = instrument->qty_max_lots / step * step;
    if (least < step)
        least = step;
    if (qty >= least && qty <= most && qty % step == 0)
        return true;
    int64_t nearest = qty / step * step; /* never up on size, but for what is below the least */
    denial->limit = qty > most ? most : qty < least ? least : step;
    denial->nearest = nearest < least ? least : nearest > most ? most : nearest;
    return false;
}

const struct risk_rule risk_lot_size = {
    .name = "lot_size",
    .problem =
        "the quantity is between the instrument's steps, below its smallest or above its largest",
    .limit_unit = RISK_UNIT_LOTS,
    .nearest_unit = RISK_UNIT_LOTS,
    .allows = allows,
};

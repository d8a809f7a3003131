#include "risk/limits.h"

int64_t limit_lots(int64_t qty_e8, const struct instrument *instrument)
{
    i128 amount = amount_from(qty_e8, 8);
    int64_t lots;
    return amount_to_num_floor(amount, instrument->qty_scale, &lots) ? INT64_MAX : lots;
}

int64_t lots_worth(i128 amount, int64_t price_ticks, const struct instrument *instrument)
{
    i128 one_lot;
    if (amount <= 0 || instrument_notional(instrument, price_ticks, 1, &one_lot) || one_lot <= 0)
        return 0;
    i128 lots = amount_div_floor(amount, one_lot);
    if (lots > instrument->qty_max_lots)
        lots = instrument->qty_max_lots;
    return (int64_t)lots / instrument->lot_step * instrument->lot_step;
}

#include "model/instrument.h"

enum err instrument_check(const struct instrument *instrument)
{
    int scales = instrument->price_scale + instrument->qty_scale + instrument->multiplier_scale;
    if (instrument->id == 0 || instrument->kind == INSTRUMENT_NONE ||
        instrument->kind >= INSTRUMENT_KIND_COUNT || scales > AMOUNT_SCALE)
        return ERR_RANGE;
    if (instrument->tick_step <= 0 || instrument->lot_step <= 0 || instrument->multiplier <= 0 ||
        instrument->price_max_ticks <= 0)
        return ERR_RANGE;
    if (instrument->qty_min_lots < 0 || instrument->qty_max_lots < instrument->qty_min_lots ||
        instrument->qty_max_lots <= 0)
        return ERR_RANGE;
    if (instrument->tick_step > instrument->price_max_ticks ||
        instrument->qty_max_lots / instrument->lot_step < 1 ||
        instrument->qty_max_lots / instrument->lot_step <
            num_div_ceil(instrument->qty_min_lots, instrument->lot_step))
        return ERR_RANGE; /* no order could stand on the steps */
    if (instrument->maker_fee_e9 <= -num_pow10(FEE_SCALE) ||
        instrument->maker_fee_e9 >= num_pow10(FEE_SCALE) || instrument->taker_fee_e9 < 0 ||
        instrument->taker_fee_e9 >= num_pow10(FEE_SCALE))
        return ERR_RANGE;
    if (instrument->base_asset == 0 || instrument->quote_asset == 0)
        return ERR_RANGE;
    i128 largest;
    return instrument_notional(instrument, instrument->price_max_ticks, instrument->qty_max_lots,
                               &largest);
}

enum err instrument_notional(const struct instrument *instrument, int64_t price_ticks,
                             int64_t qty_lots, i128 *out)
{
    int scales = instrument->price_scale + instrument->qty_scale + instrument->multiplier_scale;
    i128 product = (i128)price_ticks * qty_lots; /* two int64 never overflow an i128 */
    i128 scaled;
    enum err err = amount_mul(product, instrument->multiplier, &scaled);
    return err ? err : amount_mul(scaled, num_pow10(AMOUNT_SCALE - scales), out);
}

enum err instrument_fee(i128 notional, int64_t fee_e9, i128 *out)
{
    return amount_mul_div_ceil(notional, fee_e9, num_pow10(FEE_SCALE), out);
}

i128 instrument_base_amount(const struct instrument *instrument, int64_t qty_lots)
{
    return amount_from(qty_lots, instrument->qty_scale);
}

#include "engine/sizing.h"
#include "engine/engine.h"
#include "engine/ledger.h"
#include "engine/strategies.h"
#include "risk/limits.h"

/* A market order is sent with a worst price, so that what it may cost is known and held back: this far
 * through the market. */
#define MARKET_PROTECTION_E9 10000000 /* 1 % */
#define E9 1000000000

int64_t sizing_market_ticks(const struct market_row *market, uint8_t side)
{
    int64_t best = side == SIDE_BUY ? market->quote.ask_ticks : market->quote.bid_ticks;
    return best > 0 ? best : market->last_ticks;
}

void sizing_protect(struct order *order, const struct instrument *instrument, int64_t market_ticks)
{
    if (order->type != ORDER_MARKET || order->price_ticks || order->tif == TIF_AT_OPEN)
        return;
    i128 step = instrument->tick_step;
    i128 width = (i128)market_ticks * MARKET_PROTECTION_E9 / E9;
    i128 worst = order->side == SIDE_BUY ? amount_div_ceil(market_ticks + width, step) * step
                                         : amount_div_floor(market_ticks - width, step) * step;
    if (worst > instrument->price_max_ticks)
        worst = instrument->price_max_ticks;
    order->price_ticks = worst < step ? (int64_t)step : (int64_t)worst;
}

/* ---- what is held ---- */

static struct position *held(struct engine *engine, const struct order *order)
{
    return position_of(engine, order->account, order->instrument, order->position_side);
}

int64_t sizing_against_lots(struct engine *engine, const struct order *order)
{
    if (!(order->flags & ORDER_TARGET))
        return 0;
    int64_t lots = held(engine, order)->qty_lots;
    (void)strategies_share(engine, order->strategy, &lots);
    int64_t against = order->side == SIDE_BUY ? -lots : lots;
    return against > 0 ? against : 0;
}

i128 sizing_gain(struct engine *engine, const struct order *order, int64_t price_ticks,
                 int64_t lots)
{
    const struct instrument *instrument = &instrument_of(engine, order->instrument)->row;
    const struct position *position = held(engine, order);
    int64_t qty_lots = position->qty_lots;
    row_i128 cost = position->cost, realised = 0;
    i128 notional;
    if (lots == 0 || ledger_exchanges_assets(instrument) ||
        instrument_notional(instrument, price_ticks, lots, &notional))
        return 0;
    return position_book(&qty_lots, &cost, &realised, order->side == SIDE_BUY ? lots : -lots,
                         notional);
}

/* ---- sizes ---- */

/* Free money, and what the closing part of a target order brings, times the fraction; fees included. */
static int64_t lots_of_free(struct engine *engine, const struct order *order, int64_t against_lots)
{
    const struct instrument_slot *instrument = instrument_of(engine, order->instrument);
    const struct instrument *row = &instrument->row;
    const struct balance *balance = balance_of(engine, order->account, row->quote_asset);
    struct order priced = *order; /* at the worst price it may get, so that it can be paid */
    int64_t ticks = sizing_market_ticks(&instrument->market, order->side);
    i128 closing, fee = 0, share, with_fee;
    if (ticks > 0)
        sizing_protect(&priced, row, ticks);
    ticks = priced.price_ticks ? priced.price_ticks : ticks;
    if (against_lots && (instrument_notional(row, ticks, against_lots, &closing) ||
                         instrument_fee(closing, row->taker_fee_e9, &fee)))
        return 0;
    i128 free = balance->total - balance->reserved - fee;
    free += sizing_gain(engine, order, ticks, against_lots);
    if (ticks == 0 || free <= 0 || amount_mul_div_floor(free, order->size_e9, E9, &share) ||
        amount_mul_div_floor(share, E9, E9 + row->taker_fee_e9, &with_fee))
        return 0;
    return lots_worth(with_fee, ticks, row);
}

static int64_t lots_of_value(struct engine *engine, const struct order *order)
{
    const struct instrument_slot *instrument = instrument_of(engine, order->instrument);
    int64_t ticks = sizing_market_ticks(&instrument->market, order->side);
    i128 value, share;
    if (ticks == 0 || engine_equity(engine, order->account, &value) || value <= 0 ||
        amount_mul_div_floor(value, order->size_e9, E9, &share))
        return 0;
    return lots_worth(share, ticks, &instrument->row);
}

int64_t sizing_lots(struct engine *engine, const struct order *order)
{
    const struct instrument *instrument = &instrument_of(engine, order->instrument)->row;
    int64_t against = sizing_against_lots(engine, order), opens;
    if (against && ledger_exchanges_assets(instrument))
        return against; /* nobody lends what is not there: it can only be given away */
    opens = order->size_mode == SIZE_VALUE_FRACTION ? lots_of_value(engine, order)
                                                    : lots_of_free(engine, order, against);
    return opens > instrument->qty_max_lots - against ? instrument->qty_max_lots : against + opens;
}

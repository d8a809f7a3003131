#include "engine/ledger.h"
#include <stdlib.h>

bool ledger_exchanges_assets(const struct instrument *instrument)
{
    return instrument->kind == INSTRUMENT_SPOT || instrument->kind == INSTRUMENT_EQUITY;
}

/* The price an order is held to be worth: its limit, else its protection, else its trigger. */
static int64_t worth_ticks(const struct order *order)
{
    return order->price_ticks > 0 ? order->price_ticks : order->stop_ticks;
}

enum err ledger_need(const struct order *order, const struct instrument *instrument,
                     int64_t open_lots, int64_t closing_lots, i128 *amount, uint16_t *asset)
{
    bool exchanges = ledger_exchanges_assets(instrument);
    i128 notional, opening, fee;
    if (exchanges && order->side == SIDE_SELL) {
        *asset = instrument->base_asset;
        *amount = instrument_base_amount(instrument, open_lots);
        return OK;
    }
    enum err err = instrument_notional(instrument, worth_ticks(order), open_lots, &notional);
    if (err)
        return err;
    err = instrument_fee(notional, instrument->taker_fee_e9, &fee);
    if (err)
        return err;
    err = instrument_notional(instrument, worth_ticks(order),
                              exchanges ? open_lots : open_lots - closing_lots, &opening);
    *asset = exchanges ? instrument->quote_asset : instrument->settle_asset;
    *amount = opening + fee;
    return err;
}

void ledger_move(struct step *step, uint16_t account, uint16_t asset, i128 amount, uint8_t kind,
                 uint32_t instrument, uint64_t order_id)
{
    if (amount == 0)
        return;
    struct balance *balance = balance_of(step->engine, account, asset);
    i128 total;
    enum err err = amount_add(balance->total, amount, &total);
    assert(err == OK); /* amounts are bounded far below AMOUNT_MAX where they enter */
    balance->total = total;
    dirty_balance(step->engine, balance);

    struct event *event = outcome(step, EVENT_LEDGER, sizeof(struct ledger_entry));
    struct ledger_entry *entry = event_body(event);
    event->account = account;
    event->instrument = instrument;
    *entry = (struct ledger_entry){ .from = amount > 0 ? LEDGER_WORLD : account,
                                    .to = amount > 0 ? account : LEDGER_WORLD,
                                    .asset = asset,
                                    .kind = kind,
                                    .instrument = instrument,
                                    .order_id = order_id,
                                    .amount = amount > 0 ? amount : -amount };
}

/* Weighted average entry: what leaves takes its share of the cost with it, rounded toward zero; the last
 * lot takes all that is left, so that a flat position has no cost. */
i128 position_book(int64_t *held_lots, row_i128 *cost, row_i128 *realised, int64_t qty_lots,
                   i128 notional)
{
    int64_t held = *held_lots;
    bool adds = held == 0 || (held > 0) == (qty_lots > 0);
    if (adds) {
        *held_lots = held + qty_lots;
        *cost += qty_lots > 0 ? notional : -notional;
        return 0;
    }
    int64_t closing = llabs(qty_lots) < llabs(held) ? llabs(qty_lots) : llabs(held);
    i128 cost_size = *cost > 0 ? *cost : -*cost, cost_part = cost_size, worth_part = notional;
    enum err err = OK;
    if (closing < llabs(held))
        err = amount_mul_div_floor(cost_size, closing, llabs(held), &cost_part);
    assert(err == OK); /* a part is smaller than the whole */
    if (closing < llabs(qty_lots))
        err = amount_mul_div_floor(notional, closing, llabs(qty_lots), &worth_part);
    assert(err == OK);
    i128 gain = held > 0 ? worth_part - cost_part : cost_part - worth_part;
    *realised += gain;
    *held_lots = held + qty_lots;
    *cost -= held > 0 ? cost_part : -cost_part;
    if (closing < llabs(qty_lots)) /* through zero: the rest opens anew */
        *cost = qty_lots > 0 ? notional - worth_part : -(notional - worth_part);
    return gain;
}

static void move_assets(struct step *step, const struct instrument *instrument,
                        const struct fill_terms *terms, i128 notional, i128 realised)
{
    uint16_t account = terms->account;
    if (ledger_exchanges_assets(instrument)) {
        i128 base = instrument_base_amount(instrument, terms->qty_lots);
        bool buy = terms->side == SIDE_BUY;
        ledger_move(step, account, instrument->base_asset, buy ? base : -base, LEDGER_TRADE,
                    instrument->id, terms->order_id);
        ledger_move(step, account, instrument->quote_asset, buy ? -notional : notional,
                    LEDGER_TRADE, instrument->id, terms->order_id);
    } else {
        ledger_move(step, account, instrument->settle_asset, realised, LEDGER_SETTLEMENT,
                    instrument->id, terms->order_id);
    }
    ledger_move(step, account, terms->fee_asset, -terms->fee,
                terms->fee < 0 ? LEDGER_REBATE : LEDGER_FEE, instrument->id, terms->order_id);
}

i128 ledger_fill(struct step *step, const struct instrument_slot *instrument,
                 const struct fill_terms *terms)
{
    i128 notional;
    enum err err =
        instrument_notional(&instrument->row, terms->price_ticks, terms->qty_lots, &notional);
    assert(err == OK); /* report_check() vouched for it */
    struct position *position =
        position_of(step->engine, terms->account, instrument->row.id, terms->position_side);
    int64_t signed_lots = terms->side == SIDE_BUY ? terms->qty_lots : -terms->qty_lots;
    i128 realised = position_book(&position->qty_lots, &position->cost, &position->realised,
                                  signed_lots, notional);
    *(terms->side == SIDE_BUY ? &position->bought_lots : &position->sold_lots) += terms->qty_lots;
    *(terms->side == SIDE_BUY ? &position->bought_notional : &position->sold_notional) += notional;
    if (terms->fee_asset == instrument->row.quote_asset)
        position->fees += terms->fee;
    position->fills++;
    position->updated_ns = step->ts_ns;
    dirty_position(step->engine, position);
    move_assets(step, &instrument->row, terms, notional, realised);
    return realised;
}

/*
 * engine/ledger.h - money: reservations, double entries, positions. Private to the engine.
 */
#ifndef ENGINE_LEDGER_H
#define ENGINE_LEDGER_H
#include "engine/state.h"

/* Spot and shares: the two assets change hands. Others settle what was gained. */
bool ledger_exchanges_assets(const struct instrument *instrument);

/* What an order's open part must hold back, and of which asset: a spot buy its value and taker fee in the
 * quote asset, a spot sell its quantity of the base asset, others the value of what they open as margin;
 * closing_lots of it only close. ERR_RANGE. */
MUST_USE enum err ledger_need(const struct order *order, const struct instrument *instrument,
                              int64_t open_lots, int64_t closing_lots, i128 *amount,
                              uint16_t *asset);

/* Moves money between an account and the world, with its EVENT_LEDGER. amount may be negative: then it
 * leaves the account. Zero writes nothing. */
void ledger_move(struct step *step, uint16_t account, uint16_t asset, i128 amount, uint8_t kind,
                 uint32_t instrument, uint64_t order_id);

/* Books one fill: money, fee and position. Returns what it realised, an amount in the quote asset. */
struct fill_terms {
    uint16_t account;
    uint8_t side, position_side;
    int64_t price_ticks, qty_lots;
    i128 fee;
    uint16_t fee_asset;
    uint64_t order_id;
};
i128 ledger_fill(struct step *step, const struct instrument_slot *instrument,
                 const struct fill_terms *terms);

/* The position arithmetic alone, for an account's position and a strategy's share alike. Returns what was
 * realised. `notional` is qty_lots at the price, > 0; qty_lots signed. */
i128 position_book(int64_t *held_lots, row_i128 *cost, row_i128 *realised, int64_t qty_lots,
                   i128 notional);

#endif

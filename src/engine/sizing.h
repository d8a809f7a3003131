/*
 * engine/sizing.h - how many lots an order is, when it names a share of money or a position to go to,
 * and the price that it is valued at until it has one. Private to the engine.
 */
#ifndef ENGINE_SIZING_H
#define ENGINE_SIZING_H
#include "engine/state.h"

/* What an order of that side meets now: the best price of the other side, else the last; 0 = none. */
int64_t sizing_market_ticks(const struct market_row *market, uint8_t side);

/* The protection price of a market order; stays 0 where it is held for the open: it fills there. */
void sizing_protect(struct order *order, const struct instrument *instrument, int64_t market_ticks);

/* ORDER_TARGET: what is held against the order's side and is closed by it first; else 0. Of the share of
 * the strategy that asked, of the whole position for others. */
int64_t sizing_against_lots(struct engine *engine, const struct order *order);

/* What closing so many lots at that price would realise; 0 where nothing is held against the side. */
i128 sizing_gain(struct engine *engine, const struct order *order, int64_t price_ticks,
                 int64_t lots);

/* SIZE_EQUITY_FRACTION and SIZE_VALUE_FRACTION: whole lot_steps at the price that is known now, with
 * what a target order closes first. 0: no price, no money. */
int64_t sizing_lots(struct engine *engine, const struct order *order);

#endif

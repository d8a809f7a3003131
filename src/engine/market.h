/*
 * engine/market.h - last prices and bars: facts kept from market data, without any decision. The same
 * lines run live and in recovery. Private to the engine.
 */
#ifndef ENGINE_MARKET_H
#define ENGINE_MARKET_H
#include "engine/state.h"

#define MARKET_BAR_NS (INT64_C(60) * 1000000000) /* bars made here are one minute long */
/* After a pause, at most so many empty minutes are filled with flat bars; a longer gap stays a gap. */
#define MARKET_FLAT_BARS_MAX 60

/* No price of it is negative, or so large that sums with it could wrap; trades and bars have prices.
 * What is not sane is journaled and changes nothing. */
bool market_makes_sense(const struct event *event);

/* Takes one market-data event. Finished bars are written to closed (MARKET_FLAT_BARS_MAX + 1 at
 * most, oldest first); returns how many. */
uint32_t market_apply(struct instrument_slot *instrument, const struct event *event,
                      struct bar *closed);

#endif

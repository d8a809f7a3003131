/*
 * engine/emulate.h - order types a venue does not have: they wait here for their trigger, survive a restart
 * because their rows are journaled, and are sent as what the venue does have. Private to the engine.
 *
 * The price that triggers is the last trade; for an instrument without trades the bid (sells) or ask
 * (buys).
 */
#ifndef ENGINE_EMULATE_H
#define ENGINE_EMULATE_H
#include "engine/state.h"

bool emulate_wanted(const struct order *order, const struct account *account);
uint8_t emulate_becomes(uint8_t type); /* STOP -> MARKET, STOP_LIMIT -> LIMIT ... */

void emulate_watch(struct engine *engine, struct order_slot *slot);
void emulate_forget(struct engine *engine, struct order_slot *slot); /* also when not watched */

/* After new prices: moves trailing stops, releases what triggers, oldest first. */
void emulate_market(struct step *step, struct instrument_slot *instrument, bool bar_opened);

#endif

/*
 * engine/commands.h - inputs that are not market data and not from a venue. Private to the engine.
 */
#ifndef ENGINE_COMMANDS_H
#define ENGINE_COMMANDS_H
#include "engine/state.h"

void commands_apply(struct step *step, const struct event *input);
/* Runs every timer that is due, in order. */
void commands_timers(struct step *step);

#endif

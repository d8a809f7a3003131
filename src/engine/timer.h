/*
 * engine/timer.h - things that happen by themselves, later. Private to the engine.
 *
 * A heap by (deadline, id). Timers are not cancelled: what fires too late finds its subject gone and does
 * nothing.
 */
#ifndef ENGINE_TIMER_H
#define ENGINE_TIMER_H
#include "engine/state.h"

enum timer_kind {
    TIMER_EXPIRE_ORDER = 1, /* subject: order; GTD of an emulated order */
    TIMER_STRATEGY,         /* subject: strategy; tag: its own */
    TIMER_CANCEL_ALL,  /* subject: account << 32 | instrument, 0 = all; tag: the order reached */
    TIMER_MARKET_AGAIN /* subject: instrument; goes on with many triggers */
};

bool timer_has_room(const struct engine *engine);
/* False when there is no room. */
bool timer_set(struct step *step, enum timer_kind kind, uint64_t subject, uint64_t tag,
               int64_t deadline_ns);
/* The earliest timer that is due, taken out; false: none. */
bool timer_take(struct step *step, struct timer_row *out);
int64_t timer_next_ns(const struct engine *engine);

/* Recovery: an image sets a timer, or says that it is gone. */
void timer_recover(struct engine *engine, const struct timer_row *row);

#endif

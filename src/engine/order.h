/*
 * engine/order.h - the life of one order.
 *
 * A pure state machine. order_apply() is the only writer of state, quantity and cost; it reads no clock
 * and does no I/O, so live trading, backtest and journal replay share these very lines. "Partially
 * filled" is not a state but a fact: 0 < filled_lots < qty_lots.
 */
#ifndef ENGINE_ORDER_H
#define ENGINE_ORDER_H
#include <stdbool.h>
#include <stdint.h>
#include "model/order.h"

enum order_event_kind {
    EV_SUBMIT,
    EV_DENY,
    EV_ACCEPT,
    EV_REJECT,
    EV_FILL,
    EV_AMEND_REQUEST,
    EV_AMEND,
    EV_AMEND_REJECT,
    EV_CANCEL_REQUEST,
    EV_CANCEL_REJECT,
    EV_CANCEL,
    EV_EXPIRE,
    EV_TIMEOUT,
    EV_COUNT
};
struct order_event {
    enum order_event_kind kind;
    int64_t price_ticks; /* EV_FILL: of this fill; EV_AMEND: the new price, 0 = unchanged */
    int64_t qty_lots;    /* EV_FILL: > 0, this fill; EV_AMEND: the new total, 0 = unchanged */
};

/* A fact about money is never refused: the order is right after every call, and the
 * answer says what the caller must raise as a discrepancy. */
enum surprise {
    AS_EXPECTED,
    UNEXPECTED_MOVE, /* the table has no such move; *order is untouched */
    FILL_AFTER_END,  /* booked, though the order was denied or rejected */
    OVERFILL         /* booked, though it exceeds qty_lots */
};

/* Applies one event. Repeated fills are dropped before this, by the venue's trade id. */
enum surprise order_apply(struct order *order, const struct order_event *event);

/* True once only a late fill can still change the order. */
bool order_is_done(const struct order *order);

#endif

#include "engine/order.h"
#include <assert.h>
#include "base/num.h"

/* Row: where we are. Column: what happened. Cell: where we go; an empty cell is no move.
 * Truths of real venues are written here on purpose: an answer may come after we gave up
 * waiting, and a cancel or amend may come too late. Fills have their own rule below. */
#define LATE_ANSWERS(state)                                                                        \
    [EV_ACCEPT] = state, [EV_CANCEL_REJECT] = state, [EV_AMEND_REJECT] = state, [EV_TIMEOUT] = state

/* clang-format off */
static const uint8_t next_state[ORDER_STATE_COUNT][EV_COUNT] = {
    [ORDER_NEW]        = { [EV_SUBMIT] = ORDER_SENT, [EV_DENY] = ORDER_DENIED,
                           [EV_AMEND] = ORDER_NEW, [EV_CANCEL] = ORDER_CANCELLED,
                           [EV_EXPIRE] = ORDER_EXPIRED },
    [ORDER_SENT]       = { [EV_ACCEPT] = ORDER_OPEN, [EV_REJECT] = ORDER_REJECTED,
                           [EV_CANCEL_REQUEST] = ORDER_CANCELLING, [EV_CANCEL] = ORDER_CANCELLED,
                           [EV_EXPIRE] = ORDER_EXPIRED, [EV_TIMEOUT] = ORDER_UNKNOWN },
    [ORDER_OPEN]       = { [EV_ACCEPT] = ORDER_OPEN, [EV_AMEND_REQUEST] = ORDER_AMENDING,
                           [EV_CANCEL_REQUEST] = ORDER_CANCELLING, [EV_AMEND] = ORDER_OPEN,
                           [EV_CANCEL] = ORDER_CANCELLED, [EV_EXPIRE] = ORDER_EXPIRED },
    [ORDER_AMENDING]   = { [EV_ACCEPT] = ORDER_AMENDING, [EV_AMEND] = ORDER_OPEN,
                           [EV_AMEND_REJECT] = ORDER_OPEN, [EV_CANCEL_REQUEST] = ORDER_CANCELLING,
                           [EV_CANCEL] = ORDER_CANCELLED, [EV_EXPIRE] = ORDER_EXPIRED,
                           [EV_TIMEOUT] = ORDER_UNKNOWN },
    [ORDER_CANCELLING] = { [EV_ACCEPT] = ORDER_CANCELLING, [EV_REJECT] = ORDER_REJECTED,
                           [EV_AMEND] = ORDER_CANCELLING, [EV_AMEND_REJECT] = ORDER_CANCELLING,
                           [EV_CANCEL_REQUEST] = ORDER_CANCELLING,
                           [EV_CANCEL_REJECT] = ORDER_OPEN, [EV_CANCEL] = ORDER_CANCELLED,
                           [EV_EXPIRE] = ORDER_EXPIRED, [EV_TIMEOUT] = ORDER_UNKNOWN },
    [ORDER_UNKNOWN]    = { [EV_ACCEPT] = ORDER_OPEN, [EV_REJECT] = ORDER_REJECTED,
                           [EV_AMEND] = ORDER_OPEN, [EV_AMEND_REJECT] = ORDER_OPEN,
                           [EV_CANCEL_REQUEST] = ORDER_UNKNOWN, [EV_CANCEL_REJECT] = ORDER_OPEN,
                           [EV_CANCEL] = ORDER_CANCELLED, [EV_EXPIRE] = ORDER_EXPIRED,
                           [EV_TIMEOUT] = ORDER_UNKNOWN },
    [ORDER_FILLED]     = { LATE_ANSWERS(ORDER_FILLED) },
    [ORDER_CANCELLED]  = { LATE_ANSWERS(ORDER_CANCELLED) },
    [ORDER_EXPIRED]    = { LATE_ANSWERS(ORDER_EXPIRED) },
    /* A cancel or amend may cross the reject: then it finds nothing. */
    [ORDER_REJECTED]   = { [EV_AMEND_REJECT] = ORDER_REJECTED, [EV_CANCEL_REJECT] = ORDER_REJECTED },
};

/* Where a part fill leads from a live state; done states stay what they are. */
static const uint8_t after_part_fill[ORDER_STATE_COUNT] = {
    [ORDER_NEW] = ORDER_OPEN, [ORDER_SENT] = ORDER_OPEN, [ORDER_OPEN] = ORDER_OPEN,
    [ORDER_AMENDING] = ORDER_AMENDING, [ORDER_CANCELLING] = ORDER_CANCELLING,
    [ORDER_UNKNOWN] = ORDER_OPEN,
};
/* clang-format on */

/* A fill may overtake the answer to an amend: until that comes, the larger quantity counts. */
static int64_t whole_lots(const struct order *order)
{
    bool amending = order->state == ORDER_AMENDING && order->amend_qty_lots > order->qty_lots;
    return amending ? order->amend_qty_lots : order->qty_lots;
}

static enum surprise book_fill(struct order *order, const struct order_event *event)
{
    assert(event->qty_lots > 0); /* the codec vouches for it */
    int64_t whole = whole_lots(order);
    bool never_lived = order->state == ORDER_DENIED || order->state == ORDER_REJECTED;

    order->cost_tick_lots += (i128)event->price_ticks * event->qty_lots;
    order->filled_lots += event->qty_lots;
    if (!order_is_done(order))
        order->state =
            order->filled_lots < whole ? after_part_fill[order->state] : (uint8_t)ORDER_FILLED;
    if (never_lived)
        return FILL_AFTER_END;
    return order->filled_lots > whole ? OVERFILL : AS_EXPECTED;
}

enum surprise order_apply(struct order *order, const struct order_event *event)
{
    assert(event->kind < EV_COUNT);
    assert(order->state < ORDER_STATE_COUNT);

    if (event->kind == EV_FILL)
        return book_fill(order, event);

    uint8_t next = next_state[order->state][event->kind];
    if (next == ORDER_NONE)
        return UNEXPECTED_MOVE;
    if (event->kind == EV_AMEND) {
        order->qty_lots = event->qty_lots > 0 ? event->qty_lots : order->qty_lots;
        order->price_ticks = event->price_ticks > 0 ? event->price_ticks : order->price_ticks;
    }
    bool complete = next == ORDER_OPEN && order->filled_lots >= order->qty_lots;
    order->state = complete ? (uint8_t)ORDER_FILLED : next;
    return AS_EXPECTED;
}

bool order_is_done(const struct order *order) { return order_state_is_done(order->state); }

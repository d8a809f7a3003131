#include "engine/emulate.h"
#include "engine/orders.h"
#include "engine/timer.h"

static const struct {
    uint8_t becomes;
    uint32_t cap; /* 0 = every venue has it */
    bool trailing;
} types[ORDER_TYPE_COUNT] = {
    [ORDER_LIMIT] = { ORDER_LIMIT, 0, false },
    [ORDER_MARKET] = { ORDER_MARKET, 0, false },
    [ORDER_STOP] = { ORDER_MARKET, VENUE_CAP_STOP, false },
    [ORDER_STOP_LIMIT] = { ORDER_LIMIT, VENUE_CAP_STOP_LIMIT, false },
    [ORDER_MARKET_IF_TOUCHED] = { ORDER_MARKET, VENUE_CAP_IF_TOUCHED, false },
    [ORDER_LIMIT_IF_TOUCHED] = { ORDER_LIMIT, VENUE_CAP_IF_TOUCHED, false },
    [ORDER_TRAILING_STOP] = { ORDER_MARKET, VENUE_CAP_TRAILING, true },
    [ORDER_TRAILING_STOP_LIMIT] = { ORDER_LIMIT, VENUE_CAP_TRAILING, true },
};

bool emulate_wanted(const struct order *order, const struct account *account)
{
    uint32_t cap = types[order->type].cap;
    return order->tif == TIF_AT_OPEN || (cap && !(account->venue_caps & cap));
}

uint8_t emulate_becomes(uint8_t type) { return types[type].becomes; }

/* Buy stops and sell touches wait for a rise, sell stops and buy touches for a fall. */
static bool triggers_above(const struct order *order)
{
    bool touch = order->type == ORDER_MARKET_IF_TOUCHED || order->type == ORDER_LIMIT_IF_TOUCHED;
    return (order->side == SIDE_BUY) != touch;
}

static void widen(struct instrument_slot *instrument, const struct order *order)
{
    if (order->tif == TIF_AT_OPEN || order->stop_ticks == 0)
        return;
    if (triggers_above(order) && (instrument->trigger_above_ticks == 0 ||
                                  order->stop_ticks < instrument->trigger_above_ticks))
        instrument->trigger_above_ticks = order->stop_ticks;
    if (!triggers_above(order) && order->stop_ticks > instrument->trigger_below_ticks)
        instrument->trigger_below_ticks = order->stop_ticks;
}

static void count(struct instrument_slot *instrument, const struct order *order, uint32_t by)
{
    instrument->trailing += types[order->type].trailing ? by : 0;
    instrument->at_open += order->tif == TIF_AT_OPEN ? by : 0;
}

/* In the order of ids, so that a list rebuilt by recovery is the same. */
void emulate_watch(struct engine *engine, struct order_slot *slot)
{
    struct order_slot *slots = order_slots(engine);
    struct instrument_slot *instrument = instrument_of(engine, slot->row.instrument);
    uint32_t number = (uint32_t)(slot - slots), before = instrument->watch_tail;
    if (slot->watched)
        return;
    while (before != NO_SLOT && slots[before].row.id > slot->row.id)
        before = slots[before].watch_previous;
    uint32_t after = before == NO_SLOT ? instrument->watch_head : slots[before].watch_next;
    slot->watch_previous = before;
    slot->watch_next = after;
    *(before == NO_SLOT ? &instrument->watch_head : &slots[before].watch_next) = number;
    *(after == NO_SLOT ? &instrument->watch_tail : &slots[after].watch_previous) = number;
    slot->watched = true;
    count(instrument, &slot->row, 1);
    widen(instrument, &slot->row);
}

void emulate_forget(struct engine *engine, struct order_slot *slot)
{
    if (!slot->watched)
        return;
    struct order_slot *slots = order_slots(engine);
    struct instrument_slot *instrument = instrument_of(engine, slot->row.instrument);
    uint32_t before = slot->watch_previous, after = slot->watch_next;
    *(before == NO_SLOT ? &instrument->watch_head : &slots[before].watch_next) = after;
    *(after == NO_SLOT ? &instrument->watch_tail : &slots[after].watch_previous) = before;
    slot->watch_previous = slot->watch_next = NO_SLOT;
    slot->watched = false;
    count(instrument, &slot->row, UINT32_MAX); /* minus one */
}

static int64_t price_for(const struct market_row *market, const struct order *order)
{
    if (market->trades > 0 || market->quote_ts_ns == 0)
        return market->last_ticks;
    return order->side == SIDE_BUY ? market->quote.ask_ticks : market->quote.bid_ticks;
}

/* The stop follows the best price since it came, at its distance, and never turns back. */
static void trail(struct step *step, struct order_slot *slot, int64_t price_ticks)
{
    struct order *order = &slot->row;
    int64_t stop = order->side == SIDE_SELL ? price_ticks - order->trail_ticks
                                            : price_ticks + order->trail_ticks;
    bool better = order->side == SIDE_SELL ? stop > order->stop_ticks : stop < order->stop_ticks;
    if ((order->stop_ticks == 0 || better) && stop > 0) {
        struct exposure before = orders_before(slot);
        order->stop_ticks = stop;
        orders_after(step, slot, &before);
    }
}

static bool has_triggered(const struct order *order, int64_t price_ticks)
{
    if (order->stop_ticks == 0)
        return false;
    return triggers_above(order) ? price_ticks >= order->stop_ticks
                                 : price_ticks <= order->stop_ticks;
}

static bool nothing_to_do(const struct instrument_slot *instrument, bool bar_opened)
{
    const struct market_row *market = &instrument->market;
    int64_t high = market->last_ticks, low = market->last_ticks;
    if (market->trades == 0 && market->quote_ts_ns) {
        high = market->quote.ask_ticks;
        low = market->quote.bid_ticks;
    }
    bool above = instrument->trigger_above_ticks && high >= instrument->trigger_above_ticks;
    bool below = low > 0 && low <= instrument->trigger_below_ticks;
    return !above && !below && instrument->trailing == 0 && !(bar_opened && instrument->at_open);
}

void emulate_market(struct step *step, struct instrument_slot *instrument, bool bar_opened)
{
    struct order_slot *slots = order_slots(step->engine);
    if (instrument->watch_head == NO_SLOT || nothing_to_do(instrument, bar_opened))
        return;
    instrument->trigger_above_ticks = instrument->trigger_below_ticks = 0;
    for (uint32_t at = instrument->watch_head, next; at != NO_SLOT; at = next) {
        struct order_slot *slot = &slots[at];
        next = slot->watch_next;
        if (step->moved >= STEP_ORDERS_MAX) { /* the rest at once, in a batch of its own */
            widen(instrument, &slot->row);
            timer_set(step, TIMER_MARKET_AGAIN, instrument->row.id, bar_opened, step->ts_ns);
            for (at = next; at != NO_SLOT; at = slots[at].watch_next)
                widen(instrument, &slots[at].row);
            return;
        }
        int64_t price_ticks = price_for(&instrument->market, &slot->row);
        if (slot->row.tif == TIF_AT_OPEN) {
            if (bar_opened)
                orders_release(step, slot);
            continue;
        }
        if (types[slot->row.type].trailing && price_ticks > 0)
            trail(step, slot, price_ticks);
        if (price_ticks > 0 && has_triggered(&slot->row, price_ticks))
            orders_release(step, slot);
        else
            widen(instrument, &slot->row);
    }
}

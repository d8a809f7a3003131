#include "sim/state.h"

/* Stops go by the last price. A feed that has quotes only never has one from the street: then by
 * the price at which the stop would trade, the ask for a buy. */
bool stop_is_reached(const struct sim *sim, unsigned side, int64_t stop_ticks)
{
    int64_t key = side == BID ? stop_ticks : -stop_ticks;
    int64_t opposite = sim->quote_rank[1 - side];

    if (sim->last_ticks && key <= (side == BID ? sim->last_ticks : -sim->last_ticks))
        return true;
    return !sim->street_trades && opposite != RANK_NONE && key <= -opposite;
}

void order_park(struct sim *sim, uint32_t slot)
{
    struct hot *hot = &sim->book.hot[slot];
    unsigned side = order_side(hot);
    int64_t stop_ticks = sim->book.cold[slot].stop_ticks;

    hot->marks |= MARK_PARKED;
    heap_push(&sim->stops[side], side == BID ? stop_ticks : -stop_ticks, sim->arrivals++, slot);
}

void stop_release(struct sim *sim, uint32_t slot)
{
    struct hot *hot = &sim->book.hot[slot];
    unsigned side = order_side(hot);

    heap_remove(&sim->stops[side], slot);
    hot->marks &= ~(uint32_t)MARK_PARKED;
    tell_order(sim, SIM_TRIGGERED, SIM_REASON_NONE, hot->id, sim->book.cold[slot].stop_ticks,
               hot->qty_lots, hot->open_lots, side);
}

/* One after the other: each may trade and so reach the next. Ends, for each leaves its heap. */
void stops_run(struct sim *sim)
{
    while (sim->stops[BID].count | sim->stops[ASK].count) {
        uint32_t slot = 0;
        for (unsigned side = BID; side <= ASK && !slot; side++) {
            const struct heap *heap = &sim->stops[side];
            if (heap->count > 0 &&
                stop_is_reached(sim, side, sim->book.cold[heap->entries[0].slot].stop_ticks))
                slot = heap->entries[0].slot;
        }
        if (!slot)
            return;
        const struct hot *hot = &sim->book.hot[slot];
        unsigned side = order_side(hot);
        int64_t price_ticks = hot->price_ticks;
        stop_release(sim, slot);
        if ((hot->marks & MARK_POST_ONLY) &&
            sim->book.sides[1 - side].best_rank >= rank_of(1 - side, price_ticks))
            order_end(sim, slot, SIM_CANCELLED, SIM_WOULD_CROSS);
        else
            order_act(sim, slot, price_ticks);
    }
}

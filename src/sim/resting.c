#include "sim/state.h"

struct position *position_find(struct sim *sim, uint64_t owner)
{
    for (uint32_t i = 0; i < sim->position_count; i++)
        if (sim->positions[i].owner == owner)
            return &sim->positions[i];
    return NULL;
}

int64_t reducible_lots(const struct sim *sim, uint64_t owner, unsigned side)
{
    for (uint32_t i = 0; i < sim->position_count; i++) {
        const struct position *position = &sim->positions[i];
        if (position->owner == owner) {
            int64_t lots = side == BID ? -position->qty_lots : position->qty_lots;
            return lots > 0 ? lots : 0;
        }
    }
    return 0;
}

void sim_set_position(struct sim *sim, uint64_t owner, int64_t qty_lots)
{
    struct position *position = position_find(sim, owner);
    if (!position) {
        assert(sim->position_count < SIM_OWNERS_MAX);
        position = &sim->positions[sim->position_count++];
    }
    *position = (struct position){ .owner = owner, .qty_lots = qty_lots };
}

void order_wait(struct sim *sim, uint32_t slot)
{
    sim->book.hot[slot].marks |= MARK_WAITING;
    sim->book.hot[slot].level = NO_LEVEL;
    link_add(sim->book.links, slot, WAITING);
}

void order_drop(struct sim *sim, uint32_t slot)
{
    struct book *book = &sim->book;
    const struct hot *hot = &book->hot[slot];

    if (hot->marks & MARK_PARKED)
        heap_remove(&sim->stops[order_side(hot)], slot);
    else if (hot->marks & MARK_WAITING || (hot->level != NO_LEVEL && hot->level == sim->held_level))
        (void)link_remove(book->links, slot);
    else if (hot->level != NO_LEVEL)
        order_leave(book, slot);
    if (hot->marks & MARK_EXPIRES) {
        heap_remove(&sim->ends, slot);
        deadline_update(sim);
    }
    slot_give(book, slot);
}

void order_end(struct sim *sim, uint32_t slot, enum sim_event_kind kind, enum sim_reason reason)
{
    const struct hot *hot = &sim->book.hot[slot]; /* as it was, until the slot is taken again */
    int64_t left = order_left(sim, slot);

    order_drop(sim, slot);
    tell_order(sim, kind, reason, hot->id, hot->price_ticks, hot->qty_lots, left, order_side(hot));
}

void order_cancel(struct sim *sim, uint64_t id)
{
    uint32_t slot = sim->book.ids.cells[order_probe(&sim->book, id)];
    if (slot)
        order_end(sim, slot, SIM_CANCELLED, SIM_REASON_NONE);
    else
        tell_order(sim, SIM_CANCEL_REJECTED, SIM_UNKNOWN_ORDER, id, 0, 0, 0, BID);
}

/* A short way with the same outcome for a plain order that leaves others in its queue. False: not
 * so, nothing was done. */
static inline bool quit_queue(struct sim *sim, uint64_t id)
{
    struct book *book = &sim->book;
    uint32_t slot = book->ids.cells[order_probe(book, id)];
    const struct hot *hot = &book->hot[slot];

    if (slot == 0 || !order_is_plain(hot) || cell_has_follower(book, slot))
        return false;
    struct link around = book->links[slot];
    if (around.prev == around.next) /* both are the anchor */
        return false;
    book->links[around.prev].next = around.next;
    book->links[around.next].prev = around.prev;
    slot_give_alone(book, slot);
    tell_order(sim, SIM_CANCELLED, SIM_REASON_NONE, id, hot->price_ticks, hot->qty_lots,
               hot->open_lots, order_side(hot));
    return true;
}

/* Less size, same price: the place in the queue stays. What is hidden goes first. */
static void shrink(struct sim *sim, uint32_t slot, int64_t cut_lots)
{
    struct hot *hot = &sim->book.hot[slot];
    int64_t hidden = order_left(sim, slot) - hot->open_lots;
    int64_t from_hidden = hidden < cut_lots ? hidden : cut_lots;

    if (from_hidden)
        sim->book.cold[slot].hidden_lots -= from_hidden;
    hot->open_lots -= cut_lots - from_hidden;
    hot->qty_lots -= cut_lots;
}

static enum sim_reason amend_check(struct sim *sim, uint32_t slot, int64_t price_ticks,
                                   int64_t qty_lots)
{
    const struct hot *hot = &sim->book.hot[slot];
    unsigned side = order_side(hot);
    int64_t filled = hot->qty_lots - order_left(sim, slot);
    int64_t checked_ticks = hot->marks & MARK_MARKET ? sim->instrument.tick_step : price_ticks;

    if (qty_lots <= filled)
        return SIM_BAD_ORDER;
    if (!(hot->marks & MARK_MARKET) && order_check_numbers(sim, checked_ticks, qty_lots))
        return SIM_BAD_ORDER;
    if (qty_lots % sim->instrument.lot_step || qty_lots > sim->instrument.qty_max_lots ||
        qty_lots < sim->instrument.qty_min_lots)
        return SIM_BAD_ORDER;
    if (hot->level == NO_LEVEL || price_ticks == hot->price_ticks)
        return SIM_REASON_NONE;
    if ((hot->marks & MARK_POST_ONLY) &&
        sim->book.sides[1 - side].best_rank >= rank_of(1 - side, price_ticks))
        return SIM_WOULD_CROSS;
    return level_has_room(sim, side, rank_of(side, price_ticks)) ? SIM_REASON_NONE : SIM_BOOK_FULL;
}

void order_amend(struct sim *sim, uint64_t id, int64_t price_ticks, int64_t qty_lots)
{
    struct book *book = &sim->book;
    uint32_t slot = book->ids.cells[order_probe(book, id)];
    if (slot == 0) {
        tell_order(sim, SIM_AMEND_REJECTED, SIM_UNKNOWN_ORDER, id, price_ticks, qty_lots, 0, BID);
        return;
    }
    struct hot *hot = &book->hot[slot];
    unsigned side = order_side(hot);
    int64_t old_ticks = hot->price_ticks;
    price_ticks = price_ticks ? price_ticks : old_ticks;
    qty_lots = qty_lots ? qty_lots : hot->qty_lots;
    enum sim_reason reason = amend_check(sim, slot, price_ticks, qty_lots);
    if (reason) {
        tell_order(sim, SIM_AMEND_REJECTED, reason, id, price_ticks, qty_lots,
                   order_left(sim, slot), side);
        return;
    }
    int64_t more = qty_lots - hot->qty_lots, left = order_left(sim, slot) + more;
    bool keeps_place = price_ticks == old_ticks && more <= 0;
    if (hot->level == NO_LEVEL) { /* a stop or one that waits: no place to lose */
        hot->open_lots += more;
        hot->qty_lots = qty_lots;
        hot->price_ticks = price_ticks;
    } else if (keeps_place) {
        shrink(sim, slot, -more);
    } else {
        order_leave(book, slot);
        hot->level = NO_LEVEL;
        hot->open_lots = left;
        book->cold[slot].hidden_lots = 0;
        hot->qty_lots = qty_lots;
    }
    tell_order(sim, SIM_AMENDED, SIM_REASON_NONE, id, price_ticks, qty_lots, left, side);
    if (hot->level == NO_LEVEL && !(hot->marks & (MARK_PARKED | MARK_WAITING))) {
        order_act(sim, slot, price_ticks);
        stops_run(sim);
    }
}

/* These two are kept apart from the short way, which then needs no stack. */
static __attribute__((noinline)) void cancel_any(struct sim *sim, uint64_t order_id)
{
    if (sim->careful & CAREFUL_LEGS)
        command_later(sim, COMMAND_CANCEL, &(struct sim_order){ .id = order_id });
    else
        order_cancel(sim, order_id);
}

static __attribute__((noinline)) void cancel_after(struct sim *sim, uint64_t order_id,
                                                   int64_t now_ns)
{
    sim_advance(sim, now_ns);
    cancel_any(sim, order_id);
}

void sim_cancel(struct sim *sim, uint64_t order_id, int64_t now_ns)
{
    if (!clock_to_at_ease(sim, now_ns))
        cancel_after(sim, order_id, now_ns);
    else if ((sim->careful & CAREFUL_LEGS) || !quit_queue(sim, order_id))
        cancel_any(sim, order_id);
}

void sim_amend(struct sim *sim, uint64_t order_id, int64_t price_ticks, int64_t qty_lots,
               int64_t now_ns)
{
    clock_to(sim, now_ns);
    if (sim->careful & CAREFUL_LEGS)
        command_later(sim, COMMAND_AMEND,
                      &(struct sim_order){
                          .id = order_id, .price_ticks = price_ticks, .qty_lots = qty_lots });
    else
        order_amend(sim, order_id, price_ticks, qty_lots);
}

#include "sim/state.h"

int64_t order_ticks(const struct sim *sim, uint32_t slot)
{
    const struct hot *hot = &sim->book.hot[slot];
    return hot->level == NO_LEVEL ? sim->book.cold[slot].price_ticks
                                  : rank_of(order_side(hot), sim->book.levels[hot->level].rank);
}

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

/* Waiting orders are a FIFO of their own, by the same links. */
void order_wait(struct sim *sim, uint32_t slot)
{
    struct hot *hot = &sim->book.hot[slot];
    hot->marks |= MARK_WAITING;
    hot->level = NO_LEVEL;
    hot->next = 0;
    hot->prev = sim->waiting_tail;
    if (sim->waiting_tail)
        sim->book.hot[sim->waiting_tail].next = slot;
    else
        sim->waiting_head = slot;
    sim->waiting_tail = slot;
}

static void order_unwait(struct sim *sim, uint32_t slot)
{
    struct hot *hot = &sim->book.hot[slot];
    if (hot->prev)
        sim->book.hot[hot->prev].next = hot->next;
    else
        sim->waiting_head = hot->next;
    if (hot->next)
        sim->book.hot[hot->next].prev = hot->prev;
    else
        sim->waiting_tail = hot->prev;
}

void order_drop(struct sim *sim, uint32_t slot)
{
    struct book *book = &sim->book;
    const struct hot *hot = &book->hot[slot];

    if (hot->marks & MARK_PARKED)
        heap_remove(&sim->stops[order_side(hot)], slot);
    else if (hot->marks & MARK_WAITING)
        order_unwait(sim, slot);
    else if (hot->level != NO_LEVEL && hot->level == sim->held_level)
        order_unlink(book, slot);
    else if (hot->level != NO_LEVEL)
        order_leave(book, slot);
    if (hot->marks & MARK_EXPIRES) {
        heap_remove(&sim->ends, slot);
        deadline_update(sim);
    }
    order_forget(book, slot);
}

void order_end(struct sim *sim, uint32_t slot, enum sim_event_kind kind, enum sim_reason reason)
{
    const struct hot *hot = &sim->book.hot[slot];
    uint64_t id = hot->id;
    unsigned side = order_side(hot);
    int64_t price_ticks = order_ticks(sim, slot), left = order_left(sim, slot);
    int64_t qty_lots = sim->book.cold[slot].qty_lots;

    order_drop(sim, slot);
    tell_order(sim, kind, reason, id, price_ticks, qty_lots, left, side);
}

void order_cancel(struct sim *sim, uint64_t id)
{
    struct book *book = &sim->book;
    uint64_t at = order_probe(book, id, ids_tag(id));
    uint32_t slot = ids_slot(&book->ids, at);
    if (slot == 0) {
        tell_order(sim, SIM_CANCEL_REJECTED, SIM_UNKNOWN_ORDER, id, 0, 0, 0, BID);
        return;
    }
    const struct hot *hot = &book->hot[slot];
    if (hot->marks & MARK_ELSEWHERE) {
        order_end(sim, slot, SIM_CANCELLED, SIM_REASON_NONE);
        return;
    }
    unsigned side = order_side(hot);
    int64_t left = order_left(sim, slot);
    int64_t price_ticks = rank_of(side, book->levels[hot->level].rank);
    order_leave(book, slot);
    ids_remove(&book->ids, at);
    slot_give(book, slot);
    tell_order(sim, SIM_CANCELLED, SIM_REASON_NONE, id, price_ticks, book->cold[slot].qty_lots,
               left, side);
}

/* Less size, same price: the place in the queue stays. What is hidden goes first. */
static void shrink(struct sim *sim, uint32_t slot, int64_t cut_lots)
{
    struct hot *hot = &sim->book.hot[slot];
    struct cold *cold = &sim->book.cold[slot];
    int64_t hidden = hot->marks & MARK_ICEBERG ? cold->hidden_lots : 0;
    int64_t from_hidden = hidden < cut_lots ? hidden : cut_lots;

    if (from_hidden)
        cold->hidden_lots -= from_hidden;
    hot->open_lots -= cut_lots - from_hidden;
    if (hot->level != NO_LEVEL)
        sim->book.levels[hot->level].own_lots -= cut_lots - from_hidden;
    cold->qty_lots -= cut_lots;
}

static enum sim_reason amend_check(struct sim *sim, uint32_t slot, int64_t price_ticks,
                                   int64_t qty_lots)
{
    const struct hot *hot = &sim->book.hot[slot];
    const struct cold *cold = &sim->book.cold[slot];
    unsigned side = order_side(hot);
    int64_t filled = cold->qty_lots - order_left(sim, slot);
    int64_t checked_ticks = hot->marks & MARK_MARKET ? sim->instrument.tick_step : price_ticks;

    if (qty_lots <= filled)
        return SIM_BAD_ORDER;
    if (!(hot->marks & MARK_MARKET) && order_check_numbers(sim, checked_ticks, qty_lots))
        return SIM_BAD_ORDER;
    if (qty_lots % sim->instrument.lot_step || qty_lots > sim->instrument.qty_max_lots ||
        qty_lots < sim->instrument.qty_min_lots)
        return SIM_BAD_ORDER;
    if (hot->level == NO_LEVEL || price_ticks == order_ticks(sim, slot))
        return SIM_REASON_NONE;
    if ((hot->marks & MARK_POST_ONLY) &&
        sim->book.sides[1 - side].best_rank >= rank_of(1 - side, price_ticks))
        return SIM_WOULD_CROSS;
    return level_has_room(sim, side, rank_of(side, price_ticks)) ? SIM_REASON_NONE : SIM_BOOK_FULL;
}

void order_amend(struct sim *sim, uint64_t id, int64_t price_ticks, int64_t qty_lots)
{
    struct book *book = &sim->book;
    uint32_t slot = ids_slot(&book->ids, order_probe(book, id, ids_tag(id)));
    if (slot == 0) {
        tell_order(sim, SIM_AMEND_REJECTED, SIM_UNKNOWN_ORDER, id, price_ticks, qty_lots, 0, BID);
        return;
    }
    struct hot *hot = &book->hot[slot];
    struct cold *cold = &book->cold[slot];
    unsigned side = order_side(hot);
    int64_t old_ticks = order_ticks(sim, slot);
    price_ticks = price_ticks ? price_ticks : old_ticks;
    qty_lots = qty_lots ? qty_lots : cold->qty_lots;
    enum sim_reason reason = amend_check(sim, slot, price_ticks, qty_lots);
    if (reason) {
        tell_order(sim, SIM_AMEND_REJECTED, reason, id, price_ticks, qty_lots,
                   order_left(sim, slot), side);
        return;
    }
    int64_t more = qty_lots - cold->qty_lots, left = order_left(sim, slot) + more;
    bool keeps_place = price_ticks == old_ticks && more <= 0;
    if (hot->level == NO_LEVEL) { /* a stop or one that waits: no place to lose */
        hot->open_lots += more;
        cold->qty_lots = qty_lots;
        cold->price_ticks = price_ticks;
    } else if (keeps_place) {
        shrink(sim, slot, -more);
    } else {
        order_leave(book, slot);
        hot->level = NO_LEVEL;
        hot->open_lots = left;
        cold->hidden_lots = 0;
        cold->qty_lots = qty_lots;
    }
    tell_order(sim, SIM_AMENDED, SIM_REASON_NONE, id, price_ticks, qty_lots, left, side);
    if (hot->level == NO_LEVEL && !(hot->marks & (MARK_PARKED | MARK_WAITING))) {
        order_act(sim, slot, price_ticks);
        stops_run(sim);
    }
}

void sim_cancel(struct sim *sim, uint64_t order_id, int64_t now_ns)
{
    clock_to(sim, now_ns);
    if (__builtin_expect(sim->commands_wait, false))
        command_later(sim, COMMAND_CANCEL, &(struct sim_order){ .id = order_id });
    else
        order_cancel(sim, order_id);
}

void sim_amend(struct sim *sim, uint64_t order_id, int64_t price_ticks, int64_t qty_lots,
               int64_t now_ns)
{
    clock_to(sim, now_ns);
    if (sim->commands_wait)
        command_later(sim, COMMAND_AMEND,
                      &(struct sim_order){
                          .id = order_id, .price_ticks = price_ticks, .qty_lots = qty_lots });
    else
        order_amend(sim, order_id, price_ticks, qty_lots);
}

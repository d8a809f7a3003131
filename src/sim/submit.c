#include "sim/state.h"
#include <string.h>

bool steps_are_met(const struct sim *sim, int64_t price_ticks, int64_t qty_lots)
{
    const struct instrument *rules = &sim->instrument;
    i128 notional = (i128)price_ticks * qty_lots;
    return price_ticks % rules->tick_step == 0 && qty_lots % rules->lot_step == 0 &&
           notional >= sim->notional_min &&
           (sim->notional_max == 0 || notional <= sim->notional_max);
}

/* What each type is made of; a type that is not here is emulated by the engine, not by a venue. */
static const struct {
    bool known, has_price, has_stop;
} shapes[ORDER_TYPE_COUNT] = {
    [ORDER_LIMIT] = { .known = true, .has_price = true },
    [ORDER_MARKET] = { .known = true },
    [ORDER_STOP] = { .known = true, .has_stop = true },
    [ORDER_STOP_LIMIT] = { .known = true, .has_price = true, .has_stop = true },
};

static enum sim_reason check_shape(const struct sim *sim, const struct sim_order *order)
{
    if ((order->side != SIDE_BUY && order->side != SIDE_SELL) || order->id == 0 ||
        order->type >= ORDER_TYPE_COUNT || !shapes[order->type].known)
        return SIM_BAD_ORDER;
    if (order->tif == TIF_NONE || order->tif >= TIF_COUNT)
        return SIM_BAD_ORDER;

    bool has_price = shapes[order->type].has_price, has_stop = shapes[order->type].has_stop;
    bool ends = order->tif == TIF_GTD || order->tif == TIF_DAY;
    bool rests = has_price && (order->tif == TIF_GTC || ends);
    if ((order->post_only || order->display_lots) && !rests)
        return SIM_BAD_ORDER;
    if (order->display_lots < 0 || order->display_lots > order->qty_lots ||
        order->display_lots % sim->instrument.lot_step != 0)
        return SIM_BAD_ORDER;
    if (has_stop && order_check_numbers(sim, order->stop_ticks, order->qty_lots))
        return SIM_BAD_ORDER;
    /* A market order has no price of its own for the notional bounds: the last one stands in. */
    int64_t price_ticks = has_price  ? order->price_ticks
                          : has_stop ? order->stop_ticks
                                     : sim->last_ticks;
    if (price_ticks == 0 && !has_price)
        price_ticks = sim->instrument.tick_step;
    else if (order_check_numbers(sim, price_ticks, order->qty_lots))
        return SIM_BAD_ORDER;
    if (order->qty_lots <= 0 || order->qty_lots < sim->instrument.qty_min_lots ||
        order->qty_lots > sim->instrument.qty_max_lots ||
        order->qty_lots % sim->instrument.lot_step != 0)
        return SIM_BAD_ORDER;
    if (ends && order->expire_ns <= 0)
        return SIM_BAD_ORDER;
    return ends && order->expire_ns <= sim->now_ns ? SIM_TIME_UP : SIM_REASON_NONE;
}

static bool crosses(const struct sim *sim, unsigned side, int64_t price_ticks)
{
    return sim->book.sides[1 - side].best_rank >= rank_of(1 - side, price_ticks);
}

bool level_has_room(struct sim *sim, unsigned side, int64_t rank)
{
    struct book *book = &sim->book;
    return book->level_count < book->levels_max || book_find(book, side, rank) != NO_LEVEL ||
           book_evict(book, side, rank);
}

static uint32_t marks_of(const struct sim_order *order)
{
    bool market = !shapes[order->type].has_price;
    bool immediate =
        market || order->tif == TIF_IOC || order->tif == TIF_FOK || order->tif == TIF_AT_OPEN;
    return (order->side == SIDE_SELL ? MARK_SELL : 0) | (order->reduce_only ? MARK_REDUCE : 0) |
           (order->post_only ? MARK_POST_ONLY : 0) | (market ? MARK_MARKET : 0) |
           (immediate ? MARK_IMMEDIATE : 0) | (order->tif == TIF_FOK ? MARK_WHOLE : 0);
}

static inline __attribute__((always_inline)) uint32_t table_add(struct sim *sim,
                                                                const struct sim_order *order,
                                                                uint32_t marks, uint64_t at,
                                                                uint32_t tag)
{
    struct book *book = &sim->book;
    uint32_t slot = slot_take(book);
    struct hot *hot = &book->hot[slot];

    hot->id = order->id;
    hot->open_lots = order->qty_lots;
    hot->marks = marks;
    book->cold[slot].owner = order->owner;
    book->cold[slot].qty_lots = order->qty_lots;
    ids_put(&book->ids, at, tag, slot);
    return slot;
}

void order_rest(struct sim *sim, uint32_t slot, int64_t price_ticks)
{
    struct book *book = &sim->book;
    struct hot *hot = &book->hot[slot];
    struct cold *cold = &book->cold[slot];
    unsigned side = order_side(hot);
    int64_t rank = rank_of(side, price_ticks);
    uint32_t level = book_open(book, side, rank);
    /* A quote says nothing of what stands behind the best price. */
    bool unseen = !sim->deep && rank < sim->quote_rank[side];

    hot->marks &= ~(uint32_t)MARK_AHEAD;
    if (book->levels[level].street_lots > 0 || unseen) {
        hot->marks |= MARK_AHEAD;
        cold->ahead_lots = book->levels[level].street_lots;
        if (cold->ahead_lots == 0)
            cold->ahead_lots = AHEAD_UNKNOWN;
    }
    if (hot->marks & MARK_ICEBERG && hot->open_lots > cold->display_lots) {
        cold->hidden_lots = hot->open_lots - cold->display_lots;
        hot->open_lots = cold->display_lots;
    }
    order_link(book, slot, level);
}

void order_act(struct sim *sim, uint32_t slot, int64_t price_ticks)
{
    struct hot *hot = &sim->book.hot[slot];
    struct cold *cold = &sim->book.cold[slot];
    unsigned side = order_side(hot);
    struct taker taker = {
        .id = hot->id, .owner = cold->owner, .want_lots = hot->open_lots, .side = side, .ours = true
    };

    hot->level = NO_LEVEL;
    cold->price_ticks = price_ticks;
    if (sim->bars && (hot->marks & MARK_IMMEDIATE)) {
        order_wait(sim, slot);
        return;
    }
    if (hot->marks & MARK_REDUCE) {
        int64_t most = reducible_lots(sim, cold->owner, side);
        if (most == 0) {
            order_end(sim, slot, SIM_CANCELLED, SIM_NOT_REDUCING);
            return;
        }
        if (most < taker.want_lots) { /* a stop that became live: the position is smaller now */
            cold->qty_lots -= taker.want_lots - most;
            taker.want_lots = hot->open_lots = most;
            tell_order(sim, SIM_AMENDED, SIM_NOT_REDUCING, hot->id, price_ticks, cold->qty_lots,
                       most, side);
        }
    }
    taker.limit_rank = hot->marks & MARK_MARKET ? RANK_ALL : rank_of(1 - side, price_ticks);
    if (!(hot->marks & MARK_WHOLE) || can_fill_whole(sim, &taker))
        match(sim, &taker);
    hot->open_lots = taker.want_lots;
    if (hot->open_lots == 0)
        order_drop(sim, slot);
    else if (taker.stopped)
        order_end(sim, slot, SIM_CANCELLED, SIM_SELF_TRADE);
    else if (hot->marks & MARK_IMMEDIATE)
        order_end(sim, slot, SIM_CANCELLED, SIM_NO_LIQUIDITY);
    else if (!level_has_room(sim, side, rank_of(side, price_ticks)))
        order_end(sim, slot, SIM_CANCELLED, SIM_BOOK_FULL);
    else
        order_rest(sim, slot, price_ticks);
}

/* All but a plain limit order that only rests. */
static __attribute__((noinline)) enum sim_reason arrive_special(struct sim *sim,
                                                                const struct sim_order *order,
                                                                uint64_t at, uint32_t tag)
{
    struct book *book = &sim->book;
    struct sim_order allowed = *order;
    enum sim_reason reason = check_shape(sim, order);
    if (reason)
        return reason;
    unsigned side = order->side == SIDE_SELL;
    bool has_stop = shapes[order->type].has_stop;
    uint32_t marks = marks_of(order);

    if (order->reduce_only && !has_stop) {
        int64_t most = reducible_lots(sim, order->owner, side);
        if (most == 0)
            return SIM_NOT_REDUCING;
        allowed.qty_lots = most < order->qty_lots ? most : order->qty_lots;
    }
    if (order->post_only && !has_stop && crosses(sim, side, order->price_ticks))
        return SIM_WOULD_CROSS;
    if (book->order_count >= book->orders_max)
        return SIM_BOOK_FULL;
    if (!(marks & MARK_IMMEDIATE) && !level_has_room(sim, side, rank_of(side, order->price_ticks)))
        return SIM_BOOK_FULL;

    uint32_t slot = table_add(sim, &allowed, marks, at, tag);
    struct cold *cold = &book->cold[slot];
    cold->price_ticks = order->price_ticks;
    cold->stop_ticks = order->stop_ticks;
    cold->expire_ns = order->expire_ns;
    cold->display_lots = order->display_lots;
    cold->hidden_lots = 0;
    book->hot[slot].level = NO_LEVEL;
    if (order->display_lots)
        book->hot[slot].marks |= MARK_ICEBERG;
    if (order->tif == TIF_GTD || order->tif == TIF_DAY) {
        book->hot[slot].marks |= MARK_EXPIRES;
        heap_push(&sim->ends, order->expire_ns, sim->arrivals++, slot);
        deadline_update(sim);
    }
    tell_order(sim, SIM_ACCEPTED, SIM_REASON_NONE, order->id, order->price_ticks, allowed.qty_lots,
               allowed.qty_lots, side);
    if (has_stop)
        order_park(sim, slot);
    else
        order_act(sim, slot, order->price_ticks);
    stops_run(sim);
    return SIM_REASON_NONE;
}

/* side, type, tif, post_only, reduce_only are the last bytes of the order: one load, one compare for
 * all but the side (little-endian, as everywhere in this house). */
static_assert(offsetof(struct sim_order, side) == 56 && sizeof(struct sim_order) == 64 &&
                  offsetof(struct sim_order, type) == 57 && offsetof(struct sim_order, tif) == 58 &&
                  offsetof(struct sim_order, post_only) == 59 &&
                  offsetof(struct sim_order, reduce_only) == 60,
              "is_plain() reads them as one word");

static inline bool is_plain(const struct sim_order *order)
{
    uint64_t words;
    memcpy(&words, (const char *)order + offsetof(struct sim_order, side), sizeof words);
    return (words & UINT64_C(0xFFFFFFFF00)) == ((uint64_t)TIF_GTC << 16 | ORDER_LIMIT << 8) &&
           (words & 0xFF) - SIDE_BUY <= SIDE_SELL - SIDE_BUY && order->display_lots == 0 &&
           order->id != 0;
}

void order_arrive(struct sim *sim, const struct sim_order *order)
{
    struct book *book = &sim->book;
    uint32_t tag = ids_tag(order->id);
    uint64_t at = order_probe(book, order->id, tag);
    unsigned side = order->side == SIDE_SELL;
    enum sim_reason reason = SIM_DUPLICATE_ID;

    if (book->ids.entries[at] == 0) {
        /* Nine in ten of a busy venue's orders are plain and do not cross. */
        if (is_plain(order) && !crosses(sim, side, order->price_ticks) &&
            book->order_count < book->orders_max && book->level_count < book->levels_max) {
            reason = order_check_numbers(sim, order->price_ticks, order->qty_lots);
            if (!reason) {
                uint32_t slot = table_add(sim, order, side, at, tag);
                tell_order(sim, SIM_ACCEPTED, SIM_REASON_NONE, order->id, order->price_ticks,
                           order->qty_lots, order->qty_lots, side);
                if (__builtin_expect(sim->street_seen, false))
                    order_rest(sim, slot, order->price_ticks);
                else
                    order_link(book, slot,
                               book_open(book, side, rank_of(side, order->price_ticks)));
                return;
            }
        } else {
            reason = arrive_special(sim, order, at, tag);
        }
    }
    if (reason)
        tell_order(sim, SIM_REJECTED, reason, order->id, order->price_ticks, order->qty_lots, 0,
                   side);
}

void sim_submit(struct sim *sim, const struct sim_order *order, int64_t now_ns)
{
    clock_to(sim, now_ns);
    if (__builtin_expect(sim->commands_wait, false))
        command_later(sim, COMMAND_SUBMIT, order);
    else
        order_arrive(sim, order);
}

void sim_restore(struct sim *sim, const struct sim_order *order, int64_t filled_lots)
{
    struct book *book = &sim->book;
    uint32_t tag = ids_tag(order->id);
    uint64_t at = order_probe(book, order->id, tag);
    unsigned side = order->side == SIDE_SELL;
    bool has_stop = shapes[order->type].has_stop;

    assert(book->ids.entries[at] == 0); /* the owner restores each order once */
    assert(book->order_count < book->orders_max);
    assert(filled_lots >= 0 && filled_lots < order->qty_lots);
    assert(has_stop || level_has_room(sim, side, rank_of(side, order->price_ticks)));

    uint32_t slot = table_add(sim, order, marks_of(order), at, tag);
    struct hot *hot = &book->hot[slot];
    struct cold *cold = &book->cold[slot];
    hot->open_lots -= filled_lots;
    hot->level = NO_LEVEL;
    cold->price_ticks = order->price_ticks;
    cold->stop_ticks = order->stop_ticks;
    cold->expire_ns = order->expire_ns;
    cold->display_lots = order->display_lots;
    cold->hidden_lots = 0;
    if (order->display_lots)
        hot->marks |= MARK_ICEBERG;
    if (order->tif == TIF_GTD || order->tif == TIF_DAY) {
        hot->marks |= MARK_EXPIRES;
        heap_push(&sim->ends, order->expire_ns, sim->arrivals++, slot);
        deadline_update(sim);
    }
    if (has_stop)
        order_park(sim, slot);
    else if (hot->marks & MARK_IMMEDIATE)
        order_wait(sim, slot);
    else
        order_rest(sim, slot, order->price_ticks);
}

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
    bool unpriced = price_ticks == 0 && !has_price; /* nothing traded yet */
    if (!unpriced && order_check_numbers(sim, price_ticks, order->qty_lots))
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

/* On no level yet. There must be a free slot. */
static inline uint32_t table_add(struct sim *sim, const struct sim_order *order, uint32_t marks,
                                 uint32_t cell)
{
    uint32_t slot = slot_take(&sim->book, cell);
    struct hot *hot = &sim->book.hot[slot];

    hot->id = order->id;
    hot->owner = order->owner;
    hot->price_ticks = order->price_ticks;
    hot->open_lots = hot->qty_lots = order->qty_lots;
    hot->marks = marks;
    return slot;
}

/* What only some orders have. */
static void table_add_rest(struct sim *sim, const struct sim_order *order, uint32_t slot)
{
    struct hot *hot = &sim->book.hot[slot];

    hot->level = NO_LEVEL;
    sim->book.cold[slot] = (struct cold){ .display_lots = order->display_lots,
                                          .stop_ticks = order->stop_ticks,
                                          .expire_ns = order->expire_ns };
    if (order->display_lots)
        hot->marks |= MARK_ICEBERG;
    if (order->tif == TIF_GTD || order->tif == TIF_DAY) {
        hot->marks |= MARK_EXPIRES;
        heap_push(&sim->ends, order->expire_ns, sim->arrivals++, slot);
        deadline_update(sim);
    }
}

void order_rest(struct sim *sim, uint32_t slot)
{
    struct book *book = &sim->book;
    struct hot *hot = &book->hot[slot];
    int64_t display_lots = hot->marks & MARK_ICEBERG ? book->cold[slot].display_lots : 0;
    unsigned side = order_side(hot);
    int64_t rank = rank_of(side, hot->price_ticks);
    uint32_t level = book_open(book, side, rank);
    /* A quote says nothing of what stands behind the best price. */
    bool unseen = !sim->deep && rank < sim->quote_rank[side];

    hot->marks &= ~(uint32_t)MARK_AHEAD;
    if (book->levels[level].street_lots > 0 || unseen) {
        hot->marks |= MARK_AHEAD;
        hot->ahead_lots = book->levels[level].street_lots;
        if (hot->ahead_lots == 0)
            hot->ahead_lots = AHEAD_UNKNOWN;
    }
    if (display_lots && hot->open_lots > display_lots) {
        book->cold[slot].hidden_lots = hot->open_lots - display_lots;
        hot->open_lots = display_lots;
    }
    order_link(book, slot, level);
}

void order_act(struct sim *sim, uint32_t slot, int64_t price_ticks)
{
    struct hot *hot = &sim->book.hot[slot];
    unsigned side = order_side(hot);
    struct taker taker = {
        .id = hot->id, .owner = hot->owner, .want_lots = hot->open_lots, .side = side, .ours = true
    };

    hot->level = NO_LEVEL;
    hot->price_ticks = price_ticks;
    if (sim->bars && (hot->marks & MARK_IMMEDIATE)) {
        order_wait(sim, slot);
        return;
    }
    if (hot->marks & MARK_REDUCE) {
        int64_t most = reducible_lots(sim, hot->owner, side);
        if (most == 0) {
            order_end(sim, slot, SIM_CANCELLED, SIM_NOT_REDUCING);
            return;
        }
        if (most < taker.want_lots) { /* a stop that became live: the position is smaller now */
            hot->qty_lots -= taker.want_lots - most;
            taker.want_lots = hot->open_lots = most;
            tell_order(sim, SIM_AMENDED, SIM_NOT_REDUCING, hot->id, price_ticks, hot->qty_lots,
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
        order_rest(sim, slot);
}

/* One that never rests takes what there is, without a place in the table. */
static void take_at_once(struct sim *sim, const struct sim_order *order, uint32_t marks)
{
    unsigned side = marks & MARK_SELL;
    struct taker taker = {
        .id = order->id,
        .owner = order->owner,
        .want_lots = order->qty_lots,
        .limit_rank = marks & MARK_MARKET ? RANK_ALL : rank_of(1 - side, order->price_ticks),
        .side = side,
        .ours = true,
    };
    if (!(marks & MARK_WHOLE) || can_fill_whole(sim, &taker))
        match(sim, &taker);
    if (taker.want_lots > 0)
        tell_order(sim, SIM_CANCELLED, taker.stopped ? SIM_SELF_TRADE : SIM_NO_LIQUIDITY, order->id,
                   order->price_ticks, order->qty_lots, taker.want_lots, side);
}

/* Its numbers and its form are right, and its id is new. */
static enum sim_reason order_admit(struct sim *sim, const struct sim_order *order, uint32_t cell)
{
    struct book *book = &sim->book;
    unsigned side = order->side == SIDE_SELL;
    bool has_stop = shapes[order->type].has_stop;
    uint32_t marks = marks_of(order);
    bool at_once = (marks & MARK_IMMEDIATE) && !has_stop && !sim->bars;

    if (order->post_only && !has_stop && crosses(sim, side, order->price_ticks))
        return SIM_WOULD_CROSS;
    if (!at_once && book->free_slot == 0)
        return SIM_BOOK_FULL;
    if (!(marks & MARK_IMMEDIATE) && !level_has_room(sim, side, rank_of(side, order->price_ticks)))
        return SIM_BOOK_FULL;

    uint32_t slot = 0;
    if (!at_once) {
        slot = table_add(sim, order, marks, cell);
        table_add_rest(sim, order, slot);
    }
    tell_order(sim, SIM_ACCEPTED, SIM_REASON_NONE, order->id, order->price_ticks, order->qty_lots,
               order->qty_lots, side);
    if (at_once)
        take_at_once(sim, order, marks);
    else if (has_stop)
        order_park(sim, slot);
    else
        order_act(sim, slot, order->price_ticks);
    stops_run(sim);
    return SIM_REASON_NONE;
}

static enum sim_reason order_enter(struct sim *sim, const struct sim_order *order)
{
    uint32_t cell = order_probe(&sim->book, order->id);
    enum sim_reason reason = sim->book.ids.cells[cell] ? SIM_DUPLICATE_ID : check_shape(sim, order);
    if (reason)
        return reason;
    if (!order->reduce_only || shapes[order->type].has_stop)
        return order_admit(sim, order, cell);

    int64_t most = reducible_lots(sim, order->owner, order->side == SIDE_SELL);
    struct sim_order allowed = *order;
    allowed.qty_lots = most < order->qty_lots ? most : order->qty_lots;
    return most == 0 ? SIM_NOT_REDUCING : order_admit(sim, &allowed, cell);
}

void order_arrive(struct sim *sim, const struct sim_order *order)
{
    enum sim_reason reason = order_enter(sim, order);
    if (reason)
        tell_order(sim, SIM_REJECTED, reason, order->id, order->price_ticks, order->qty_lots, 0,
                   order->side == SIDE_SELL);
}

/* side, type, tif, post_only, reduce_only and zeros are the last eight bytes of an order: one
 * load, one compare (little-endian, as everywhere in this house). */
#define FORM_PLAIN_BUY ((uint64_t)TIF_GTC << 16 | ORDER_LIMIT << 8 | SIDE_BUY)
#define FORM_MARKET_BUY ((uint64_t)TIF_IOC << 16 | ORDER_MARKET << 8 | SIDE_BUY)
static_assert(offsetof(struct sim_order, side) == 56 && sizeof(struct sim_order) == 64 &&
                  offsetof(struct sim_order, type) == 57 && offsetof(struct sim_order, tif) == 58,
              "order_form() reads them as one word");

static inline uint64_t order_form(const struct sim_order *order)
{
    uint64_t form;
    memcpy(&form, &order->side, sizeof form);
    return form;
}

/*
 * Most orders of a busy venue are plain and join a queue: a short way for them, with the same
 * outcome as order_enter(). Orders stand at that price on that side, so it is a price that is
 * allowed, it does not cross, and there is room for the level. False: not so, nothing was done.
 */
static inline bool join_queue(struct sim *sim, const struct sim_order *order)
{
    struct book *book = &sim->book;
    uint64_t form = order_form(order) - FORM_PLAIN_BUY;
    if (form > ASK || order->display_lots != 0 || order->id == 0 || sim->careful)
        return false;
    uint32_t cell = order_probe(book, order->id);
    if (book->ids.cells[cell] || book->free_slot == 0)
        return false;

    unsigned side = (unsigned)form;
    int64_t rank = rank_of(side, order->price_ticks);
    uint32_t level = near_level(book, side, rank), anchor = level_anchor(book, level);
    if (!rank_is_near(book, side, rank) || book->links[anchor].next == anchor ||
        !qty_is_allowed(sim, order->qty_lots))
        return false;

    uint32_t slot = table_add(sim, order, side, cell);
    book->hot[slot].level = level;
    link_add(book->links, slot, anchor);
    tell_order(sim, SIM_ACCEPTED, SIM_REASON_NONE, order->id, order->price_ticks, order->qty_lots,
               order->qty_lots, side);
    return true;
}

/* The same for one that is the first at its price. */
static bool open_queue(struct sim *sim, const struct sim_order *order)
{
    struct book *book = &sim->book;
    uint64_t form = order_form(order) - FORM_PLAIN_BUY;
    if (form > ASK || order->display_lots != 0 || order->id == 0 || sim->careful ||
        order_check_numbers(sim, order->price_ticks, order->qty_lots))
        return false;

    unsigned side = (unsigned)form;
    uint32_t cell = order_probe(book, order->id);
    if (crosses(sim, side, order->price_ticks) || book->ids.cells[cell] || book->free_slot == 0 ||
        book->level_count == book->levels_max)
        return false;

    order_link(book, table_add(sim, order, side, cell),
               book_open(book, side, rank_of(side, order->price_ticks)));
    tell_order(sim, SIM_ACCEPTED, SIM_REASON_NONE, order->id, order->price_ticks, order->qty_lots,
               order->qty_lots, side);
    return true;
}

/* And for a market order. With no bounds of the notional its price is not asked for. */
static bool take_plain(struct sim *sim, const struct sim_order *order)
{
    uint64_t form = order_form(order) - FORM_MARKET_BUY;
    if (form > ASK || order->display_lots != 0 || order->id == 0 || sim->careful || sim->bars ||
        !qty_is_allowed(sim, order->qty_lots) ||
        sim->book.ids.cells[order_probe(&sim->book, order->id)])
        return false;

    tell_order(sim, SIM_ACCEPTED, SIM_REASON_NONE, order->id, order->price_ticks, order->qty_lots,
               order->qty_lots, (unsigned)form);
    take_at_once(sim, order, (uint32_t)form | MARK_MARKET);
    stops_run(sim);
    return true;
}

/* These two are kept apart from the short way, which then needs no stack. */
static __attribute__((noinline)) void submit_any(struct sim *sim, const struct sim_order *order)
{
    if (sim->careful & CAREFUL_LEGS)
        command_later(sim, COMMAND_SUBMIT, order);
    else if (!take_plain(sim, order) && !open_queue(sim, order))
        order_arrive(sim, order);
}

static __attribute__((noinline)) void submit_after(struct sim *sim, const struct sim_order *order,
                                                   int64_t now_ns)
{
    sim_advance(sim, now_ns);
    submit_any(sim, order);
}

void sim_submit(struct sim *sim, const struct sim_order *order, int64_t now_ns)
{
    if (!clock_to_at_ease(sim, now_ns))
        submit_after(sim, order, now_ns);
    else if (!join_queue(sim, order))
        submit_any(sim, order);
}

void sim_restore(struct sim *sim, const struct sim_order *order, int64_t filled_lots)
{
    struct book *book = &sim->book;
    uint32_t cell = order_probe(book, order->id);
    unsigned side = order->side == SIDE_SELL;
    bool has_stop = shapes[order->type].has_stop;

    assert(book->ids.cells[cell] == 0); /* the owner restores each order once */
    assert(book->free_slot != 0);
    assert(filled_lots >= 0 && filled_lots < order->qty_lots);
    sim->careful |= CAREFUL_RESTORED;
    assert(has_stop || level_has_room(sim, side, rank_of(side, order->price_ticks)));

    uint32_t slot = table_add(sim, order, marks_of(order), cell);
    table_add_rest(sim, order, slot);
    book->hot[slot].open_lots -= filled_lots;
    if (has_stop)
        order_park(sim, slot);
    else if (book->hot[slot].marks & MARK_IMMEDIATE)
        order_wait(sim, slot);
    else
        order_rest(sim, slot);
}

#include "sim/state.h"

static i128 fee_rounded(const struct sim *sim, int64_t rate_e9)
{
    i128 notional = 0, fee = 0;
    enum err err = instrument_notional(&sim->instrument, sim->event.price_ticks,
                                       sim->event.qty_lots, &notional);
    if (!err)
        err = instrument_fee(notional, rate_e9, &fee);
    assert(!err); /* instrument_check() vouches for the largest order */
    return fee;
}

static __attribute__((noinline)) void fees_round(struct sim *sim)
{
    sim->event.fee = fee_rounded(sim, sim->instrument.taker_fee_e9);
    sim->event.maker_fee = fee_rounded(sim, sim->instrument.maker_fee_e9);
}

/* Id 0 is the street; open lots are already less by what is traded. side is the taker's. */
static inline __attribute__((always_inline)) void tell_trade(
    struct sim *sim, unsigned side, uint64_t taker_id, int64_t taker_open_lots, uint64_t maker_id,
    int64_t maker_open_lots, int64_t price_ticks, int64_t lots)
{
    struct sim_event *event = &sim->event;

    event->kind = SIM_FILL;
    event->reason = SIM_REASON_NONE;
    event->order_id = taker_id;
    event->ts_ns = sim->now_ns;
    event->price_ticks = price_ticks;
    event->qty_lots = lots;
    event->open_lots = taker_open_lots;
    event->side = (uint8_t)(side + 1);
    event->maker_id = maker_id;
    event->maker_open_lots = maker_open_lots;
    event->trade_id = sim->next_trade_id++;
    sim->last_ticks = price_ticks;
    if (__builtin_expect(sim->fees_are_short, true)) {
        int64_t tick_lots = price_ticks * lots;
        event->fee = (i128)tick_lots * sim->taker_fee_unit;
        event->maker_fee = (i128)tick_lots * sim->maker_fee_unit;
    } else {
        fees_round(sim);
    }
    tell(sim);
}

static void position_move(struct sim *sim, uint64_t owner, unsigned side, int64_t lots)
{
    struct position *position = position_find(sim, owner);
    if (position)
        position->qty_lots += side == BID ? lots : -lots;
}

/* The street's part of a trade is silent. */
static void take_from_street(struct sim *sim, struct taker *taker, int64_t price_ticks,
                             int64_t lots)
{
    taker->want_lots -= lots;
    if (!taker->ours)
        return;
    if (sim->position_count)
        position_move(sim, taker->owner, taker->side, lots);
    tell_trade(sim, taker->side, taker->id, taker->want_lots, 0, 0, price_ticks, lots);
}

/* The visible part is gone: the next comes, behind everybody. False when there is none. */
static bool iceberg_refill(struct sim *sim, uint32_t slot)
{
    struct book *book = &sim->book;
    struct hot *hot = &book->hot[slot];
    struct cold *cold = &book->cold[slot];
    int64_t street_lots = book->levels[hot->level].street_lots;

    if (cold->hidden_lots == 0)
        return false;
    hot->open_lots =
        cold->hidden_lots < cold->display_lots ? cold->hidden_lots : cold->display_lots;
    cold->hidden_lots -= hot->open_lots;
    hot->ahead_lots = street_lots;
    hot->marks = (hot->marks & ~(uint32_t)MARK_AHEAD) | (street_lots ? MARK_AHEAD : 0);
    (void)link_remove(book->links, slot);
    order_link(book, slot, hot->level);
    return true;
}

/* What self-trade prevention and reduce-only have to say before a maker is filled. Returns the
 * lots it may fill; 0: the maker was taken out, or the taker stopped. */
static int64_t maker_allows(struct sim *sim, struct taker *taker, uint32_t slot, int64_t lots)
{
    const struct hot *hot = &sim->book.hot[slot];
    uint64_t owner = hot->owner;
    enum sim_self_trade mode = sim->config.self_trade;

    if (mode != SIM_STP_NONE && taker->ours && owner != 0 && owner == taker->owner) {
        if (mode != SIM_STP_CANCEL_NEWEST)
            order_end(sim, slot, SIM_CANCELLED, SIM_SELF_TRADE);
        taker->stopped = mode != SIM_STP_CANCEL_OLDEST;
        return 0;
    }
    if (hot->marks & MARK_REDUCE) {
        int64_t most = reducible_lots(sim, owner, order_side(hot));
        if (most == 0) {
            order_end(sim, slot, SIM_CANCELLED, SIM_NOT_REDUCING);
            return 0;
        }
        lots = most < lots ? most : lots;
    }
    return lots;
}

static void positions_move(struct sim *sim, const struct taker *taker, const struct hot *maker,
                           int64_t lots)
{
    position_move(sim, maker->owner, 1 - taker->side, lots);
    if (taker->ours)
        position_move(sim, taker->owner, taker->side, lots);
}

/* hidden_lots: what the maker has left besides. */
static inline __attribute__((always_inline)) void trade_with(struct sim *sim, struct taker *taker,
                                                             struct hot *maker, int64_t lots,
                                                             int64_t hidden_lots)
{
    maker->open_lots -= lots;
    taker->want_lots -= lots;
    if (__builtin_expect(sim->position_count != 0, false))
        positions_move(sim, taker, maker, lots);
    tell_trade(sim, taker->side, taker->id, taker->want_lots, maker->id,
               maker->open_lots + hidden_lots, maker->price_ticks, lots);
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Fills the first order of the level that is being matched, or takes it out. */
static __attribute__((noinline)) void take_from(struct sim *sim, struct taker *taker, uint32_t slot)
{
    struct hot *maker = &sim->book.hot[slot];
    int64_t lots = maker_allows(sim, taker, slot, least(maker->open_lots, taker->want_lots));

    if (lots == 0)
        return;
    trade_with(sim, taker, maker, lots, order_left(sim, slot) - maker->open_lots);
    if (maker->open_lots > 0)
        return;
    if (!(maker->marks & MARK_ICEBERG) || !iceberg_refill(sim, slot))
        order_drop(sim, slot);
}

/* The same for a plain order, as nearly all are, where no self-trade is prevented. */
static inline __attribute__((always_inline)) void take_from_plain(struct sim *sim,
                                                                  struct taker *taker,
                                                                  uint32_t slot)
{
    struct hot *maker = &sim->book.hot[slot];

    trade_with(sim, taker, maker, least(maker->open_lots, taker->want_lots), 0);
    if (maker->open_lots == 0) {
        (void)link_remove(sim->book.links, slot);
        slot_give(&sim->book, slot);
    }
}

/* The street was eaten by so much: everybody who stands behind it comes nearer. */
static void queue_advance(struct book *book, uint32_t index, int64_t eaten_lots)
{
    for (uint32_t slot = level_head(book, index); slot; slot = order_after(book, slot)) {
        struct hot *hot = &book->hot[slot];
        if (!(hot->marks & MARK_AHEAD) || hot->ahead_lots == AHEAD_UNKNOWN)
            continue;
        hot->ahead_lots -= eaten_lots < hot->ahead_lots ? eaten_lots : hot->ahead_lots;
        if (hot->ahead_lots == 0)
            hot->marks &= ~(uint32_t)MARK_AHEAD;
    }
}

/* One level where the street stands between our orders. An order's ahead_lots counts from the
 * front of the level, so the queue is a row of gaps and orders. */
static __attribute__((noinline)) void match_queue(struct sim *sim, struct taker *taker,
                                                  uint32_t index)
{
    struct book *book = &sim->book;
    struct level *level = &book->levels[index];
    int64_t price_ticks = rank_of(1 - taker->side, level->rank);

    while (taker->want_lots > 0 && !taker->stopped) {
        uint32_t slot = level_head(book, index);
        int64_t gap = level->street_lots; /* behind the last order: all that is left */
        if (slot && !(book->hot[slot].marks & MARK_AHEAD))
            gap = 0;
        else if (slot)
            gap = book->hot[slot].ahead_lots == AHEAD_UNKNOWN ? 0 : book->hot[slot].ahead_lots;
        if (gap == 0 && !slot)
            return;
        if (gap == 0) {
            take_from(sim, taker, slot);
            continue;
        }
        int64_t eaten = gap < taker->want_lots ? gap : taker->want_lots;
        level->street_lots -= eaten < level->street_lots ? eaten : level->street_lots;
        queue_advance(book, index, eaten);
        take_from_street(sim, taker, price_ticks, eaten);
    }
}

/* One level where the street does not count. */
static void match_orders(struct sim *sim, struct taker *taker, uint32_t index)
{
    const struct book *book = &sim->book;
    bool prevents = sim->config.self_trade != SIM_STP_NONE;
    uint32_t slot;

    while (taker->want_lots > 0 && (slot = level_head(book, index)) && !taker->stopped) {
        if (prevents || !order_is_plain(&book->hot[slot]))
            take_from(sim, taker, slot);
        else
            take_from_plain(sim, taker, slot);
    }
}

void match_level(struct sim *sim, struct taker *taker, uint32_t index)
{
    struct book *book = &sim->book;
    bool queued = taker->ours ? book->levels[index].street_lots > 0 : !taker->through;

    sim->held_level = index; /* an order that leaves it may not close it under our feet */
    if (queued)
        match_queue(sim, taker, index);
    else
        match_orders(sim, taker, index);
    sim->held_level = NO_LEVEL;
    if (level_is_empty(book, index))
        book_close(book, 1 - taker->side, index);
}

void match(struct sim *sim, struct taker *taker)
{
    const struct book_side *half = &sim->book.sides[1 - taker->side];

    while (taker->want_lots > 0 && half->best_rank >= taker->limit_rank && !taker->stopped)
        match_level(sim, taker, half->best);
}

bool can_fill_whole(const struct sim *sim, const struct taker *taker)
{
    const struct book *book = &sim->book;
    enum sim_self_trade mode = taker->owner ? sim->config.self_trade : SIM_STP_NONE;
    int64_t want = taker->want_lots;
    uint32_t index;

    for (int64_t rank = book_next(book, 1 - taker->side, INT64_MAX, &index);
         rank != RANK_NONE && rank >= taker->limit_rank;
         rank = book_next(book, 1 - taker->side, rank, &index)) {
        for (uint32_t slot = level_head(book, index); slot; slot = order_after(book, slot)) {
            if (want <= 0)
                return true;
            if (mode != SIM_STP_NONE && book->hot[slot].owner == taker->owner) {
                if (mode != SIM_STP_CANCEL_OLDEST)
                    return false; /* even if the street ahead of it might just have done */
                continue;
            }
            if (!(book->hot[slot].marks & MARK_REDUCE)) /* may vanish: not to be counted on */
                want -= order_left(sim, slot);
        }
        want -= book->levels[index].street_lots;
        if (want <= 0)
            return true;
    }
    return false;
}

/* Less is left of an order that stays for now: of what shows first, then of what is hidden. */
static void reduce_left(struct sim *sim, uint32_t slot, int64_t lots)
{
    struct hot *hot = &sim->book.hot[slot];
    int64_t shown = hot->open_lots < lots ? hot->open_lots : lots;

    hot->open_lots -= shown;
    if (lots > shown)
        sim->book.cold[slot].hidden_lots -= lots - shown;
}

void fill_alone(struct sim *sim, uint32_t slot, int64_t price_ticks, int64_t lots,
                uint8_t liquidity)
{
    struct hot *hot = &sim->book.hot[slot]; /* as it was, until the slot is taken again */
    unsigned side = order_side(hot);
    int64_t left = order_left(sim, slot) - lots;
    assert(lots > 0 && left >= 0);
    if (sim->position_count)
        position_move(sim, hot->owner, side, lots);
    if (left == 0)
        order_drop(sim, slot);
    else
        reduce_left(sim, slot, lots);
    if (liquidity == LIQUIDITY_TAKER)
        tell_trade(sim, side, hot->id, left, 0, 0, price_ticks, lots);
    else
        tell_trade(sim, 1 - side, 0, 0, hot->id, left, price_ticks, lots);
    if (left > 0) /* only reduce-only stops short: the rest has nothing to reduce */
        order_end(sim, slot, SIM_CANCELLED, SIM_NOT_REDUCING);
}

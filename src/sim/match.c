#include "sim/state.h"

static __attribute__((noinline)) i128 fee_rounded(const struct sim *sim, int64_t price_ticks,
                                                  int64_t lots, uint8_t liquidity)
{
    i128 notional = 0, fee = 0;
    int64_t rate =
        liquidity == LIQUIDITY_MAKER ? sim->instrument.maker_fee_e9 : sim->instrument.taker_fee_e9;
    enum err err = instrument_notional(&sim->instrument, price_ticks, lots, &notional);
    if (!err)
        err = instrument_fee(notional, rate, &fee);
    assert(!err); /* instrument_check() vouches for the largest order */
    return fee;
}

static inline i128 fee_of(const struct sim *sim, int64_t price_ticks, int64_t lots,
                          uint8_t liquidity)
{
    if (__builtin_expect(!sim->fee_is_exact[liquidity], false))
        return fee_rounded(sim, price_ticks, lots, liquidity);
    return (i128)price_ticks * lots * sim->fee_unit[liquidity];
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
    struct sim_event event = { .kind = SIM_FILL,
                               .order_id = taker->id,
                               .ts_ns = sim->now_ns,
                               .trade_id = sim->next_trade_id++,
                               .price_ticks = price_ticks,
                               .qty_lots = lots,
                               .open_lots = taker->want_lots,
                               .fee = fee_of(sim, price_ticks, lots, LIQUIDITY_TAKER),
                               .side = (uint8_t)(taker->side + 1),
                               .liquidity = LIQUIDITY_TAKER };
    sim->last_ticks = price_ticks;
    if (sim->position_count)
        position_move(sim, taker->owner, taker->side, lots);
    tell(sim, &event);
}

/* The maker hears first. Its open_lots are already less by lots. */
static inline __attribute__((always_inline)) void tell_trade(struct sim *sim, struct taker *taker,
                                                             uint32_t slot, int64_t price_ticks,
                                                             int64_t lots)
{
    unsigned side = taker->side;
    struct sim_event event = { .kind = SIM_FILL,
                               .order_id = sim->book.hot[slot].id,
                               .ts_ns = sim->now_ns,
                               .trade_id = sim->next_trade_id++,
                               .price_ticks = price_ticks,
                               .qty_lots = lots,
                               .open_lots = order_left(sim, slot),
                               .fee = fee_of(sim, price_ticks, lots, LIQUIDITY_MAKER),
                               .side = (uint8_t)(2 - side),
                               .liquidity = LIQUIDITY_MAKER };
    sim->last_ticks = price_ticks;
    taker->want_lots -= lots;
    if (__builtin_expect(sim->position_count != 0, false)) {
        position_move(sim, sim->book.cold[slot].owner, 1 - side, lots);
        if (taker->ours)
            position_move(sim, taker->owner, side, lots);
    }
    tell(sim, &event);
    if (!taker->ours)
        return;
    event.order_id = taker->id;
    event.ts_ns = sim->now_ns; /* a delayed answer was stamped with its arrival */
    event.open_lots = taker->want_lots;
    event.fee = fee_of(sim, price_ticks, lots, LIQUIDITY_TAKER);
    event.side = (uint8_t)(side + 1);
    event.liquidity = LIQUIDITY_TAKER;
    tell(sim, &event);
}

/* The visible part is gone: the next comes, behind everybody. False when there is none. */
static __attribute__((noinline)) bool iceberg_refill(struct sim *sim, uint32_t slot)
{
    struct book *book = &sim->book;
    struct hot *hot = &book->hot[slot];
    struct cold *cold = &book->cold[slot];
    struct level *level = &book->levels[hot->level];

    if (cold->hidden_lots == 0)
        return false;
    order_unlink(book, slot);
    hot->open_lots =
        cold->hidden_lots < cold->display_lots ? cold->hidden_lots : cold->display_lots;
    cold->hidden_lots -= hot->open_lots;
    cold->ahead_lots = level->street_lots;
    hot->marks = (hot->marks & ~(uint32_t)MARK_AHEAD) | (level->street_lots ? MARK_AHEAD : 0);
    order_link(book, slot, hot->level);
    return true;
}

/* What self-trade prevention and reduce-only have to say before a maker is filled. Returns the
 * lots it may fill; 0: the maker was taken out, or the taker stopped. */
static __attribute__((noinline)) int64_t maker_allows(struct sim *sim, struct taker *taker,
                                                      uint32_t slot, int64_t lots)
{
    const struct hot *hot = &sim->book.hot[slot];
    uint64_t owner = sim->book.cold[slot].owner;
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

/* Fills the first order of the level, or takes it out. */
static inline __attribute__((always_inline)) void take_from_head(struct sim *sim,
                                                                 struct taker *taker,
                                                                 uint32_t index)
{
    struct book *book = &sim->book;
    struct level *level = &book->levels[index];
    uint32_t slot = level->head;
    struct hot *hot = &book->hot[slot];
    int64_t lots = hot->open_lots < taker->want_lots ? hot->open_lots : taker->want_lots;

    if (sim->config.self_trade != SIM_STP_NONE || (hot->marks & MARK_REDUCE)) {
        lots = maker_allows(sim, taker, slot, lots);
        if (lots == 0)
            return;
    }
    hot->open_lots -= lots;
    level->own_lots -= lots;
    tell_trade(sim, taker, slot, rank_of(1 - taker->side, level->rank), lots);
    if (hot->open_lots > 0)
        return;
    if ((hot->marks & MARK_ICEBERG) && iceberg_refill(sim, slot))
        return;
    if (hot->marks & MARK_ELSEWHERE) {
        order_drop(sim, slot);
        return;
    }
    level->head = hot->next; /* it is the head and has no lots: shorter than order_unlink() */
    if (hot->next)
        book->hot[hot->next].prev = 0;
    else
        level->tail = 0;
    order_forget(book, slot);
}

/* The street was eaten by so much: everybody who stands behind it comes nearer. */
static void queue_advance(struct sim *sim, const struct level *level, int64_t eaten_lots)
{
    struct book *book = &sim->book;
    for (uint32_t slot = level->head; slot; slot = book->hot[slot].next) {
        struct cold *cold = &book->cold[slot];
        if (!(book->hot[slot].marks & MARK_AHEAD) || cold->ahead_lots == AHEAD_UNKNOWN)
            continue;
        cold->ahead_lots -= eaten_lots < cold->ahead_lots ? eaten_lots : cold->ahead_lots;
        if (cold->ahead_lots == 0)
            book->hot[slot].marks &= ~(uint32_t)MARK_AHEAD;
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
        uint32_t slot = level->head;
        int64_t gap = level->street_lots; /* behind the last order: all that is left */
        if (slot && !(book->hot[slot].marks & MARK_AHEAD))
            gap = 0;
        else if (slot)
            gap = book->cold[slot].ahead_lots == AHEAD_UNKNOWN ? 0 : book->cold[slot].ahead_lots;
        if (gap == 0 && !slot)
            return;
        if (gap == 0) {
            take_from_head(sim, taker, index);
            continue;
        }
        int64_t eaten = gap < taker->want_lots ? gap : taker->want_lots;
        level->street_lots -= eaten < level->street_lots ? eaten : level->street_lots;
        queue_advance(sim, level, eaten);
        take_from_street(sim, taker, price_ticks, eaten);
    }
}

void match_level(struct sim *sim, struct taker *taker, uint32_t index)
{
    struct level *level = &sim->book.levels[index];
    bool queued = taker->ours ? level->street_lots > 0 : !taker->through;

    sim->held_level = index; /* an order that leaves it may not close it under our feet */
    if (queued)
        match_queue(sim, taker, index);
    else
        while (taker->want_lots > 0 && level->head && !taker->stopped)
            take_from_head(sim, taker, index);
    sim->held_level = NO_LEVEL;
    if (level_is_empty(level))
        book_close(&sim->book, 1 - taker->side, index);
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
        for (uint32_t slot = book->levels[index].head; slot; slot = book->hot[slot].next) {
            if (want <= 0)
                return true;
            if (mode != SIM_STP_NONE && book->cold[slot].owner == taker->owner) {
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
    if (hot->level != NO_LEVEL)
        sim->book.levels[hot->level].own_lots -= shown;
    if (lots > shown)
        sim->book.cold[slot].hidden_lots -= lots - shown;
}

void fill_alone(struct sim *sim, uint32_t slot, int64_t price_ticks, int64_t lots,
                uint8_t liquidity)
{
    struct hot *hot = &sim->book.hot[slot];
    unsigned side = order_side(hot);
    int64_t left = order_left(sim, slot) - lots;
    struct sim_event event = { .kind = SIM_FILL,
                               .order_id = hot->id,
                               .ts_ns = sim->now_ns,
                               .trade_id = sim->next_trade_id++,
                               .price_ticks = price_ticks,
                               .qty_lots = lots,
                               .open_lots = left,
                               .fee = fee_of(sim, price_ticks, lots, liquidity),
                               .side = (uint8_t)(side + 1),
                               .liquidity = liquidity };
    assert(lots > 0 && left >= 0);
    sim->last_ticks = price_ticks;
    if (sim->position_count)
        position_move(sim, sim->book.cold[slot].owner, side, lots);
    if (left == 0)
        order_drop(sim, slot);
    else
        reduce_left(sim, slot, lots);
    tell(sim, &event);
    if (left > 0) /* only reduce-only stops short: the rest has nothing to reduce */
        order_end(sim, slot, SIM_CANCELLED, SIM_NOT_REDUCING);
}

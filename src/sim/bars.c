/*
 * A bar says where the price was, not how much stood there, so an order that the price reaches
 * fills whole. Inside a bar the price is taken to go from the open to the nearer extreme, to the
 * other, to the close; where a stop and a limit lie at one price the stop comes first. A fill at
 * the order's own price is a maker's; at a better one, or without a price, a taker's.
 */
#include "sim/state.h"

/* Fills whole, or what reduce-only leaves of it. */
static void bar_fill(struct sim *sim, uint32_t slot, int64_t price_ticks, uint8_t liquidity)
{
    const struct hot *hot = &sim->book.hot[slot];
    int64_t lots = order_left(sim, slot);
    if (hot->marks & MARK_REDUCE) {
        int64_t most = reducible_lots(sim, hot->owner, order_side(hot));
        if (most == 0) {
            order_end(sim, slot, SIM_CANCELLED, SIM_NOT_REDUCING);
            return;
        }
        lots = most < lots ? most : lots;
    }
    fill_alone(sim, slot, price_ticks, lots, liquidity);
}

/* A limit order that the price has reached or passed. */
static void bar_fill_limit(struct sim *sim, uint32_t slot, int64_t now_ticks)
{
    const struct hot *hot = &sim->book.hot[slot];
    unsigned side = order_side(hot);
    int64_t own_ticks = hot->price_ticks;
    bool better = rank_of(side, own_ticks) > rank_of(side, now_ticks);

    if (better && !(hot->marks & MARK_POST_ONLY))
        bar_fill(sim, slot, now_ticks, LIQUIDITY_TAKER);
    else
        bar_fill(sim, slot, own_ticks, LIQUIDITY_MAKER);
}

static void bar_stop(struct sim *sim, uint32_t slot, int64_t now_ticks)
{
    const struct hot *hot = &sim->book.hot[slot];
    unsigned side = order_side(hot);
    int64_t limit_ticks = hot->price_ticks;
    bool reached = rank_of(side, limit_ticks) >= rank_of(side, now_ticks);

    stop_release(sim, slot);
    if (hot->marks & MARK_MARKET)
        bar_fill(sim, slot, now_ticks, LIQUIDITY_TAKER);
    else if (reached && (hot->marks & MARK_POST_ONLY))
        order_end(sim, slot, SIM_CANCELLED, SIM_WOULD_CROSS);
    else if (reached)
        bar_fill(sim, slot, now_ticks, LIQUIDITY_TAKER);
    else if (hot->marks & MARK_IMMEDIATE)
        order_end(sim, slot, SIM_CANCELLED, SIM_NO_LIQUIDITY);
    else
        order_act(sim, slot, limit_ticks);
}

/* The price goes from one point to another; what lies on the way happens in that order. Falling, it
 * meets sell stops and our bids, rising buy stops and our asks. Each step takes an order out of a
 * heap or off the book, so the walk ends. */
static void bar_walk_side(struct sim *sim, unsigned side, int64_t from_ticks, int64_t to_ticks)
{
    struct book *book = &sim->book;
    const struct book_side *half = &book->sides[side];
    const struct heap *stops = &sim->stops[1 - side];
    int64_t now = rank_of(side, from_ticks), end = rank_of(side, to_ticks);

    for (;;) {
        bool limit = half->best_rank != RANK_NONE && half->best_rank >= end;
        bool stop = stops->count > 0 && -stops->entries[0].key >= end;
        if (!limit && !stop)
            return;
        int64_t stop_at = stop ? -stops->entries[0].key : INT64_MIN;
        int64_t limit_at = limit ? half->best_rank : INT64_MIN;
        /* What a gap passed is reached all at once, where the price is now. */
        stop_at = stop_at < now ? stop_at : now;
        limit_at = limit_at < now ? limit_at : now;
        now = stop_at > limit_at ? stop_at : limit_at;
        if (stop && stop_at >= limit_at) {
            bar_stop(sim, stops->entries[0].slot, rank_of(side, now));
            continue;
        }
        uint32_t slot = level_head(book, half->best);
        if (slot == 0) { /* the street told a level once: bars know better */
            book->levels[half->best].street_lots = 0;
            book_close(book, side, half->best);
            continue;
        }
        bar_fill_limit(sim, slot, rank_of(side, now));
    }
}

static void bar_walk(struct sim *sim, int64_t from_ticks, int64_t to_ticks)
{
    bar_walk_side(sim, to_ticks > from_ticks ? ASK : BID, from_ticks, to_ticks);
}

void sim_bar_open(struct sim *sim, int64_t open_ticks, int64_t now_ns)
{
    clock_to(sim, now_ns);
    sim->bars = sim->bar_opened = true;
    for (uint32_t slot = order_after(&sim->book, WAITING), next; slot; slot = next) {
        const struct hot *hot = &sim->book.hot[slot];
        unsigned side = order_side(hot);
        next = order_after(&sim->book, slot);
        if ((hot->marks & MARK_MARKET) ||
            rank_of(side, hot->price_ticks) >= rank_of(side, open_ticks))
            bar_fill(sim, slot, open_ticks, LIQUIDITY_TAKER);
        else
            order_end(sim, slot, SIM_CANCELLED, SIM_NO_LIQUIDITY);
    }
    bar_walk_side(sim, BID, open_ticks, open_ticks); /* what the gap passed, on both sides */
    bar_walk_side(sim, ASK, open_ticks, open_ticks);
    sim->last_ticks = open_ticks;
}

void sim_bar_move(struct sim *sim, int64_t to_ticks, int64_t now_ns)
{
    clock_to(sim, now_ns);
    int64_t from_ticks = sim->last_ticks;
    bar_walk_side(sim, BID, from_ticks, from_ticks); /* what came since and is reached already */
    bar_walk_side(sim, ASK, from_ticks, from_ticks);
    bar_walk(sim, from_ticks, to_ticks);
    sim->last_ticks = to_ticks;
}

void sim_bar(struct sim *sim, const struct bar *bar, int64_t now_ns)
{
    clock_to(sim, now_ns);
    if (!sim->bar_opened)
        sim_bar_open(sim, bar->open_ticks, now_ns);
    bool low_first = bar->open_ticks - bar->low_ticks < bar->high_ticks - bar->open_ticks;
    int64_t first = low_first ? bar->low_ticks : bar->high_ticks;
    int64_t second = low_first ? bar->high_ticks : bar->low_ticks;

    bar_walk(sim, bar->open_ticks, first);
    bar_walk(sim, first, second);
    bar_walk(sim, second, bar->close_ticks);
    sim->last_ticks = bar->close_ticks;
    sim->bar_opened = false;
}

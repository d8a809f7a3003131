/*
 * What we assume of the market outside:
 *
 * - It does not know us: what it is told to hold is held besides our orders.
 * - A trade at our price eats the street ahead of us first, then us. A trade beyond our price
 *   reaches us whatever stood ahead. Either way not more is filled than was traded.
 * - When a level shrinks by anything but trades, those behind us left first: ahead becomes
 *   min(ahead, what is left). Feeds tell the trade before the level it changed; the other way
 *   round a trade moves us up twice.
 * - The street quoting at or through our price trades with us at our price, as far as its quantity
 *   goes; what is left of it stands in the book. Told again, it has its quantity again.
 * - With quotes only, nothing is known behind the best price. An order resting there goes behind
 *   the first quantity that is quoted at its price; a trade before that finds it at the front.
 */
#include "sim/state.h"

static void level_street_set(struct sim *sim, unsigned side, uint32_t index, int64_t lots)
{
    struct book *book = &sim->book;
    book->levels[index].street_lots = lots;
    for (uint32_t slot = level_head(book, index); slot; slot = order_after(book, slot)) {
        struct hot *hot = &book->hot[slot];
        if (!(hot->marks & MARK_AHEAD))
            continue;
        if (hot->ahead_lots == AHEAD_UNKNOWN || hot->ahead_lots > lots)
            hot->ahead_lots = lots;
        if (hot->ahead_lots == 0)
            hot->marks &= ~(uint32_t)MARK_AHEAD;
    }
    if (level_is_empty(book, index))
        book_close(book, side, index);
}

/* The street as taker: it fills our orders on the other side down to limit_rank. */
static int64_t street_takes(struct sim *sim, unsigned side, int64_t limit_rank, int64_t lots)
{
    struct book *book = &sim->book;
    struct taker taker = {
        .want_lots = lots, .side = side, .limit_rank = limit_rank, .through = true
    };
    uint32_t index;
    for (int64_t rank = book_next(book, 1 - side, INT64_MAX, &index);
         rank != RANK_NONE && rank >= limit_rank && taker.want_lots > 0;
         rank = book_next(book, 1 - side, rank, &index))
        if (level_head(book, index))
            match_level(sim, &taker, index);
    return taker.want_lots;
}

/* lots > 0 stand at the price; our crossed orders take them first. */
static void street_arrives(struct sim *sim, unsigned side, int64_t price_ticks, int64_t lots)
{
    struct book *book = &sim->book;
    int64_t rank = rank_of(side, price_ticks), limit = rank_of(1 - side, price_ticks);

    if (lots > 0 && book->sides[1 - side].best_rank >= limit)
        lots = street_takes(sim, side, limit, lots);
    uint32_t index = book_find(book, side, rank);
    if (index == NO_LEVEL) {
        if (lots == 0 || !level_has_room(sim, side, rank))
            return; /* a level too far out to be kept */
        index = book_open(book, side, rank);
    }
    level_street_set(sim, side, index, lots);
}

/* What is better than the best of a quote is not there (any more). */
static void street_prune(struct sim *sim, unsigned side, int64_t best_rank)
{
    struct book *book = &sim->book;
    uint32_t index;
    for (int64_t rank = book_next(book, side, INT64_MAX, &index);
         rank != RANK_NONE && rank > best_rank; rank = book_next(book, side, rank, &index))
        if (book->levels[index].street_lots > 0 || level_head(book, index))
            level_street_set(sim, side, index, 0);
}

/* With quotes only, the old best lies behind the new one: no liquidity that we know of, but the
 * queue that stood ahead of us may well be there still. */
static void quote_forget(struct sim *sim, unsigned side, int64_t best_rank)
{
    struct book *book = &sim->book;
    int64_t old_rank = sim->quote_rank[side];
    if (sim->deep || old_rank == RANK_NONE || old_rank >= best_rank)
        return;
    uint32_t index = book_find(book, side, old_rank);
    if (index == NO_LEVEL)
        return;
    book->levels[index].street_lots = 0;
    if (level_is_empty(book, index))
        book_close(book, side, index);
}

void sim_quote(struct sim *sim, const struct quote *quote, int64_t now_ns)
{
    int64_t ticks[2] = { quote->bid_ticks, quote->ask_ticks };
    int64_t lots[2] = { quote->bid_lots, quote->ask_lots };

    clock_to(sim, now_ns);
    sim->careful |= CAREFUL_STREET;
    for (unsigned side = BID; side <= ASK; side++) {
        int64_t best = lots[side] > 0 ? rank_of(side, ticks[side]) : RANK_NONE;
        street_prune(sim, side, best);
        quote_forget(sim, side, best);
        sim->quote_rank[side] = best;
    }
    for (unsigned side = BID; side <= ASK; side++)
        if (lots[side] > 0)
            street_arrives(sim, side, ticks[side], lots[side]);
    stops_run(sim);
}

void sim_level(struct sim *sim, uint8_t side, int64_t price_ticks, int64_t qty_lots, int64_t now_ns)
{
    assert(side == SIDE_BUY || side == SIDE_SELL);
    clock_to(sim, now_ns);
    sim->careful |= CAREFUL_STREET;
    sim->deep = true;
    street_arrives(sim, side - 1U, price_ticks, qty_lots);
    stops_run(sim);
}

/* The snapshot that follows says what stands ahead; until then our places stay. */
void sim_book_clear(struct sim *sim, int64_t now_ns)
{
    struct book *book = &sim->book;
    clock_to(sim, now_ns);
    for (unsigned side = BID; side <= ASK; side++) {
        uint32_t index;
        for (int64_t rank = book_next(book, side, INT64_MAX, &index); rank != RANK_NONE;
             rank = book_next(book, side, rank, &index)) {
            book->levels[index].street_lots = 0;
            if (level_is_empty(book, index))
                book_close(book, side, index);
        }
        sim->quote_rank[side] = RANK_NONE;
    }
}

/* The part of a trade that hits one side, ours and the street's. */
static int64_t trade_hits(struct sim *sim, unsigned side, int64_t price_ticks, int64_t lots)
{
    struct book *book = &sim->book;
    int64_t rank = rank_of(side, price_ticks);
    struct taker taker = { .side = 1 - side, .limit_rank = rank };

    taker.want_lots = street_takes(sim, 1 - side, rank + 1, lots);
    uint32_t index = book_find(book, side, rank);
    if (index != NO_LEVEL && taker.want_lots > 0)
        match_level(sim, &taker, index);
    return taker.want_lots;
}

void sim_trade(struct sim *sim, const struct trade *trade, int64_t now_ns)
{
    int64_t lots = trade->qty_lots;

    clock_to(sim, now_ns);
    sim->careful |= CAREFUL_STREET;
    sim->street_trades = true;
    if (trade->aggressor != SIDE_SELL)
        lots = trade_hits(sim, ASK, trade->price_ticks, lots);
    if (trade->aggressor != SIDE_BUY)
        (void)trade_hits(sim, BID, trade->price_ticks, lots);
    sim->last_ticks = trade->price_ticks;
    stops_run(sim);
}

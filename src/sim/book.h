/*
 * sim/book.h - the order book itself: levels, FIFO queues, the order table. No rules of trading.
 *
 * Both sides share one code by *rank*: a price seen so that a better one is greater (a bid's rank
 * is its price, an ask's its negative). Levels near the touch live in a window indexed by rank, a
 * ring of 2^n slots with a two-step occupancy bitmap; the others in a sorted overflow, so prices
 * may be as far apart as they like. When the overflow is used again and again near the best price,
 * the window moves there and only the levels that leave or enter it are copied.
 */
#ifndef SIM_BOOK_H
#define SIM_BOOK_H
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/order.h"
#include "sim/ids.h"

#define WINDOW_MIN 512   /* levels; at least one word of bits per summary bit */
#define WINDOW_MAX 16384 /* levels; four summary words */
#define SUMMARY_WORDS 4  /* WINDOW_MAX / 64 / 64 */
#define STRAYS_MAX 64    /* uses of the overflow before the window is reconsidered */
#define ORDERS_MAX (INT32_MAX / IDS_CELLS_PER_ORDER)
#define NO_LEVEL UINT32_MAX
#define RANK_NONE INT64_MIN
#define RANK_ALL (INT64_MIN + 1) /* as a limit: any price will do */
#define AHEAD_UNKNOWN (-1)

enum { BID = 0, ASK = 1 }; /* index of a side; SIDE_BUY - 1, SIDE_SELL - 1 */

enum order_mark {
    MARK_SELL = 1,
    MARK_AHEAD = 2,   /* ahead_lots counts: street quantity stands before it */
    MARK_ICEBERG = 4, /* cold hidden_lots may refill it */
    MARK_REDUCE = 8,
    MARK_EXPIRES = 16, /* in the expiry heap */
    MARK_PARKED = 32,  /* a stop, not live yet: in a stop heap, not on a level */
    MARK_WAITING = 64, /* for the next bar's open: in the waiting queue, not on a level */
    MARK_POST_ONLY = 128,
    MARK_MARKET = 256,    /* no limit price */
    MARK_IMMEDIATE = 512, /* market, IOC, FOK, AT_OPEN: never rests on a level */
    MARK_WHOLE = 1024,    /* FOK */
    /* leaving the book takes more than unlinking from a level */
    MARK_ELSEWHERE = MARK_EXPIRES | MARK_PARKED | MARK_WAITING,
};

/*
 * A queue is a ring: its anchor's next is the first order, its prev the last, and an empty queue's
 * anchor points at itself. So nothing that joins or leaves a queue asks where it stands. Link 0
 * anchors those that wait for the next bar's open, 1.. are the orders by slot, then the levels.
 */
struct link {
    uint32_t prev, next;
};

/* What a plain order is made of: one cache line. */
struct hot {
    uint64_t id, owner;
    int64_t price_ticks;
    int64_t open_lots;  /* visible; an iceberg has cold hidden_lots besides */
    int64_t qty_lots;   /* the total asked for */
    int64_t ahead_lots; /* MARK_AHEAD */
    uint32_t cell;      /* of the ids */
    uint32_t level;     /* index of the level; NO_LEVEL while parked or waiting */
    uint32_t marks;
    uint32_t unused;
};
static_assert(sizeof(struct hot) == 64, "a cache line");

/* The rest: of icebergs, stops, GTD and DAY. */
struct cold {
    int64_t display_lots, hidden_lots, stop_ticks, expire_ns;
};

struct level {
    int64_t rank;        /* a free overflow level: the next free one */
    int64_t street_lots; /* of the market outside */
};

struct book_side {
    _Alignas(64) int64_t best_rank; /* RANK_NONE when the side is empty */
    uint32_t best;                  /* its level */
    uint32_t far_count;
    int64_t base; /* lowest rank of the window, a multiple of 64 */
    uint64_t *bits;
    uint64_t summary[SUMMARY_WORDS];
    int64_t *far_ranks; /* descending: best first */
    uint32_t *far_levels;
    uint32_t strays;
    uint32_t first; /* level of the window */
};

struct book {
    struct link *links;
    struct hot *hot; /* by slot, 1.. */
    struct cold *cold;
    struct level *levels; /* window of bids, window of asks, overflow */
    struct ids ids;
    uint32_t free_slot; /* a list by next; 0 = the table is full */
    uint32_t orders_max, order_count;
    uint32_t levels_max, level_count;
    uint32_t window; /* levels of a window, a power of two */
    uint32_t free_level;
    struct book_side sides[2];
};

/* Rank <-> price; its own inverse. */
static inline int64_t rank_of(unsigned side, int64_t price_ticks)
{
    int64_t flip = -(int64_t)side;
    return (price_ticks ^ flip) - flip;
}

size_t book_size(uint32_t orders_max, uint32_t levels_max);
void book_init(struct book *book, void *block, uint32_t orders_max, uint32_t levels_max);

/* The slow ways. book_open_level: a level that must not exist yet; there must be room. */
uint32_t book_find_far(const struct book *book, unsigned side, int64_t rank);
uint32_t book_open_far(struct book *book, unsigned side, int64_t rank);
void book_close_slow(struct book *book, unsigned side, uint32_t level);
/* The next occupied rank below `rank` (RANK_NONE: no more; INT64_MAX: the best), and its level. */
int64_t book_next(const struct book *book, unsigned side, int64_t rank, uint32_t *level);
/* After a cell was emptied: followers move back, so that there are no tombstones. */
void book_close_gap(struct book *book, uint32_t cell);
/* Stops serving: gives back the worst level that only the street holds, if worse than rank. */
bool book_evict(struct book *book, unsigned side, int64_t rank);

static inline bool rank_is_near(const struct book *book, unsigned side, int64_t rank)
{
    return (uint64_t)rank - (uint64_t)book->sides[side].base < book->window;
}

static inline uint32_t near_level(const struct book *book, unsigned side, int64_t rank)
{
    return book->sides[side].first + (uint32_t)((uint64_t)rank & (book->window - 1));
}

static inline uint32_t level_anchor(const struct book *book, uint32_t level)
{
    return book->orders_max + 1 + level;
}

/* The order behind, also behind an anchor; 0 when that is the end. */
static inline uint32_t order_after(const struct book *book, uint32_t link)
{
    uint32_t next = book->links[link].next;
    return next <= book->orders_max ? next : 0;
}

static inline uint32_t level_head(const struct book *book, uint32_t level)
{
    return order_after(book, level_anchor(book, level));
}

static inline bool level_is_empty(const struct book *book, uint32_t level)
{
    uint32_t anchor = level_anchor(book, level);
    return book->links[anchor].next == anchor && book->levels[level].street_lots == 0;
}

/* NO_LEVEL when nothing stands at the rank. */
static inline uint32_t book_find(const struct book *book, unsigned side, int64_t rank)
{
    if (!rank_is_near(book, side, rank))
        return book_find_far(book, side, rank);
    uint32_t level = near_level(book, side, rank);
    return level_is_empty(book, level) ? NO_LEVEL : level;
}

/* The level at the rank, made if need be. The caller puts something on it at once. */
static inline uint32_t book_open(struct book *book, unsigned side, int64_t rank)
{
    if (!rank_is_near(book, side, rank))
        return book_open_far(book, side, rank);

    uint32_t index = near_level(book, side, rank);
    if (!level_is_empty(book, index))
        return index;

    struct book_side *half = &book->sides[side];
    uint32_t at = index - half->first;
    half->bits[at >> 6] |= UINT64_C(1) << (at & 63);
    half->summary[at >> 12] |= UINT64_C(1) << ((at >> 6) & 63);
    book->levels[index].rank = rank;
    book->level_count++;
    if (rank > half->best_rank) {
        half->best_rank = rank;
        half->best = index;
    }
    return index;
}

/* Forgets a level that has just become empty. */
static inline void book_close(struct book *book, unsigned side, uint32_t index)
{
    struct book_side *half = &book->sides[side];
    bool was_best = index == half->best;

    if (index >= 2 * book->window || (was_best && half->far_count > 0)) {
        book_close_slow(book, side, index);
        return;
    }
    uint32_t at = index - half->first;
    uint64_t *word = &half->bits[at >> 6];
    uint64_t left = *word & ~(UINT64_C(1) << (at & 63));
    if (left == 0) {
        book_close_slow(book, side, index);
        return;
    }
    *word = left;
    book->level_count--;
    if (!was_best)
        return;
    uint64_t below = left & ((UINT64_C(1) << (at & 63)) - 1);
    if (below == 0) {
        half->best_rank = book_next(book, side, half->best_rank, &half->best);
        return;
    }
    unsigned down = (at & 63) - (63 - (unsigned)__builtin_clzll(below));
    half->best_rank -= down;
    half->best -= down;
}

/* The cell of the order, or the empty cell where it would go. */
static inline uint32_t order_probe(const struct book *book, uint64_t id)
{
    const struct ids *ids = &book->ids;
    uint32_t cell = ids_home(ids, id), slot;

    while ((slot = ids->cells[cell]) != 0 && book->hot[slot].id != id)
        cell = (cell + 1) & ids->mask;
    return cell;
}

/* Into the table, at an empty cell; there must be a free slot. */
static inline uint32_t slot_take(struct book *book, uint32_t cell)
{
    uint32_t slot = book->free_slot;
    book->free_slot = book->links[slot].next;
    book->order_count++;
    book->ids.cells[cell] = slot;
    book->hot[slot].cell = cell;
    return slot;
}

static inline bool cell_has_follower(const struct book *book, uint32_t slot)
{
    return book->ids.cells[(book->hot[slot].cell + 1) & book->ids.mask] != 0;
}

/* Out of the table, where nobody follows its cell. What the order was can be read until the slot
 * is taken again. */
static inline void slot_give_alone(struct book *book, uint32_t slot)
{
    book->ids.cells[book->hot[slot].cell] = 0;
    book->links[slot].next = book->free_slot;
    book->free_slot = slot;
    book->order_count--;
}

static inline void slot_give(struct book *book, uint32_t slot)
{
    bool followed = cell_has_follower(book, slot);
    slot_give_alone(book, slot);
    if (__builtin_expect(followed, false))
        book_close_gap(book, book->hot[slot].cell);
}

/* Last in the queue of an anchor. */
static inline void link_add(struct link *links, uint32_t slot, uint32_t anchor)
{
    uint32_t last = links[anchor].prev;
    links[slot].prev = last;
    links[last].next = slot;
    links[slot].next = anchor;
    links[anchor].prev = slot;
}

/* True when it was alone in its queue. */
static inline bool link_remove(struct link *links, uint32_t slot)
{
    struct link around = links[slot];
    links[around.prev].next = around.next;
    links[around.next].prev = around.prev;
    return around.prev == around.next;
}

/* Last in the queue of its level. */
static inline void order_link(struct book *book, uint32_t slot, uint32_t level)
{
    book->hot[slot].level = level;
    link_add(book->links, slot, level_anchor(book, level));
}

/* Out of the queue, and the level with it when nothing is left. */
static inline void order_leave(struct book *book, uint32_t slot)
{
    const struct hot *hot = &book->hot[slot];
    if (link_remove(book->links, slot) && book->levels[hot->level].street_lots == 0)
        book_close(book, hot->marks & MARK_SELL, hot->level);
}

#endif

#include "sim/book.h"
#include <string.h>

#define LINE 64 /* bytes of a cache line */

static uint32_t power_of_two_from(uint64_t least)
{
    uint32_t power = 1;
    while (power < least)
        power *= 2;
    return power;
}

static uint32_t window_for(uint32_t levels_max)
{
    uint32_t window = power_of_two_from(levels_max);
    return window < WINDOW_MIN ? WINDOW_MIN : window > WINDOW_MAX ? WINDOW_MAX : window;
}

/* Lays the arrays out one after the other; with block NULL it only measures. */
static size_t book_layout(struct book *book, char *block)
{
    size_t size = 0;
#define PLACE(pointer, count)                                                                      \
    do {                                                                                           \
        if (block)                                                                                 \
            pointer = (void *)(block + size);                                                      \
        size += ((size_t)(count) * sizeof *(pointer) + LINE - 1) / LINE * LINE;                    \
    } while (0)
    PLACE(book->ids.cells, (size_t)book->ids.mask + 1);
    PLACE(book->links, (size_t)book->orders_max + 1 + 2 * (size_t)book->window + book->levels_max);
    PLACE(book->sides[BID].bits, book->window / 64);
    PLACE(book->sides[ASK].bits, book->window / 64);
    PLACE(book->levels, 2 * (size_t)book->window + book->levels_max);
    PLACE(book->sides[BID].far_ranks, book->levels_max);
    PLACE(book->sides[ASK].far_ranks, book->levels_max);
    PLACE(book->sides[BID].far_levels, book->levels_max);
    PLACE(book->sides[ASK].far_levels, book->levels_max);
    PLACE(book->hot, (size_t)book->orders_max + 1);
    PLACE(book->cold, (size_t)book->orders_max + 1);
#undef PLACE
    return size;
}

static void book_shape(struct book *book, uint32_t orders_max, uint32_t levels_max)
{
    memset(book, 0, sizeof *book);
    book->orders_max = orders_max;
    book->levels_max = levels_max;
    book->window = window_for(levels_max);
    ids_shape(&book->ids, power_of_two_from((uint64_t)orders_max * IDS_CELLS_PER_ORDER));
}

size_t book_size(uint32_t orders_max, uint32_t levels_max)
{
    struct book shape;
    book_shape(&shape, orders_max, levels_max);
    return book_layout(&shape, NULL);
}

/* All queues empty, all slots free. */
static void links_init(struct book *book, uint32_t levels)
{
    book->links[0] = (struct link){ 0 };
    for (uint32_t slot = 1; slot <= book->orders_max; slot++)
        book->links[slot].next = slot < book->orders_max ? slot + 1 : 0;
    book->free_slot = 1;
    for (uint32_t level = 0; level < levels; level++) {
        uint32_t anchor = level_anchor(book, level);
        book->links[anchor] = (struct link){ .prev = anchor, .next = anchor };
    }
}

void book_init(struct book *book, void *block, uint32_t orders_max, uint32_t levels_max)
{
    book_shape(book, orders_max, levels_max);
    (void)book_layout(book, block);
    uint32_t levels = 2 * book->window + levels_max;
    memset(book->ids.cells, 0, ((size_t)book->ids.mask + 1) * sizeof *book->ids.cells);
    memset(book->levels, 0, levels * sizeof *book->levels);
    for (unsigned side = BID; side <= ASK; side++) {
        struct book_side *half = &book->sides[side];
        memset(half->bits, 0, book->window / 64 * sizeof *half->bits);
        half->best_rank = RANK_NONE;
        half->best = NO_LEVEL;
        half->strays = STRAYS_MAX; /* the first level places the window */
        half->first = side * book->window;
    }
    links_init(book, levels);
    for (uint32_t i = 0; i < levels_max; i++)
        book->levels[2 * book->window + i].rank = i + 1 < levels_max ? i + 1 : NO_LEVEL;
}

/* How many overflow ranks are greater than or equal to `rank`. */
static uint32_t far_count_from(const struct book_side *half, int64_t rank)
{
    uint32_t low = 0, high = half->far_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (half->far_ranks[middle] >= rank)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t book_find_far(const struct book *book, unsigned side, int64_t rank)
{
    const struct book_side *half = &book->sides[side];
    uint32_t at = far_count_from(half, rank);
    return at > 0 && half->far_ranks[at - 1] == rank ? half->far_levels[at - 1] : NO_LEVEL;
}

static void far_shift(struct book_side *half, uint32_t to, uint32_t from)
{
    size_t count = half->far_count - from;
    memmove(&half->far_ranks[to], &half->far_ranks[from], count * sizeof *half->far_ranks);
    memmove(&half->far_levels[to], &half->far_levels[from], count * sizeof *half->far_levels);
    half->far_count = half->far_count + to - from;
}

static uint32_t far_take(struct book *book)
{
    uint32_t free = book->free_level;
    assert(free != NO_LEVEL); /* the overflow alone could hold levels_max */
    book->free_level = (uint32_t)book->levels[2 * book->window + free].rank;
    return 2 * book->window + free;
}

static void far_give(struct book *book, uint32_t index)
{
    book->levels[index] = (struct level){ .rank = book->free_level };
    book->free_level = index - 2 * book->window;
}

static void bit_set(struct book_side *half, uint32_t at)
{
    half->bits[at >> 6] |= UINT64_C(1) << (at & 63);
    half->summary[at >> 12] |= UINT64_C(1) << ((at >> 6) & 63);
}

static void bit_clear(struct book_side *half, uint32_t at)
{
    half->bits[at >> 6] &= ~(UINT64_C(1) << (at & 63));
    if (half->bits[at >> 6] == 0)
        half->summary[at >> 12] &= ~(UINT64_C(1) << ((at >> 6) & 63));
}

/* The highest occupied rank of the window at or below `rank`, which is inside. The ring of bits is
 * searched downwards; whatever is found past the lower edge is above `rank` and does not count. */
static int64_t near_at_or_below(const struct book *book, const struct book_side *half, int64_t rank)
{
    uint32_t mask = book->window - 1, at = (uint32_t)((uint64_t)rank & mask), word = at >> 6;
    uint64_t bits = half->bits[word] & (~UINT64_C(0) >> (63 - (at & 63)));

    if (bits == 0) {
        uint32_t words = mask >> 12, group = word >> 6; /* words: summary words less one */
        uint64_t groups = half->summary[group] & ((UINT64_C(1) << (word & 63)) - 1);
        for (uint32_t tries = 0; groups == 0 && tries <= words; tries++) {
            group = (group - 1) & words;
            groups = half->summary[group];
        }
        if (groups == 0)
            return RANK_NONE;
        word = (group << 6) + 63 - (uint32_t)__builtin_clzll(groups);
        bits = half->bits[word];
    }
    uint32_t found = (word << 6) + 63 - (uint32_t)__builtin_clzll(bits);
    uint32_t down = (at - found) & mask;
    return (uint64_t)rank - (uint64_t)half->base < down ? RANK_NONE : rank - down;
}

int64_t book_next(const struct book *book, unsigned side, int64_t rank, uint32_t *level)
{
    const struct book_side *half = &book->sides[side];
    int64_t top = half->base + book->window - 1, near = RANK_NONE, far = RANK_NONE;
    uint32_t at = far_count_from(half, rank);

    if (rank > half->base)
        near = near_at_or_below(book, half, rank > top ? top : rank - 1);
    if (at < half->far_count)
        far = half->far_ranks[at];
    if (near == RANK_NONE && far == RANK_NONE) {
        *level = NO_LEVEL;
        return RANK_NONE;
    }
    *level = near > far ? near_level(book, side, near) : half->far_levels[at];
    return near > far ? near : far;
}

/* A level with all that stands on it goes to another, empty place. */
static void level_move(struct book *book, uint32_t to, uint32_t from)
{
    struct link *links = book->links;
    uint32_t new_anchor = level_anchor(book, to), old_anchor = level_anchor(book, from);
    struct link ends = links[old_anchor];

    for (uint32_t slot = level_head(book, from); slot; slot = order_after(book, slot))
        book->hot[slot].level = to;
    if (ends.next != old_anchor) {
        links[new_anchor] = ends;
        links[ends.prev].next = new_anchor;
        links[ends.next].prev = new_anchor;
        links[old_anchor] = (struct link){ .prev = old_anchor, .next = old_anchor };
    }
    book->levels[to] = book->levels[from];
    book->levels[from] = (struct level){ 0 };
}

/* Those that leave lie in the old window, where the overflow has no ranks: one block of it. */
static void window_leave(struct book *book, unsigned side, int64_t base)
{
    struct book_side *half = &book->sides[side];
    int64_t top = half->base + book->window - 1;
    int64_t from = base > half->base ? (base - 1 < top ? base - 1 : top) : top;
    int64_t to = base > half->base ? half->base : base + book->window;
    to = to < half->base ? half->base : to;
    uint32_t leaving = 0, at = far_count_from(half, top), place = at;

    for (int64_t rank = near_at_or_below(book, half, from); rank != RANK_NONE && rank >= to;
         rank = rank > half->base ? near_at_or_below(book, half, rank - 1) : RANK_NONE)
        leaving++;
    if (leaving == 0)
        return;
    far_shift(half, at + leaving, at);
    for (; place < at + leaving; place++) {
        int64_t rank = near_at_or_below(book, half, from);
        uint32_t index = far_take(book);
        bit_clear(half, (uint32_t)((uint64_t)rank & (book->window - 1)));
        level_move(book, index, near_level(book, side, rank));
        half->far_ranks[place] = rank;
        half->far_levels[place] = index;
    }
}

static void window_enter(struct book *book, unsigned side)
{
    struct book_side *half = &book->sides[side];
    uint32_t first = far_count_from(half, half->base + book->window);
    uint32_t end = far_count_from(half, half->base);

    for (uint32_t at = first; at < end; at++) {
        uint32_t from = half->far_levels[at], to = near_level(book, side, half->far_ranks[at]);
        bit_set(half, (uint32_t)((uint64_t)half->far_ranks[at] & (book->window - 1)));
        level_move(book, to, from);
        far_give(book, from);
    }
    far_shift(half, first, end);
}

/* Moves the window so that `rank`, the best, has a quarter of it above: there is more to come
 * behind the best than before it. */
static void window_place(struct book *book, unsigned side, int64_t rank)
{
    struct book_side *half = &book->sides[side];
    int64_t base = (rank - (int64_t)(book->window / 4 * 3)) & ~INT64_C(63);
    int64_t off = base - half->base;

    half->strays = 0;
    if ((off < 0 ? -off : off) < book->window / 8)
        return; /* the strays are really far out */
    window_leave(book, side, base);
    half->base = base;
    window_enter(book, side);
    half->best_rank = book_next(book, side, INT64_MAX, &half->best);
}

uint32_t book_open_far(struct book *book, unsigned side, int64_t rank)
{
    struct book_side *half = &book->sides[side];
    uint32_t at = far_count_from(half, rank);
    if (at > 0 && half->far_ranks[at - 1] == rank)
        return half->far_levels[at - 1];

    if (half->strays++ >= STRAYS_MAX) {
        window_place(book, side, rank > half->best_rank ? rank : half->best_rank);
        if (rank_is_near(book, side, rank))
            return book_open(book, side, rank);
        at = far_count_from(half, rank);
    }
    uint32_t index = far_take(book);
    far_shift(half, at + 1, at);
    half->far_ranks[at] = rank;
    half->far_levels[at] = index;
    book->levels[index].rank = rank;
    book->level_count++;
    if (rank > half->best_rank) {
        half->best_rank = rank;
        half->best = index;
    }
    return index;
}

void book_close_slow(struct book *book, unsigned side, uint32_t index)
{
    struct book_side *half = &book->sides[side];
    int64_t rank = book->levels[index].rank;

    if (index < 2 * book->window) {
        bit_clear(half, (uint32_t)((uint64_t)rank & (book->window - 1)));
    } else {
        uint32_t at = far_count_from(half, rank);
        assert(at > 0 && half->far_levels[at - 1] == index);
        far_shift(half, at - 1, at);
        far_give(book, index);
    }
    book->level_count--;
    if (rank == half->best_rank)
        half->best_rank = book_next(book, side, INT64_MAX, &half->best);
}

bool book_evict(struct book *book, unsigned side, int64_t rank)
{
    uint32_t level, worst = NO_LEVEL;
    for (int64_t at = book_next(book, side, rank, &level); at != RANK_NONE;
         at = book_next(book, side, at, &level))
        if (!level_head(book, level))
            worst = level;
    if (worst == NO_LEVEL)
        return false;
    book->levels[worst].street_lots = 0;
    book_close(book, side, worst);
    return true;
}

/* A follower moves back unless that would carry it before its home. */
void book_close_gap(struct book *book, uint32_t cell)
{
    uint32_t *cells = book->ids.cells, slot;
    uint32_t mask = book->ids.mask, gap = cell, next = (cell + 1) & mask;

    while ((slot = cells[next]) != 0) {
        uint32_t home = ids_home(&book->ids, book->hot[slot].id);
        if (((next - home) & mask) >= ((next - gap) & mask)) {
            cells[gap] = slot;
            book->hot[slot].cell = gap;
            cells[next] = 0;
            gap = next;
        }
        next = (next + 1) & mask;
    }
}

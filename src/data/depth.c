#include "data/depth.h"
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void depth_release(struct depth *depth)
{
    for (int i = 0; i < 2; i++)
        free(depth->side[i].level);
    *depth = (struct depth){ .ts_ns = 0 };
}

/* Index of the price, or where it belongs. */
static uint32_t find(const struct depth_side *side, bool bids, int64_t price_ticks)
{
    uint32_t low = 0, high = side->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int64_t at = side->level[middle].price_ticks;
        if (bids ? at < price_ticks : at > price_ticks)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum err make_room(struct depth_side *side)
{
    if (side->count < side->capacity)
        return OK;
    if (side->count == DEPTH_LEVELS_MAX)
        return ERR_LIMIT;
    uint32_t capacity = side->capacity ? 2 * side->capacity : 1024;
    struct book_level *grown = realloc(side->level, capacity * sizeof *grown);
    if (!grown)
        return ERR_MEMORY;
    side->level = grown;
    side->capacity = capacity;
    return OK;
}

static enum err set_level(struct depth_side *side, bool bids, const struct book_level *level)
{
    uint32_t at = find(side, bids, level->price_ticks);
    bool there = at < side->count && side->level[at].price_ticks == level->price_ticks;
    if (there && level->qty_lots > 0) {
        side->level[at].qty_lots = level->qty_lots;
    } else if (there) {
        side->count--;
        memmove(side->level + at, side->level + at + 1, (side->count - at) * sizeof *level);
    } else if (level->qty_lots > 0) {
        enum err err = make_room(side);
        if (err != OK)
            return err;
        memmove(side->level + at + 1, side->level + at, (side->count - at) * sizeof *level);
        side->level[at] = *level;
        side->count++;
    }
    return OK;
}

enum err depth_apply(struct depth *depth, const struct event *event)
{
    assert(event->kind == EVENT_BOOK);
    const struct book_head *head = event_body_const(event);
    const struct book_level *level = (const struct book_level *)(const void *)(head + 1);
    if (head->action == BOOK_SNAPSHOT)
        depth->side[0].count = depth->side[1].count = 0;
    enum err err = OK;
    for (uint32_t i = 0; i < head->bid_count + head->ask_count && err == OK; i++) {
        bool bid = i < head->bid_count;
        err = set_level(&depth->side[bid ? 0 : 1], bid, &level[i]);
    }
    depth->last_update_id = head->last_update_id;
    depth->ts_ns = event->source_ts_ns;
    return err;
}

const struct book_level *depth_level(const struct depth *depth, int side, uint32_t place)
{
    const struct depth_side *of = &depth->side[side];
    return place < of->count ? &of->level[of->count - 1 - place] : NULL;
}

int64_t depth_sum(const struct depth *depth, int side, uint32_t levels)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < levels; i++) {
        const struct book_level *level = depth_level(depth, side, i);
        if (level && __builtin_add_overflow(sum, level->qty_lots, &sum))
            return INT64_MAX;
    }
    return sum;
}

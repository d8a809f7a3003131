/*
 * data/depth.h - an order book by price levels (L2), rebuilt from book events.
 */
#ifndef DATA_DEPTH_H
#define DATA_DEPTH_H
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"

#define DEPTH_LEVELS_MAX (1u << 20) /* a side */

struct depth_side {
    struct book_level *level; /* the best is the last: changes are near it */
    uint32_t count, capacity;
};
struct depth {
    struct depth_side side[2]; /* bids, asks */
    uint64_t last_update_id;
    int64_t ts_ns; /* of the last event */
};

/* All zeros is an empty book. */
void depth_release(struct depth *depth);
/* Takes an EVENT_BOOK. ERR_LIMIT, ERR_MEMORY: the book is no longer right. */
MUST_USE enum err depth_apply(struct depth *depth, const struct event *event);
/* The level at a place (0 is the best) of a side (0 bids); NULL when there are fewer. */
const struct book_level *depth_level(const struct depth *depth, int side, uint32_t place);
/* Sum of the quantities of the best levels. */
int64_t depth_sum(const struct depth *depth, int side, uint32_t levels);

#endif

/*
 * data/orders_replay.h - order-by-order files, row by row into a book.
 *
 * Databento (orders_mbo): fills and trades do not change the book, the cut or change after them does;
 * look at it only at the last row of an event. LOBSTER (orders_lobster): begins with a book, the first
 * row of the book file that belongs to the messages; that file shows some levels a side, and a level
 * that comes into view from below is taken from it, for the messages never told of it.
 */
#ifndef DATA_ORDERS_REPLAY_H
#define DATA_ORDERS_REPLAY_H
#include <stdbool.h>
#include "data/feed.h"
#include "data/orders.h"

struct orders_replay;

/* levels: LOBSTER's book file, or NULL. What feed_open can say; ERR_UNSUPPORTED for files that are not
 * order by order, or without the book file they need. */
MUST_USE enum err orders_replay_open(const char *path, const char *levels,
                                     struct orders_replay **out, struct errtext *detail);
void orders_replay_close(struct orders_replay *replay);

struct orders_state { /* after a row */
    uint64_t row;     /* 0, 1, ... */
    int64_t ts_ns;
    uint64_t sequence;
    bool is_last;    /* of its event */
    uint64_t trades; /* so far */
    int64_t traded_lots;
    bool matches; /* LOBSTER: the five best levels are those of the book file */
};
/* Applies the next row. ERR_END; ERR_CORRUPT (a cut of an order that is not there, and so on). */
MUST_USE enum err orders_replay_next(struct orders_replay *replay, struct orders_state *state,
                                     struct errtext *detail);
const struct orders *orders_replay_book(const struct orders_replay *replay);
void orders_replay_info(const struct orders_replay *replay, struct feed_info *out);

#endif

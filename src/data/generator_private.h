/*
 * data/generator_private.h - the inside of a generator, shared by generator.c (moments and events),
 * ladder.c (book) and history.c (bars).
 */
#ifndef DATA_GENERATOR_PRIVATE_H
#define DATA_GENERATOR_PRIVATE_H
#include <stdalign.h>
#include "data/feed.h"
#include "data/walk.h"

/* Both sides of the book, best first, and what changed since the last book event. */
struct ladder {
    struct book_level level[2][GENERATOR_DEPTH_MAX];
    uint32_t count[2];
};

#define EVENTS_READY_MAX 4 /* of one moment: trade, book, quote */

struct generator {
    struct generator_config config;
    struct instrument instrument;
    struct walk walk;
    uint64_t rng;                  /* of everything but the price path */
    int64_t low_ticks, high_ticks; /* bounds in whole steps */
    int64_t gap_ticks;             /* between book levels */
    double ticks_per_price, lots_per_unit;
    int64_t now_ns; /* of the last moment */
    uint64_t trade_id, update_id, books;
    struct ladder ladder, before;
    struct quote quote;
    uint32_t ready, given; /* events of the moment */
    bool started;
    alignas(8) uint8_t trade_event[EVENT_HEADER_BYTES + sizeof(struct trade)];
    alignas(8) uint8_t quote_event[EVENT_HEADER_BYTES + sizeof(struct quote)];
    alignas(8) uint8_t book_event[EVENT_HEADER_BYTES + sizeof(struct book_head) +
                                  4 * GENERATOR_DEPTH_MAX * sizeof(struct book_level)];
    struct event *events[EVENTS_READY_MAX];
    int64_t next_ns; /* of the next moment */
    bool next_is_trade;
};

/* A quantity in lots: log-normal around a median worth in the quote asset, within the rules. */
int64_t generator_qty_lots(struct generator *generator, double median_worth, double price);
/* A price in whole steps, within the bounds. */
int64_t generator_price_ticks(const struct generator *generator, double price);

/* Puts the book around a price: levels that stay keep their quantity. */
void ladder_move(struct generator *generator, double price);
/* Takes quantity from the top of a side (0 bids, 1 asks); an empty top goes. */
void ladder_take(struct generator *generator, int side, int64_t qty_lots);
/* Levels that differ between before and now, or all; returns how many, best first a side. */
uint32_t ladder_changes(const struct ladder *before, const struct ladder *now, int side, bool all,
                        struct book_level *out);

#endif

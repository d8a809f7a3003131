/*
 * data/orders.h - an order book by single orders (L3): price levels, each a queue in the order of time.
 *
 * A change keeps an order's place in the queue only when the price stays and the quantity does not
 * grow. A level may hold anonymous quantity too: what was there before the first message, of orders
 * never named. It stands at the head of the queue.
 */
#ifndef DATA_ORDERS_H
#define DATA_ORDERS_H
#include <stdint.h>
#include "base/err.h"

#define ORDERS_LIVE_MAX (1u << 24)
#define ORDERS_LEVELS_MAX (1u << 20) /* a side */

struct orders_level {
    int64_t price_ticks, total_lots, anonymous_lots;
    uint32_t count;      /* of named orders */
    uint32_t head, tail; /* in the pool; 0 = none */
};

struct orders;
struct orders *orders_new(void); /* NULL: no memory */
void orders_free(struct orders *orders);
void orders_clear(struct orders *orders);

/* side: 0 bids, 1 asks. qty > 0. ERR_DUPLICATE (the id lives), ERR_LIMIT, ERR_MEMORY. */
MUST_USE enum err orders_add(struct orders *orders, uint64_t id, int side, int64_t price_ticks,
                             int64_t qty_lots);
/* Takes quantity away; an order without any is gone. ERR_NOT_FOUND; ERR_RANGE (it has less: the order
 * is gone all the same). */
MUST_USE enum err orders_cut(struct orders *orders, uint64_t id, int64_t qty_lots);
MUST_USE enum err orders_change(struct orders *orders, uint64_t id, int side, int64_t price_ticks,
                                int64_t qty_lots);
/* Anonymous quantity. ERR_NOT_FOUND, ERR_RANGE (the level has less). */
MUST_USE enum err orders_add_anonymous(struct orders *orders, int side, int64_t price_ticks,
                                       int64_t qty_lots);
MUST_USE enum err orders_cut_anonymous(struct orders *orders, int side, int64_t price_ticks,
                                       int64_t qty_lots);
/* Forgets the worst level of a side with its orders; there must be one. */
void orders_drop_worst(struct orders *orders, int side);

uint32_t orders_live(const struct orders *orders);
uint32_t orders_levels(const struct orders *orders, int side);
int64_t orders_total(const struct orders *orders, int side);
/* The level at a place, 0 the best; NULL when there are fewer. */
const struct orders_level *orders_level(const struct orders *orders, int side, uint32_t place);
/* Id of the first order in a level's queue; 0 when there is none. */
uint64_t orders_head_id(const struct orders *orders, const struct orders_level *level);

#endif

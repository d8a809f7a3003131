/*
 * tests/engine/world.h - a small house around the engine, for stories: one venue, two accounts, a spot and a
 * linear instrument. Every input goes to the engine and, as recorded batch, to a second one that only
 * recovers: after each step both must say the same state hash. So every story is a recovery test too.
 */
#ifndef TESTS_ENGINE_WORLD_H
#define TESTS_ENGINE_WORLD_H
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/arena.h"
#include "base/rng.h"
#include "engine/engine.h"
#include "risk/risk.h"

enum { USDT = 1, BTC, BNB };
enum { SPOT = 1, PERP };  /* price: cents; quantity: thousandths of a BTC */
enum { FULL = 1, PLAIN }; /* accounts: the venue can amend; the venue hedges and can nothing */
#define SECOND INT64_C(1000000000)
#define WORLD_START (INT64_C(1767225600) * SECOND)
#define CASH 1000000 /* USDT of account FULL at the beginning */

struct world {
    struct engine_limits limits;
    struct arena memory, shadow_memory;
    struct engine *engine, *shadow;
    struct batch batch; /* of the last input */
    int64_t now_ns;
    int64_t hash_every; /* steps between comparisons of the state hashes; 0 = never */
    int64_t steps;
    uint64_t request_id, trades;
    enum err err; /* of the last EVENT_RESULT; OK when there was none */
    uint16_t denial;
    uint16_t flags; /* of the next inputs */
};

extern const struct engine_limits world_limits;

/* An engine with everything defined, and cash. */
void world_open(struct world *world);
void world_open_with(struct world *world, const struct engine_limits *limits);
void world_open_empty(struct world *world, const struct engine_limits *limits);
void world_close(struct world *world);

/* One input, at world->now_ns, with source time `source_ts_ns`; the batch is checked record by record. */
void world_tell_at(struct world *world, uint16_t kind, uint16_t account, uint32_t instrument,
                   const void *body, size_t size, int64_t source_ts_ns);
void world_tell(struct world *world, uint16_t kind, uint16_t account, uint32_t instrument,
                const void *body, size_t size);
/* As engine_apply() and the checks around it, for an input that is whole. */
void world_apply(struct world *world, const struct event *input);

/* Commands; each returns the order id of the answer, 0 when there is none, and sets err and denial. */
uint64_t world_submit(struct world *world, uint16_t account, uint32_t instrument,
                      struct intent intent);
uint64_t world_cancel(struct world *world, uint16_t account, uint64_t order_id);
uint64_t world_amend(struct world *world, uint16_t account, uint64_t order_id, int64_t price_ticks,
                     int64_t qty_lots);
void world_cash(struct world *world, uint16_t account, uint16_t asset, i128 amount);
void world_limit(struct world *world, uint16_t account, struct risk_limits limits);
void world_halt(struct world *world, uint16_t account, uint8_t level, bool cancel_open);
void world_time(struct world *world, int64_t later_ns); /* time passes, then EVENT_TIMER */

/* The venue: a report of this kind; a fill gets the next trade id. */
void world_report(struct world *world, uint16_t kind, uint64_t order_id,
                  struct venue_report report);
void world_fill(struct world *world, uint64_t order_id, int64_t price_ticks, int64_t qty_lots);

/* The market. */
void world_quote(struct world *world, uint32_t instrument, int64_t bid_ticks, int64_t ask_ticks);
void world_trade(struct world *world, uint32_t instrument, int64_t price_ticks);
void world_bar(struct world *world, uint32_t instrument, uint16_t kind, struct bar bar);

/* The nth record of this kind in the last batch (0 = first); NULL when there are not so many. */
const struct event *world_event(const struct world *world, uint16_t kind, int nth);
int world_count(const struct world *world, uint16_t kind);
const void *world_body(const struct world *world, uint16_t kind, int nth); /* asserts it is there */

/* Looks. The first order sent in the last batch: its row as it is now; asserts there is one. */
const struct order *world_sent(const struct world *world);
const struct order *world_order(const struct world *world, uint64_t order_id);
i128 amount(const char *text); /* "12.5" */
i128 world_total(const struct world *world, uint16_t account, uint16_t asset);
i128 world_reserved(const struct world *world, uint16_t account, uint16_t asset);
/* 12.5 USDT of account FULL, as text: prints both on failure. */
#define assert_amount(value, text) assert_amount_at(value, text, __FILE__, __LINE__)
void assert_amount_at(i128 value, const char *text, const char *file, int line);

/* What must hold after every step, computed anew from orders: exposures, reserves, counts. */
void world_check_sums(const struct world *world);

/* Seeds: env SEED repeats; printed. */
uint64_t world_seed(uint64_t otherwise);

/* Intents with the least said. */
struct intent limit_order(uint8_t side, int64_t price_ticks, int64_t qty_lots);
struct intent market_order(uint8_t side, int64_t qty_lots);
struct intent stop_order(uint8_t type, uint8_t side, int64_t stop_ticks, int64_t qty_lots);
struct intent named(struct intent intent, const char *client_order_id);

#endif

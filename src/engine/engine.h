/*
 * engine/engine.h - the pure core: event in, events out.
 *
 * All state lives in one flat block without pointers, so that a snapshot is a copy. There is no
 * clock, no chance, no file, no heap: time comes with the input. The same inputs give the same
 * records, byte for byte.
 *
 *   engine_apply()    decides: stamps the input, derives outcomes, appends all to a batch
 *   engine_recover()  never decides: takes a recorded batch and copies its row images
 *
 * After either, the rows are the same; engine_state_hash() proves it.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"

#define ENGINE_VERSION 1

struct engine_limits {   /* sizes of the tables, fixed for the life of a data dir's arena */
    uint32_t orders_max; /* rows in memory, open and closed */
    uint32_t keys_max;   /* client order ids remembered (of evicted orders too) */
    uint32_t instruments_max, accounts_max, assets_max, strategies_max, timers_max;
    uint32_t strategy_state_bytes; /* all strategies together */
};
extern const struct engine_limits engine_limits_default;

struct engine; /* the block itself */

size_t engine_size(const struct engine_limits *limits);
/* A fresh engine in a zeroed, 64-aligned block. ERR_RANGE for limits that make no sense. */
MUST_USE enum err engine_init(void *block, size_t size_bytes, const struct engine_limits *limits,
                              struct engine **out);
/* After a snapshot was loaded into the block: checks it and rebuilds what is derived. */
MUST_USE enum err engine_attach(void *block, size_t size_bytes, const struct engine_limits *limits,
                                struct engine **out);
/* A number that changes with any change of row layout or limits: snapshots carry it. */
uint32_t engine_layout(const struct engine_limits *limits);

/*
 * Applies one input at now_ns (wall clock; an earlier one than before counts as before). The batch,
 * emptied first, gets the stamped input and everything that follows from it. Inputs from outside the
 * process are checked: one that makes no sense (unknown instrument, bad number) is journaled too,
 * with an EVENT_RESULT that says why; a venue's report is never refused. Asserts only on our own mistakes:
 * a malformed record, a batch smaller than BATCH_BYTES_MAX.
 */
void engine_apply(struct engine *engine, const struct event *input, int64_t now_ns,
                  struct batch *out);

/* True when there is room for one more order command; otherwise answer 503 before sequencing. */
bool engine_has_room(const struct engine *engine);

/* Takes one recorded batch. ERR_CORRUPT when it does not continue the sequence. */
MUST_USE enum err engine_recover(struct engine *engine, const void *batch, size_t size_bytes);

/* When the engine wants an EVENT_TIMER at the latest; INT64_MAX = never. */
int64_t engine_next_deadline(const struct engine *engine);

uint64_t engine_seq(const struct engine *engine);        /* of the last record */
int64_t engine_ts_ns(const struct engine *engine);       /* of the last record */
uint64_t engine_state_hash(const struct engine *engine); /* XXH3 over every row, any order */
struct engine_row engine_counters(const struct engine *engine);

/* Every row as an image record (no seq), in a fixed order: how a view is loaded. each() borrows. */
void engine_images(const struct engine *engine,
                   void (*each)(void *context, const struct event *image), void *context);

/* Read-only looks for the thread that owns the engine (risk, backtest, tests). NULL: not there. */
const struct order *engine_order(const struct engine *engine, uint64_t order_id);
const struct order *engine_order_by_key(const struct engine *engine, uint16_t account,
                                        const char *client_order_id);
const struct position *engine_position(const struct engine *engine, uint16_t account,
                                       uint32_t instrument, uint8_t position_side);
const struct balance *engine_balance(const struct engine *engine, uint16_t account, uint16_t asset);
const struct account *engine_account(const struct engine *engine, uint16_t account);
const struct instrument *engine_instrument(const struct engine *engine, uint32_t instrument);
const struct market_row *engine_market(const struct engine *engine, uint32_t instrument);
const struct strategy_row *engine_strategy(const struct engine *engine, const char *name);
/* All its indicators have a value at the last bar it was told. */
bool engine_strategy_is_warm(const struct engine *engine, const char *name);
/* Orders that are held for the next open of the instrument's bars. */
uint32_t engine_waits_for_open(const struct engine *engine, uint32_t instrument);
/* Orders in the order of their ids: start with NULL. */
const struct order *engine_order_next(const struct engine *engine, const struct order *after);

/* Total value of an account in its base currency at last prices. ERR_EMPTY: a price is missing. */
MUST_USE enum err engine_equity(const struct engine *engine, uint16_t account, i128 *out);

#endif

/*
 * engine/state.h - how the flat block is laid out. Private to the engine.
 *
 * Rows are what snapshots, images and the state hash are about. Everything else here - hash tables,
 * lists, heaps, trigger bounds - is derived from rows and rebuilt by engine_attach(); nothing ever
 * depends on its order.
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H
#include "engine/engine.h"
#include "tradewind/strategy.h"

#define NO_SLOT UINT32_MAX
#define ENGINE_MAGIC UINT64_C(0x31454E49474E4554) /* "TENGINE1", little-endian */

/* One input may move at most so many orders; the rest follows at once by a timer. Keeps every batch
 * below BATCH_BYTES_MAX. */
#define STEP_ORDERS_MAX 1024u
#define DIRTY_ORDERS_MAX 4096u    /* STEP_ORDERS_MAX and what one order can touch besides */
#define STEP_TIMERS_MAX 256u      /* timers one input may run */
#define FILLS_SEEN_MAX (1u << 17) /* venue trade ids remembered */
#define POSITION_SIDES 3u

struct order_slot {
    struct order row;
    uint32_t previous, next;             /* all orders by id */
    uint32_t watch_previous, watch_next; /* emulated orders of one instrument, by id */
    bool dirty, watched;
    uint8_t padding[6];
};

struct key_slot {      /* a client order id that must not be used again */
    uint64_t order_id; /* 0 = empty */
    uint64_t body_hash;
    uint16_t account;
    uint8_t padding[6];
    char key[CLIENT_ORDER_ID_MAX];
};

struct fill_seen {
    uint64_t hash; /* of venue, instrument and trade id; 0 = empty */
    uint64_t order_id;
};

struct instrument_slot {
    struct instrument row;
    struct market_row market;
    int64_t trigger_above_ticks, trigger_below_ticks; /* nothing can trigger strictly between */
    uint32_t watch_head, watch_tail;
    uint32_t trailing, at_open; /* watched orders of these sorts */
};

#define INDICATOR_BYTES_MAX 0xffffffu
#define INDICATOR_HISTORY 4 /* values kept per indicator: value(ago < 4) */

/* What the engine keeps at the head of a strategy's state block: part of the block, so that patches
 * and snapshots carry it. */
struct indicator_use {
    char name[16];
    double params[8];
    double values[INDICATOR_HISTORY]; /* [bars % INDICATOR_HISTORY] */
    uint32_t offset;                  /* of its state in the block */
    uint32_t bytes : 24, output : 8;  /* of that state; which of the row's outputs */
};
struct strategy_head {
    uint32_t indicator_count, own_offset;
    uint64_t bars;      /* told so far: the ring position of values */
    struct bar partial; /* a longer bar being put together from shorter ones */
    struct indicator_use indicators[TW_INDICATORS_MAX];
};

struct strategy_slot {
    struct strategy_row row;
    uint32_t open_orders;
    uint32_t index;      /* in the table */
    bool dirty, touched; /* row changed; state may have changed */
    uint8_t padding[6];
};

struct engine {
    uint64_t magic;
    uint32_t layout;
    uint32_t padding;
    struct engine_limits limits;
    struct engine_row row;
    /* offsets of the tables from the start of the block */
    uint64_t assets, instruments, accounts, account_limits, rates, balances, positions, orders,
        order_index, keys, key_index, fills, fill_index, timers, timer_heap, strategies,
        strategy_state, strategy_shadow, dirty_orders, dirty_positions, dirty_position_flags,
        dirty_balances, dirty_balance_flags, end;
    /* orders */
    uint32_t order_head, order_tail, order_free, order_fresh, order_count;
    uint32_t closed_cursor; /* where the search for the next eviction begins */
    uint32_t order_index_mask, key_index_mask, fill_index_mask;
    uint32_t key_at, key_count; /* ring of keys: next to write, how many */
    uint32_t fill_at, fill_count;
    uint32_t timer_count;
    uint32_t strategy_count, strategy_state_used;
    uint32_t dirty_order_count, dirty_position_count, dirty_balance_count;
    uint32_t dirty_account_bits[32], dirty_rate_bits[32]; /* accounts_max <= 1024 */
    uint32_t padding_end;
};

/* One call of engine_apply: what would otherwise be globals. */
struct step {
    struct engine *engine;
    const struct event *input; /* the stamped copy in the batch */
    struct batch *out;
    uint64_t cause; /* seq of what the next outcomes follow from */
    int64_t ts_ns;
    struct event *last; /* record of the batch so far */
    uint32_t moved;     /* orders moved so far: STEP_ORDERS_MAX */
    bool wired;         /* something goes to a venue: the batch asks for a sync */
    bool warming;       /* EVENT_REPLAY: strategies look, but do not trade */
};

#define TABLE(engine, name, type) ((type *)((uint8_t *)(engine) + (engine)->name))
#define TABLE_CONST(engine, name, type) ((const type *)((const uint8_t *)(engine) + (engine)->name))

static inline struct order_slot *order_slots(struct engine *engine)
{
    return TABLE(engine, orders, struct order_slot);
}
static inline struct instrument_slot *instrument_slots(struct engine *engine)
{
    return TABLE(engine, instruments, struct instrument_slot);
}
static inline struct account *account_rows(struct engine *engine)
{
    return TABLE(engine, accounts, struct account);
}
static inline struct risk_limits *limits_rows(struct engine *engine)
{
    return TABLE(engine, account_limits, struct risk_limits);
}
static inline struct strategy_slot *strategy_slots(struct engine *engine)
{
    return TABLE(engine, strategies, struct strategy_slot);
}

static inline struct rate_row *rate_rows(struct engine *engine)
{
    return TABLE(engine, rates, struct rate_row);
}

/* NULL when the id names nothing. */
struct instrument_slot *instrument_of(struct engine *engine, uint32_t id);
struct account *account_of(struct engine *engine, uint16_t id);
struct strategy_slot *strategy_of(struct engine *engine, uint16_t id);
struct position *position_of(struct engine *engine, uint16_t account, uint32_t instrument,
                             uint8_t side); /* always there once both ids are known */
struct balance *balance_of(struct engine *engine, uint16_t account, uint16_t asset);

/* An outcome of this step: stamped, appended. The header's ids are the caller's to fill. */
struct event *outcome(struct step *step, uint16_t kind, size_t body_bytes);

/* Rows that must be told as images at the end of the step. */
void dirty_order(struct engine *engine, struct order_slot *slot);
void dirty_position(struct engine *engine, struct position *position);
void dirty_balance(struct engine *engine, struct balance *balance);
void dirty_account(struct engine *engine, uint16_t account);
void dirty_rate(struct engine *engine, uint16_t account);
void images_of_step(struct step *step);

#endif

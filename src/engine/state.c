/* engine/state.c - the block's layout, its tables, and the images of what a step changed. */
#include "engine/state.h"
#include <string.h>
#include "base/hash.h"
#include "engine/strategies.h"
#include "engine/table.h"

const struct engine_limits engine_limits_default = {
    .orders_max = 65536,
    .keys_max = 1u << 20,
    .instruments_max = 256,
    .accounts_max = 16,
    .assets_max = 256,
    .strategies_max = 64,
    .timers_max = 4096,
    .strategy_state_bytes = 16u << 20,
};

static uint32_t index_size(uint32_t entries)
{
    uint32_t size = 4;
    while (size < entries * 2)
        size *= 2;
    return size;
}

static uint64_t take(uint64_t *at, uint64_t count, uint64_t size)
{
    uint64_t offset = (*at + 63) & ~UINT64_C(63);
    *at = offset + count * size;
    return offset;
}

static bool limits_make_sense(const struct engine_limits *limits)
{
    return limits->orders_max >= 16 && limits->orders_max <= 1u << 24 &&
           limits->keys_max > limits->orders_max && limits->keys_max <= 1u << 26 &&
           limits->instruments_max >= 2 && limits->instruments_max <= 1u << 16 &&
           limits->accounts_max >= 2 && limits->accounts_max <= 1024 && limits->assets_max >= 2 &&
           limits->assets_max <= 1u << 15 && limits->strategies_max >= 2 &&
           limits->strategies_max < STRATEGY_FOREIGN && limits->timers_max >= 16 &&
           limits->timers_max <= 1u << 20 && limits->strategy_state_bytes <= 1u << 30;
}

static void lay_out(struct engine *engine, const struct engine_limits *limits)
{
    uint64_t at = sizeof *engine;
    uint64_t positions = (uint64_t)limits->accounts_max * limits->instruments_max * POSITION_SIDES;
    uint64_t balances = (uint64_t)limits->accounts_max * limits->assets_max;
    engine->limits = *limits;
    engine->assets = take(&at, limits->assets_max, sizeof(struct asset));
    engine->instruments = take(&at, limits->instruments_max, sizeof(struct instrument_slot));
    engine->accounts = take(&at, limits->accounts_max, sizeof(struct account));
    engine->account_limits = take(&at, limits->accounts_max, sizeof(struct risk_limits));
    engine->rates = take(&at, limits->accounts_max, sizeof(struct rate_row));
    engine->balances = take(&at, balances, sizeof(struct balance));
    engine->positions = take(&at, positions, sizeof(struct position));
    engine->orders = take(&at, limits->orders_max, sizeof(struct order_slot));
    engine->order_index = take(&at, index_size(limits->orders_max), sizeof(uint32_t));
    engine->keys = take(&at, limits->keys_max, sizeof(struct key_slot));
    engine->key_index = take(&at, index_size(limits->keys_max), sizeof(uint32_t));
    engine->fills = take(&at, FILLS_SEEN_MAX, sizeof(struct fill_seen));
    engine->fill_index = take(&at, index_size(FILLS_SEEN_MAX), sizeof(uint32_t));
    engine->timers = take(&at, limits->timers_max, sizeof(struct timer_row));
    engine->strategies = take(&at, limits->strategies_max, sizeof(struct strategy_slot));
    engine->strategy_state = take(&at, limits->strategy_state_bytes, 1);
    engine->strategy_shadow = take(&at, limits->strategy_state_bytes, 1);
    engine->dirty_orders = take(&at, DIRTY_ORDERS_MAX, sizeof(uint32_t));
    engine->dirty_positions = take(&at, positions, sizeof(uint32_t));
    engine->dirty_position_flags = take(&at, positions, 1);
    engine->dirty_balances = take(&at, balances, sizeof(uint32_t));
    engine->dirty_balance_flags = take(&at, balances, 1);
    engine->end = (at + 63) & ~UINT64_C(63);
    engine->order_index_mask = index_size(limits->orders_max) - 1;
    engine->key_index_mask = index_size(limits->keys_max) - 1;
    engine->fill_index_mask = index_size(FILLS_SEEN_MAX) - 1;
}

size_t engine_size(const struct engine_limits *limits)
{
    struct engine engine = { 0 };
    lay_out(&engine, limits);
    return engine.end;
}

uint32_t engine_layout(const struct engine_limits *limits)
{
    struct engine engine = { 0 };
    const uint64_t sizes[] = {
        sizeof(struct engine),
        sizeof(struct order_slot),
        sizeof(struct instrument_slot),
        sizeof(struct account),
        sizeof(struct position),
        sizeof(struct balance),
        sizeof(struct strategy_slot),
        sizeof(struct strategy_head),
        sizeof(struct timer_row),
        sizeof(struct key_slot),
        ENGINE_VERSION,
        ORDER_INDEX_VERSION,
    };
    lay_out(&engine, limits);
    uint64_t hash = hash_bytes_seeded(sizes, sizeof sizes, hash_bytes(limits, sizeof *limits));
    return (uint32_t)(hash ^ hash >> 32);
}

enum err engine_init(void *block, size_t size_bytes, const struct engine_limits *limits,
                     struct engine **out)
{
    if (!limits_make_sense(limits))
        return ERR_RANGE;
    assert((uintptr_t)block % 64 == 0);
    assert(size_bytes >= engine_size(limits));
    struct engine *engine = block;
    lay_out(engine, limits);
    engine->magic = ENGINE_MAGIC;
    engine->layout = engine_layout(limits);
    engine->order_head = engine->order_tail = engine->order_free = NO_SLOT;
    engine->closed_cursor = NO_SLOT;
    struct strategy_slot *strategies = strategy_slots(engine);
    for (uint32_t i = 0; i < limits->strategies_max; i++)
        strategies[i].index = i;
    *out = engine;
    return OK;
}

enum err engine_attach(void *block, size_t size_bytes, const struct engine_limits *limits,
                       struct engine **out)
{
    struct engine *engine = block;
    if (!limits_make_sense(limits) || size_bytes < engine_size(limits))
        return ERR_RANGE;
    if (engine->magic != ENGINE_MAGIC || engine->layout != engine_layout(limits))
        return ERR_VERSION;
    *out = engine;
    return OK;
}

/* ---- rows by id ---- */

struct instrument_slot *instrument_of(struct engine *engine, uint32_t id)
{
    struct instrument_slot *slots = instrument_slots(engine);
    return id < engine->limits.instruments_max && slots[id].row.id ? &slots[id] : NULL;
}

struct account *account_of(struct engine *engine, uint16_t id)
{
    struct account *rows = account_rows(engine);
    return id < engine->limits.accounts_max && rows[id].id ? &rows[id] : NULL;
}

struct strategy_slot *strategy_of(struct engine *engine, uint16_t id)
{
    struct strategy_slot *slots = strategy_slots(engine);
    return id > 0 && id < engine->limits.strategies_max && slots[id].row.status ? &slots[id] : NULL;
}

struct position *position_of(struct engine *engine, uint16_t account, uint32_t instrument,
                             uint8_t side)
{
    assert(account < engine->limits.accounts_max && instrument < engine->limits.instruments_max);
    assert(side < POSITION_SIDES);
    size_t at = ((size_t)account * engine->limits.instruments_max + instrument) * POSITION_SIDES;
    struct position *position = &TABLE(engine, positions, struct position)[at + side];
    position->account = account;
    position->instrument = instrument;
    position->position_side = side;
    return position;
}

struct balance *balance_of(struct engine *engine, uint16_t account, uint16_t asset)
{
    assert(account < engine->limits.accounts_max && asset < engine->limits.assets_max);
    size_t at = (size_t)account * engine->limits.assets_max + asset;
    struct balance *balance = &TABLE(engine, balances, struct balance)[at];
    balance->account = account;
    balance->asset = asset;
    return balance;
}

/* ---- outcomes and images ---- */

struct event *outcome(struct step *step, uint16_t kind, size_t body_bytes)
{
    struct event *event = batch_add(step->out, kind, body_bytes);
    event->seq = ++step->engine->row.seq;
    event->engine_ts_ns = step->ts_ns;
    event->cause_seq = step->cause;
    event->received_ns = step->input->received_ns;
    step->last = event;
    return event;
}

void dirty_order(struct engine *engine, struct order_slot *slot)
{
    if (slot->dirty)
        return;
    assert(engine->dirty_order_count < DIRTY_ORDERS_MAX);
    slot->dirty = true;
    TABLE(engine, dirty_orders, uint32_t)
    [engine->dirty_order_count++] = (uint32_t)(slot - order_slots(engine));
}

void dirty_position(struct engine *engine, struct position *position)
{
    uint32_t at = (uint32_t)(position - TABLE(engine, positions, struct position));
    uint8_t *flag = TABLE(engine, dirty_position_flags, uint8_t) + at;
    if (!*flag)
        TABLE(engine, dirty_positions, uint32_t)[engine->dirty_position_count++] = at;
    *flag = 1;
}

void dirty_balance(struct engine *engine, struct balance *balance)
{
    uint32_t at = (uint32_t)(balance - TABLE(engine, balances, struct balance));
    uint8_t *flag = TABLE(engine, dirty_balance_flags, uint8_t) + at;
    if (!*flag)
        TABLE(engine, dirty_balances, uint32_t)[engine->dirty_balance_count++] = at;
    *flag = 1;
}

void dirty_account(struct engine *engine, uint16_t account)
{
    engine->dirty_account_bits[account / 32] |= 1u << account % 32;
}

void dirty_rate(struct engine *engine, uint16_t account)
{
    engine->dirty_rate_bits[account / 32] |= 1u << account % 32;
}

static void tell_orders(struct step *step)
{
    struct engine *engine = step->engine;
    const uint32_t *list = TABLE(engine, dirty_orders, uint32_t);
    for (uint32_t i = 0; i < engine->dirty_order_count; i++) {
        struct order_slot *slot = &order_slots(engine)[list[i]];
        struct event *event = outcome(step, EVENT_ORDER, sizeof slot->row);
        event->account = slot->row.account;
        event->venue = slot->row.venue;
        event->instrument = slot->row.instrument;
        event->strategy = slot->row.strategy;
        slot->row.last_seq = event->seq;
        slot->dirty = false;
        memcpy(event_body(event), &slot->row, sizeof slot->row);
    }
    engine->dirty_order_count = 0;
}

static void tell_positions(struct step *step)
{
    struct engine *engine = step->engine;
    const uint32_t *list = TABLE(engine, dirty_positions, uint32_t);
    for (uint32_t i = 0; i < engine->dirty_position_count; i++) {
        struct position *row = &TABLE(engine, positions, struct position)[list[i]];
        struct event *event = outcome(step, EVENT_POSITION, sizeof *row);
        event->account = row->account;
        event->instrument = row->instrument;
        row->last_seq = event->seq;
        memcpy(event_body(event), row, sizeof *row);
        TABLE(engine, dirty_position_flags, uint8_t)[list[i]] = 0;
    }
    engine->dirty_position_count = 0;
}

static void tell_balances(struct step *step)
{
    struct engine *engine = step->engine;
    const uint32_t *list = TABLE(engine, dirty_balances, uint32_t);
    for (uint32_t i = 0; i < engine->dirty_balance_count; i++) {
        struct balance *row = &TABLE(engine, balances, struct balance)[list[i]];
        struct event *event = outcome(step, EVENT_BALANCE, sizeof *row);
        event->account = row->account;
        row->last_seq = event->seq;
        memcpy(event_body(event), row, sizeof *row);
        TABLE(engine, dirty_balance_flags, uint8_t)[list[i]] = 0;
    }
    engine->dirty_balance_count = 0;
}

static void tell_accounts(struct step *step)
{
    struct engine *engine = step->engine;
    for (uint32_t id = 0; id < engine->limits.accounts_max; id++) {
        if (!(engine->dirty_account_bits[id / 32] & 1u << id % 32))
            continue;
        struct event *event = outcome(step, EVENT_ACCOUNT, sizeof(struct account));
        event->account = (uint16_t)id;
        memcpy(event_body(event), &account_rows(engine)[id], sizeof(struct account));
    }
    memset(engine->dirty_account_bits, 0, sizeof engine->dirty_account_bits);
}

static void tell_rates(struct step *step)
{
    struct engine *engine = step->engine;
    for (uint32_t bits = 0; bits < 32; bits++) {
        while (engine->dirty_rate_bits[bits]) {
            uint32_t bit = (uint32_t)__builtin_ctz(engine->dirty_rate_bits[bits]);
            uint16_t id = (uint16_t)(bits * 32 + bit);
            struct event *event = outcome(step, EVENT_RATE, sizeof(struct rate_row));
            event->account = id;
            memcpy(event_body(event), &rate_rows(engine)[id], sizeof(struct rate_row));
            engine->dirty_rate_bits[bits] &= ~(1u << bit);
        }
    }
}

void images_of_step(struct step *step)
{
    strategies_tell(step);
    tell_orders(step);
    tell_positions(step);
    tell_balances(step);
    tell_accounts(step);
    tell_rates(step);
}

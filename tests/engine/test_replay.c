/* Goal: the same inputs give the same bytes, and recorded outcomes give back the same house: a seeded random
 * walk of orders, reports in any order, prices, halts, strategies, timers and archive cursors over tiny
 * tables, with four engines side by side. Failing seeds: SEED=n repeats. */
#include "engine/world.h"
#include <stdio.h>

#define STEPS 3000
#define SEEDS 12
#define IDS 128

struct walk {
    struct world world;        /* the engine and its shadow, which only recovers */
    struct arena twin_memory;  /* decides everything a second time */
    struct arena joins_memory; /* a copy of the shadow that goes live in the middle */
    struct arena loads_memory; /* a copy of the engine that recovers from there on */
    struct engine *twin, *joins, *loads;
    struct batch again;
    uint64_t chance;
    uint64_t ids[IDS]; /* orders met lately */
    uint32_t id_count;
    struct order evicted; /* one that left the memory */
    i128 ledger[4][8];
    int64_t price_ticks;
    uint64_t evictions, restores, fills, discrepancies, denials, starts, intents;
};

static uint64_t below(struct walk *walk, uint64_t bound) { return rng_below(&walk->chance, bound); }

static struct engine *fresh(struct arena *memory, const struct engine_limits *limits)
{
    struct engine *engine = NULL;
    size_t size = engine_size(limits);
    assert_int_equal(arena_init(memory, size + 4096), OK);
    assert_int_equal(engine_init(arena_take(memory, size), size, limits, &engine), OK);
    return engine;
}

static struct engine *copy(struct arena *memory, const struct engine *from,
                           const struct engine_limits *limits)
{
    struct engine *engine = NULL;
    size_t size = engine_size(limits);
    assert_int_equal(arena_init(memory, size + 4096), OK);
    void *block = arena_take(memory, size);
    memcpy(block, from, size);
    assert_int_equal(engine_attach(block, size, limits, &engine), OK);
    return engine;
}

/* ---- what the walk does ---- */

static uint64_t any_id(struct walk *walk)
{
    if (walk->id_count == 0 || below(walk, 80) == 0)
        return below(walk, 3) ? 1 + below(walk, 100000) : 0;
    return walk->ids[below(walk, walk->id_count < IDS ? walk->id_count : IDS)];
}

static int64_t near_price(struct walk *walk)
{
    int64_t ticks = walk->price_ticks + (int64_t)below(walk, 2001) - 1000;
    return below(walk, 40) == 0 ? (int64_t)(rng_next(&walk->chance) >> (1 + below(walk, 63)))
                                : ticks;
}

static int64_t some_lots(struct walk *walk)
{
    return below(walk, 60) == 0 ? (int64_t)(rng_next(&walk->chance) >> (1 + below(walk, 63)))
                                : 1 + (int64_t)below(walk, 300);
}

static struct intent any_intent(struct walk *walk)
{
    struct intent intent = { .side = (uint8_t)(1 + below(walk, 2)),
                             .type = (uint8_t)(1 + below(walk, ORDER_TYPE_COUNT - 1)),
                             .tif = (uint8_t)(1 + below(walk, TIF_COUNT - 1)),
                             .qty_lots = some_lots(walk),
                             .request_id = (uint64_t)walk->world.steps + 1 };
    uint8_t type = intent.type;
    bool limit = type == ORDER_LIMIT || type == ORDER_STOP_LIMIT || type == ORDER_LIMIT_IF_TOUCHED;
    bool trailing = type == ORDER_TRAILING_STOP || type == ORDER_TRAILING_STOP_LIMIT;
    intent.price_ticks = limit ? near_price(walk) : 0;
    intent.stop_ticks = !limit && !trailing && type != ORDER_MARKET ? near_price(walk) : 0;
    if (type == ORDER_STOP_LIMIT || type == ORDER_LIMIT_IF_TOUCHED)
        intent.stop_ticks = near_price(walk);
    intent.trail_ticks = trailing ? 1 + (int64_t)below(walk, 500) : 0;
    if (intent.tif == TIF_AT_OPEN && type != ORDER_MARKET && type != ORDER_LIMIT)
        intent.tif = TIF_GTC;
    if (intent.tif == TIF_GTD)
        intent.expire_ns = walk->world.now_ns + (int64_t)below(walk, 100) * SECOND;
    if (below(walk, 4) == 0)
        intent.flags = ORDER_REDUCE_ONLY;
    if (below(walk, 12) == 0) {
        intent.size_mode = SIZE_EQUITY_FRACTION;
        intent.qty_lots = 0;
        intent.size_e9 = 1 + (int64_t)below(walk, 1000000000);
    }
    if (below(walk, 3) == 0) {
        snprintf(intent.client_order_id, sizeof intent.client_order_id, "k%u",
                 (unsigned)below(walk, 300));
        intent.body_hash = below(walk, 2);
    }
    return intent;
}

static void order_step(struct walk *walk)
{
    uint16_t account = (uint16_t)(1 + below(walk, 2));
    uint32_t instrument = SPOT + (uint32_t)below(walk, 2);
    uint64_t what = below(walk, 10);
    struct order_amend amend = { .ref = { .request_id = 1, .order_id = any_id(walk) } };
    struct intent intent = any_intent(walk);
    if (account == PLAIN)
        intent.position_side = (uint8_t)(POSITION_LONG + below(walk, 2));
    if (what < 7) {
        world_tell(&walk->world, EVENT_ORDER_SUBMIT, account, instrument, &intent, sizeof intent);
    } else if (what < 9) {
        amend.qty_lots = below(walk, 2) ? some_lots(walk) : 0;
        amend.price_ticks = below(walk, 2) ? near_price(walk) : 0;
        world_tell(&walk->world, EVENT_ORDER_AMEND, account, 0, &amend, sizeof amend);
    } else {
        world_tell(&walk->world, EVENT_ORDER_CANCEL, account, 0, &amend.ref, sizeof amend.ref);
    }
}

static void report_step(struct walk *walk)
{
    struct venue_report report = { .order_id = any_id(walk),
                                   .price_ticks = near_price(walk),
                                   .qty_lots = some_lots(walk),
                                   .fee = (i128)below(walk, 1000) * 1000000000 - 20000000000,
                                   .fee_asset = (uint16_t)below(walk, 4),
                                   .side = (uint8_t)below(walk, 3) };
    static const uint16_t kinds[] = {
        EVENT_VENUE_ACCEPT, EVENT_VENUE_ACCEPT,       EVENT_VENUE_FILL,   EVENT_VENUE_FILL,
        EVENT_VENUE_FILL,   EVENT_VENUE_REJECT,       EVENT_VENUE_CANCEL, EVENT_VENUE_CANCEL_REJECT,
        EVENT_VENUE_AMEND,  EVENT_VENUE_AMEND_REJECT, EVENT_VENUE_EXPIRE, EVENT_VENUE_TIMEOUT
    };
    uint16_t kind = kinds[below(walk, sizeof kinds / sizeof kinds[0])];
    if (kind == EVENT_VENUE_FILL)
        snprintf(report.trade_id, sizeof report.trade_id, "t%u", (unsigned)below(walk, 900));
    else
        report.price_ticks = report.price_ticks > 0 ? report.price_ticks : 0;
    uint16_t account = (uint16_t)below(walk, 3);
    world_tell(&walk->world, kind, account, SPOT + (uint32_t)below(walk, 2), &report,
               sizeof report);
}

static void market_step(struct walk *walk)
{
    uint32_t instrument = SPOT + (uint32_t)below(walk, 2);
    walk->price_ticks += (int64_t)below(walk, 801) - 400;
    if (walk->price_ticks < 2000000 || walk->price_ticks > 8000000)
        walk->price_ticks = 5000000;
    int64_t price = near_price(walk), start = walk->world.now_ns / (60 * SECOND) * 60 * SECOND;
    struct bar bar = { .start_ns = start,
                       .end_ns = start + 60 * SECOND,
                       .open_ticks = price,
                       .high_ticks = price,
                       .low_ticks = price,
                       .close_ticks = price };
    walk->world.flags = below(walk, 10) == 0 ? EVENT_REPLAY : 0;
    switch (below(walk, 4)) {
    case 0: world_quote(&walk->world, instrument, price - 1, price + 1); break;
    case 1: world_trade(&walk->world, instrument, price); break;
    case 2: world_bar(&walk->world, instrument, EVENT_BAR_OPEN, bar); break;
    default: world_bar(&walk->world, instrument, EVENT_BAR, bar); break;
    }
    walk->world.flags = 0;
}

static void strategy_step(struct walk *walk)
{
    struct strategy_start start = { .type = "sma_cross_long",
                                    .size_mode = (uint8_t)below(walk, 2),
                                    .size_lots = 5,
                                    .size_e9 = 100000000,
                                    .fill_at_open = (uint8_t)below(walk, 2),
                                    .bar_interval_ns = (int64_t)below(walk, 3) * 60 * SECOND,
                                    .param_count = 2,
                                    .params = { 1 + (double)below(walk, 2), 3 } };
    struct strategy_ref ref = { .reason = "walk" };
    snprintf(start.name, sizeof start.name, "s%u", (unsigned)below(walk, 4));
    memcpy(ref.name, start.name, sizeof ref.name);
    if (below(walk, 3))
        world_tell(&walk->world, EVENT_STRATEGY_START, FULL, SPOT + (uint32_t)below(walk, 2),
                   &start, sizeof start);
    else
        world_tell(&walk->world, EVENT_STRATEGY_STOP, 0, 0, &ref, sizeof ref);
    walk->starts += walk->world.err == OK;
}

static void house_step(struct walk *walk)
{
    struct seq_cursor cursor = { .seq = engine_seq(walk->world.engine) - below(walk, 50) };
    struct halt_command halt = { .level = (uint8_t)below(walk, 2),
                                 .cancel_open = below(walk, 4) == 0 };
    struct order_ref all = { .request_id = 1 };
    switch (below(walk, 8)) {
    case 0: world_cash(&walk->world, FULL, USDT, amount("50000")); break;
    case 1: world_cash(&walk->world, (uint16_t)(1 + below(walk, 2)), BTC, amount("0.5")); break;
    case 2:
        halt.level = below(walk, 5) == 0;
        world_tell(&walk->world, EVENT_HALT, (uint16_t)below(walk, 3), 0, &halt, sizeof halt);
        break;
    case 3:
        if (below(walk, 4) == 0)
            world_tell(&walk->world, EVENT_CANCEL_ALL, (uint16_t)below(walk, 3),
                       (uint32_t)below(walk, 3), &all, sizeof all);
        break;
    case 4:
        if (walk->evicted.id) {
            world_tell(&walk->world, EVENT_ORDER_RESTORE, 0, 0, &walk->evicted,
                       sizeof walk->evicted);
            walk->restores += walk->world.err == OK;
            walk->evicted.id = 0;
        }
        break;
    case 5: strategy_step(walk); break;
    default: world_tell(&walk->world, EVENT_ARCHIVE_CURSOR, 0, 0, &cursor, sizeof cursor); break;
    }
}

/* ---- what must hold ---- */

static void check_ledger(struct walk *walk)
{
    const struct batch *batch = &walk->world.batch;
    for (const struct event *at = NULL; (at = batch_next(batch->bytes, batch->size, at));) {
        if (at->kind != EVENT_LEDGER)
            continue;
        const struct ledger_entry *entry = event_body_const(at);
        assert_true(entry->amount > 0 && entry->from != entry->to);
        walk->ledger[entry->from][entry->asset] -= entry->amount;
        walk->ledger[entry->to][entry->asset] += entry->amount;
    }
    for (uint16_t asset = 1; asset < 8; asset++) {
        i128 sum = walk->ledger[LEDGER_WORLD][asset];
        for (uint16_t account = FULL; account <= PLAIN; account++) {
            sum += walk->ledger[account][asset];
            assert_true(engine_balance(walk->world.engine, account, asset)->total ==
                        walk->ledger[account][asset]);
        }
        assert_true(sum == 0);
    }
}

static void remember(struct walk *walk)
{
    const struct batch *batch = &walk->world.batch;
    struct order row;
    for (const struct event *at = NULL; (at = batch_next(batch->bytes, batch->size, at));) {
        if (at->kind == EVENT_ORDER) {
            memcpy(&row, event_body_const(at), sizeof row);
            walk->ids[walk->id_count++ % IDS] = row.id;
            walk->denials += row.state == ORDER_DENIED;
        }
        walk->fills += at->kind == EVENT_FILL;
        walk->intents += at->kind == EVENT_INTENT;
        walk->discrepancies += at->kind == EVENT_DISCREPANCY;
        walk->evictions += at->kind == EVENT_ORDER_EVICTED;
    }
}

/* The shadow still has what this batch evicted when it is asked before; here the row is kept by hand. */
static void keep_oldest(struct walk *walk)
{
    const struct order *first = engine_order_next(walk->world.engine, NULL);
    for (; first; first = engine_order_next(walk->world.engine, first))
        if (order_state_is_done(first->state)) {
            walk->evicted = *first;
            return;
        }
}

static void same_bytes(struct walk *walk, struct engine *engine)
{
    const struct batch *batch = &walk->world.batch;
    if (!engine)
        return;
    engine_apply(engine, (const struct event *)batch->bytes, walk->world.now_ns, &walk->again);
    assert_int_equal(walk->again.size, batch->size);
    assert_memory_equal(walk->again.bytes, batch->bytes, batch->size);
}

static void step(struct walk *walk)
{
    uint64_t batches = (uint64_t)walk->world.steps;
    uint64_t what = below(walk, 100);
    walk->world.now_ns += (int64_t)below(walk, 3) * SECOND / 4;
    if (what < 30)
        order_step(walk);
    else if (what < 33) /* a person resumes trading: reports that make no sense froze it */
        world_halt(&walk->world, 0, HALT_NONE, false);
    else if (what < 60)
        report_step(walk);
    else if (what < 88)
        market_step(walk);
    else if (what < 94)
        house_step(walk);
    else
        world_time(&walk->world, (int64_t)below(walk, 30) * SECOND);
    if ((uint64_t)walk->world.steps == batches)
        return;
    remember(walk);
    check_ledger(walk);
    world_check_sums(&walk->world);
    if (walk->twin)
        same_bytes(walk, walk->twin);
    if (walk->joins)
        same_bytes(walk, walk->joins);
    if (walk->loads)
        assert_int_equal(
            engine_recover(walk->loads, walk->world.batch.bytes, walk->world.batch.size), OK);
    if (!walk->evicted.id && below(walk, 20) == 0)
        keep_oldest(walk);
}

static const struct engine_limits tiny = {
    .orders_max = 64,
    .keys_max = 80,
    .instruments_max = 4,
    .accounts_max = 4,
    .assets_max = 8,
    .strategies_max = 6,
    .timers_max = 16,
    .strategy_state_bytes = 100000,
};

static void open_walk(struct walk *walk, uint64_t seed)
{
    *walk = (struct walk){ .chance = seed, .price_ticks = 5000000 };
    world_open_with(&walk->world, &tiny);
    walk->world.hash_every = 50;
    walk->again.bytes = malloc(BATCH_BYTES_MAX);
    walk->again.capacity = BATCH_BYTES_MAX;
    walk->ledger[FULL][USDT] = walk->ledger[PLAIN][USDT] = amount("1000000");
    walk->ledger[LEDGER_WORLD][USDT] = -amount("2000000");
    world_limit(&walk->world, FULL,
                (struct risk_limits){ .order_rate_max = 20,
                                      .open_orders_max = 40,
                                      .entry_valid_ns = 2 * SECOND,
                                      .position_qty_max_e8 = 500000000 });
    walk->twin = copy(&walk->twin_memory, walk->world.engine, &tiny);
}

static void close_walk(struct walk *walk)
{
    arena_release(&walk->twin_memory);
    arena_release(&walk->joins_memory);
    arena_release(&walk->loads_memory);
    free(walk->again.bytes);
    world_close(&walk->world);
}

static void walk_with(uint64_t seed)
{
    static struct walk walk;
    open_walk(&walk, seed);
    int64_t joins_at = 1 + (int64_t)below(&walk, STEPS),
            loads_at = 1 + (int64_t)below(&walk, STEPS);
    for (int64_t at = 0; at < STEPS; at++) {
        if (at == joins_at)
            walk.joins = copy(&walk.joins_memory, walk.world.shadow, &tiny);
        if (at == loads_at)
            walk.loads = copy(&walk.loads_memory, walk.world.engine, &tiny);
        step(&walk);
    }
    uint64_t hash = engine_state_hash(walk.world.engine);
    assert_true(hash == engine_state_hash(walk.world.shadow));
    assert_true(hash == engine_state_hash(walk.twin));
    assert_true(!walk.joins || hash == engine_state_hash(walk.joins));
    assert_true(!walk.loads || hash == engine_state_hash(walk.loads));
    print_message("seed %llu: %llu fills, %llu discrepancies, %llu denials, %llu evictions, %llu "
                  "restores, %llu strategy starts, %llu intents\n",
                  (unsigned long long)seed, (unsigned long long)walk.fills,
                  (unsigned long long)walk.discrepancies, (unsigned long long)walk.denials,
                  (unsigned long long)walk.evictions, (unsigned long long)walk.restores,
                  (unsigned long long)walk.starts, (unsigned long long)walk.intents);
    assert_true(walk.fills > 0 && walk.evictions > 0 && walk.denials > 0);
    close_walk(&walk);
}

static void a_random_walk_is_repeatable_and_recoverable(void **unused)
{
    (void)unused;
    uint64_t seed = world_seed(20260101);
    for (uint64_t i = 0; i < SEEDS; i++)
        walk_with(seed + i);
}

static void a_fresh_engine_recovers_from_nothing(void **unused)
{
    (void)unused;
    struct arena memory = { 0 };
    struct engine *engine = fresh(&memory, &tiny);
    struct engine *attached = NULL;
    assert_int_equal(engine_seq(engine), 0);
    assert_int_equal(engine_next_deadline(engine), INT64_MAX);
    assert_int_equal(engine_attach(engine, engine_size(&tiny), &tiny, &attached), OK);
    struct engine_limits other = tiny;
    other.timers_max = 15; /* too few */
    assert_int_equal(engine_attach(engine, engine_size(&tiny), &other, &attached), ERR_RANGE);
    other.timers_max = 17; /* another layout */
    assert_int_equal(engine_attach(engine, engine_size(&tiny) + 65536, &other, &attached),
                     ERR_VERSION);
    struct event gap = {
        .length = EVENT_HEADER_BYTES, .kind = EVENT_TIMER, .version = 1, .seq = 2
    };
    assert_int_equal(engine_recover(engine, &gap, sizeof gap), ERR_CORRUPT);
    arena_release(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_engine_recovers_from_nothing),
        cmocka_unit_test(a_random_walk_is_repeatable_and_recoverable),
    };
    return cmocka_run_group_tests_name("engine replay", tests, NULL, NULL);
}

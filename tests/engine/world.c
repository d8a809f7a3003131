#include "engine/world.h"
#include <stdio.h>

const struct engine_limits world_limits = {
    .orders_max = 8192,
    .keys_max = 16384,
    .instruments_max = 4,
    .accounts_max = 4,
    .assets_max = 8,
    .strategies_max = 6,
    .timers_max = 64,
    .strategy_state_bytes = 1u << 18,
};

static struct engine *fresh(struct arena *arena, const struct engine_limits *limits)
{
    struct engine *engine = NULL;
    size_t size = engine_size(limits);
    assert_int_equal(arena_init(arena, size + 4096), OK);
    assert_int_equal(engine_init(arena_take(arena, size), size, limits, &engine), OK);
    return engine;
}

void world_open_empty(struct world *world, const struct engine_limits *limits)
{
    *world = (struct world){ .limits = *limits, .now_ns = WORLD_START, .hash_every = 1 };
    world->engine = fresh(&world->memory, limits);
    world->shadow = fresh(&world->shadow_memory, limits);
    world->batch.bytes = malloc(BATCH_BYTES_MAX);
    world->batch.capacity = BATCH_BYTES_MAX;
    assert_non_null(world->batch.bytes);
}

void world_close(struct world *world)
{
    free(world->batch.bytes);
    arena_release(&world->memory);
    arena_release(&world->shadow_memory);
}

static void define_house(struct world *world)
{
    static const struct asset assets[] = { { .id = USDT, .code = "USDT" },
                                           { .id = BTC, .code = "BTC" },
                                           { .id = BNB, .code = "BNB" } };
    struct instrument instrument = { .id = SPOT,
                                     .version = 1,
                                     .venue = 1,
                                     .kind = INSTRUMENT_SPOT,
                                     .price_scale = 2,
                                     .qty_scale = 3,
                                     .base_asset = BTC,
                                     .quote_asset = USDT,
                                     .settle_asset = USDT,
                                     .multiplier = 1,
                                     .tick_step = 1,
                                     .lot_step = 1,
                                     .price_max_ticks = 1000000000,
                                     .qty_min_lots = 1,
                                     .qty_max_lots = 1000000000,
                                     .maker_fee_e9 = 500000,
                                     .taker_fee_e9 = 1000000,
                                     .symbol = "BTCUSDT" };
    struct account account = { .id = FULL,
                               .venue = 1,
                               .base_currency = USDT,
                               .mode = ACCOUNT_PAPER,
                               .venue_caps = VENUE_CAP_AMEND,
                               .name = "full" };
    for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++)
        world_tell(world, EVENT_ASSET_DEFINE, 0, 0, &assets[i], sizeof assets[i]);
    world_tell(world, EVENT_INSTRUMENT_DEFINE, 0, SPOT, &instrument, sizeof instrument);
    instrument.id = PERP;
    instrument.kind = INSTRUMENT_LINEAR;
    strcpy(instrument.symbol, "BTCUSDT-PERP");
    world_tell(world, EVENT_INSTRUMENT_DEFINE, 0, PERP, &instrument, sizeof instrument);
    world_tell(world, EVENT_ACCOUNT_OPEN, FULL, 0, &account, sizeof account);
    account.id = PLAIN;
    account.hedging = 1;
    account.venue_caps = 0;
    strcpy(account.name, "plain");
    world_tell(world, EVENT_ACCOUNT_OPEN, PLAIN, 0, &account, sizeof account);
    assert_int_equal(world->err, OK);
}

void world_open(struct world *world) { world_open_with(world, &world_limits); }

void world_open_with(struct world *world, const struct engine_limits *limits)
{
    world_open_empty(world, limits);
    struct session_start start = { .instance_id = 7, .engine_version = 1, .build = "test" };
    world_tell(world, EVENT_SESSION_START, 0, 0, &start, sizeof start);
    define_house(world);
    world_cash(world, FULL, USDT, amount("1000000"));
    world_cash(world, PLAIN, USDT, amount("1000000"));
}

/* ---- inputs ---- */

static void check_batch(const struct world *world)
{
    const struct batch *batch = &world->batch;
    uint32_t count = 0;
    for (const struct event *at = NULL; (at = batch_next(batch->bytes, batch->size, at));) {
        size_t room = batch->size - (size_t)((const uint8_t *)at - batch->bytes);
        assert_int_equal(event_check(at, room), OK);
        bool last = (const uint8_t *)at + at->length == batch->bytes + batch->size;
        assert_int_equal((at->flags & EVENT_LAST) != 0, last);
        assert_int_equal(event_is_input(at->kind), count == 0);
        assert_true(count == 0 || (at->cause_seq > 0 && at->cause_seq < at->seq));
        count++;
    }
    assert_int_equal(count, batch->count);
}

void world_apply(struct world *world, const struct event *input)
{
    engine_apply(world->engine, input, world->now_ns, &world->batch);
    check_batch(world);
    world->err = OK;
    world->denial = 0;
    const struct event *answer = world_event(world, EVENT_RESULT, 0);
    if (answer) {
        const struct command_result *result = event_body_const(answer);
        world->err = (enum err)result->err;
        world->denial = result->denial;
    }
    assert_int_equal(engine_recover(world->shadow, world->batch.bytes, world->batch.size), OK);
    world->steps++;
    if (world->hash_every && world->steps % world->hash_every == 0)
        assert_true(engine_state_hash(world->engine) == engine_state_hash(world->shadow));
}

void world_tell_at(struct world *world, uint16_t kind, uint16_t account, uint32_t instrument,
                   const void *body, size_t size, int64_t source_ts_ns)
{
    union {
        struct event event;
        uint8_t bytes[EVENT_HEADER_BYTES + 4096];
    } input = { .event = { .length = event_length(size),
                           .kind = kind,
                           .version = event_kind_version(kind),
                           .account = account,
                           .instrument = instrument,
                           .venue = 1,
                           .flags = world->flags,
                           .source_ts_ns = source_ts_ns } };
    assert_true(size <= 4096);
    if (size)
        memcpy(event_body(&input.event), body, size);
    assert_int_equal(event_check(&input.event, input.event.length), OK);
    world_apply(world, &input.event);
}

void world_tell(struct world *world, uint16_t kind, uint16_t account, uint32_t instrument,
                const void *body, size_t size)
{
    world_tell_at(world, kind, account, instrument, body, size, 0);
}

static uint64_t answered_order(const struct world *world)
{
    const struct command_result *result = world_body(world, EVENT_RESULT, 0);
    assert_int_equal(result->request_id, world->request_id);
    return result->order_id;
}

uint64_t world_submit(struct world *world, uint16_t account, uint32_t instrument,
                      struct intent intent)
{
    intent.request_id = ++world->request_id;
    world_tell(world, EVENT_ORDER_SUBMIT, account, instrument, &intent, sizeof intent);
    return answered_order(world);
}

uint64_t world_cancel(struct world *world, uint16_t account, uint64_t order_id)
{
    struct order_ref ref = { .request_id = ++world->request_id, .order_id = order_id };
    world_tell(world, EVENT_ORDER_CANCEL, account, 0, &ref, sizeof ref);
    return answered_order(world);
}

uint64_t world_amend(struct world *world, uint16_t account, uint64_t order_id, int64_t price_ticks,
                     int64_t qty_lots)
{
    struct order_amend amend = { .ref = { .request_id = ++world->request_id, .order_id = order_id },
                                 .price_ticks = price_ticks,
                                 .qty_lots = qty_lots };
    world_tell(world, EVENT_ORDER_AMEND, account, 0, &amend, sizeof amend);
    return answered_order(world);
}

void world_cash(struct world *world, uint16_t account, uint16_t asset, i128 value)
{
    struct cash_adjust adjust = { .request_id = ++world->request_id,
                                  .amount = value,
                                  .asset = asset,
                                  .kind = LEDGER_ADJUSTMENT,
                                  .evidence = "test" };
    world_tell(world, EVENT_CASH_ADJUST, account, 0, &adjust, sizeof adjust);
}

void world_limit(struct world *world, uint16_t account, struct risk_limits limits)
{
    world_tell(world, EVENT_RISK_LIMITS, account, 0, &limits, sizeof limits);
    assert_int_equal(world->err, OK);
}

void world_halt(struct world *world, uint16_t account, uint8_t level, bool cancel_open)
{
    struct halt_command halt = { .level = level, .cancel_open = cancel_open, .reason = "test" };
    world_tell(world, EVENT_HALT, account, 0, &halt, sizeof halt);
}

void world_time(struct world *world, int64_t later_ns)
{
    world->now_ns += later_ns;
    world_tell(world, EVENT_TIMER, 0, 0, NULL, 0);
}

void world_report(struct world *world, uint16_t kind, uint64_t order_id, struct venue_report report)
{
    report.order_id = order_id;
    if (kind == EVENT_VENUE_FILL && !report.trade_id[0])
        snprintf(report.trade_id, sizeof report.trade_id, "t%llu",
                 (unsigned long long)++world->trades);
    world_tell(world, kind, FULL, SPOT, &report, sizeof report);
}

void world_fill(struct world *world, uint64_t order_id, int64_t price_ticks, int64_t qty_lots)
{
    world_report(world, EVENT_VENUE_FILL, order_id,
                 (struct venue_report){ .price_ticks = price_ticks, .qty_lots = qty_lots });
}

void world_quote(struct world *world, uint32_t instrument, int64_t bid_ticks, int64_t ask_ticks)
{
    struct quote quote = { bid_ticks, bid_ticks ? 1000 : 0, ask_ticks, ask_ticks ? 1000 : 0 };
    world_tell(world, EVENT_QUOTE, 0, instrument, &quote, sizeof quote);
}

void world_trade(struct world *world, uint32_t instrument, int64_t price_ticks)
{
    struct trade trade = { .price_ticks = price_ticks, .qty_lots = 5 };
    world_tell(world, EVENT_TRADE, 0, instrument, &trade, sizeof trade);
}

void world_bar(struct world *world, uint32_t instrument, uint16_t kind, struct bar bar)
{
    world_tell(world, kind, 0, instrument, &bar, sizeof bar);
}

/* ---- looks ---- */

const struct event *world_event(const struct world *world, uint16_t kind, int nth)
{
    const struct batch *batch = &world->batch;
    for (const struct event *at = NULL; (at = batch_next(batch->bytes, batch->size, at));)
        if (at->kind == kind && nth-- == 0)
            return at;
    return NULL;
}

int world_count(const struct world *world, uint16_t kind)
{
    int count = 0;
    while (world_event(world, kind, count))
        count++;
    return count;
}

const void *world_body(const struct world *world, uint16_t kind, int nth)
{
    const struct event *event = world_event(world, kind, nth);
    if (!event)
        print_error("no %s in the batch\n", event_kind_name(kind));
    assert_non_null(event);
    return event_body_const(event);
}

const struct order *world_order(const struct world *world, uint64_t order_id)
{
    const struct order *order = engine_order(world->engine, order_id);
    assert_non_null(order);
    return order;
}

const struct order *world_sent(const struct world *world)
{
    uint64_t order_id; /* the body begins with it */
    memcpy(&order_id, world_body(world, EVENT_SEND_ORDER, 0), sizeof order_id);
    return world_order(world, order_id);
}

i128 amount(const char *text)
{
    i128 value = 0;
    assert_int_equal(amount_parse(text, strlen(text), &value), OK);
    return value;
}

i128 world_total(const struct world *world, uint16_t account, uint16_t asset)
{
    return engine_balance(world->engine, account, asset)->total;
}

i128 world_reserved(const struct world *world, uint16_t account, uint16_t asset)
{
    return engine_balance(world->engine, account, asset)->reserved;
}

void assert_amount_at(i128 value, const char *text, const char *file, int line)
{
    char got[AMOUNT_TEXT_MAX];
    amount_format(value, got);
    if (value != amount(text))
        print_error("%s:%d: amount is %s, expected %s\n", file, line, got, text);
    assert_true(value == amount(text));
}

struct sums {
    i128 reserved[4][8];
    int64_t buy[4][4][3], sell[4][4][3];
    uint32_t open[4];
};

static void add_order(struct sums *sums, const struct order *order)
{
    assert_true(order->reserved >= 0);
    assert_true(order->state > ORDER_NONE && order->state < ORDER_STATE_COUNT);
    if (order_state_is_done(order->state)) {
        assert_true(order->reserved == 0);
        return;
    }
    int64_t lots = order->qty_lots > order->filled_lots ? order->qty_lots - order->filled_lots : 0;
    if (order->amend_qty_lots - order->filled_lots > lots)
        lots = order->amend_qty_lots - order->filled_lots;
    sums->reserved[order->account][order->reserved_asset] += order->reserved;
    *(order->side == SIDE_BUY
          ? &sums->buy[order->account][order->instrument][order->position_side]
          : &sums->sell[order->account][order->instrument][order->position_side]) += lots;
    sums->open[order->account]++;
}

void world_check_sums(const struct world *world)
{
    struct sums sums = { 0 };
    uint64_t last_id = 0;
    uint32_t open = 0;
    for (const struct order *at = NULL; (at = engine_order_next(world->engine, at));) {
        assert_true(at->id > last_id); /* unique, and in order */
        last_id = at->id;
        add_order(&sums, at);
    }
    for (uint16_t account = 1; account < 4; account++) {
        const struct account *row = engine_account(world->engine, account);
        if (!row)
            continue;
        open += row->open_orders;
        assert_int_equal(row->open_orders, sums.open[account]);
        for (uint16_t asset = 1; asset < 8; asset++)
            assert_true(world_reserved(world, account, asset) == sums.reserved[account][asset]);
        for (uint32_t instrument = SPOT; instrument <= PERP; instrument++)
            for (uint8_t side = 0; side < 3; side++) {
                const struct position *position =
                    engine_position(world->engine, account, instrument, side);
                assert_int_equal(position->open_buy_lots, sums.buy[account][instrument][side]);
                assert_int_equal(position->open_sell_lots, sums.sell[account][instrument][side]);
            }
    }
    assert_int_equal(engine_counters(world->engine).orders_open, open);
}

uint64_t world_seed(uint64_t otherwise)
{
    const char *text = getenv("SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : otherwise;
    print_message("SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

/* ---- intents ---- */

struct intent limit_order(uint8_t side, int64_t price_ticks, int64_t qty_lots)
{
    return (struct intent){ .side = side,
                            .type = ORDER_LIMIT,
                            .tif = TIF_GTC,
                            .price_ticks = price_ticks,
                            .qty_lots = qty_lots };
}

struct intent market_order(uint8_t side, int64_t qty_lots)
{
    return (
        struct intent){ .side = side, .type = ORDER_MARKET, .tif = TIF_IOC, .qty_lots = qty_lots };
}

struct intent stop_order(uint8_t type, uint8_t side, int64_t stop_ticks, int64_t qty_lots)
{
    return (struct intent){
        .side = side, .type = type, .tif = TIF_GTC, .stop_ticks = stop_ticks, .qty_lots = qty_lots
    };
}

struct intent named(struct intent intent, const char *client_order_id)
{
    snprintf(intent.client_order_id, sizeof intent.client_order_id, "%s", client_order_id);
    return intent;
}

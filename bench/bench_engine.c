/*
 * One order through sequencing, gate, ledger and outcomes: engine_apply() from submit to a whole batch; and how
 * fast recorded batches are taken back. Prints one JSON line per measurement.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "base/rng.h"
#include "bench.h"
#include "engine/engine.h"

#define ORDERS 200000
#define EVENTS 2000000
#define QUOTES_PER_ORDER 19 /* 95 % market data */

struct input {
    struct event event;
    uint8_t body[512];
};
struct house {
    struct engine *engine;
    struct batch batch;
    int64_t now_ns;
};
struct tape { /* batches one behind the other */
    uint8_t *bytes;
    size_t size, capacity;
    uint64_t events;
};

static const struct engine_limits limits = { .orders_max = 65536,
                                             .keys_max = 1u << 18,
                                             .instruments_max = 16,
                                             .accounts_max = 4,
                                             .assets_max = 16,
                                             .strategies_max = 4,
                                             .timers_max = 64,
                                             .strategy_state_bytes = 4096 };

static struct engine *engine_new(void)
{
    struct engine *engine = NULL;
    size_t size = (engine_size(&limits) + 4095) / 4096 * 4096;
    void *block = aligned_alloc(4096, size);
    assert(block);
    memset(block, 1, size); /* page faults are not the engine's */
    memset(block, 0, size);
    enum err err = engine_init(block, size, &limits, &engine);
    assert(err == OK);
    return engine;
}

static void fill_input(struct input *input, uint16_t kind, const void *body, size_t size)
{
    *input = (struct input){ .event = { .length = event_length(size),
                                        .kind = kind,
                                        .version = event_kind_version(kind),
                                        .account = 1,
                                        .venue = 1,
                                        .instrument = 1 } };
    memcpy(input->body, body, size);
}

static void apply(struct house *house, struct tape *tape, const struct input *input)
{
    engine_apply(house->engine, &input->event, house->now_ns += 1000, &house->batch);
    if (!tape)
        return;
    assert(tape->capacity - tape->size >= house->batch.size);
    memcpy(tape->bytes + tape->size, house->batch.bytes, house->batch.size);
    tape->size += house->batch.size;
    tape->events += house->batch.count;
}

static void tell(struct house *house, struct tape *tape, uint16_t kind, const void *body,
                 size_t size)
{
    struct input input;
    fill_input(&input, kind, body, size);
    apply(house, tape, &input);
}

static void furnish(struct house *house, struct tape *tape)
{
    struct asset usdt = { .id = 1, .code = "USDT" }, btc = { .id = 2, .code = "BTC" };
    struct instrument instrument = { .id = 1,
                                     .version = 1,
                                     .venue = 1,
                                     .kind = INSTRUMENT_SPOT,
                                     .price_scale = 2,
                                     .qty_scale = 5,
                                     .base_asset = 2,
                                     .quote_asset = 1,
                                     .settle_asset = 1,
                                     .multiplier = 1,
                                     .tick_step = 1,
                                     .lot_step = 1,
                                     .price_max_ticks = 1000000000,
                                     .qty_min_lots = 1,
                                     .qty_max_lots = 1000000000,
                                     .taker_fee_e9 = 1000000,
                                     .symbol = "BTCUSDT" };
    struct account account = { .id = 1, .venue = 1, .base_currency = 1, .mode = ACCOUNT_PAPER };
    struct cash_adjust cash = { .asset = 1, .kind = LEDGER_ADJUSTMENT };
    struct risk_limits risk = { .order_notional_max = amount_from(1000000, 0),
                                .position_notional_max = amount_from(1000000000, 0),
                                .order_qty_max_e8 = 10000000000,
                                .position_qty_max_e8 = INT64_MAX / 2,
                                .price_collar_e9 = 200000000,
                                .open_orders_max = 1000000,
                                .order_rate_max = UINT32_MAX,
                                .entry_valid_ns = 2000000000 };
    cash.amount = amount_from(1000000000000, 0);
    house->engine = engine_new();
    house->batch.capacity = BATCH_BYTES_MAX;
    house->batch.bytes = aligned_alloc(64, BATCH_BYTES_MAX);
    assert(house->batch.bytes);
    house->now_ns = INT64_C(1767225600000000000);
    tell(house, tape, EVENT_ASSET_DEFINE, &usdt, sizeof usdt);
    tell(house, tape, EVENT_ASSET_DEFINE, &btc, sizeof btc);
    tell(house, tape, EVENT_INSTRUMENT_DEFINE, &instrument, sizeof instrument);
    tell(house, tape, EVENT_ACCOUNT_OPEN, &account, sizeof account);
    tell(house, tape, EVENT_CASH_ADJUST, &cash, sizeof cash);
    tell(house, tape, EVENT_RISK_LIMITS, &risk, sizeof risk);
}

static void quote(struct house *house, struct tape *tape, uint64_t *chance)
{
    int64_t bid = 5000000 + (int64_t)rng_below(chance, 1000);
    struct quote quote = { bid, 1000, bid + 1, 1000 };
    tell(house, tape, EVENT_QUOTE, &quote, sizeof quote);
}

/* The life of one order: submit (timed), fill; the archive lets old ones go. Returns ns of the submit. */
static double order(struct house *house, struct tape *tape, uint64_t number)
{
    struct intent intent = { .request_id = number,
                             .qty_lots = 100,
                             .price_ticks = 5000000 + (int64_t)(number % 100),
                             .side = (uint8_t)(number % 2 ? SIDE_SELL : SIDE_BUY),
                             .type = ORDER_LIMIT,
                             .tif = TIF_GTC };
    struct input input;
    snprintf(intent.client_order_id, sizeof intent.client_order_id, "web-%llu",
             (unsigned long long)number);
    fill_input(&input, EVENT_ORDER_SUBMIT, &intent, sizeof intent);
    int64_t began_ns = clock_monotonic_ns();
    apply(house, NULL, &input);
    double took_ns = (double)(clock_monotonic_ns() - began_ns);
    if (tape) {
        memcpy(tape->bytes + tape->size, house->batch.bytes, house->batch.size);
        tape->size += house->batch.size;
        tape->events += house->batch.count;
    }
    uint64_t id = ((const struct event *)house->batch.bytes)->seq;
    struct venue_report fill = { .order_id = id, .price_ticks = 5000000, .qty_lots = 100 };
    snprintf(fill.trade_id, sizeof fill.trade_id, "%llu", (unsigned long long)number);
    tell(house, tape, EVENT_VENUE_FILL, &fill, sizeof fill);
    if (number % 1000 == 0) {
        struct seq_cursor cursor = { .seq = engine_seq(house->engine) };
        tell(house, tape, EVENT_ARCHIVE_CURSOR, &cursor, sizeof cursor);
    }
    return took_ns;
}

static double clock_cost_ns(void)
{
    double least = 1e9;
    for (int i = 0; i < 1000; i++) {
        int64_t began_ns = clock_monotonic_ns();
        double took = (double)(clock_monotonic_ns() - began_ns);
        least = took < least ? took : least;
    }
    return least;
}

static void latency(void)
{
    static double runs_ns[ORDERS];
    struct house house = { 0 };
    uint64_t chance = 1;
    double clock_ns = clock_cost_ns();
    furnish(&house, NULL);
    for (uint64_t i = 0; i < ORDERS + ORDERS / 10; i++) {
        quote(&house, NULL, &chance);
        double took_ns = order(&house, NULL, i + 2) - clock_ns;
        if (i >= ORDERS / 10) /* the first ones warm up */
            runs_ns[i - ORDERS / 10] = took_ns;
    }
    assert(engine_account(house.engine, 1)->denials == 0);
    qsort(runs_ns, ORDERS, sizeof runs_ns[0], bench_compare);
    printf("{\"bench\":\"engine_order\",\"orders\":%d,\"p50_ns\":%.0f,\"p99_ns\":%.0f,"
           "\"max_ns\":%.0f,\"clock_ns\":%.0f}\n",
           ORDERS, runs_ns[ORDERS / 2], runs_ns[(size_t)ORDERS * 99 / 100], runs_ns[ORDERS - 1],
           clock_ns);
}

static void recovery(const char *name, int quotes_per_order)
{
    struct house house = { 0 };
    struct tape tape = { .capacity = (size_t)1 << 30 };
    uint64_t chance = 1, number = 1;
    tape.bytes = malloc(tape.capacity);
    assert(tape.bytes);
    furnish(&house, &tape);
    quote(&house, &tape, &chance);
    while (tape.events < EVENTS) {
        (void)order(&house, &tape, ++number);
        for (int i = 0; i < quotes_per_order; i++)
            quote(&house, &tape, &chance);
    }
    struct engine *again = engine_new();
    int64_t began_ns = clock_monotonic_ns();
    for (size_t at = 0, end; at < tape.size; at = end) {
        const struct event *event;
        for (end = at;; end += event->length) {
            event = (const struct event *)(tape.bytes + end);
            if (event->flags & EVENT_LAST)
                break;
        }
        end += event->length;
        enum err err = engine_recover(again, tape.bytes + at, end - at);
        assert(err == OK);
    }
    double took_s = (double)(clock_monotonic_ns() - began_ns) / 1e9;
    bool same = engine_state_hash(again) == engine_state_hash(house.engine);
    printf(
        "{\"bench\":\"%s\",\"events\":%llu,\"bytes\":%zu,\"events_per_s\":%.0f,\"mb_per_s\":%.0f,"
        "\"same\":%s}\n",
        name, (unsigned long long)tape.events, tape.size, (double)tape.events / took_s,
        (double)tape.size / took_s / 1e6, same ? "true" : "false");
    assert(same);
    free(tape.bytes);
}

int main(void)
{
    latency();
    recovery("engine_recover_mixed", QUOTES_PER_ORDER * 14); /* an order's life is 14 events */
    recovery("engine_recover_orders", 0);
    return 0;
}

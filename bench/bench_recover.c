/*
 * bench/bench_recover.c - what a restart does with a journal: files, checksums, records, rows.
 *
 *   bench_recover [directory] [events]
 *
 * Writes a journal of so many events, then reads it into a new engine as the daemon does, once with
 * 95 % market data and once with orders alone. Prints one JSON line each.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/rng.h"
#include "engine/engine.h"
#include "store/journal.h"

#define ORDER_EVENTS 14 /* of an order's life, about */
#define COMMIT_BATCHES 256

struct input {
    struct event event;
    uint8_t body[512];
};
struct writer {
    struct engine *engine;
    struct batch batch;
    struct journal *journal;
    int64_t now_ns;
    uint64_t chance, bytes, batches;
};

static const struct engine_limits limits = { .orders_max = 65536,
                                             .keys_max = 1u << 18,
                                             .instruments_max = 16,
                                             .accounts_max = 4,
                                             .assets_max = 16,
                                             .strategies_max = 4,
                                             .timers_max = 64,
                                             .strategy_state_bytes = 4096 };

static void check(enum err err, const char *what)
{
    if (err) {
        fprintf(stderr, "bench_recover: %s: %s\n", what, err_text(err));
        exit(1);
    }
}

static struct engine *engine_new(void)
{
    struct engine *engine = NULL;
    size_t size = (engine_size(&limits) + 4095) / 4096 * 4096;
    void *block = aligned_alloc(4096, size);
    assert(block);
    memset(block, 1, size); /* page faults are not the engine's */
    memset(block, 0, size);
    check(engine_init(block, size, &limits, &engine), "engine");
    return engine;
}

static void tell(struct writer *writer, uint16_t kind, const void *body, size_t size)
{
    struct input input = { .event = { .length = event_length(size),
                                      .kind = kind,
                                      .version = event_kind_version(kind),
                                      .account = 1,
                                      .venue = 1,
                                      .instrument = 1 } };
    memcpy(input.body, body, size);
    engine_apply(writer->engine, &input.event, writer->now_ns += 1000, &writer->batch);
    check(journal_append(writer->journal, writer->batch.bytes, writer->batch.size), "append");
    writer->bytes += writer->batch.size;
    if (++writer->batches % COMMIT_BATCHES == 0)
        check(journal_commit(writer->journal, clock_monotonic_ns()), "commit");
}

static void furnish(struct writer *writer)
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
                                     .symbol = "BTCUSDT" };
    struct account account = { .id = 1, .venue = 1, .base_currency = 1, .mode = ACCOUNT_PAPER };
    struct cash_adjust cash = { .asset = 1, .kind = LEDGER_ADJUSTMENT };
    struct risk_limits risk = { .order_rate_max = UINT32_MAX, .entry_valid_ns = 2 * NS_PER_S };
    cash.amount = amount_from(1000000000000, 0);
    tell(writer, EVENT_ASSET_DEFINE, &usdt, sizeof usdt);
    tell(writer, EVENT_ASSET_DEFINE, &btc, sizeof btc);
    tell(writer, EVENT_INSTRUMENT_DEFINE, &instrument, sizeof instrument);
    tell(writer, EVENT_ACCOUNT_OPEN, &account, sizeof account);
    tell(writer, EVENT_CASH_ADJUST, &cash, sizeof cash);
    tell(writer, EVENT_RISK_LIMITS, &risk, sizeof risk);
}

static void tell_quote(struct writer *writer)
{
    int64_t bid = 5000000 + (int64_t)rng_below(&writer->chance, 1000);
    struct quote quote = { bid, 1000, bid + 1, 1000 };
    tell(writer, EVENT_QUOTE, &quote, sizeof quote);
}

/* Submitted and filled; the archive lets old ones go. */
static void tell_order(struct writer *writer, uint64_t number)
{
    struct intent intent = { .request_id = number,
                             .qty_lots = 100,
                             .price_ticks = 5000000,
                             .side = (uint8_t)(number % 2 ? SIDE_SELL : SIDE_BUY),
                             .type = ORDER_LIMIT,
                             .tif = TIF_GTC };
    (void)snprintf(intent.client_order_id, sizeof intent.client_order_id, "web-%llu",
                   (unsigned long long)number);
    tell(writer, EVENT_ORDER_SUBMIT, &intent, sizeof intent);
    struct venue_report fill = { .order_id =
                                     ((const struct event *)(void *)writer->batch.bytes)->seq,
                                 .price_ticks = 5000000,
                                 .qty_lots = 100 };
    (void)snprintf(fill.trade_id, sizeof fill.trade_id, "%llu", (unsigned long long)number);
    tell(writer, EVENT_VENUE_FILL, &fill, sizeof fill);
    if (number % 1000 == 0) {
        struct seq_cursor cursor = { .seq = engine_seq(writer->engine) };
        tell(writer, EVENT_ARCHIVE_CURSOR, &cursor, sizeof cursor);
    }
}

static void read_back(const char *name, const char *directory, const struct writer *writer)
{
    struct engine *engine = engine_new();
    struct journal_reader *reader;
    const struct event *batch;
    struct errtext detail;
    size_t size;
    enum err err;
    uint64_t last = engine_seq(writer->engine);
    int64_t began_ns = clock_monotonic_ns();
    check(journal_reader_open(directory, &file_ops_system, 1, &reader, &detail), "reader");
    while ((err = journal_read(reader, last, &batch, &size, &detail)) == OK)
        check(engine_recover(engine, batch, size), "recover");
    double took_s = (double)(clock_monotonic_ns() - began_ns) / 1e9;
    journal_reader_close(reader);
    check(err == ERR_END ? OK : err, "read");
    bool same = engine_state_hash(engine) == engine_state_hash(writer->engine);
    printf("{\"bench\":\"recover_%s\",\"events\":%llu,\"bytes\":%llu,\"events_per_s\":%.0f,"
           "\"mb_per_s\":%.0f,\"same\":%s}\n",
           name, (unsigned long long)last, (unsigned long long)writer->bytes, (double)last / took_s,
           (double)writer->bytes / took_s / 1e6, same ? "true" : "false");
    (void)fflush(stdout);
    assert(same);
    free(engine);
}

static void run(const char *name, const char *base, uint64_t events, int quotes_per_order)
{
    char directory[1000], command[1100];
    struct journal_report report;
    struct errtext detail;
    struct writer writer = { .engine = engine_new(),
                             .batch = { .capacity = BATCH_BYTES_MAX },
                             .now_ns = INT64_C(1767225600000000000),
                             .chance = 1 };
    (void)snprintf(directory, sizeof directory, "%.900s/bench-recover-%d", base, (int)getpid());
    struct journal_config config = { .directory = directory,
                                     .file = &file_ops_system,
                                     .sync = JOURNAL_SYNC_OFF,
                                     .segment_bytes = 256u << 20,
                                     .instance_id = 1 };
    writer.batch.bytes = aligned_alloc(64, BATCH_BYTES_MAX);
    assert(writer.batch.bytes);
    check(journal_open(&config, &writer.journal, &report, &detail), "open");
    furnish(&writer);
    tell_quote(&writer);
    for (uint64_t number = 2; engine_seq(writer.engine) < events; number++) {
        tell_order(&writer, number);
        for (int i = 0; i < quotes_per_order; i++)
            tell_quote(&writer);
    }
    check(journal_commit(writer.journal, clock_monotonic_ns()), "commit");
    journal_close(writer.journal);
    read_back(name, directory, &writer);
    free(writer.batch.bytes);
    free(writer.engine);
    (void)snprintf(command, sizeof command, "rm -r '%s'", directory);
    check(system(command) == 0 ? OK : ERR_IO, "removing the journal");
}

int main(int count, char **args)
{
    const char *base = count > 1 ? args[1] : ".";
    uint64_t events = count > 2 ? strtoull(args[2], NULL, 10) : 2000000;
    run("mixed", base, events, 19 * ORDER_EVENTS);
    run("orders", base, events, 0);
    return 0;
}

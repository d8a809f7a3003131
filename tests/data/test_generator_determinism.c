/* Goal: the made-up market keeps its promises: bounds, order, sound books, the same bytes for the
 * same seed, and a past that joins the present without a seam. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/hash.h"
#include "data/candles.h"
#include "data/chance.h"
#include "data/feed.h"

#define EVENTS_PER_SEED 5000000
#define START_NS (INT64_C(1767225600) * NS_PER_S) /* 2026-01-01 */

static const struct instrument btcusdt = { .id = 3,
                                           .version = 1,
                                           .kind = INSTRUMENT_SPOT,
                                           .price_scale = 2,
                                           .qty_scale = 5,
                                           .tick_step = 1,
                                           .lot_step = 10,
                                           .qty_min_lots = 10,
                                           .qty_max_lots = 900000000,
                                           .symbol = "BTCUSDT" };

static struct generator_config config_of(uint64_t seed)
{
    return (struct generator_config){ .seed = seed,
                                      .start_ns = START_NS,
                                      .start_price = 65000,
                                      .low_price = 60000,
                                      .high_price = 70000,
                                      .volatility = GENERATOR_VOLATILITY,
                                      .trades_per_s = GENERATOR_TRADES_PER_S,
                                      .depth_levels = GENERATOR_DEPTH_LEVELS };
}

static struct generator *market(uint64_t seed)
{
    struct generator *generator = NULL;
    struct generator_config config = config_of(seed);
    assert_int_equal(generator_new(&config, &btcusdt, &generator), OK);
    return generator;
}

/* What a reader of the stream holds: a book and a quote. */
struct reader {
    struct book_level side[2][2 * GENERATOR_DEPTH_MAX];
    uint32_t count[2];
    struct quote quote;
    uint64_t kinds[4]; /* trades, quotes, books, snapshots */
    uint64_t update_id;
};

static void set_level(struct reader *reader, int side, struct book_level level)
{
    struct book_level *levels = reader->side[side];
    uint32_t at = 0, *count = &reader->count[side];
    while (at < *count && (side ? levels[at].price_ticks < level.price_ticks
                                : levels[at].price_ticks > level.price_ticks))
        at++;
    bool there = at < *count && levels[at].price_ticks == level.price_ticks;
    if (level.qty_lots == 0) {
        assert_true(there);
        memmove(levels + at, levels + at + 1, (--*count - at) * sizeof *levels);
        return;
    }
    if (!there)
        memmove(levels + at + 1, levels + at, ((*count)++ - at) * sizeof *levels);
    levels[at] = level;
    assert_true(*count <= GENERATOR_DEPTH_MAX);
}

static bool in_bounds(int64_t ticks) { return ticks >= 6000000 && ticks <= 7000000; }

static void take_book(struct reader *reader, const struct event *event)
{
    const struct book_head *head = event_body_const(event);
    const struct book_level *level = (const struct book_level *)(const void *)(head + 1);
    assert_int_equal(head->first_update_id, ++reader->update_id);
    reader->kinds[2]++;
    if (head->action == BOOK_SNAPSHOT) {
        reader->kinds[3]++;
        reader->count[0] = reader->count[1] = 0;
    }
    for (uint32_t i = 0; i < head->bid_count + head->ask_count; i++)
        set_level(reader, i < head->bid_count ? 0 : 1, level[i]);
}

static void take_event(struct reader *reader, const struct event *event)
{
    if (event->kind == EVENT_BOOK) {
        take_book(reader, event);
    } else if (event->kind == EVENT_QUOTE) {
        reader->kinds[1]++;
        reader->quote = *(const struct quote *)event_body_const(event);
        assert_true(reader->quote.bid_ticks < reader->quote.ask_ticks);
        assert_true(in_bounds(reader->quote.bid_ticks) && in_bounds(reader->quote.ask_ticks));
        assert_true(reader->quote.bid_lots > 0 && reader->quote.ask_lots > 0);
        assert_int_equal(reader->side[0][0].price_ticks, reader->quote.bid_ticks);
        assert_int_equal(reader->side[1][0].price_ticks, reader->quote.ask_ticks);
        assert_int_equal(reader->side[0][0].qty_lots, reader->quote.bid_lots);
        assert_int_equal(reader->side[1][0].qty_lots, reader->quote.ask_lots);
    } else {
        const struct trade *trade = event_body_const(event);
        bool buys = trade->aggressor == SIDE_BUY;
        assert_int_equal(event->kind, EVENT_TRADE);
        assert_int_equal(trade->trade_id, ++reader->kinds[0]);
        assert_int_equal(trade->price_ticks,
                         buys ? reader->quote.ask_ticks : reader->quote.bid_ticks);
        assert_true(trade->qty_lots > 0 && trade->qty_lots % 10 == 0);
    }
}

static void ten_million_events_keep_the_bounds(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct generator *generator = market(seed);
        static struct reader reader;
        memset(&reader, 0, sizeof reader);
        int64_t last_ns = START_NS - 1;
        int64_t low = INT64_MAX, high = 0;
        for (int i = 0; i < EVENTS_PER_SEED; i++) {
            int64_t promised_ns = generator_next_ts_ns(generator);
            const struct event *event = generator_next(generator);
            if (event->source_ts_ns <= last_ns || (event->source_ts_ns != promised_ns))
                fail_msg("seed %d event %d: time", (int)seed, i);
            last_ns = event->source_ts_ns;
            take_event(&reader, event);
            low = reader.quote.bid_ticks && reader.quote.bid_ticks < low ? reader.quote.bid_ticks
                                                                         : low;
            high = reader.quote.ask_ticks > high ? reader.quote.ask_ticks : high;
        }
        double seconds = (double)(last_ns - START_NS) / 1e9;
        double per_s = EVENTS_PER_SEED / seconds;
        print_message("seed %d: %.1f events/s, %.2f trades/s, range %ld..%ld over %.1f days, %lu "
                      "snapshots\n",
                      (int)seed, per_s, (double)reader.kinds[0] / seconds, low, high,
                      seconds / 86400, reader.kinds[3]);
        assert_true(per_s > 5 && per_s < 20);
        assert_true(high - low > 100000); /* it moves: more than 1000 USDT in days */
        assert_true(reader.kinds[1] > reader.kinds[0]);
        assert_true(reader.kinds[3] > 100);
        generator_free(generator);
    }
}

static uint64_t fingerprint(uint64_t seed, int count)
{
    struct generator *generator = market(seed);
    uint64_t hash = 0;
    for (int i = 0; i < count; i++) {
        const struct event *event = generator_next(generator);
        assert_int_equal(event_check(event, event->length), OK);
        hash = hash_bytes_seeded(event, event->length, hash);
    }
    generator_free(generator);
    return hash;
}

static void the_same_seed_gives_the_same_bytes(void **unused)
{
    (void)unused;
    uint64_t hash = fingerprint(7, 100000);
    print_message("fingerprint of seed 7: %lx\n", hash);
    assert_int_equal(hash, fingerprint(7, 100000));
    assert_true(hash != fingerprint(8, 100000));
    assert_int_equal(hash, UINT64_C(0x33ff9d665704cd0e)); /* on every build and machine */
}

static void history_joins_the_present(void **unused)
{
    (void)unused;
    enum { COUNT = 43200 }; /* 30 days of minutes */
    char path[] = "/tmp/history_test_XXXXXX", half[64];
    struct errtext detail = { "" };
    static struct bar bars[COUNT + 1];
    size_t count = 0;
    struct candle_gap gap;
    (void)close(mkstemp(path));
    struct generator *generator = market(5);
    int64_t began_ns = clock_monotonic_ns();
    assert_int_equal(
        generator_write_history(generator, path, 60 * NS_PER_S, COUNT, START_NS, &detail), OK);
    print_message("history: %ld ms\n", (clock_monotonic_ns() - began_ns) / NS_PER_MS);
    assert_int_equal(candles_load_last(path, 2, 5, 60 * NS_PER_S, bars, COUNT + 1, &count, &detail),
                     OK);
    assert_int_equal(count, COUNT);
    assert_int_equal(bars[COUNT - 1].end_ns, START_NS);
    assert_int_equal(candles_gaps(bars, count, 60 * NS_PER_S, &gap, 1), 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(in_bounds(bars[i].low_ticks) && in_bounds(bars[i].high_ticks));
        assert_true(i == 0 || bars[i].open_ticks == bars[i - 1].close_ticks);
        assert_true(bars[i].volume_lots > 0);
    }
    const struct event *event = generator_next(generator);
    assert_int_equal(event->source_ts_ns, START_NS);
    while (event->kind != EVENT_QUOTE)
        event = generator_next(generator);
    const struct quote *quote = event_body_const(event);
    int64_t close_ticks = bars[COUNT - 1].close_ticks;
    assert_true(quote->bid_ticks <= close_ticks && quote->ask_ticks >= close_ticks);
    generator_free(generator);
    (void)snprintf(half, sizeof half, "%s.new", path);
    assert_int_not_equal(access(half, F_OK), 0);
    (void)unlink(path);

    generator = market(5);
    assert_int_equal(generator_write_history(generator, "/tmp/no/such/file", 60 * NS_PER_S, 1,
                                             START_NS, &detail),
                     ERR_NOT_FOUND);
    assert_string_equal(detail.text, "/tmp/no/such/file.new: No such file or directory");
    generator_free(generator);
}

static void nonsense_is_refused(void **unused)
{
    (void)unused;
    struct generator *generator = NULL;
    struct generator_config config = config_of(1);
    config.low_price = 66000;
    assert_int_equal(generator_new(&config, &btcusdt, &generator), ERR_RANGE);
    config = config_of(1);
    config.trades_per_s = 0;
    assert_int_equal(generator_new(&config, &btcusdt, &generator), ERR_RANGE);
    config = config_of(1);
    config.depth_levels = GENERATOR_DEPTH_MAX + 1;
    assert_int_equal(generator_new(&config, &btcusdt, &generator), ERR_RANGE);
    config = config_of(1);
    config.high_price = 0.0 / 0.0;
    assert_int_equal(generator_new(&config, &btcusdt, &generator), ERR_RANGE);
}

/* The narrowest market allowed, at the wildest volatility: reflections all the time. */
static void a_narrow_market_stays_inside(void **unused)
{
    (void)unused;
    struct generator *generator = NULL;
    struct generator_config config = config_of(3);
    config.low_price = 64999.4;
    config.high_price = 65000.5;
    config.volatility = 0.01;
    config.depth_levels = GENERATOR_DEPTH_MAX;
    assert_int_equal(generator_new(&config, &btcusdt, &generator), OK);
    for (int i = 0; i < 200000; i++) {
        const struct event *event = generator_next(generator);
        if (event->kind != EVENT_QUOTE)
            continue;
        const struct quote *quote = event_body_const(event);
        assert_true(quote->bid_ticks >= 6499940 && quote->ask_ticks <= 6500050);
        assert_true(quote->bid_ticks < quote->ask_ticks);
    }
    generator_free(generator);
}

static void the_own_functions_are_close_to_the_true_ones(void **unused)
{
    (void)unused;
    for (double x = -20; x < 20; x += 0.37) {
        double power = chance_exp(x);
        assert_true(__builtin_fabs(power / __builtin_exp(x) - 1) < 1e-14);
        assert_true(__builtin_fabs(chance_log(power) - x) < 1e-13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_million_events_keep_the_bounds),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(history_joins_the_present),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_narrow_market_stays_inside),
        cmocka_unit_test(the_own_functions_are_close_to_the_true_ones),
    };
    return cmocka_run_group_tests_name("generator", tests, NULL, NULL);
}

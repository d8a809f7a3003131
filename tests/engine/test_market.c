/* Goal: bars are made from trades and quotes by the market's own time; what makes no sense changes nothing. */
#include "engine/market.h"
#include "engine/world.h"

#define MINUTE (60 * SECOND)
static struct world world;
static int open_house(void **state)
{
    (void)state;
    world_open(&world);
    return 0;
}
static int close_house(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void trade_at(int64_t second, int64_t price_ticks)
{
    struct trade trade = { .price_ticks = price_ticks, .qty_lots = 2 };
    world_tell_at(&world, EVENT_TRADE, 0, SPOT, &trade, sizeof trade,
                  WORLD_START + second * SECOND);
}
static void quote_at(int64_t second)
{
    struct quote quote = { 100, 1, 101, 1 };
    world_tell_at(&world, EVENT_QUOTE, 0, SPOT, &quote, sizeof quote,
                  WORLD_START + second * SECOND);
}
static void expect(int nth, int64_t minute, int64_t open, int64_t high, int64_t low, int64_t close,
                   int64_t volume)
{
    const struct bar *bar = world_body(&world, EVENT_BAR_CLOSED, nth);
    assert_int_equal(bar->start_ns, WORLD_START + minute * MINUTE);
    assert_int_equal(bar->end_ns, bar->start_ns + MINUTE);
    assert_int_equal(bar->open_ticks, open);
    assert_int_equal(bar->high_ticks, high);
    assert_int_equal(bar->low_ticks, low);
    assert_int_equal(bar->close_ticks, close);
    assert_int_equal(bar->volume_lots, volume);
}

static void a_bar_is_its_trades(void **unused)
{
    (void)unused;
    trade_at(1, 100);
    trade_at(20, 130);
    trade_at(40, 90);
    trade_at(59, 110);
    assert_int_equal(world_count(&world, EVENT_BAR_CLOSED), 0);
    trade_at(60, 500);
    expect(0, 0, 100, 130, 90, 110, 8);
    trade_at(30, 7); /* late: it counts now, where it came in */
    quote_at(120);   /* quotes let time pass too */
    expect(0, 1, 500, 500, 7, 7, 4);
}

static void quiet_minutes_are_flat_and_long_gaps_stay(void **unused)
{
    (void)unused;
    trade_at(1, 100);
    trade_at(60 * 3 + 5, 200);
    assert_int_equal(world_count(&world, EVENT_BAR_CLOSED), 3);
    expect(1, 1, 100, 100, 100, 100, 0);
    expect(2, 2, 100, 100, 100, 100, 0);
    trade_at(60 * (3 + 1 + MARKET_FLAT_BARS_MAX), 300);
    assert_int_equal(world_count(&world, EVENT_BAR_CLOSED), 1 + MARKET_FLAT_BARS_MAX);
    trade_at(60 * (3 + 3 + 2 * MARKET_FLAT_BARS_MAX), 400); /* one minute longer */
    assert_int_equal(world_count(&world, EVENT_BAR_CLOSED), 1);
    quote_at(60 * (3 + 4 + 2 * MARKET_FLAT_BARS_MAX));
    expect(0, 3 + 3 + 2 * MARKET_FLAT_BARS_MAX, 400, 400, 400, 400, 2);
}

static void what_makes_no_sense_is_only_journaled(void **unused)
{
    (void)unused;
    trade_at(1, 100);
    const struct market_row before = *engine_market(world.engine, SPOT);
    trade_at(2, 0);
    trade_at(2, -5);
    trade_at(2, INT64_MAX);
    world_quote(&world, SPOT, -1, 5);
    world_quote(&world, SPOT, 5, INT64_MAX);
    world_bar(&world, SPOT, EVENT_BAR, (struct bar){ .close_ticks = -1 });
    world_trade(&world, 3, 100); /* no such instrument */
    assert_int_equal(world.batch.count, 1);
    assert_memory_equal(engine_market(world.engine, SPOT), &before, sizeof before);
}

static void the_top_of_a_book_is_its_quote(void **unused)
{
    (void)unused;
    struct {
        struct book_head head;
        struct book_level levels[3];
    } book = { { .bid_count = 2, .ask_count = 1, .action = BOOK_SNAPSHOT },
               { { 99, 5 }, { 98, 6 }, { 101, 7 } } };
    world_tell(&world, EVENT_BOOK, 0, SPOT, &book, sizeof book);
    const struct quote *quote = &engine_market(world.engine, SPOT)->quote;
    assert_int_equal(quote->bid_ticks, 99);
    assert_int_equal(quote->ask_ticks, 101);
    assert_int_equal(quote->ask_lots, 7);
    book.head.action = BOOK_DELTA;
    book.levels[0].price_ticks = 50;
    world_tell(&world, EVENT_BOOK, 0, SPOT, &book, sizeof book);
    assert_int_equal(quote->bid_ticks, 99);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_bar_is_its_trades),
        STORY(quiet_minutes_are_flat_and_long_gaps_stay),
        STORY(what_makes_no_sense_is_only_journaled),
        STORY(the_top_of_a_book_is_its_quote),
    };
    return cmocka_run_group_tests_name("market", tests, NULL, NULL);
}

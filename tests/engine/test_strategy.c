/* Goal: strategies in the engine: when the built-in one trades, that history only warms it, that it goes on
 * after a restart as if nothing had been, and which starts are refused. */
#include "engine/world.h"
#include "engine/state.h"
#include "indicator/indicator.h"
#include <math.h>
#include <stdio.h>

#define MINUTE (60 * SECOND)
static struct world world;
static int64_t minute;

static int open_house(void **state)
{
    (void)state;
    world_open(&world);
    minute = 0;
    return 0;
}
static int close_house(void **state)
{
    (void)state;
    world_check_sums(&world);
    world_close(&world);
    return 0;
}

static struct strategy_start sma(double fast, double slow)
{
    return (struct strategy_start){ .type = "sma_cross_long",
                                    .name = "cross",
                                    .size_mode = SIZE_LOTS,
                                    .size_lots = 10,
                                    .param_count = 2,
                                    .params = { fast, slow } };
}
static enum err start(struct strategy_start with)
{
    world_tell(&world, EVENT_STRATEGY_START, FULL, SPOT, &with, sizeof with);
    return world.err;
}
static enum err stop(const char *name)
{
    struct strategy_ref ref = { .request_id = 9, .reason = "enough" };
    snprintf(ref.name, sizeof ref.name, "%s", name);
    world_tell(&world, EVENT_STRATEGY_STOP, 0, 0, &ref, sizeof ref);
    return world.err;
}
static int64_t bar_at(int64_t close) /* signed lots sent by it */
{
    struct bar bar = { .start_ns = WORLD_START + minute * MINUTE,
                       .end_ns = WORLD_START + (minute + 1) * MINUTE,
                       .open_ticks = close,
                       .high_ticks = close,
                       .low_ticks = close,
                       .close_ticks = close };
    minute++;
    world_bar(&world, SPOT, EVENT_BAR, bar);
    if (!world_count(&world, EVENT_SEND_ORDER))
        return 0;
    const struct order *sent = world_sent(&world);
    return sent->side == SIDE_BUY ? sent->qty_lots : -sent->qty_lots;
}
static void fill_last(int64_t price_ticks)
{
    struct order order = *world_sent(&world);
    world_fill(&world, order.id, price_ticks, order.qty_lots);
}

static void it_trades_at_the_crosses(void **unused)
{
    (void)unused;
    /* averages of 1 and 3: the close against the mean of three */
    static const struct {
        int64_t close, sends;
    } told[] = { { 100, 0 },  { 90, 0 }, { 80, 0 }, { 120, 10 }, { 130, 0 },
                 { 90, -10 }, { 80, 0 }, { 80, 0 }, { 80, 0 },   { 81, 0 } /* from a touch */ };
    assert_int_equal(start(sma(1, 3)), OK);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        assert_int_equal(bar_at(told[i].close * 10000), told[i].sends);
        if (told[i].sends) {
            assert_int_equal(world_count(&world, EVENT_SIGNAL), 1);
            assert_int_equal(world_count(&world, EVENT_INTENT), 1);
            fill_last(told[i].close * 10000);
        }
    }
    const struct strategy_row *row = engine_strategy(world.engine, "cross");
    assert_int_equal(row->position_lots, 0);
    assert_int_equal(row->bars, 10);
    assert_int_equal(row->orders, 2);
    assert_amount(row->realised, "-30"); /* 0.01 of them, from 12000 to 9000 */
}

static void history_warms_but_never_trades(void **unused)
{
    (void)unused;
    assert_int_equal(start(sma(1, 3)), OK);
    world.flags = EVENT_REPLAY;
    assert_int_equal(bar_at(1000000), 0);
    assert_int_equal(bar_at(900000), 0);
    assert_int_equal(bar_at(800000), 0);
    assert_int_equal(bar_at(1200000), 0); /* a cross, but long ago */
    assert_int_equal(bar_at(800000), 0);
    assert_int_equal(engine_market(world.engine, SPOT)->last_ticks, 0);
    world.flags = 0;
    assert_int_equal(bar_at(1300000), 10); /* warm from the first bar of today */
}

static void after_a_restart_it_goes_on(void **unused)
{
    (void)unused;
    struct batch again = { .bytes = malloc(BATCH_BYTES_MAX), .capacity = BATCH_BYTES_MAX };
    uint64_t chance = world_seed(3);
    struct engine *recovered = world.shadow;
    assert_int_equal(start(sma(2, 5)), OK);
    for (int i = 0; i < 200; i++) {
        world.shadow = recovered;
        int64_t close = 4000000 + (int64_t)rng_below(&chance, 2000000);
        if (i < 100) {
            if (bar_at(close))
                fill_last(close);
            continue;
        }
        /* from here on the recovered one decides too, and must say the same */
        struct bar bar = { .start_ns = WORLD_START + minute * MINUTE, .open_ticks = close };
        bar.end_ns = bar.start_ns + MINUTE;
        bar.high_ticks = bar.low_ticks = bar.close_ticks = close;
        struct {
            struct event event;
            struct bar bar;
        } input = { .event = { .length = sizeof input, .kind = EVENT_BAR, .version = 1 },
                    .bar = bar };
        input.event.instrument = SPOT;
        minute++;
        engine_apply(world.engine, &input.event, world.now_ns, &world.batch);
        engine_apply(recovered, &input.event, world.now_ns, &again);
        assert_int_equal(again.size, world.batch.size);
        assert_memory_equal(again.bytes, world.batch.bytes, again.size);
    }
    assert_true(engine_strategy(world.engine, "cross")->orders > 5);
    free(again.bytes);
}

static void shorter_bars_make_longer_ones(void **unused)
{
    (void)unused;
    struct strategy_start five = sma(1, 3);
    five.bar_interval_ns = 5 * MINUTE;
    assert_int_equal(start(five), OK);
    static const int64_t closes[] = { 100, 90, 80, 120 };
    int64_t sent = 0;
    for (size_t i = 0; i < 4; i++)
        for (int part = 0; part < 5; part++) {
            assert_int_equal(sent, 0);
            sent = bar_at((part < 4 ? 777 : closes[i]) * 10000); /* only the last close counts */
        }
    assert_int_equal(sent, 10);
    assert_int_equal(engine_strategy(world.engine, "cross")->bars, 4);
}

static void starts_and_stops_that_are_refused(void **unused)
{
    (void)unused;
    struct strategy_start wrong = sma(1, 3);
    assert_int_equal(start(sma(3, 3)), ERR_RANGE); /* it refuses itself */
    assert_int_equal(start(sma(1.5, 3)), ERR_RANGE);
    assert_int_equal(start(sma(0, 3)), ERR_RANGE);
    assert_int_equal(start(sma(NAN, 3)), ERR_RANGE);
    wrong.param_count = 1;
    assert_int_equal(start(wrong), ERR_RANGE);
    wrong = sma(1, 3);
    wrong.size_lots = 0;
    assert_int_equal(start(wrong), ERR_RANGE);
    wrong = sma(1, 3);
    strcpy(wrong.type, "crystal_ball");
    assert_int_equal(start(wrong), ERR_NOT_FOUND);
    assert_int_equal(stop("cross"), ERR_NOT_FOUND);
    assert_int_equal(start(sma(1, 3)), OK);
    assert_int_equal(start(sma(1, 3)), ERR_EXISTS);
    assert_int_equal(bar_at(1000000) + bar_at(900000) + bar_at(800000), 0);
    assert_int_equal(bar_at(1200000), 10);
    fill_last(1200000);
    assert_int_equal(stop("cross"), OK);
    assert_int_equal(engine_strategy(world.engine, "cross")->status, STRATEGY_STOPPED);
    assert_int_equal(bar_at(100000), 0);
    wrong = sma(1, 3);
    world_tell(&world, EVENT_STRATEGY_START, FULL, PERP, &wrong, sizeof wrong);
    assert_int_equal(world.err, ERR_STATE); /* it holds ten lots of the other */
    assert_int_equal(start(sma(1, 3)), OK);
    assert_int_equal(engine_strategy(world.engine, "cross")->position_lots, 10);
    for (int i = 0; i < 10; i++) {
        struct strategy_start more = sma(1, 3);
        snprintf(more.name, sizeof more.name, "more%d", i);
        assert_int_equal(start(more), i < 4 ? OK : ERR_FULL);
    }
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(it_trades_at_the_crosses),          STORY(history_warms_but_never_trades),
        STORY(after_a_restart_it_goes_on),        STORY(shorter_bars_make_longer_ones),
        STORY(starts_and_stops_that_are_refused),
    };
    return cmocka_run_group_tests_name("strategy", tests, NULL, NULL);
}

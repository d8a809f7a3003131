/* Goal: strategies whose orders rest: where their orders stand, and what a fill does to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "strategy/stage.h"

static struct tw_context stage;

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-6)

static void a_bracket_has_one_way_out(void **unused)
{
    (void)unused;
    for (int by_stop = 0; by_stop < 2; by_stop++) {
        assert_int_equal(stage_start(&stage, "sma_cross_bracket", ""), 0);
        stage_value(&stage, 0, "sma", 1, 3);
        stage_value(&stage, 1, "sma", 2, 2);
        assert_int_equal(stage_bar(&stage, 200), 1);
        stage_fill(&stage, 1, 201);
        NEAR(stage_resting(&stage, TW_SELL, TW_STOP), 194);
        NEAR(stage_resting(&stage, TW_SELL, TW_LIMIT), 212);
        assert_int_equal(stage.orders[1].qty_lots, stage.position_lots);
        assert_true(stage.orders[1].reduce_only && stage.orders[2].reduce_only);
        assert_int_equal(stage_bar(&stage, 200), 0); /* a cross while it holds is none */
        stage_fill(&stage, by_stop ? 2 : 3, by_stop ? 194 : 212);
        assert_int_equal(stage_open_orders(&stage), 0);
        assert_int_equal(stage.position_lots, 0);
        assert_int_equal(stage_bar(&stage, 200), 1); /* and in again */
    }
}

static void a_bracket_without_room_for_its_target_watches_it(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "sma_cross_bracket", ""), 0);
    stage.refuses_limits = true;
    stage_value(&stage, 0, "sma", 1, 3);
    stage_value(&stage, 1, "sma", 2, 2);
    assert_int_equal(stage_bar(&stage, 200), 1);
    stage_fill(&stage, 1, 201);
    assert_int_equal(stage_open_orders(&stage), 1); /* the stop */
    assert_int_equal(stage_bar(&stage, 211), 0);
    assert_int_equal(stage_bar(&stage, 212), 1);
    stage_expect_market(&stage, TW_SELL, 212);
    assert_int_equal(stage_open_orders(&stage), 0);
}

static void a_trend_is_left_at_its_stop_or_by_the_rule(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "trend_following", "use_atr_stop=1 atr_multiplier=3"), 0);
    stage_value(&stage, 0, "ema", 1, 3);
    stage_value(&stage, 1, "ema", 2, 2);
    stage_value(&stage, 2, "atr", 2, 2);
    assert_int_equal(stage_bar(&stage, 100), 1);
    stage_fill(&stage, 1, 101);
    NEAR(stage_resting(&stage, TW_SELL, TW_STOP), 95);
    stage_value(&stage, 0, "ema", 3, 1);
    assert_int_equal(stage_bar(&stage, 100), 1);
    assert_int_equal(stage_resting(&stage, TW_SELL, TW_STOP), 0); /* withdrawn first */
    stage_expect_market(&stage, TW_SELL, 100);
    assert_int_equal(stage.position_lots, 0);
}

static void a_grid_sells_each_step_one_higher(void **unused)
{
    (void)unused;
    /* steps at 90, 95, 100, 105; the top is 110 */
    assert_int_equal(
        stage_start(&stage, "grid",
                    "lower_price=90 upper_price=110 grid_count=4 total_investment=400"),
        0);
    assert_int_equal(stage_bar(&stage, 102), 3); /* bids at 90, 95, 100 */
    assert_int_equal(stage_bar(&stage, 102), 0);
    NEAR(stage_resting(&stage, TW_BUY, TW_LIMIT), 90);
    assert_int_equal(stage.orders[2].qty_lots, 1000); /* 100 of money at 100 */
    stage_fill(&stage, 3, 100);
    NEAR(stage_resting(&stage, TW_SELL, TW_LIMIT), 105);
    stage_fill(&stage, 4, 105);
    assert_int_equal(stage.position_lots, 0);
    assert_int_equal(stage.orders[4].price_ticks, 10000); /* the bid is back */
    assert_int_equal(stage_bar(&stage, 107), 1);          /* 105 is below the price now */
    stage_fill(&stage, 6, 105);
    NEAR(stage_resting(&stage, TW_SELL, TW_LIMIT), 110); /* the highest step sells at the top */
}

static void a_grid_of_ratios_and_its_stop(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "grid",
                                 "lower_price=100 upper_price=400 grid_count=2 grid_mode=1 "
                                 "stop_loss_pct=10"),
                     0);
    assert_int_equal(stage_bar(&stage, 300), 2);
    assert_int_equal(stage.orders[0].price_ticks, 10000);
    assert_int_equal(stage.orders[1].price_ticks, 20000); /* twice and twice again */
    stage_fill(&stage, 2, 200);
    assert_int_equal(stage_bar(&stage, 90), 0);
    assert_int_equal(stage_bar(&stage, 89), 1); /* below 100 - 10 % */
    stage_expect_market(&stage, TW_SELL, 89);
    assert_int_equal(stage_open_orders(&stage), 0);
    assert_int_equal(stage_bar(&stage, 300), 0); /* for good */
}

static void savings_buy_regularly_and_leave_at_a_profit(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "dca", "interval_bars=3 amount=50 take_profit_pct=10"), 0);
    assert_int_equal(stage_bar(&stage, 100), 1);
    assert_int_equal(stage.orders[0].qty_lots, 500);
    stage_expect_market(&stage, TW_BUY, 100);
    assert_int_equal(stage_bar(&stage, 100), 0);
    assert_int_equal(stage_bar(&stage, 100), 0);
    assert_int_equal(stage_bar(&stage, 50), 1);
    assert_int_equal(stage.orders[1].qty_lots, 1000); /* cheaper: more */
    stage_expect_market(&stage, TW_BUY, 50);
    assert_int_equal(stage_bar(&stage, 73), 0); /* 1.5 units for 100: 109.5 */
    assert_int_equal(stage_bar(&stage, 74), 1); /* 111 */
    assert_int_equal(stage.orders[2].qty_lots, 1500);
    stage_expect_market(&stage, TW_SELL, 74);
}

static void a_market_maker_leans_against_its_inventory(void **unused)
{
    (void)unused;
    assert_int_equal(
        stage_start(&stage, "market_making", "base_spread=0.01 max_inventory=1 order_size=0.4"), 0);
    assert_int_equal(stage_bar(&stage, 100), 2);
    NEAR(stage_resting(&stage, TW_BUY, TW_LIMIT), 99.5);
    NEAR(stage_resting(&stage, TW_SELL, TW_LIMIT), 100.5);
    assert_int_equal(stage_bar(&stage, 100), 0); /* still where they should be */
    stage_fill(&stage, 1, 99.5);
    assert_int_equal(stage_bar(&stage, 100), 2);
    /* 0.4 of 1 held: the middle is 100 * (1 - 0.5 * 0.4 * 0.01) = 99.8 */
    NEAR(stage_resting(&stage, TW_BUY, TW_LIMIT), 99.30);   /* 99.301, never up */
    NEAR(stage_resting(&stage, TW_SELL, TW_LIMIT), 100.30); /* 100.299, never down */
    stage.position_lots = 800;
    (void)stage_bar(&stage, 100);
    assert_int_equal(stage.orders[stage.order_count - 2].qty_lots,
                     200); /* all that is left to buy */
    stage.position_lots = 1000;
    (void)stage_bar(&stage, 100);
    assert_true(stage_resting(&stage, TW_BUY, TW_LIMIT) == 0); /* full */
    assert_true(stage_resting(&stage, TW_SELL, TW_LIMIT) > 0);
}

static void a_maker_without_shorts_offers_what_it_holds(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "market_making", "allow_short=0"), 0);
    assert_int_equal(stage_bar(&stage, 100), 1);
    assert_true(stage_resting(&stage, TW_SELL, TW_LIMIT) == 0);
    stage.position_lots = 50;
    (void)stage_bar(&stage, 100);
    assert_int_equal(stage.orders[stage.order_count - 1].qty_lots, 50);
}

static void avellaneda_and_stoikov(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "avellaneda_stoikov", "horizon_s=86400"), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(stage_bar(&stage, i % 2 ? 101 : 100), 0); /* no variance yet */
    assert_int_equal(stage_bar(&stage, 100), 2);
    double bid = stage_resting(&stage, TW_BUY, TW_LIMIT);
    double ask = stage_resting(&stage, TW_SELL, TW_LIMIT);
    /* variance 1 / 60 a second, g = 0.1: risk = 0.1 / 60 * seconds left of the day */
    double left = 86400 - fmod((double)stage.now_ns / 1e9, 86400), risk = 0.1 / 60 * left;
    double distance = risk / 2 + log1p(0.1 / 1.5) / 0.1;
    assert_true(fabs(bid - (100 - distance)) <= 0.01 && fabs(ask - (100 + distance)) <= 0.01);
    stage.position_lots = 100; /* one order size: both prices fall by one risk */
    (void)stage_bar(&stage, 100);
    assert_true(stage_resting(&stage, TW_BUY, TW_LIMIT) < bid - risk / 2);
    assert_true(stage_resting(&stage, TW_SELL, TW_LIMIT) < ask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bracket_has_one_way_out),
        cmocka_unit_test(a_bracket_without_room_for_its_target_watches_it),
        cmocka_unit_test(a_trend_is_left_at_its_stop_or_by_the_rule),
        cmocka_unit_test(a_grid_sells_each_step_one_higher),
        cmocka_unit_test(a_grid_of_ratios_and_its_stop),
        cmocka_unit_test(savings_buy_regularly_and_leave_at_a_profit),
        cmocka_unit_test(a_market_maker_leans_against_its_inventory),
        cmocka_unit_test(a_maker_without_shorts_offers_what_it_holds),
        cmocka_unit_test(avellaneda_and_stoikov),
    };
    return cmocka_run_group_tests_name("strategy_resting", tests, NULL, NULL);
}

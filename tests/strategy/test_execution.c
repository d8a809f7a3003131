/* Goal: a quantity is worked off in parts: when each part is due, how large it is, and that the whole is
 * done and no more. */
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

static int64_t last_lots(void) { return stage.orders[stage.order_count - 1].qty_lots; }

static void twap_sends_equal_parts_by_the_clock(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "twap", "quantity=1 duration_s=1200 slices=4"), 0);
    stage.warming = true;
    assert_int_equal(stage_bar(&stage, 100), 0);
    stage.warming = false;
    assert_int_equal(stage_bar(&stage, 100), 1); /* history did not count */
    int64_t begun_ns = stage.now_ns;
    for (int part = 1; part <= 4; part++) {
        assert_int_equal(last_lots(), 250);
        assert_int_equal(stage.now_ns, begun_ns + (part - 1) * INT64_C(300000000000));
        stage_expect_market(&stage, TW_BUY, 100);
        if (part < 4)
            stage_timer(&stage);
    }
    assert_int_equal(stage.position_lots, 1000);
    assert_int_equal(stage_bar(&stage, 100), 0);
    assert_int_equal(stage.signal_count, 4);
}

static void twap_catches_up_with_a_late_part(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "twap", "quantity=1 side=-1 duration_s=1200 slices=4"), 0);
    assert_int_equal(stage_bar(&stage, 100), 1);
    stage_timer(&stage); /* the first part is still open: no second one beside it */
    assert_int_equal(stage.order_count, 1);
    stage_expect_market(&stage, TW_SELL, 100);
    stage_timer(&stage);
    assert_int_equal(last_lots(), 500);
    stage_expect_market(&stage, TW_SELL, 100);
    stage_timer(&stage);
    assert_int_equal(last_lots(), 250);
    stage_expect_market(&stage, TW_SELL, 100);
    assert_int_equal(stage.position_lots, -1000);
}

static void pov_follows_the_volume(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "pov", "quantity=25 participation=0.1"), 0);
    stage.warming = true;
    assert_int_equal(stage_bar(&stage, 100), 0);
    stage.warming = false;
    for (int part = 0; part < 2; part++) { /* bars of 100 units: 10 each */
        assert_int_equal(stage_bar(&stage, 100), 1);
        assert_int_equal(last_lots(), 10000);
        stage_expect_market(&stage, TW_BUY, 100);
    }
    assert_int_equal(stage_bar(&stage, 100), 1);
    assert_int_equal(last_lots(), 5000); /* what is left */
    stage_expect_market(&stage, TW_BUY, 100);
    assert_int_equal(stage_bar(&stage, 100), 0);
}

static void vwap_without_a_curve_goes_by_the_clock(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "vwap", "quantity=1 duration_s=300"), 0);
    stage.warming = true;
    assert_int_equal(stage_bar(&stage, 100), 0);
    stage.warming = false;
    for (int part = 0; part < 5; part++) { /* bars of a minute with equal volumes */
        assert_int_equal(stage_bar(&stage, 100), 1);
        assert_int_equal(last_lots(), 200);
        stage_expect_market(&stage, TW_BUY, 100);
    }
    assert_int_equal(stage.position_lots, 1000);
    assert_int_equal(stage_bar(&stage, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twap_sends_equal_parts_by_the_clock),
        cmocka_unit_test(twap_catches_up_with_a_late_part),
        cmocka_unit_test(pov_follows_the_volume),
        cmocka_unit_test(vwap_without_a_curve_goes_by_the_clock),
    };
    return cmocka_run_group_tests_name("strategy_execution", tests, NULL, NULL);
}

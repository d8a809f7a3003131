/* Goal: each rule over indicators says when it must trade and when it must not, for values written down
 * here. Every decision is one signal. */
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

#define NONE 0

/* Up to three indicators; what must follow: TW_BUY, TW_SELL or NONE. */
struct bar_told {
    double values[3][2], close;
    int expected;
};
static const struct {
    const char *strategy, *params;
    const char *indicators[3];
    struct bar_told bars[7];
} stories[] = {
    { "sma_cross_long",
      "",
      { "sma", "sma" },
      { { { { NAN, 1 }, { NAN, 2 } }, 100, NONE },
        { { { 1, 2 }, { 2, 2 } }, 100, NONE }, /* a touch */
        { { { 2, 3 }, { 2, 2 } }, 100, NONE }, /* from a touch */
        { { { 1, 3 }, { 2, 2 } }, 100, TW_BUY },
        { { { 1, 3 }, { 2, 2 } }, 100, NONE }, /* it holds */
        { { { 3, 1 }, { 2, 2 } }, 100, TW_SELL },
        { { { 3, 1 }, { 2, 2 } }, 100, NONE } } },
    { "sma_cross_long_short",
      "",
      { "sma", "sma" },
      { { { { NAN, 3 }, { NAN, 2 } }, 100, NONE },
        { { { 3, 1 }, { 2, 2 } }, 100, TW_SELL }, /* short from flat */
        { { { 3, 1 }, { 2, 2 } }, 100, NONE },
        { { { 1, 3 }, { 2, 2 } }, 100, TW_BUY }, /* through zero */
        { { { 3, 1 }, { 2, 2 } }, 100, TW_SELL } } },
    { "ema_cross",
      "",
      { "ema", "ema" },
      { { { { 1, 3 }, { 2, 2 } }, 100, TW_BUY }, { { { 3, 1 }, { 2, 2 } }, 100, TW_SELL } } },
    { "rsi_mean_reversion",
      "",
      { "rsi" },
      { { { { NAN, NAN } }, 100, NONE },
        { { { 40, 30 } }, 100, NONE }, /* 30 is not below 30 */
        { { { 30, 29 } }, 100, TW_BUY },
        { { { 29, 20 } }, 100, NONE },
        { { { 54, 55 } }, 100, NONE },
        { { { 55, 56 } }, 100, TW_SELL } } },
    { "rsi",
      "oversold_level=25",
      { "rsi" },
      { { { { 29, 26 } }, 100, NONE },
        { { { 26, 24 } }, 100, TW_BUY },
        { { { 60, 70 } }, 100, NONE },
        { { { 70, 71 } }, 100, TW_SELL } } },
    { "bollinger_breakout",
      "",
      { "bb.upper", "bb.mid" },
      { { { { NAN, NAN }, { NAN, NAN } }, 100, NONE },
        { { { 110, 110 }, { 100, 100 } }, 110, NONE },
        { { { 110, 110 }, { 100, 100 } }, 111, TW_BUY },
        { { { 110, 110 }, { 100, 100 } }, 100, NONE },
        { { { 110, 110 }, { 100, 100 } }, 99, TW_SELL } } },
    { "bollinger_bands",
      "",
      { "bb.upper", "bb.lower" },
      { { { { 110, 110 }, { 90, 90 } }, 90, NONE },
        { { { 110, 110 }, { 90, 90 } }, 89, TW_BUY },
        { { { 110, 110 }, { 90, 90 } }, 105, NONE },
        { { { 110, 110 }, { 90, 90 } }, 111, TW_SELL } } },
    { "macd",
      "",
      { "macd", "macd.signal" },
      { { { { -1, -1 }, { 0, 0 } }, 100, NONE },
        { { { -1, 1 }, { 0, 0 } }, 100, TW_BUY },
        { { { 1, -1 }, { 0, 0 } }, 100, TW_SELL } } },
    { "stochastic",
      "",
      { "stoch.k", "stoch.d" },
      { { { { 45, 55 }, { 50, 50 } }, 100, NONE }, /* a cross in the middle */
        { { { 15, 22 }, { 20, 20 } }, 100, TW_BUY },
        { { { 55, 45 }, { 50, 50 } }, 100, NONE },
        { { { 85, 78 }, { 80, 80 } }, 100, TW_SELL } } },
    { "mean_reversion",
      "",
      { "sma", "stddev" },
      { { { { 100, 100 }, { 0, 0 } }, 90, NONE }, /* flat prices have no scale */
        { { { 100, 100 }, { 5, 5 } }, 90, NONE }, /* exactly two deviations */
        { { { 100, 100 }, { 5, 5 } }, 89, TW_BUY },
        { { { 100, 100 }, { 5, 5 } }, 97, NONE },
        { { { 100, 100 }, { 5, 5 } }, 98, TW_SELL },
        { { { 100, 100 }, { 5, 5 } }, 111, NONE } } }, /* no shorts */
    { "mean_reversion",
      "enable_short=1",
      { "sma", "stddev" },
      { { { { 100, 100 }, { 5, 5 } }, 111, TW_SELL },
        { { { 100, 100 }, { 5, 5 } }, 103, NONE },
        { { { 100, 100 }, { 5, 5 } }, 102, TW_BUY } } },
    { "momentum",
      "",
      { "rocp", "rsi" },
      { { { { 0, 0.02 }, { 50, 50 } }, 100, NONE },
        { { { 0, 0.03 }, { 50, 71 } }, 100, NONE }, /* overdone */
        { { { 0, 0.03 }, { 50, 70 } }, 100, TW_BUY },
        { { { 0, 0.001 }, { 50, 70 } }, 100, NONE },
        { { { 0, -0.001 }, { 50, 70 } }, 100, TW_SELL },
        { { { 0, -0.03 }, { 50, 50 } }, 100, NONE } } },
    { "momentum",
      "allow_short=1 use_rsi_filter=0",
      { "rocp", "rsi" },
      { { { { 0, -0.03 }, { 50, 10 } }, 100, TW_SELL },
        { { { 0, 0.001 }, { 50, 10 } }, 100, TW_BUY } } },
    { "weighted",
      "",
      { "ema", "rsi", "atr" },
      { { { { 90, 90 }, { 50, 50 }, { NAN, NAN } }, 100, NONE },
        { { { 90, 90 }, { 50, 71 }, { 1, 1 } }, 100, NONE }, /* one against the other */
        { { { 90, 90 }, { 50, 50 }, { 1, 1 } }, 100, TW_BUY },
        { { { 110, 110 }, { 50, 29 }, { 1, 1 } }, 100, NONE },
        { { { 110, 110 }, { 50, 50 }, { 1, 1 } }, 100, TW_SELL } } },
    { "trend_following",
      "use_ema=0",
      { "sma", "sma", "atr" },
      { { { { 1, 3 }, { 2, 2 }, { NAN, NAN } }, 100, NONE },
        { { { 1, 3 }, { 2, 2 }, { 1, 1 } }, 100, TW_BUY },
        { { { 3, 1 }, { 2, 2 }, { 1, 1 } }, 100, TW_SELL } } },
};

static void rules_trade_when_they_must(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        print_message("story: %s %s\n", stories[i].strategy, stories[i].params);
        assert_int_equal(stage_start(&stage, stories[i].strategy, stories[i].params), 0);
        for (size_t at = 0; at < 7 && stories[i].bars[at].close > 0; at++) {
            const struct bar_told *told = &stories[i].bars[at];
            uint32_t signals = stage.signal_count;
            for (int index = 0; index < 3 && stories[i].indicators[index]; index++)
                stage_value(&stage, index, stories[i].indicators[index], told->values[index][0],
                            told->values[index][1]);
            uint32_t orders = stage_bar(&stage, told->close);
            if (orders != (told->expected != NONE) || stage.signal_count - signals != orders)
                fail_msg("bar %zu: %u orders, %u signals", at, orders,
                         stage.signal_count - signals);
            if (told->expected == NONE)
                continue;
            assert_int_equal(stage.last_signal.direction, told->expected == TW_BUY ? 1 : -1);
            stage_expect_market(&stage, (enum tw_side)told->expected, told->close);
        }
    }
}

static void nothing_is_decided_while_an_order_is_open(void **unused)
{
    (void)unused;
    assert_int_equal(stage_start(&stage, "rsi", ""), 0);
    stage_value(&stage, 0, "rsi", 20, 20);
    assert_int_equal(stage_bar(&stage, 100), 1);
    assert_int_equal(stage_bar(&stage, 100), 0);
    stage_fill(&stage, 1, 100);
    assert_int_equal(stage_bar(&stage, 100), 0);
}

static void parameters_that_do_not_fit_are_refused(void **unused)
{
    (void)unused;
    static const char *const bad[][2] = {
        { "sma_cross_long", "fast=30" },
        { "sma_cross_long_short", "fast=40" },
        { "sma_cross_bracket", "fast=30" },
        { "ema_cross", "fast=20" },
        { "trend_following", "fast_period=20" },
        { "macd", "fast=26" },
        { "rsi", "oversold_level=70" },
        { "rsi_mean_reversion", "buy=55" },
        { "stochastic", "oversold_level=80" },
        { "mean_reversion", "exit_threshold=2" },
        { "weighted", "ema_weight=0 rsi_weight=0" },
        { "grid", "" },
        { "grid", "lower_price=2 upper_price=1" },
        { "grid", "lower_price=1 upper_price=1.02 grid_count=5" }, /* two steps at one price */
        { "market_making", "min_spread=0.5" },
        { "avellaneda_stoikov", "order_size=11" },
        { "twap", "" },
        { "twap", "quantity=1 side=0" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (stage_start(&stage, bad[i][0], bad[i][1]) == 0)
            fail_msg("%s starts with %s", bad[i][0], bad[i][1]);
}

static void every_row_is_whole(void **unused)
{
    (void)unused;
    for (size_t i = 0; strategy_at(i); i++) {
        const struct tw_strategy *row = strategy_at(i);
        assert_ptr_equal(strategy_find(row->name), row);
        assert_int_equal(row->abi, TW_STRATEGY_ABI);
        assert_int_equal(row->struct_size, sizeof *row);
        assert_true(strlen(row->about) > 10 && strlen(row->name) < 24);
        assert_true(row->param_count <= TW_PARAMS_MAX);
        for (uint32_t at = 0; at < row->param_count; at++) {
            assert_true(strlen(row->params[at].name) < 32 && strlen(row->params[at].about) > 3);
            assert_true(row->params[at].default_value >= row->params[at].low);
            assert_true(row->params[at].default_value <= row->params[at].high);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_trade_when_they_must),
        cmocka_unit_test(nothing_is_decided_while_an_order_is_open),
        cmocka_unit_test(parameters_that_do_not_fit_are_refused),
        cmocka_unit_test(every_row_is_whole),
    };
    return cmocka_run_group_tests_name("strategy_rules", tests, NULL, NULL);
}

/* Goal: a strategy that looks one bar ahead is caught, one that does not is cleared. This program has its own
 * list of strategies: the planted one is in no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "backtest/bias.h"
#include "strategy/strategy_registry.h"
#include "support.h"

#define BARS 600
#define STEP_NS (300 * INT64_C(1000000000))
#define FIRST_NS (INT64_C(1700000100000) * 1000000)

static char data[256];

/* What the peeking strategy was prepared with: the closes of all bars of its run. */
static double closes[BARS];
static uint64_t known;

static void prepare(void *context, const struct backtest_config *run)
{
    char line[256];
    (void)context;
    FILE *file = fopen(run->data, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (known = 0; fgets(line, sizeof line, file) && (!run->bar_count || known < run->bar_count);
         known++) {
        char *at = line;
        for (int cell = 0; cell < 4; cell++)
            (void)strsep(&at, ",");
        closes[known] = strtod(at, NULL);
    }
    (void)fclose(file);
}

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    (void)api;
    (void)context;
    (void)memory;
    return 0;
}

/* Buys before a bar that rises by a lot, sells before one that falls. */
static void peek(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_bar *bar)
{
    (void)memory;
    uint64_t next = (uint64_t)((bar->start_ns - FIRST_NS) / STEP_NS) + 1;
    int64_t held = api->position_lots(context);
    double move = next < known ? closes[next] - bar->close : 0;
    if (api->open_orders(context) > 0)
        return;
    if (move > 0.5 && held == 0)
        api->order(context, &(struct tw_intent){ .side = TW_BUY, .type = TW_MARKET });
    if (move < -0.5 && held > 0)
        api->order(context,
                   &(struct tw_intent){
                       .side = TW_SELL, .type = TW_MARKET, .reduce_only = 1, .qty_lots = held });
}

static const struct tw_strategy peeking = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "peeking",
    .about = "knows the next close",
    .state_bytes = 8,
    .start = start,
    .bar = peek,
};
extern const struct tw_strategy strategy_sma_cross_long;

const struct tw_strategy *strategy_at(size_t index)
{
    return index == 0 ? &strategy_sma_cross_long : index == 1 ? &peeking : NULL;
}

const struct tw_strategy *strategy_find(const char *name)
{
    for (size_t i = 0; strategy_at(i); i++)
        if (strcmp(strategy_at(i)->name, name) == 0)
            return strategy_at(i);
    return NULL;
}

static void a_peek_of_one_bar_is_caught_by_the_first_prefix(void **unused)
{
    (void)unused;
    struct bias_config config = { .run = config_for(data), .prefixes = 1, .before = prepare };
    struct errtext detail = { "" };
    config.run.strategy = "peeking";
    for (config.seed = 1; config.seed <= 10; config.seed++) {
        struct bias_report report = { .found = false };
        if (bias_check(&config, &report, &detail))
            fail_msg("%s", detail.text);
        assert_true(report.found);
        assert_true(report.decided > 50);
        assert_true(report.bar == report.prefix_bars - 1); /* the last known bar */
        assert_true(report.bar_ns == FIRST_NS + (int64_t)report.bar * STEP_NS);
    }
}

static void an_honest_strategy_is_cleared(void **unused)
{
    (void)unused;
    struct bias_config config = { .run = config_for(data), .prefixes = 30, .seed = 3 };
    struct bias_report report = { .found = false };
    struct errtext detail = { "" };
    if (bias_check(&config, &report, &detail))
        fail_msg("%s", detail.text);
    assert_false(report.found);
    assert_true(report.prefixes == 30 && report.bars == BARS && report.orders > 10);
}

static void nothing_is_proven_by_nothing(void **unused)
{
    (void)unused;
    struct bias_config config = { .run = config_for(data), .prefixes = 5 };
    struct bias_report report = { .found = false };
    struct errtext detail = { "" };
    config.run.bar_count = 10; /* not warm yet */
    assert_int_equal(bias_check(&config, &report, &detail), ERR_EMPTY);
    assert_non_null(strstr(detail.text, "no order"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peek_of_one_bar_is_caught_by_the_first_prefix),
        cmocka_unit_test(an_honest_strategy_is_cleared),
        cmocka_unit_test(nothing_is_proven_by_nothing),
    };
    (void)strncpy(data, test_path("walk.csv"), sizeof data - 1);
    write_walk(data, 9, BARS);
    return cmocka_run_group_tests_name("bias", tests, NULL, NULL);
}

/* Goal: a run over a part of a file is that part of the whole run, knows nothing of what lies behind its
 * end, and may come warm to its first bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "support.h"

#define BARS 1200
#define PART 700

static struct backtest_config over(const char *name)
{
    static char path[256];
    (void)strncpy(path, test_path(name), sizeof path - 1);
    write_walk(path, 11, BARS);
    return config_for(path);
}

static void the_first_part_is_the_first_part_of_all(void **unused)
{
    (void)unused;
    struct backtest_config config = over("prefix.csv");
    struct backtest_result *all = run_or_fail(&config);
    config.bar_count = PART;
    struct backtest_result *part = run_or_fail(&config);
    assert_int_equal(all->point_count, BARS);
    assert_int_equal(part->point_count, PART);
    assert_memory_equal(part->points, all->points, PART * sizeof *part->points);
    assert_true(part->trade_count > 5 && part->trade_count < all->trade_count);
    assert_memory_equal(part->trades, all->trades, part->trade_count * sizeof *part->trades);
    assert_true(part->config_hash != all->config_hash);
    assert_non_null(strstr(part->reproduce, "--first-bar 0 --bars 700 --warm-bars 0"));
    backtest_result_free(all);
    backtest_result_free(part);
}

static void bars_before_the_first_warm_and_trade_nothing(void **unused)
{
    (void)unused;
    struct backtest_config config = over("warm.csv");
    config.bar_first = 300;
    config.bar_count = 400;
    struct backtest_result *cold = run_or_fail(&config);
    config.warm_count = 100;
    struct backtest_result *warm = run_or_fail(&config);
    assert_int_equal(cold->warm_bar, 29); /* the slow average has 30 bars */
    assert_int_equal(warm->warm_bar, 0);
    assert_int_equal(warm->point_count, 400);
    assert_true(warm->points[0].start_ns == cold->points[0].start_ns);
    assert_true(warm->points[0].equity == warm->cash);
    assert_true(warm->trade_count >= cold->trade_count);
    backtest_result_free(cold);
    backtest_result_free(warm);
}

static void bars_that_are_not_there_are_refused(void **unused)
{
    (void)unused;
    struct backtest_config config = over("short.csv");
    struct backtest_result *result = NULL;
    struct errtext detail = { "" };
    config.bar_first = 1000;
    config.bar_count = 201;
    assert_int_equal(backtest_run(&config, &result, &detail), ERR_RANGE);
    assert_non_null(strstr(detail.text, "has 1200 bars"));
    config.bar_count = 200;
    config.warm_count = 5000; /* as many as there are */
    result = run_or_fail(&config);
    assert_int_equal(result->point_count, 200);
    backtest_result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_part_is_the_first_part_of_all),
        cmocka_unit_test(bars_before_the_first_warm_and_trade_nothing),
        cmocka_unit_test(bars_that_are_not_there_are_refused),
    };
    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}

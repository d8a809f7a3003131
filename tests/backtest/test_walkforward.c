/* Goal: windows lie where they should, each test is the single run it claims to be, no test sees its own bars
 * when parameters are chosen, and a hold-out can be looked at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "backtest/walkforward.h"
#include "support.h"

#define BARS 1500

static char data[256];

static void windows_of(struct walk_config *config, bool anchored)
{
    struct errtext detail = { "" };
    memset(config, 0, sizeof *config);
    config->search.run = config_for(data);
    config->search.objective = metric_find("return_pct");
    config->search.jobs = 2;
    config->train_bars = 400;
    config->test_bars = 200;
    config->gap_bars = 50;
    config->holdout_bars = 300;
    config->anchored = anchored;
    assert_int_equal(axes_add_grid(&config->search.axes, "fast=3,5,8", &detail), OK);
    assert_int_equal(axes_add_grid(&config->search.axes, "slow=15,25", &detail), OK);
}

static struct walk *walk_or_fail(const struct walk_config *config)
{
    struct walk *walk = NULL;
    struct errtext detail = { "" };
    if (walk_run(config, &walk, &detail))
        fail_msg("%s", detail.text);
    return walk;
}

static struct backtest_config single_of(const struct walk_config *config,
                                        const struct walk_window *window)
{
    struct backtest_config single = config->search.run;
    for (size_t i = 0; i < config->search.axes.count; i++) {
        struct backtest_param *param = &single.params[single.param_count++];
        memcpy(param->name, config->search.axes.axis[i].name, sizeof param->name);
        param->value = axis_value(window->values_e9[i]);
    }
    single.bar_first = window->test_first;
    single.bar_count = window->test_bars;
    single.warm_count = window->test_first - window->train_first;
    return single;
}

static void windows_lie_where_they_should(void **unused)
{
    (void)unused;
    static struct walk_config config;
    for (int anchored = 0; anchored < 2; anchored++) {
        windows_of(&config, anchored);
        struct walk *walk = walk_or_fail(&config);
        double growth = 1;
        assert_int_equal(walk->count, 3); /* 450 + 3 * 200 <= 1200: 150 bars are left over */
        assert_int_equal(walk->file_bars, BARS);
        assert_false(walk->has_holdout);
        for (size_t i = 0; i < walk->count; i++) {
            const struct walk_window *window = &walk->windows[i];
            assert_true(window->chosen);
            assert_int_equal(window->test_first, 450 + 200 * i);
            assert_int_equal(window->train_first, anchored ? 0 : 200 * i);
            assert_int_equal(window->train_first + window->train_bars + 50, window->test_first);
            assert_true(window->test_first + window->test_bars <= BARS - 300);
            struct backtest_config single = single_of(&config, window);
            struct backtest_result *result = run_or_fail(&single);
            assert_true(result->state_hash == window->state_hash);
            assert_int_equal(result->warm_bar, 0);
            backtest_result_free(result);
            growth *= 1 + window->test_return;
        }
        assert_true(fabs(walk->return_total - (growth - 1)) < 1e-12);
        free(walk);
    }
}

/* What comes later, the test's own bars too, changes nothing of what was chosen. */
static void nothing_is_chosen_by_what_comes_later(void **unused)
{
    (void)unused;
    static struct walk_config config;
    char other[256], line[256];
    windows_of(&config, false);
    struct walk *walk = walk_or_fail(&config);
    (void)strncpy(other, test_path("other.csv"), sizeof other - 1);
    FILE *from = fopen(data, "r"), *to = fopen(other, "w");
    assert_true(from && to);
    for (int row = 0; fgets(line, sizeof line, from); row++) {
        if (row <= 400)
            (void)fputs(line, to);
        else /* a flat market */
            (void)fprintf(to, "%.13s,100.00,100.00,100.00,100.00,1.000\n", line);
    }
    (void)fclose(from);
    assert_int_equal(fclose(to), 0);
    config.search.run.data = other;
    struct walk *changed = walk_or_fail(&config);
    assert_memory_equal(walk->windows[0].values_e9, changed->windows[0].values_e9,
                        2 * sizeof(int64_t));
    assert_true(walk->windows[0].train_objective == changed->windows[0].train_objective);
    assert_true(walk->windows[0].test_return != changed->windows[0].test_return);
    free(walk);
    free(changed);
}

static void a_holdout_is_looked_at_once(void **unused)
{
    (void)unused;
    static struct walk_config config;
    struct walk *walk = NULL;
    struct errtext detail = { "" };
    windows_of(&config, false);
    config.final = true;
    assert_int_equal(walk_run(&config, &walk, &detail), ERR_STATE); /* recorded where? */
    config.directory = test_path("final");
    walk = walk_or_fail(&config);
    assert_true(walk->has_holdout);
    assert_int_equal(walk->holdout.test_first, BARS - 300);
    assert_int_equal(walk->holdout.train_first, BARS - 300 - 50 - 400);
    free(walk);
    config.holdout_bars = 200; /* another cut of the same data is the same data */
    assert_int_equal(walk_run(&config, &walk, &detail), ERR_DENIED);
    assert_non_null(strstr(detail.text, "evaluated before"));
    config.unlock = true;
    free(walk_or_fail(&config));
    config.unlock = false;
    assert_int_equal(walk_run(&config, &walk, &detail), ERR_DENIED);
    config.final = false; /* the windows stay free */
    free(walk_or_fail(&config));
}

static void too_few_bars_are_told(void **unused)
{
    (void)unused;
    static struct walk_config config;
    struct walk *walk = NULL;
    struct errtext detail = { "" };
    windows_of(&config, false);
    config.train_bars = 1000;
    assert_int_equal(walk_run(&config, &walk, &detail), ERR_RANGE);
    assert_non_null(strstr(detail.text, "has 1500 bars"));
    config.train_bars = UINT64_MAX;
    assert_int_equal(walk_run(&config, &walk, &detail), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_lie_where_they_should),
        cmocka_unit_test(nothing_is_chosen_by_what_comes_later),
        cmocka_unit_test(a_holdout_is_looked_at_once),
        cmocka_unit_test(too_few_bars_are_told),
    };
    (void)strncpy(data, test_path("walk.csv"), sizeof data - 1);
    write_walk(data, 21, BARS);
    return cmocka_run_group_tests_name("walkforward", tests, NULL, NULL);
}

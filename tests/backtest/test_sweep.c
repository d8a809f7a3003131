/* Goal: a sweep is nothing but its single runs: the same results from any number of processes, after any
 * interruption, and a ranking that can be checked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "backtest/sweep.h"
#include "support.h"

#define TEXT_MAX 65536

static char data[256];

static void grid(struct sweep_config *config, const char *directory, unsigned jobs)
{
    struct errtext detail = { "" };
    memset(config, 0, sizeof *config);
    config->run = config_for(data);
    config->objective = metric_find("sharpe");
    config->jobs = jobs;
    config->directory = directory;
    assert_int_equal(axes_add_grid(&config->axes, "fast=5:20:5", &detail), OK);
    assert_int_equal(axes_add_grid(&config->axes, "slow=10,20,40", &detail), OK);
}

static struct sweep *sweep_or_fail(const struct sweep_config *config)
{
    struct sweep *sweep = NULL;
    struct errtext detail = { "" };
    if (sweep_run(config, &sweep, &detail))
        fail_msg("%s", detail.text);
    return sweep;
}

static size_t slurp(const char *directory, char out[TEXT_MAX])
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/results.csv", directory);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(out, 1, TEXT_MAX - 1, file);
    out[length] = '\0';
    (void)fclose(file);
    return length;
}

static void every_row_is_the_single_run(void **unused)
{
    (void)unused;
    static struct sweep_config config;
    grid(&config, NULL, 2);
    struct sweep *sweep = sweep_or_fail(&config);
    assert_int_equal(sweep->count, 12);
    assert_int_equal(sweep->refused, 4); /* 10/10, 15/10, 20/10, 20/20 */
    for (size_t i = 0; i < sweep->count; i++) {
        struct backtest_config single;
        struct backtest_result *result = NULL;
        struct errtext detail = { "" };
        sweep_run_config(sweep, i, &single);
        enum err err = backtest_run(&single, &result, &detail);
        assert_int_equal(err != OK, sweep->rows[i].status == SWEEP_REFUSED);
        if (err)
            continue;
        assert_true(result->state_hash == sweep->rows[i].state_hash);
        assert_true(sweep->rows[i].columns[0] == (double)result->trade_count);
        backtest_result_free(result);
    }
    sweep_free(sweep);
}

static void any_number_of_processes_writes_the_same_bytes(void **unused)
{
    (void)unused;
    static struct sweep_config config;
    static char one[TEXT_MAX], three[TEXT_MAX];
    grid(&config, test_path("one"), 1);
    sweep_free(sweep_or_fail(&config));
    grid(&config, test_path("three"), 3);
    sweep_free(sweep_or_fail(&config));
    (void)slurp(test_path("one"), one);
    (void)slurp(test_path("three"), three);
    assert_string_equal(one, three);
    assert_non_null(strstr(one, "run,fast,slow,trades,equity_final,return_pct,max_drawdown_pct,"));
}

/* Killed after any byte: what was whole is kept, what was torn is run again. */
static void a_killed_sweep_goes_on(void **unused)
{
    (void)unused;
    static struct sweep_config config;
    static char whole[TEXT_MAX], again[TEXT_MAX];
    const char *directory = test_path("killed");
    char path[512];
    (void)snprintf(path, sizeof path, "%s/results.csv", directory);
    grid(&config, directory, 2);
    sweep_free(sweep_or_fail(&config));
    size_t length = slurp(directory, whole);
    for (size_t cut = 0; cut <= length; cut += 97) {
        size_t lines = 0;
        for (size_t i = 0; i < cut; i++)
            lines += whole[i] == '\n';
        assert_int_equal(truncate(path, (off_t)cut), 0);
        struct sweep *sweep = sweep_or_fail(&config);
        assert_int_equal(sweep->resumed, lines ? lines - 1 : 0);
        assert_int_equal(sweep->refused, 4);
        sweep_free(sweep);
        (void)slurp(directory, again);
        assert_string_equal(again, whole);
        test_write(path, whole);
    }
}

static void another_sweep_does_not_mix_in(void **unused)
{
    (void)unused;
    static struct sweep_config config;
    struct sweep *sweep = NULL;
    struct errtext detail = { "" };
    grid(&config, test_path("mine"), 1);
    sweep_free(sweep_or_fail(&config));
    config.run.fee_bps = "5";
    assert_int_equal(sweep_run(&config, &sweep, &detail), ERR_EXISTS);
    assert_non_null(strstr(detail.text, "another sweep"));
}

static void trouble_that_is_everybodys_ends_the_sweep(void **unused)
{
    (void)unused;
    static struct sweep_config config;
    struct sweep *sweep = NULL;
    struct errtext detail = { "" };
    grid(&config, NULL, 2);
    config.run.cash = "-1";
    assert_int_equal(sweep_run(&config, &sweep, &detail), ERR_RANGE);
    assert_non_null(strstr(detail.text, "cash"));
    grid(&config, NULL, 2);
    memset(&config.axes, 0, sizeof config.axes);
    assert_int_equal(axes_add_grid(&config.axes, "fast=50,60", &detail), OK);
    assert_int_equal(sweep_run(&config, &sweep, &detail), ERR_STATE); /* slow is 30 */
    assert_non_null(strstr(detail.text, "no combination can run"));
}

static void chance_is_seeded_and_never_twice_the_same(void **unused)
{
    (void)unused;
    static struct axes axes;
    struct errtext detail = { "" };
    int64_t first[200], second[200];
    memset(&axes, 0, sizeof axes);
    assert_int_equal(axes_add_range(&axes, "a=1..10", &detail), OK);
    assert_int_equal(axes_add_range(&axes, "b=0.5..1:0.05", &detail), OK);
    assert_int_equal(axes_draw(&axes, 7, 100, first), 100);
    assert_int_equal(axes_draw(&axes, 7, 50, second), 50);
    assert_memory_equal(first, second, 100 * sizeof first[0]);
    for (size_t i = 0; i < 100; i++) {
        assert_true(first[2 * i] % 1000000000 == 0 && first[2 * i] <= 10000000000);
        assert_true(first[2 * i + 1] % 50000000 == 0 && first[2 * i + 1] >= 500000000);
        for (size_t j = 0; j < i; j++)
            assert_true(memcmp(first + 2 * i, first + 2 * j, 16) != 0);
    }
    memset(&axes, 0, sizeof axes);
    assert_int_equal(axes_add_range(&axes, "a=1..3", &detail), OK);
    assert_int_equal(axes_draw(&axes, 7, 100, first), 3); /* there are no more */
}

static void values_are_the_decimals_that_were_meant(void **unused)
{
    (void)unused;
    static struct axes axes;
    struct errtext detail = { "" };
    memset(&axes, 0, sizeof axes);
    assert_int_equal(axes_add_grid(&axes, "x=0.1:0.5:0.1", &detail), OK);
    assert_int_equal(axes.axis[0].count, 5);
    assert_true(axis_value(axes.axis[0].values_e9[2]) == 0.3);
    static const char *const wrong[] = { "x=1:2",   "y",         "y=",         "y=1:0:1",
                                         "y=1:2:0", "y=1:2:3:4", "y=2,1",      "y=1,,2",
                                         "=1",      "y=nan",     "y=1:5000:1", "y=1:2:-1" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_not_equal(axes_add_grid(&axes, wrong[i], &detail), OK);
    static const char *const no_ranges[] = { "y=1", "y=2..1", "y=1..", "y=1..2:0" };
    for (size_t i = 0; i < sizeof no_ranges / sizeof no_ranges[0]; i++)
        assert_int_not_equal(axes_add_range(&axes, no_ranges[i], &detail), OK);
    assert_int_equal(axes.count, 1);
}

static void the_plateau_is_mean_less_deviation(void **unused)
{
    (void)unused;
    static struct sweep_config config;
    struct errtext detail = { "" };
    memset(&config, 0, sizeof config);
    config.run = config_for(data);
    config.objective = metric_find("return_pct");
    config.jobs = 2;
    assert_int_equal(axes_add_grid(&config.axes, "fast=3,4,5,6", &detail), OK);
    struct sweep *sweep = sweep_or_fail(&config);
    for (size_t i = 0; i < 4; i++) {
        double sum = 0, squares = 0, count = 0;
        for (size_t j = i ? i - 1 : 0; j <= i + 1 && j < 4; j++, count++)
            sum += sweep->rows[j].objective;
        for (size_t j = i ? i - 1 : 0; j <= i + 1 && j < 4; j++)
            squares += pow(sweep->rows[j].objective - sum / count, 2);
        double expected = sum / count - sqrt(squares / count);
        assert_true(fabs(sweep->rows[i].plateau - expected) < 1e-9);
        assert_true(sweep->rows[sweep->stable].plateau >= sweep->rows[i].plateau);
        assert_true(sweep->rows[sweep->ranking[0]].objective >= sweep->rows[i].objective);
    }
    sweep_free(sweep);
}

static void the_page_asks_nobody_for_anything(void **unused)
{
    (void)unused;
    static struct sweep_config config;
    char *text = NULL;
    size_t length = 0;
    grid(&config, NULL, 2);
    struct sweep *sweep = sweep_or_fail(&config);
    FILE *memory = open_memstream(&text, &length);
    assert_true(sweep_page(sweep, memory));
    assert_int_equal(fclose(memory), 0);
    assert_non_null(strstr(text, "<svg"));
    assert_non_null(strstr(text, "prefers-color-scheme:dark"));
    assert_null(strstr(text, "http"));
    assert_null(strstr(text, "<script"));
    size_t cells = 0;
    for (const char *at = text; (at = strstr(at, "<g><title>fast")); at++)
        cells++;
    assert_int_equal(cells, 12);
    free(text);
    sweep_free(sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_the_single_run),
        cmocka_unit_test(any_number_of_processes_writes_the_same_bytes),
        cmocka_unit_test(a_killed_sweep_goes_on),
        cmocka_unit_test(another_sweep_does_not_mix_in),
        cmocka_unit_test(trouble_that_is_everybodys_ends_the_sweep),
        cmocka_unit_test(chance_is_seeded_and_never_twice_the_same),
        cmocka_unit_test(values_are_the_decimals_that_were_meant),
        cmocka_unit_test(the_plateau_is_mean_less_deviation),
        cmocka_unit_test(the_page_asks_nobody_for_anything),
    };
    (void)strncpy(data, test_path("walk.csv"), sizeof data - 1);
    write_walk(data, 5, 1000);
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}

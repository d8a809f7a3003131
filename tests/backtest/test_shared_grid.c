/* Goal: a public engine's parameter grids, kept beside the checkout and never in it, come out of a sweep to
 * 1e-9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "backtest/sweep.h"
#include "support.h"

#define SKIPPED 77
#define TOLERANCE 1e-9

static const char *shared(void)
{
    const char *path = getenv("TRADEWIND_SHARED");
    return path ? path : "../shared";
}

/* The sweep's row of a combination. */
static const struct sweep_row *row_of(const struct sweep *sweep, double fast, double slow)
{
    for (size_t i = 0; i < sweep->count; i++)
        if (axis_value(sweep->values_e9[2 * i]) == fast &&
            axis_value(sweep->values_e9[2 * i + 1]) == slow)
            return &sweep->rows[i];
    fail_msg("no row for %g/%g", fast, slow);
    return NULL;
}

static void compare(const struct sweep *sweep, const char *reference, size_t rows)
{
    char line[1024];
    size_t count = 0;
    FILE *file = fopen(reference, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); count++) {
        char *at = line;
        double fast = strtod(strsep(&at, ","), NULL), slow = strtod(strsep(&at, ","), NULL);
        const struct sweep_row *row = row_of(sweep, fast, slow);
        for (size_t i = 0; i < METRIC_COLUMNS; i++) {
            double expected = strtod(strsep(&at, ",\n"), NULL);
            if (!(fabs(row->columns[i] - expected) <= 1e-12 + TOLERANCE * fabs(expected)))
                fail_msg("%s of %g/%g: expected %.12g, got %.12g", metric_column(i)->name, fast,
                         slow, expected, row->columns[i]);
        }
    }
    (void)fclose(file);
    assert_int_equal(count, rows);
}

static void sweep_set(const char *set, const char *file, const char *symbol, const char *cash)
{
    static struct sweep_config config;
    char data[512], reference[512];
    struct errtext detail = { "" };
    struct sweep *sweep = NULL;
    (void)snprintf(data, sizeof data, "%s/data/%s", shared(), file);
    (void)snprintf(reference, sizeof reference, "%s/fixtures/backtests/%s.sma_cross_long.grid.csv",
                   shared(), set);
    memset(&config, 0, sizeof config);
    config.run = config_for(data);
    config.run.symbol = symbol;
    config.run.cash = cash;
    config.objective = metric_find("sharpe");
    config.jobs = 2;
    assert_int_equal(axes_add_grid(&config.axes, "fast=5:30:5", &detail), OK);
    assert_int_equal(axes_add_grid(&config.axes, "slow=20:120:20", &detail), OK);
    if (sweep_run(&config, &sweep, &detail))
        fail_msg("%s", detail.text);
    compare(sweep, reference, 33);
    sweep_free(sweep);
}

static void daily_shares_come_out(void **unused)
{
    (void)unused;
    sweep_set("goog_1d", "goog_1d_2004_2013.csv", "GOOG", "100000");
}

static void five_minutes_of_a_coin_come_out(void **unused)
{
    (void)unused;
    sweep_set("eth_btc_5m", "eth_btc_5m_2018_01.csv", "ETH/BTC", "1000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(daily_shares_come_out),
        cmocka_unit_test(five_minutes_of_a_coin_come_out),
    };
    char path[512];
    (void)snprintf(path, sizeof path, "%s/fixtures/backtests/README.md", shared());
    if (access(path, R_OK) != 0) {
        printf("SKIPPED: no reference grids at %s (set TRADEWIND_SHARED)\n", shared());
        return SKIPPED;
    }
    return cmocka_run_group_tests_name("shared grid", tests, NULL, NULL);
}

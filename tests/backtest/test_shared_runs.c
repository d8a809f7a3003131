/* Goal: a public engine's runs, kept beside the checkout and never in it, are reproduced trade by trade
 * and bar by bar to 1e-9. */
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
#include "support.h"

#define SKIPPED 77
#define TOLERANCE 1e-9
#define COLUMNS_MAX 16

static const char *shared(void)
{
    const char *path = getenv("TRADEWIND_SHARED");
    return path ? path : "../shared";
}

/* The next row, split at its commas. */
static bool next_row(FILE *file, char *line, size_t size, char **cells)
{
    if (!fgets(line, (int)size, file))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        cells[i] = strsep(&line, ",");
    return true;
}

static void assert_near(const char *what, size_t row, const char *reference, const char *got)
{
    double expected = strtod(reference, NULL), value = strtod(got, NULL);
    if (!(fabs(expected - value) <= 1e-12 + TOLERANCE * fabs(expected)))
        fail_msg("%s of row %zu: expected %s, got %s", what, row, reference, got);
}

/* Column names of the reference file, each found in ours by the same place: both have one header. */
static void compare(const char *reference, const char *got, size_t rows)
{
    char command[600], left[1024], right[1024], names[1024];
    char *expected[COLUMNS_MAX] = { NULL }, *values[COLUMNS_MAX] = { NULL };
    char *columns[COLUMNS_MAX] = { NULL };
    bool packed = strstr(reference, ".gz") != NULL;
    (void)snprintf(command, sizeof command, "%s '%s'", packed ? "zcat" : "cat", reference);
    FILE *a = popen(command, "r"), *b = fopen(got, "r");
    assert_non_null(a);
    assert_non_null(b);
    assert_true(next_row(a, names, sizeof names, columns));
    assert_true(next_row(b, right, sizeof right, values));
    for (size_t i = 0; i < COLUMNS_MAX && columns[i]; i++)
        assert_string_equal(columns[i], values[i]);
    size_t count = 0;
    for (; next_row(a, left, sizeof left, expected); count++) {
        if (!next_row(b, right, sizeof right, values))
            fail_msg("%s ends after %zu rows", got, count);
        for (size_t i = 0; i < COLUMNS_MAX && columns[i]; i++)
            if (strcmp(columns[i] + strlen(columns[i]) - 2, "ts") == 0)
                assert_string_equal(expected[i], values[i]);
            else
                assert_near(columns[i], count, expected[i], values[i]);
    }
    assert_false(next_row(b, right, sizeof right, values));
    assert_int_equal(count, rows);
    (void)pclose(a);
    (void)fclose(b);
}

static void reproduce(const char *set, const char *data, const char *symbol, const char *cash,
                      size_t trades, size_t bars)
{
    char path[512], reference[512];
    struct errtext detail = { "" };
    (void)snprintf(path, sizeof path, "%s/data/%s", shared(), data);
    struct backtest_config config = config_for(path);
    config.symbol = symbol;
    config.cash = cash;
    struct backtest_result *result = run_or_fail(&config);
    assert_int_equal(report_write(result, test_path(set), &detail), OK);
    assert_int_equal(result->discrepancies, 0);
    backtest_result_free(result);
    char ours[512];
    (void)snprintf(ours, sizeof ours, "%s/trades.csv", test_path(set));
    (void)snprintf(reference, sizeof reference,
                   "%s/fixtures/backtests/%s.sma_cross_long.open.bpy.trades.csv", shared(), set);
    compare(reference, ours, trades);
    (void)snprintf(ours, sizeof ours, "%s/equity.csv", test_path(set));
    (void)snprintf(reference, sizeof reference,
                   "%s/fixtures/backtests/%s.sma_cross_long.open.bpy.equity.csv.gz", shared(), set);
    compare(reference, ours, bars);
}

static void shares_by_the_day(void **unused)
{
    (void)unused;
    reproduce("goog_1d", "goog_1d_2004_2013.csv", "GOOG", "100000", 32, 2148);
}

static void coins_by_five_minutes(void **unused)
{
    (void)unused;
    reproduce("eth_btc_5m", "eth_btc_5m_2018_01.csv", "ETH/BTC", "1000", 138, 5760);
}

int main(void)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/fixtures/backtests/README.md", shared());
    if (access(path, R_OK) != 0) {
        printf("SKIPPED: no reference runs at %s (set TRADEWIND_SHARED)\n", shared());
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_by_the_day),
        cmocka_unit_test(coins_by_five_minutes),
    };
    return cmocka_run_group_tests_name("shared_runs", tests, NULL, NULL);
}

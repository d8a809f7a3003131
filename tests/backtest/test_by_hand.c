/* Goal: forty bars whose trades and money were worked out on paper come out to the last digit; parts of
 * positions are matched oldest first; what makes no sense is told in a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "backtest/trades.h"
#include "support.h"

/*
 * Averages of 2 and 3 closes. Fast crosses above slow on bars 6, 13 and 35, below on 9 and 31; each is
 * done at the open of the next bar, where the open is a price of its own:
 *   bar 7   950 / (11.5 * 1.001) = 82.5: buys 82 at 11.5      bar 10  sells 82 at 10.5
 *           fees 0.943 + 0.861, pnl -82 - 1.804 = -83.804, cash 916.196
 *   bar 14  870.3862 / 11.011 = 79.05: buys 79 at 11          bar 32  sells 79 at 19
 *           fees 0.869 + 1.501, pnl 632 - 2.37 = 629.63, cash 1545.826
 *   bar 36  1468.5347 / 22.022 = 66.7: buys 66 at 22, fee 1.452, still held at 25
 */
static const double closes[40] = { 10, 10, 10, 9,  8,  9,  11, 12, 12, 11, 10, 9,  9,  11,
                                   12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                   26, 27, 28, 20, 19, 18, 18, 21, 22, 23, 24, 25 };
static const struct {
    int bar;
    double open;
} opens[] = { { 7, 11.5 }, { 10, 10.5 }, { 14, 11 }, { 32, 19 }, { 36, 22 } };

static void write_hand(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("ts_ms,open,high,low,close,volume\n", file);
    for (int i = 0; i < 40; i++) {
        double open = i ? closes[i - 1] : 10;
        for (size_t at = 0; at < sizeof opens / sizeof opens[0]; at++)
            open = opens[at].bar == i ? opens[at].open : open;
        double high = open > closes[i] ? open : closes[i],
               low = open < closes[i] ? open : closes[i];
        (void)fprintf(file, "%lld,%g,%g,%g,%g,5\n", i * 86400000LL, open, high, low, closes[i]);
    }
    assert_int_equal(fclose(file), 0);
}

static struct backtest_config hand_config(const char *path)
{
    struct backtest_config config = config_for(path);
    config.cash = "1000";
    assert_int_equal(backtest_param_add(&config, "fast=2", NULL), OK);
    assert_int_equal(backtest_param_add(&config, "slow=3", NULL), OK);
    return config;
}

static void gather(void *context, const char *line, size_t length)
{
    char *text = context;
    size_t used = strlen(text);
    assert_true(used + length < 8192);
    memcpy(text + used, line, length);
    text[used + length] = '\0';
}

static void trades_are_as_on_paper(void **unused)
{
    (void)unused;
    const char *path = test_path("hand.csv");
    write_hand(path);
    struct backtest_config config = hand_config(path);
    struct backtest_result *result = run_or_fail(&config);
    char text[8192] = "", *line = NULL;
    report_trades(result, gather, text);
    line = strchr(text, '\n') + 1;
    assert_memory_equal(line, "82,7,604800000,10,864000000,11.5,10.5,,,-83.804,1.804,-0.08886",
                        strlen("82,7,604800000,10,864000000,11.5,10.5,,,-83.804,1.804,-0.08886"));
    line = strchr(line, '\n') + 1;
    assert_memory_equal(line, "79,14,1209600000,32,2764800000,11,19,,,629.63,2.37,0.7245",
                        strlen("79,14,1209600000,32,2764800000,11,19,,,629.63,2.37,0.7245"));
    assert_int_equal(result->trade_count, 2);
    assert_int_equal(result->open_count, 1);
    assert_int_equal(result->open[0].lots, 66);
    assert_int_equal(result->open[0].entry_bar, 36);
    assert_int_equal(result->orders, 5);
    assert_int_equal(result->denials + result->rejects + result->discrepancies, 0);
    backtest_result_free(result);
}

static void equity_is_as_on_paper(void **unused)
{
    (void)unused;
    const char *path = test_path("hand.csv");
    write_hand(path);
    struct backtest_config config = hand_config(path);
    struct backtest_result *result = run_or_fail(&config);
    static const struct {
        int bar;
        const char *equity;
    } paper[] = {
        { 0, "1000" },      { 6, "1000" },      { 7, "1040.057" }, /* bought: fee paid, close 12 */
        { 9, "958.057" },   { 10, "916.196" },  { 13, "916.196" },
        { 14, "994.327" },  { 30, "2258.327" }, { 31, "1626.327" },
        { 32, "1545.826" }, { 35, "1545.826" }, { 39, "1742.374" },
    };
    assert_int_equal(result->point_count, 40);
    for (size_t i = 0; i < sizeof paper / sizeof paper[0]; i++) {
        char text[AMOUNT_TEXT_MAX];
        (void)amount_format(result->points[paper[i].bar].equity, text);
        assert_string_equal(text, paper[i].equity);
    }
    const struct backtest_stats *stats = &result->stats;
    assert_true(stats->commission_paid - stats->commission == amount_from(1452, 3));
    /* from bar 30 to bar 36, after the last fee: 1 - 1544.374 / 2258.327 */
    assert_true(stats->drawdown_max > 0.31614 && stats->drawdown_max < 0.31615);
    assert_int_equal(stats->wins, 1);
    backtest_result_free(result);
}

static void files_are_written_whole(void **unused)
{
    (void)unused;
    struct errtext detail = { "" };
    const char *path = test_path("hand.csv");
    write_hand(path);
    struct backtest_config config = hand_config(path);
    struct backtest_result *result = run_or_fail(&config);
    assert_int_equal(report_write(result, test_path("deep/er/out"), &detail), OK);
    FILE *file = fopen(test_path("deep/er/out/result.json"), "r");
    assert_non_null(file);
    char text[16] = "";
    assert_non_null(fgets(text, sizeof text, file));
    (void)fclose(file);
    assert_int_equal(report_write(result, path, &detail), ERR_IO);
    assert_non_null(strstr(detail.text, "is a file"));
    backtest_result_free(result);
}

/* Buys 10 and 10, sells 15, sells 10: the oldest leave first, the last sale goes through zero. */
static void parts_leave_oldest_first(void **unused)
{
    (void)unused;
    i128 unit = amount_from(1, 0);
    struct trade_book book = { .instrument = { .id = 1, .multiplier = 1 } };
    struct trade_fill fills[] = {
        { .lots = 10, .price_ticks = 100, .fee = 10 * unit, .bar = 1 },
        { .lots = 10, .price_ticks = 110, .fee = 20 * unit, .bar = 2 },
        { .lots = -15, .price_ticks = 120, .fee = 30 * unit, .bar = 3 },
        { .lots = -10, .price_ticks = 90, .fee = 40 * unit, .bar = 4 },
    };
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(trade_book_fill(&book, &fills[i]), OK);
    static const struct {
        int64_t lots, pnl, commission;
    } rows[] = {
        { 10, 200 - 10 - 20, 30 }, /* all of the first fee, ten fifteenths of the sale's */
        { 5, 50 - 10 - 10, 20 },   /* half of the second */
        { 5, -100 - 10 - 20, 30 }, /* the rest of it, and half of the last sale's */
    };
    assert_int_equal(book.trade_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(book.trades[i].lots, rows[i].lots);
        assert_true(book.trades[i].pnl == rows[i].pnl * unit);
        assert_true(book.trades[i].commission == rows[i].commission * unit);
    }
    assert_int_equal(book.entry_count - book.head, 1);
    assert_int_equal(book.entries[book.head].lots, -5);
    assert_true(book.entries[book.head].fee == 20 * unit);
    assert_true(book.commission_paid == 100 * unit);
    trade_book_release(&book);
}

static void nonsense_is_told(void **unused)
{
    (void)unused;
    static const char head[] = "ts_ms,open,high,low,close,volume\n";
    const char *good = test_path("hand.csv");
    static const struct {
        const char *rows, *says;
    } files[] = {
        { "", "no bars" },
        { "0,1,2,1,2,5\n0,1,2,1,2,5\n", ":3:" },
        { "0,1,NaN,1,2,5\n", ":2:" },
        { "0,-1,2,-1,2,5\n", "negative" },
        { "0,1,2,1,2\n", ":2:" },
    };
    struct backtest_result *result = NULL;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char text[256];
        struct errtext detail = { "" };
        const char *path = test_path("bad.csv");
        (void)snprintf(text, sizeof text, "%s%s", head, files[i].rows);
        test_write(path, text);
        struct backtest_config config = config_for(path);
        assert_int_not_equal(backtest_run(&config, &result, &detail), OK);
        print_message("%s\n", detail.text);
        assert_non_null(strstr(detail.text, files[i].says));
    }
    write_hand(good);
    static const struct {
        const char *strategy, *param, *cash, *size, *says;
    } asked[] = {
        { "sma_cross", NULL, "1000", "equity=1", "sma_cross_long" },
        { "sma_cross_long", "fats=3", "1000", "equity=1", "slow" },
        { "sma_cross_long", "fast=0", "1000", "equity=1", "from 1 to" },
        { "sma_cross_long", "fast=60", "1000", "equity=1", "fit each other" },
        { "sma_cross_long", NULL, "0", "equity=1", "cash" },
        { "sma_cross_long", NULL, "1000", "equity=1.1", "size" },
        { "sma_cross_long", NULL, "1000", "qty=0.5", "multiple" },
    };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct errtext detail = { "" };
        struct backtest_config config = config_for(good);
        config.strategy = asked[i].strategy;
        config.cash = asked[i].cash;
        config.size = asked[i].size;
        if (asked[i].param)
            assert_int_equal(backtest_param_add(&config, asked[i].param, NULL), OK);
        assert_int_not_equal(backtest_run(&config, &result, &detail), OK);
        print_message("%s\n", detail.text);
        assert_non_null(strstr(detail.text, asked[i].says));
    }
    struct backtest_config config = config_for(good);
    assert_int_equal(backtest_param_add(&config, "fast", NULL), ERR_SYNTAX);
    assert_int_equal(backtest_param_add(&config, "fast=nan", NULL), ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_are_as_on_paper),  cmocka_unit_test(equity_is_as_on_paper),
        cmocka_unit_test(files_are_written_whole), cmocka_unit_test(parts_leave_oldest_first),
        cmocka_unit_test(nonsense_is_told),
    };
    return cmocka_run_group_tests_name("by_hand", tests, NULL, NULL);
}

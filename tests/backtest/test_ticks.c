/* Goal: a handful of trades, quotes and book rows whose fills were worked out on paper come out so, with and
 * without latency; two runs end in the same state; what has no meaning over ticks is told in a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "support.h"

#define MS INT64_C(1000000)

/*
 * Averages of 1 and 2 minutes. Closes 10.5, 9, 11, 12.2, 9: above at the end of the third minute, below at the
 * end of the fifth; each is known at the first trade of the next one.
 *   250.0 s  a seller at 12: the market is 12.0 / 12.1           buys 1 at 12.1
 *   370.0 s  a buyer at 8: the market is 7.9 / 8.0               sells 1 at 7.9
 *            fees 0.0121 + 0.0079, pnl -4.2 - 0.02 = -4.22
 * With one second each way the orders arrive at 251 s, market 12.2 / 12.3, and 371 s, market 8.0 / 8.1:
 * 12.3 and 8, told at 252 s and 372 s; fees 0.0123 + 0.008, pnl -4.3 - 0.0203 = -4.3203.
 */
static const char trades[] = "ts_ms,price,qty,buyer_is_maker\n"
                             "70000,10.5,1,0\n"
                             "130000,9,1,0\n"
                             "190000,11,1,0\n"
                             "250000,12,1,1\n"
                             "250500,12.2,1,1\n"
                             "310000,9,1,1\n"
                             "370000,8,1,0\n"
                             "370500,8,1,1\n"
                             "375000,8,1,1\n";

/*
 * A market maker that looks once, at 99 / 101: bid 99.5, offer 100.5. The street offers at 99.4 and it has
 * bought at its own price; then bids 100.6 and it has sold: pnl 1 - 0.0995 - 0.1005 = 0.8.
 */
static const char quotes[] = "ts_ms,bid,bid_qty,ask,ask_qty\n"
                             "1000,99,5,101,5\n"
                             "2000,99,5,99.4,3\n"
                             "3000,100.6,2,101,5\n";
static const char book[] = "ts_ms,event,update_id,side,price,qty\n"
                           "1000,snapshot,1,b,99,5\n"
                           "1000,snapshot,1,a,101,5\n"
                           "2000,delta,2,a,99.4,3\n"
                           "2500,delta,3,a,99.4,0\n"
                           "3000,delta,4,b,100.6,2\n";

static struct backtest_config crossing(const char *path)
{
    struct backtest_config config = config_for(path);
    config.cash = "1000";
    config.size = "qty=1";
    assert_int_equal(backtest_param_add(&config, "fast=1", NULL), OK);
    assert_int_equal(backtest_param_add(&config, "slow=2", NULL), OK);
    return config;
}

static struct backtest_config making(const char *path)
{
    static const char *const params[] = {
        "base_spread=0.01",        "min_spread=0.01",
        "max_spread=0.01",         "order_size=1",
        "max_inventory=1",         "inventory_skew_factor=0",
        "volatility_adjustment=0", "quote_refresh_interval_ms=86400000"
    };
    struct backtest_config config = config_for(path);
    config.strategy = "market_making";
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        assert_int_equal(backtest_param_add(&config, params[i], NULL), OK);
    return config;
}

static void check_trade(const struct backtest_result *result, int64_t entry_ticks,
                        int64_t exit_ticks, int64_t entry_ms, int64_t exit_ms, const char *pnl)
{
    char text[AMOUNT_TEXT_MAX];
    assert_int_equal(result->price_scale, 1);
    assert_int_equal(result->trade_count, 1);
    assert_int_equal(result->open_count, 0);
    assert_int_equal(result->discrepancies, 0);
    const struct backtest_trade *trade = &result->trades[0];
    assert_int_equal(trade->lots, 1);
    assert_int_equal(trade->entry_ticks, entry_ticks);
    assert_int_equal(trade->exit_ticks, exit_ticks);
    assert_int_equal(trade->entry_ns, entry_ms * MS);
    assert_int_equal(trade->exit_ns, exit_ms * MS);
    (void)amount_format(trade->pnl, text);
    assert_string_equal(text, pnl);
    assert_true(result->stats.equity_final == result->cash + trade->pnl);
}

static void trades_are_as_on_paper(void **unused)
{
    (void)unused;
    const char *path = test_path("trades.csv");
    test_write(path, trades);
    struct backtest_config config = crossing(path);
    struct backtest_result *result = run_or_fail(&config);
    assert_string_equal(result->level, "trades");
    assert_int_equal(result->point_count, 6);
    check_trade(result, 121, 79, 250000, 370000, "-4.22");
    assert_int_equal(result->trades[0].entry_bar, 3);
    assert_int_equal(result->points[3].close_ticks, 122);
    backtest_result_free(result);

    config.latency_ns = 1000 * MS;
    result = run_or_fail(&config);
    check_trade(result, 123, 80, 252000, 372000, "-4.3203");
    const char *sentences[REPORT_ASSUMED_MAX];
    assert_true(report_assumed(result, sentences) > 3);
    assert_non_null(strstr(sentences[0], "trades"));
    assert_non_null(strstr(sentences[0], "1000 ms"));
    assert_non_null(strstr(result->reproduce, " --latency-ms 1000 --interval 1m"));
    backtest_result_free(result);
}

static void quotes_and_books_are_as_on_paper(void **unused)
{
    (void)unused;
    static const struct {
        const char *name, *rows, *level;
    } files[] = { { "quotes.csv", quotes, "quotes" }, { "book.csv", book, "book" } };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *path = test_path(files[i].name);
        test_write(path, files[i].rows);
        struct backtest_config config = making(path);
        struct backtest_result *result = run_or_fail(&config);
        assert_string_equal(result->level, files[i].level);
        check_trade(result, 995, 1005, 2000, 3000, "0.8");
        backtest_result_free(result);
    }
}

static void two_runs_end_in_the_same_state(void **unused)
{
    (void)unused;
    const char *path = test_path("again.csv");
    test_write(path, book);
    struct backtest_config config = making(path);
    config.latency_ns = 7 * MS;
    struct backtest_result *one = run_or_fail(&config), *two = run_or_fail(&config);
    assert_true(one->state_hash == two->state_hash);
    assert_true(one->records == two->records && one->records > 0);
    assert_true(report_hash(one, report_trades) == report_hash(two, report_trades));
    backtest_result_free(one);
    backtest_result_free(two);
}

static void check_refused(const struct backtest_config *config, const char *says)
{
    struct backtest_result *result = NULL;
    struct errtext detail = { "" };
    assert_int_not_equal(backtest_run(config, &result, &detail), OK);
    print_message("%s\n", detail.text);
    assert_non_null(strstr(detail.text, says));
}

static void nonsense_is_told(void **unused)
{
    (void)unused;
    const char *ticks = test_path("t.csv"), *quoted = test_path("q.csv");
    const char *bars = test_path("b.csv");
    test_write(ticks, trades);
    test_write(quoted, quotes);
    write_walk(bars, 1, 40);
    struct backtest_config config = crossing(ticks);
    config.fill_given = true;
    check_refused(&config, "--fill");
    config = crossing(ticks);
    config.bar_count = 2;
    check_refused(&config, "window");
    config = crossing(ticks);
    config.interval_ns = 90 * 1000 * MS;
    check_refused(&config, "whole minutes");
    config = crossing(quoted);
    check_refused(&config, "bars are made of trades");
    config = making(quoted);
    config.size = "backtrader=0.5";
    check_refused(&config, "last trade");
    config = crossing(bars);
    config.latency_ns = MS;
    check_refused(&config, "holds bars");
}

/* Recorded markets end with money that makes sense, twice the same. */
static void recorded_markets_run(void **unused)
{
    (void)unused;
    static const struct {
        const char *file, *symbol, *level, *qty_step, *params[3];
        bool makes;
    } runs[] = {
        { "btcusdt_binance_spot_2024_08_08_trades",
          "BTCUSDT",
          "trades",
          "0.00001",
          { "fast=1", "slow=2" },
          false },
        { "eurusd_fxcm_ticks_2014_05_08",
          "EURUSD",
          "quotes",
          "1",
          { "base_spread=0.0001", "min_spread=0.00001", "order_size=5" },
          true },
        { "ethusdt_binance_usdm_2024_08_08_l2",
          "ETHUSDT",
          "book",
          "0.001",
          { "base_spread=0.0002", "min_spread=0.0001" },
          true },
    };
    const char *shared = getenv("TRADEWIND_SHARED");
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/data/%s.csv.gz", shared ? shared : "../shared",
                       runs[i].file);
        if (access(path, R_OK) != 0)
            skip();
        struct backtest_config config = config_for(path);
        config.symbol = runs[i].symbol;
        config.qty_step = runs[i].qty_step;
        config.strategy = runs[i].makes ? "market_making" : config.strategy;
        config.latency_ns = 5 * MS;
        for (size_t at = 0; at < 3 && runs[i].params[at]; at++)
            assert_int_equal(backtest_param_add(&config, runs[i].params[at], NULL), OK);
        struct backtest_result *one = run_or_fail(&config), *two = run_or_fail(&config);
        assert_string_equal(one->level, runs[i].level);
        assert_true(one->state_hash == two->state_hash);
        assert_int_equal(one->discrepancies, 0);
        assert_true(one->fills > 0);
        double final = amount_to_double(one->stats.equity_final);
        assert_true(final > 90000 && final < 110000);
        backtest_result_free(one);
        backtest_result_free(two);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_are_as_on_paper),
        cmocka_unit_test(quotes_and_books_are_as_on_paper),
        cmocka_unit_test(two_runs_end_in_the_same_state),
        cmocka_unit_test(nonsense_is_told),
        cmocka_unit_test(recorded_markets_run),
    };
    return cmocka_run_group_tests_name("ticks", tests, NULL, NULL);
}

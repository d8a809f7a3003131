/* Goal: every row of the metrics by hand on a small run, nothing undefined where there is nothing, the
 * committed page as the rows are, and two public engines' numbers to 1e-9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "backtest/metrics.h"
#include "support.h"

#define UNIT ((i128)1000000000000000000) /* of money */
#define DAY_NS INT64_C(86400000000000)

static const char *shared(void)
{
    const char *path = getenv("TRADEWIND_SHARED");
    return path ? path : "../shared";
}

static struct metrics made_of(const struct backtest_result *result)
{
    struct metrics metrics;
    assert_int_equal(metrics_make(result, &metrics), OK);
    return metrics;
}

static void near(const struct metrics *metrics, const char *name, double expected)
{
    double value = metrics_value(metrics, name);
    if (!(fabs(value - expected) <= 1e-13 + 1e-9 * fabs(expected)))
        fail_msg("%s: expected %.17g, got %.17g", name, expected, value);
}

/* ---- by hand ---- */

static struct backtest_point at(int day, int equity, int close)
{
    return (struct backtest_point){ .equity = (i128)equity * UNIT,
                                    .start_ns = day * DAY_NS,
                                    .close_ticks = close,
                                    .high_ticks = close + 5,
                                    .low_ticks = close - 5 };
}

/* 1000 in cash; buys 10 at 10.0 on day 1, sells them at 12.0 on day 3; sells 10 at 12.0 short on day 3 and
 * buys them back at 13.0 on day 5. */
static void a_small_run_by_hand(void **unused)
{
    (void)unused;
    struct backtest_point points[] = { at(0, 1000, 100), at(1, 1000, 100), at(2, 1010, 110),
                                       at(3, 1020, 120), at(4, 1015, 125), at(5, 1010, 130),
                                       at(6, 1010, 100) };
    struct backtest_trade trades[] = {
        { .pnl = 18 * UNIT,
          .commission = 2 * UNIT,
          .lots = 10,
          .entry_ticks = 100,
          .exit_ticks = 120,
          .entry_ns = DAY_NS,
          .exit_ns = 3 * DAY_NS,
          .entry_bar = 1,
          .exit_bar = 3,
          .return_net = 0.18 },
        { .pnl = -12 * UNIT,
          .commission = 2 * UNIT,
          .lots = -10,
          .entry_ticks = 120,
          .exit_ticks = 130,
          .entry_ns = 3 * DAY_NS,
          .exit_ns = 5 * DAY_NS,
          .entry_bar = 3,
          .exit_bar = 5,
          .return_net = -0.10 },
    };
    struct backtest_fill fills[] = { { .lots = 10, .price_ticks = 100, .bar = 1 },
                                     { .lots = -20, .price_ticks = 120, .bar = 3 },
                                     { .lots = 10, .price_ticks = 130, .bar = 5 } };
    struct backtest_result result = { .points = points,
                                      .point_count = 7,
                                      .trades = trades,
                                      .trade_count = 2,
                                      .fill_rows = fills,
                                      .fill_count = 3,
                                      .cash = 1000 * UNIT,
                                      .price_scale = 1,
                                      .fills = 3,
                                      .bar_interval_ns = DAY_NS };
    result.stats.commission_paid = 4 * UNIT;
    struct metrics metrics = made_of(&result);
    near(&metrics, "total_return", 0.01);
    near(&metrics, "cagr", pow(1.01, 252.0 / 6) - 1);
    near(&metrics, "return_best", 0.01);
    near(&metrics, "return_worst", 1010.0 / 1015 - 1);
    near(&metrics, "gaining_bars", 0.5);
    near(&metrics, "drawdown_max", 10.0 / 1020);
    near(&metrics, "drawdown_max_cash", 10);
    near(&metrics, "drawdown_count", 1);
    near(&metrics, "drawdown_longest", 3);
    near(&metrics, "under_water", 3.0 / 7);
    near(&metrics, "recovery_factor", 1);
    near(&metrics, "trades", 2);
    near(&metrics, "win_rate", 0.5);
    near(&metrics, "net_profit", 6);
    near(&metrics, "profit_factor", 1.5);
    near(&metrics, "profit_factor_returns", 1.8);
    near(&metrics, "expectancy_return", 0.04);
    near(&metrics, "payoff", 1.5);
    near(&metrics, "kelly", 0.5 - 0.5 / 1.5);
    near(&metrics, "win_streak", 1);
    near(&metrics, "length_mean", 2);
    near(&metrics, "adverse_worst", -10.0 / 120); /* the exit price; bars 3 and 4 touch 130 too */
    near(&metrics, "adverse_mean", (-5.0 / 100 - 10.0 / 120) / 2);
    near(&metrics, "favorable_best", 0.20);
    near(&metrics, "favorable_mean", (0.20 + 5.0 / 120) / 2);
    near(&metrics, "long_profit", 18);
    near(&metrics, "short_profit", -12);
    near(&metrics, "short_win_rate", 0);
    near(&metrics, "buy_hold", 0);
    near(&metrics, "excess_return", 0.01);
    near(&metrics, "exposure_time", 4.0 / 7);
    near(&metrics, "leverage_max", 125.0 / 1015);
    near(&metrics, "traded_value", 100 + 240 + 130);
    near(&metrics, "fees_bps", 1e4 * 4 / 470);
    near(&metrics, "profit_before_fees", 14);
    near(&metrics, "fees_share", 4.0 / 14);
    assert_true(isnan(metrics_value(&metrics, "drawdown_max_recovery"))); /* it lasts */
    assert_int_equal(metrics.worst_count, 1);
    assert_int_equal(metrics.worst[0].peak, 3);
    assert_int_equal(metrics.worst[0].bottom, 5);
    assert_false(metrics.worst[0].recovered);
}

/* More trials make the same result less remarkable; one trial is the probabilistic form. */
static void trials_deflate(void **unused)
{
    (void)unused;
    write_walk(test_path("walk.csv"), 7, 2000);
    struct backtest_config config = config_for(test_path("walk.csv"));
    struct backtest_result *result = run_or_fail(&config);
    struct metrics one = made_of(result);
    assert_true(metrics_value(&one, "sharpe_deflated") ==
                metrics_value(&one, "sharpe_probabilistic"));
    result->trials = 100;
    struct metrics many = made_of(result);
    /* The best of 100 standard normals is about 2.53 (Bailey, Lopez de Prado 2014). */
    double error = metrics_value(&many, "sharpe_std_error");
    double z = metrics_value(&many, "sharpe") / error - 2.5306;
    assert_true(fabs(metrics_value(&many, "sharpe_deflated") - erfc(-z / M_SQRT2) / 2) < 1e-4);
    backtest_result_free(result);
}

static void nothing_is_not_zero_over_zero(void **unused)
{
    (void)unused;
    struct backtest_point point = at(0, 1000, 100);
    struct backtest_result result = { .points = &point, .point_count = 1, .cash = 1000 * UNIT };
    struct metrics metrics = made_of(&result);
    static char text[16384];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    metrics_json(&write, &metrics);
    assert_false(write.overflow);
    text[write.length] = '\0';
    assert_non_null(strstr(text, "\"sharpe\":null"));
    assert_non_null(strstr(text, "\"win_rate\":null"));
    assert_non_null(strstr(text, "\"trades\":0"));
    assert_null(strstr(text, ":nan"));
    assert_null(strstr(text, ":inf"));
    assert_true(isnan(metrics_value(&metrics, "no such row")));
}

/* ---- the rows themselves ---- */

static void names_are_one_each_and_sixty_or_more(void **unused)
{
    (void)unused;
    const char *names[METRICS_MAX];
    size_t count = 0;
    for (size_t group = 0; group < METRIC_GROUPS; group++)
        for (size_t i = 0; i < metric_groups[group]->count; i++) {
            const struct metric *row = &metric_groups[group]->rows[i];
            for (size_t other = 0; other < count; other++)
                assert_string_not_equal(row->name, names[other]);
            assert_true(*row->formula && *row->source);
            names[count++] = row->name;
        }
    assert_true(count >= 60);
}

static char page[65536];
static size_t page_length;
static void add_line(void *unused, const char *line)
{
    (void)unused;
    page_length += (size_t)snprintf(page + page_length, sizeof page - page_length, "%s\n", line);
    assert_true(page_length < sizeof page);
}

static void the_committed_page_is_the_generated_one(void **unused)
{
    (void)unused;
    static char committed[sizeof page];
    metrics_write_page(add_line, NULL);
    FILE *file = fopen("docs/metrics.md", "r");
    assert_non_null(file);
    size_t length = fread(committed, 1, sizeof committed, file);
    (void)fclose(file);
    if (length != page_length || memcmp(committed, page, length) != 0)
        fail_msg("%s", "run: tradewind backtest --metrics >docs/metrics.md");
}

/* ---- against public engines' numbers ---- */

static const struct {
    const char *block, *theirs, *ours;
    double factor;
} pairs[] = {
    { "stats_textbook_per_bar", "total_return", "total_return", 1 },
    { "stats_textbook_per_bar", "cagr_by_bars", "cagr", 1 },
    { "stats_textbook_per_bar", "ann_vol", "volatility", 1 },
    { "stats_textbook_per_bar", "sharpe", "sharpe", 1 },
    { "stats_textbook_per_bar", "sortino", "sortino", 1 },
    { "stats_textbook_per_bar", "max_drawdown", "drawdown_max", 1 },
    { "stats_textbook_per_bar", "calmar", "calmar", 1 },
    { "stats_textbook_per_bar", "ulcer_index", "ulcer_index", 1 },
    { "stats_empyrical_per_bar", "omega_ratio", "omega", 1 },
    { "stats_empyrical_per_bar", "downside_risk", "downside_risk", 1 },
    { "stats_empyrical_per_bar", "value_at_risk_5pct", "value_at_risk", 1 },
    { "stats_empyrical_per_bar", "conditional_value_at_risk_5pct", "conditional_value_at_risk", 1 },
    { "stats_empyrical_per_bar", "tail_ratio", "tail_ratio", 1 },
    { "stats_empyrical_per_bar", "stability", "stability", 1 },
    { "stats_from_trades", "trades", "trades", 1 },
    { "stats_from_trades", "gross_profit", "gross_profit", 1 },
    { "stats_from_trades", "gross_loss", "gross_loss", 1 },
    { "stats_from_trades", "profit_factor_by_pnl", "profit_factor", 1 },
    { "stats_from_trades", "expectancy_cash", "expectancy", 1 },
    { "stats_from_trades", "avg_win", "win_mean", 1 },
    { "stats_from_trades", "avg_loss", "loss_mean", 1 },
    { "stats_from_trades", "sqn", "sqn", 1 },
    { "stats_backtesting_py", "CAGR [%]", "cagr_by_clock", 100 },
    { "stats_backtesting_py", "Win Rate [%]", "win_rate", 100 },
    { "stats_backtesting_py", "Best Trade [%]", "best_trade_return", 100 },
    { "stats_backtesting_py", "Worst Trade [%]", "worst_trade_return", 100 },
    { "stats_backtesting_py", "Avg. Trade [%]", "return_geometric", 100 },
    { "stats_backtesting_py", "Profit Factor", "profit_factor_returns", 1 },
    { "stats_backtesting_py", "Expectancy [%]", "expectancy_return", 100 },
    { "stats_backtesting_py", "Kelly Criterion", "kelly", 1 },
};

/* "2004-08-19" or milliseconds. */
static int64_t time_of(const char *text)
{
    struct tm date = { 0 };
    if (sscanf(text, "%d-%d-%d", &date.tm_year, &date.tm_mon, &date.tm_mday) != 3)
        return strtoll(text, NULL, 10) * 1000000;
    date.tm_year -= 1900;
    date.tm_mon--;
    return (int64_t)timegm(&date) * 1000000000;
}

static i128 money_of(const char *text) { return (i128)(strtold(text, NULL) * (long double)UNIT); }

/* Each row of a CSV file below the header, split at its commas. */
static size_t read_rows(const char *command, void (*each)(struct backtest_result *, char **),
                        struct backtest_result *result)
{
    char line[1024], *cells[16];
    size_t count = 0;
    FILE *file = popen(command, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); count++) {
        char *rest = line;
        for (size_t i = 0; i < 16; i++)
            cells[i] = strsep(&rest, ",\n");
        each(result, cells);
    }
    assert_int_equal(pclose(file), 0);
    return count;
}
static void add_point(struct backtest_result *result, char **cells)
{
    result->points[result->point_count++] = (struct backtest_point){ .start_ns = time_of(cells[1]),
                                                                     .equity = money_of(cells[2]),
                                                                     .close_ticks = 1,
                                                                     .high_ticks = 1,
                                                                     .low_ticks = 1 };
}
static void add_trade(struct backtest_result *result, char **cells)
{
    result->trades[result->trade_count++] =
        (struct backtest_trade){ .lots = *cells[0] == '-' ? -1 : 1,
                                 .entry_ticks = 1,
                                 .exit_ticks = 1,
                                 .entry_bar = (uint32_t)strtoul(cells[1], NULL, 10),
                                 .exit_bar = (uint32_t)strtoul(cells[3], NULL, 10),
                                 .pnl = money_of(cells[9]),
                                 .return_net = strtod(cells[11], NULL) };
}

/* The number after "block": { ... "name": ; NaN for null. */
static double number_of(const char *json, const char *block, const char *name)
{
    char key[80];
    (void)snprintf(key, sizeof key, "\"%s\": {", block);
    const char *found = strstr(json, key);
    assert_non_null(found);
    (void)snprintf(key, sizeof key, "\"%s\": ", name);
    found = strstr(found, key);
    assert_non_null(found);
    char *end;
    double value = strtod(found + strlen(key), &end);
    return end == found + strlen(key) ? NAN : value;
}

static void compare_run(const char *stem)
{
    static struct backtest_point points[20000];
    static struct backtest_trade trades[2000];
    static char json[16384];
    char command[600];
    bool days = strncmp(stem, "goog", 4) == 0;
    struct backtest_result result = { .points = points,
                                      .trades = trades,
                                      .bar_interval_ns = days ? DAY_NS : DAY_NS / 288,
                                      .cash = 1000 * UNIT };
    (void)snprintf(command, sizeof command, "zcat '%s/fixtures/backtests/%s.equity.csv.gz'",
                   shared(), stem);
    assert_true(read_rows(command, add_point, &result) > 2000);
    (void)snprintf(command, sizeof command, "cat '%s/fixtures/backtests/%s.trades.csv'", shared(),
                   stem);
    (void)read_rows(command, add_trade, &result);
    (void)snprintf(command, sizeof command, "%s/fixtures/backtests/%s.stats.json", shared(), stem);
    FILE *file = fopen(command, "r");
    assert_non_null(file);
    json[fread(json, 1, sizeof json - 1, file)] = '\0';
    (void)fclose(file);
    struct metrics metrics = made_of(&result);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        double theirs = number_of(json, pairs[i].block, pairs[i].theirs) / pairs[i].factor;
        double ours = metrics_value(&metrics, pairs[i].ours);
        if (!(fabs(theirs - ours) <= 1e-12 + 1e-9 * fabs(theirs)) &&
            !(isnan(theirs) && isnan(ours)))
            fail_msg("%s: %s is %.17g, %s of theirs %.17g", stem, pairs[i].ours, ours,
                     pairs[i].theirs, theirs);
    }
}

static void public_engines_agree(void **unused)
{
    (void)unused;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/fixtures/backtests", shared());
    DIR *folder = opendir(path);
    if (!folder) {
        print_message("SKIPPED: no reference runs at %s (set TRADEWIND_SHARED)\n", path);
        skip();
    }
    size_t runs = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char *end = strstr(entry->d_name, ".bpy.stats.json");
        if (!end)
            continue;
        end[strlen(".bpy")] = '\0';
        compare_run(entry->d_name);
        runs++;
    }
    (void)closedir(folder);
    assert_true(runs >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_run_by_hand),
        cmocka_unit_test(trials_deflate),
        cmocka_unit_test(nothing_is_not_zero_over_zero),
        cmocka_unit_test(names_are_one_each_and_sixty_or_more),
        cmocka_unit_test(the_committed_page_is_the_generated_one),
        cmocka_unit_test(public_engines_agree),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}

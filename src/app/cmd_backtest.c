/* tradewind backtest: a strategy over a file of past bars. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/cli.h"
#include "app/progress.h"
#include "app/user_strategy.h"
#include "backtest/metrics.h"
#include "backtest/report.h"
#include "backtest/report_html.h"
#include "data/resample.h"
#include "strategy/strategy_registry.h"

#define NS_PER_MS 1000000
#define LATENCY_MAX_MS 60000

static struct {
    const char *data, *symbol, *strategy, *cash, *fee, *step, *tick, *size, *fill, *out, *report,
        *interval;
    struct cli_list params;
    int64_t seed, first_bar, bars, warm_bars, trials, latency_ms;
    bool json, metrics;
} asked;

static const struct cli_option options[] = {
    { "data", "FILE", "bars, trades, quotes or a book: .csv or .csv.gz, oldest first", CLI_TEXT,
      &asked.data, 0, 0 },
    { "symbol", "NAME", "what the file is data of: BTCUSDT, ETH/BTC, GOOG", CLI_TEXT, &asked.symbol,
      0, 0 },
    { "strategy", "NAME", "sma_cross_long, ...; or a library of your own: ./mine.so", CLI_TEXT,
      &asked.strategy, 0, 0 },
    { "param", "NAME=NUMBER", "a parameter of the strategy; again for more", CLI_LIST,
      &asked.params, 0, 0 },
    { "cash", "AMOUNT", "at the start; default 100000", CLI_TEXT, &asked.cash, 0, 0 },
    { "fee-bps", "BPS", "fee of each side, basis points; default 10", CLI_TEXT, &asked.fee, 0, 0 },
    { "qty-step", "QTY", "quantities are multiples of it; default 1", CLI_TEXT, &asked.step, 0, 0 },
    { "tick-step", "PRICE", "stops and limits are multiples of it; default finer than the data",
      CLI_TEXT, &asked.tick, 0, 0 },
    { "size", "SIZE", "equity=0.95 (of free cash), backtrader=0.95 (of value), qty=2", CLI_TEXT,
      &asked.size, 0, 0 },
    { "fill", "WHEN", "of bars: next_open (default) or this_close, which nobody could do", CLI_TEXT,
      &asked.fill, 0, 0 },
    { "latency-ms", "N", "of an order and of its answer; not for bars; default 0", CLI_INT,
      &asked.latency_ms, 0, LATENCY_MAX_MS },
    { "interval", "LENGTH", "of bars made from trades: 1m (default), 5m, 1h", CLI_TEXT,
      &asked.interval, 0, 0 },
    { "first-bar", "INDEX", "begins with this bar of the file; default 0", CLI_INT,
      &asked.first_bar, 0, INT64_MAX },
    { "bars", "N", "runs over so many bars; default to the end", CLI_INT, &asked.bars, 0,
      INT64_MAX },
    { "warm-bars", "N", "bars before the first that only warm the indicators", CLI_INT,
      &asked.warm_bars, 0, INT64_MAX },
    { "seed", "N", "of the exchange's chance; default 42", CLI_INT, &asked.seed, 0, INT64_MAX },
    { "out", "DIR", "writes trades.csv, fills.csv, equity.csv, result.json", CLI_TEXT, &asked.out,
      0, 0 },
    { "report", "FILE", "writes a page for the browser: charts, tables, metrics, assumptions",
      CLI_TEXT, &asked.report, 0, 0 },
    { "trials", "N", "variants tried before this one, itself included: deflates the Sharpe ratio",
      CLI_INT, &asked.trials, 1, INT64_MAX },
    { "metrics", NULL, "print the page of all metrics and their formulas, and run nothing",
      CLI_FLAG, &asked.metrics, 0, 0 },
    { "json", NULL, "print the result as JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage usage = {
    "tradewind backtest --data FILE --symbol NAME --strategy NAME [options]",
    "Runs a strategy over past bars or ticks, through the engine that trades live",
    "The strategy decides on finished bars; its market orders fill at the next open. Over "
    "trades,\n"
    "quotes and books it decides at once, and orders meet the market as it is then. The same "
    "file,\n"
    "options and build give the same result to the byte. Strategies: tradewind strategy list",
    options,
    CLI_COUNT(options),
    0,
    0
};

static int missing(const char *option, const char *example)
{
    (void)cli_fail("--%s is missing; for example --%s %s\nSee: tradewind backtest --help", option,
                   option, example);
    return CLI_USAGE;
}

/* CLI_GO or the exit code. */
static int take_options(struct backtest_config *config)
{
    struct errtext detail = { "" };
    if (!asked.data)
        return missing("data", "bars.csv");
    if (!asked.symbol)
        return missing("symbol", "BTCUSDT");
    if (!asked.strategy)
        return missing("strategy", strategy_at(0)->name);
    *config = backtest_config_default;
    if (asked.fill && strcmp(asked.fill, backtest_fill_name(BACKTEST_THIS_CLOSE)) == 0) {
        config->fill_at = BACKTEST_THIS_CLOSE;
    } else if (asked.fill && strcmp(asked.fill, backtest_fill_name(BACKTEST_NEXT_OPEN)) != 0) {
        (void)cli_fail("--fill %s: there is next_open and this_close", asked.fill);
        return CLI_USAGE;
    }
    if (asked.interval && !interval_parse(asked.interval, &config->interval_ns)) {
        (void)cli_fail("--interval: '%s' is no length such as 1m, 5m or 1h", asked.interval);
        return CLI_USAGE;
    }
    config->fill_given = asked.fill != NULL;
    config->latency_ns = asked.latency_ms * NS_PER_MS;
    config->data = asked.data;
    config->symbol = asked.symbol;
    config->strategy = asked.strategy;
    config->cash = asked.cash ? asked.cash : config->cash;
    config->fee_bps = asked.fee ? asked.fee : config->fee_bps;
    config->qty_step = asked.step ? asked.step : config->qty_step;
    config->tick_step = asked.tick;
    config->size = asked.size ? asked.size : config->size;
    config->seed = (uint64_t)asked.seed;
    config->bar_first = (uint64_t)asked.first_bar;
    config->bar_count = (uint64_t)asked.bars;
    config->warm_count = (uint64_t)asked.warm_bars;
    config->build = tradewind_build();
    for (size_t i = 0; i < asked.params.count; i++)
        if (backtest_param_add(config, asked.params.items[i], &detail)) {
            (void)cli_fail("%s", detail.text);
            return CLI_USAGE;
        }
    return user_strategy_load(config);
}

static void show_progress(void *context, uint64_t bars, uint64_t total)
{
    struct progress *progress = context;
    if (bars == 1)
        progress_begin(progress, "backtest", "bars", total);
    progress_set(progress, bars);
}

static void row(const char *name, const char *format, double value)
{
    (void)printf("  %-16s ", name);
    (void)printf(format, value); /* literals, below */
    (void)putchar('\n');
}

static void print_table(const struct backtest_result *result)
{
    const struct backtest_stats *stats = &result->stats;
    char first[REPORT_TIME_MAX], last[REPORT_TIME_MAX];
    report_time(result, result->points[0].start_ns, first);
    report_time(result, result->points[result->point_count - 1].start_ns, last);
    (void)printf("%s %s, %zu %s, %s to %s\n", result->symbol, result->strategy, result->point_count,
                 strcmp(result->level, "bars") == 0 ? "bars" : "intervals", first, last);
    row("equity", "%.2f", amount_to_double(stats->equity_final));
    row("return", "%.2f %%", 100 * stats->return_total);
    row("max drawdown", "%.2f %%", 100 * stats->drawdown_max);
    row("trades", "%.0f", (double)stats->trades);
    if (stats->trades)
        row("winners", "%.1f %%", 100 * (double)stats->wins / (double)stats->trades);
    if (stats->gross_loss < 0)
        row("profit factor", "%.3f", stats->profit_factor);
    row("commissions", "%.2f", amount_to_double(stats->commission_paid));
    if (strcmp(result->level, "bars") != 0)
        (void)printf("  %-16s %s\n", "assumed", result->assumed_first);
    if (result->open_count)
        row("still open", "%.0f", (double)result->open_count);
    if (result->denials || result->rejects)
        row("refused orders", "%.0f", (double)(result->denials + result->rejects));
    (void)printf("  %-16s data %016llx config %016llx seed %llu state %016llx\n", "reproduce",
                 (unsigned long long)result->data_hash, (unsigned long long)result->config_hash,
                 (unsigned long long)result->seed, (unsigned long long)result->state_hash);
}

static int print_json(const struct backtest_result *result)
{
    char *text = malloc(REPORT_JSON_MAX);
    if (!text)
        return cli_fail("out of memory");
    (void)fwrite(text, 1, report_json(result, text), stdout);
    free(text);
    return CLI_OK;
}

static void print_line(void *context, const char *line)
{
    (void)context;
    (void)puts(line);
}

static int run(int argc, char **argv)
{
    struct backtest_config config;
    struct backtest_result *result = NULL;
    struct progress progress = { .label = "" };
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    asked.seed = (int64_t)backtest_config_default.seed;
    asked.trials = 1;
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code == CLI_GO && asked.metrics) {
        metrics_write_page(print_line, NULL);
        return fflush(stdout) == 0 ? CLI_OK : cli_fail("the page could not be printed");
    }
    if (code == CLI_GO)
        code = take_options(&config);
    if (code != CLI_GO)
        return code;
    config.progress = show_progress;
    config.context = &progress;
    enum err err = backtest_run(&config, &result, &detail);
    progress_end(&progress);
    if (err)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    result->trials = (uint64_t)asked.trials;
    if (asked.out)
        err = report_write(result, asked.out, &detail);
    if (err == OK && asked.report)
        err = report_html_write(result, asked.report, &detail);
    if (err)
        code = cli_fail("%s", detail.text);
    else if (asked.json)
        code = print_json(result);
    else {
        print_table(result);
        code = CLI_OK;
    }
    if (code == CLI_OK && asked.out && !asked.json)
        (void)printf("  %-16s %s\n", "written to", asked.out);
    if (code == CLI_OK && asked.report && !asked.json)
        (void)printf("  %-16s %s\n", "report", asked.report);
    if (fflush(stdout) != 0 && code == CLI_OK)
        code = cli_fail("the result could not be printed; is the disk full?");
    backtest_result_free(result);
    return code;
}

int cmd_backtest(int argc, char **argv)
{
    int code = run(argc, argv);
    user_strategy_unload();
    return code;
}

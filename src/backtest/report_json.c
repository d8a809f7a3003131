/* backtest/report_json.c - result.json: what was run, what came out, what was assumed, how to repeat it. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "backtest/metrics.h"
#include "backtest/report.h"
#include "base/json.h"

/* Only as many open positions are listed; the count is always told. */
#define OPEN_SHOWN_MAX 100

static void hash(struct json_write *write, const char *key, uint64_t value)
{
    char text[17];
    (void)snprintf(text, sizeof text, "%016llx", (unsigned long long)value);
    json_kv(write, key, string, text);
}

static bool is_ticks(const struct backtest_result *result)
{
    return strcmp(result->level, "bars") != 0;
}

static void what_was_run(struct json_write *write, const struct backtest_result *result)
{
    json_kv(write, "engine", string, "tradewind " TRADEWIND_VERSION);
    json_kv(write, "symbol", string, result->symbol);
    json_kv(write, "base", string, result->base);
    json_kv(write, "quote", string, result->quote);
    json_kv(write, "strategy", string, result->strategy);
    json_key(write, "params");
    json_object_begin(write);
    for (size_t i = 0; i < result->param_count; i++)
        json_kv(write, result->params[i].name, double, result->params[i].value);
    json_object_end(write);
    json_kv(write, "cash", amount, result->cash);
    json_kv(write, "commission_per_side", num, result->fee_e9, FEE_SCALE);
    json_kv(write, "size", string, result->size);
    json_kv(write, "qty_step", num, result->lot_step, result->qty_scale);
    json_kv(write, "tick_step", num, result->tick_step, result->price_scale);
    json_kv(write, "level", string, result->level);
    json_kv(write, "fill", string,
            is_ticks(result)                        ? "at once"
            : result->fill_at == BACKTEST_NEXT_OPEN ? "next open"
                                                    : "this close");
    json_kv(write, "settlement", string, result->margin ? "cash" : "assets");
}

static void open_at_end(struct json_write *write, const struct backtest_result *result)
{
    json_key(write, "open_trade_at_end");
    json_array_begin(write);
    for (size_t i = 0; i < result->open_count && i < OPEN_SHOWN_MAX; i++) {
        json_object_begin(write);
        json_kv(write, "size", num, result->open[i].lots, result->qty_scale);
        json_kv(write, "entry_bar", u64, result->open[i].entry_bar);
        json_kv(write, "entry_price", num, result->open[i].entry_ticks, result->price_scale);
        json_object_end(write);
    }
    json_array_end(write);
    json_kv(write, "open_trades", u64, result->open_count);
}

static void numbers(struct json_write *write, const struct backtest_result *result)
{
    const struct backtest_stats *stats = &result->stats;
    char first[REPORT_TIME_MAX], last[REPORT_TIME_MAX];
    report_time(result, result->points[0].start_ns, first);
    report_time(result, result->points[result->point_count - 1].start_ns, last);
    json_key(write, "stats");
    json_object_begin(write);
    json_kv(write, "start", string, first);
    json_kv(write, "end", string, last);
    json_kv(write, "bars", u64, result->point_count);
    json_kv(write, "equity_final", amount, stats->equity_final);
    json_kv(write, "equity_peak", amount, stats->equity_peak);
    json_kv(write, "commissions", amount, stats->commission);
    json_kv(write, "commissions_with_open", amount, stats->commission_paid);
    json_kv(write, "return_pct", double, 100 * stats->return_total);
    json_kv(write, "max_drawdown_pct", double, 100 * stats->drawdown_max);
    json_kv(write, "trades", u64, stats->trades);
    json_kv(write, "wins", u64, stats->wins);
    json_kv(write, "win_rate_pct", double,
            stats->trades ? 100 * (double)stats->wins / (double)stats->trades : 0);
    json_object_end(write);
    json_key(write, "stats_from_trades");
    json_object_begin(write);
    json_kv(write, "trades", u64, stats->trades);
    json_kv(write, "wins", u64, stats->wins);
    json_kv(write, "gross_profit", amount, stats->gross_profit);
    json_kv(write, "gross_loss", amount, stats->gross_loss);
    json_kv(write, "profit_factor_by_pnl", double, stats->profit_factor);
    json_kv(write, "expectancy_cash", double, stats->expectancy);
    json_kv(write, "avg_win", double, stats->win_mean);
    json_kv(write, "avg_loss", double, stats->loss_mean);
    json_kv(write, "sqn", double, stats->sqn);
    json_object_end(write);
}

/* Blocks of measures.h: each list is its names. */
static void blocks(struct json_write *write, const struct backtest_result *result)
{
    const struct measures *all = &result->measures;
    char first[REPORT_TIME_MAX], last[REPORT_TIME_MAX];
    report_full_time(result->points[0].start_ns, first);
    report_full_time(result->points[result->point_count - 1].start_ns, last);
    json_key(write, "stats_backtesting_py");
    json_object_begin(write);
    json_kv(write, "Start", string, first);
    json_kv(write, "End", string, last);
#define X(field, name) json_kv(write, name, double, all->backtesting_py.field);
    MEASURES_BACKTESTING_PY(X)
#undef X
    json_object_end(write);
    json_key(write, "stats_textbook_per_bar");
    json_object_begin(write);
#define X(field, name) json_kv(write, name, double, all->textbook.field);
    MEASURES_TEXTBOOK(X)
#undef X
    json_object_end(write);
    json_key(write, "stats_empyrical_per_bar");
    json_object_begin(write);
#define X(field, name) json_kv(write, name, double, all->empyrical.field);
    MEASURES_EMPYRICAL(X)
#undef X
    json_object_end(write);
    json_key(write, "stats_backtrader");
    json_object_begin(write);
#define X(field, name) json_kv(write, name, double, all->backtrader.field);
    MEASURES_BACKTRADER(X)
#undef X
    json_object_end(write);
}

/* The rows of metrics.h. */
static void metrics(struct json_write *write, const struct backtest_result *result)
{
    struct metrics made;
    json_kv(write, "trials", u64, result->trials ? result->trials : 1);
    json_key(write, "metrics");
    if (metrics_make(result, &made) == OK)
        metrics_json(write, &made);
    else
        json_null(write); /* no memory for them: the result itself is whole */
}

static void counts(struct json_write *write, const struct backtest_result *result)
{
    json_key(write, "counts");
    json_object_begin(write);
    json_kv(write, "inputs", u64, result->inputs);
    json_kv(write, "records", u64, result->records);
    json_kv(write, "orders", u64, result->orders);
    json_kv(write, "fills", u64, result->fills);
    json_kv(write, "denials", u64, result->denials);
    json_kv(write, "rejects", u64, result->rejects);
    json_kv(write, "discrepancies", u64, result->discrepancies);
    json_kv(write, "values_cleaned", u64, result->values_cleaned);
    json_object_end(write);
}

static const char *settles(const struct backtest_result *result)
{
    return result->margin
               ? "what is sold and not held settles in cash: nobody asks for it, no margin call"
               : "what is not held cannot be sold";
}

/* What every level below bars takes for granted, and what its own kind does. */
static size_t assumed_of_ticks(const struct backtest_result *result,
                               const char *out[REPORT_ASSUMED_MAX])
{
    bool trades = strcmp(result->level, "trades") == 0, book = strcmp(result->level, "book") == 0;
    const char *const sentences[] = {
        result->assumed_first,
        trades ? "trades tell nothing of who waits: the market is one step wide around each trade, "
                 "as deep as an order may be"
        : book
            ? "the book is all there is: what an order takes stays taken until its level is told "
              "again"
            : "nothing is known behind the best prices; a quote without quantity is as deep as "
              "an order may be",
        "a resting order waits behind the whole street quantity at its price when it arrived; only "
        "trades and a level that shrinks move it up, which is conservative",
        trades
            ? "the account is valued at the last trade"
            : "the account is valued at the middle of the market; without trades, a resting order "
              "fills only when the other side comes to its price",
        "the market outside does not react to orders",
        settles(result),
        "no funding, no interest",
    };
    static_assert(sizeof sentences / sizeof sentences[0] <= REPORT_ASSUMED_MAX, "all fit");
    memcpy(out, sentences, sizeof sentences);
    return sizeof sentences / sizeof sentences[0];
}

size_t report_assumed(const struct backtest_result *result, const char *out[REPORT_ASSUMED_MAX])
{
    if (is_ticks(result))
        return assumed_of_ticks(result, out);
    const char *const sentences[] = {
        "level of the data: bars",
        result->fill_at == BACKTEST_NEXT_OPEN
            ? "market orders of a bar's close fill whole at the next bar's open: no slippage"
            : "market orders of a bar's close fill whole at that close, which nobody could: too "
              "good",
        "bars tell no depth: an order fills whole, whatever its size",
        "inside a bar the price goes from open to the extreme that is worse for what is held, "
        "without "
        "a position to the nearer one, to the other, to the close",
        settles(result),
        "no latency, no spread, no funding, no interest",
    };
    static_assert(sizeof sentences / sizeof sentences[0] <= REPORT_ASSUMED_MAX, "all fit");
    memcpy(out, sentences, sizeof sentences);
    return sizeof sentences / sizeof sentences[0];
}

static void assumed(struct json_write *write, const struct backtest_result *result)
{
    const char *sentences[REPORT_ASSUMED_MAX];
    size_t count = report_assumed(result, sentences);
    json_key(write, "assumed");
    json_array_begin(write);
    for (size_t i = 0; i < count; i++)
        json_string(write, sentences[i]);
    json_array_end(write);
}

static void repeat(struct json_write *write, const struct backtest_result *result)
{
    json_key(write, "reproduce");
    json_object_begin(write);
    json_kv(write, "command", string, result->reproduce);
    hash(write, "data_hash", result->data_hash);
    json_kv(write, "config", string, result->config);
    hash(write, "config_hash", result->config_hash);
    json_kv(write, "seed", u64, result->seed);
    json_kv(write, "build", string, result->build);
    hash(write, "state_hash", result->state_hash);
    json_kv(write, "layout", string, result->layout);
    json_object_end(write);
}

size_t report_json(const struct backtest_result *result, char out[REPORT_JSON_MAX])
{
    struct json_write write;
    json_write_init(&write, out, REPORT_JSON_MAX - 1);
    json_object_begin(&write);
    what_was_run(&write, result);
    open_at_end(&write, result);
    numbers(&write, result);
    blocks(&write, result);
    metrics(&write, result);
    counts(&write, result);
    assumed(&write, result);
    repeat(&write, result);
    json_object_end(&write);
    assert(!write.overflow); /* every part of it is bounded */
    out[write.length] = '\n';
    return write.length + 1;
}

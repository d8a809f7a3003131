/* backtest/report_csv.c - trades.csv, fills.csv and equity.csv. */
#include <stdio.h>
#include <string.h>
#include "backtest/report.h"
#include "backtest/trades.h"
#include "base/json.h"
#include "data/timestamp.h"

#define LINE_MAX_BYTES 1024
#define NS_PER_MS 1000000

void report_full_time(int64_t ts_ns, char out[REPORT_TIME_MAX])
{
    size_t length = timestamp_format(ts_ns, out);
    char *clock = strchr(out, 'T');
    if (clock) {
        *clock = ' ';
        out[length - 1] = '\0'; /* Z */
    }
}

void report_time(const struct backtest_result *result, int64_t ts_ns, char out[REPORT_TIME_MAX])
{
    if (result->time_form == BACKTEST_TIME_MS) {
        (void)snprintf(out, REPORT_TIME_MAX, "%lld", (long long)num_div_floor(ts_ns, NS_PER_MS));
        return;
    }
    report_full_time(ts_ns, out);
    if (result->time_form == BACKTEST_TIME_DATE)
        *strchrnul(out, ' ') = '\0';
}

/* The text that JSON has for it; empty where there is none. */
static void ratio_text(double value, char *out, size_t size)
{
    struct json_write write;
    json_write_init(&write, out, size - 1);
    json_double(&write, value);
    out[write.length] = '\0';
    if (strcmp(out, "null") == 0)
        *out = '\0';
}

/* Empty where there is none. */
static void price_text(int64_t ticks, int scale, char *out)
{
    *out = '\0';
    if (ticks)
        (void)num_format(ticks, scale, out);
}

void report_trades(const struct backtest_result *result, report_line *each, void *context)
{
    static const char header[] = "size,entry_bar,entry_ts,exit_bar,exit_ts,entry_price,exit_price,"
                                 "sl,tp,pnl_net,commission,return_net\n";
    each(context, header, sizeof header - 1);
    for (size_t i = 0; i < result->trade_count; i++) {
        const struct backtest_trade *trade = &result->trades[i];
        char line[LINE_MAX_BYTES], size[NUM_TEXT_MAX], entry[NUM_TEXT_MAX], leave[NUM_TEXT_MAX];
        char stop[NUM_TEXT_MAX], target[NUM_TEXT_MAX];
        char pnl[AMOUNT_TEXT_MAX], commission[AMOUNT_TEXT_MAX], ratio[64];
        char entry_time[REPORT_TIME_MAX], exit_time[REPORT_TIME_MAX];
        (void)num_format(trade->lots, result->qty_scale, size);
        (void)num_format(trade->entry_ticks, result->price_scale, entry);
        (void)num_format(trade->exit_ticks, result->price_scale, leave);
        price_text(trade->stop_ticks, result->price_scale, stop);
        price_text(trade->target_ticks, result->price_scale, target);
        (void)amount_format(trade->pnl, pnl);
        (void)amount_format(trade->commission, commission);
        ratio_text(trade->return_net, ratio, sizeof ratio);
        report_time(result, trade->entry_ns, entry_time);
        report_time(result, trade->exit_ns, exit_time);
        int length = snprintf(line, sizeof line, "%s,%u,%s,%u,%s,%s,%s,%s,%s,%s,%s,%s\n", size,
                              trade->entry_bar, entry_time, trade->exit_bar, exit_time, entry,
                              leave, stop, target, pnl, commission, ratio);
        each(context, line, (size_t)length);
    }
}

void report_equity(const struct backtest_result *result, report_line *each, void *context)
{
    static const char header[] = "bar,ts,equity,drawdown\n";
    i128 peak = 0;
    each(context, header, sizeof header - 1);
    for (size_t i = 0; i < result->point_count; i++) {
        const struct backtest_point *point = &result->points[i];
        char line[LINE_MAX_BYTES], equity[AMOUNT_TEXT_MAX], ratio[64], time[REPORT_TIME_MAX];
        (void)amount_format(point->equity, equity);
        ratio_text(drawdown_next(point->equity, &peak), ratio, sizeof ratio);
        report_time(result, point->start_ns, time);
        int length = snprintf(line, sizeof line, "%zu,%s,%s,%s\n", i, time, equity, ratio);
        each(context, line, (size_t)length);
    }
}

/* The cash after all fills of a bar stands in each of its rows. */
void report_fills(const struct backtest_result *result, report_line *each, void *context)
{
    static const char header[] = "bar,size,price,commission,cash_after_all_fills_of_bar\n";
    each(context, header, sizeof header - 1);
    for (size_t i = 0, last = 0; i < result->fill_count; i++) {
        const struct backtest_fill *fill = &result->fill_rows[i];
        char line[LINE_MAX_BYTES], size[NUM_TEXT_MAX], price[NUM_TEXT_MAX];
        char fee[AMOUNT_TEXT_MAX], cash[AMOUNT_TEXT_MAX];
        last = last < i ? i : last;
        while (last + 1 < result->fill_count && result->fill_rows[last + 1].bar == fill->bar)
            last++;
        (void)num_format(fill->lots, result->qty_scale, size);
        price_text(fill->price_ticks, result->price_scale, price);
        (void)amount_format(fill->fee, fee);
        (void)amount_format(result->fill_rows[last].cash, cash);
        int length =
            snprintf(line, sizeof line, "%u,%s,%s,%s,%s\n", fill->bar, size, price, fee, cash);
        each(context, line, (size_t)length);
    }
}

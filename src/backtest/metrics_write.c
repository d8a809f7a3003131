/* backtest/metrics_write.c - the rows as JSON and as the page docs/metrics.md. */
#include <stdio.h>
#include "backtest/metrics.h"

const char *metric_unit_name(enum metric_unit unit)
{
    static const char *const names[] = { [METRIC_SHARE] = "share",
                                         [METRIC_NUMBER] = "number",
                                         [METRIC_CASH] = "money",
                                         [METRIC_DAYS] = "days",
                                         [METRIC_COUNT] = "count" };
    return names[unit];
}

void metrics_json(struct json_write *write, const struct metrics *metrics)
{
    size_t used = 0;
    json_object_begin(write);
    for (size_t group = 0; group < METRIC_GROUPS; group++)
        for (size_t i = 0; i < metric_groups[group]->count; i++)
            json_kv(write, metric_groups[group]->rows[i].name, double, metrics->values[used++]);
    json_object_end(write);
}

/* A bar inside of a cell would end it. */
static void escape(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (; *text && used + 3 < size; text++) {
        if (*text == '|')
            out[used++] = '\\';
        out[used++] = *text;
    }
    out[used] = '\0';
}

void metrics_write_page(void (*each)(void *context, const char *line), void *context)
{
    static const char *const words[] = {
        "# Metrics of a backtest",
        "",
        "Written by `tradewind backtest --metrics`. The same rows stand under `metrics` in "
        "`result.json`, where a value",
        "that is not defined (a mean of no trades, a ratio over zero) is `null`, and in the report "
        "of `--report`.",
        "A share is a fraction: 0.25 is 25 %. Money is in the quote asset.",
        "",
        "| word | meaning |",
        "|---|---|",
        "| E | equity at the close of each bar |",
        "| x | E / E before - 1, one less than bars; n of them |",
        "| d | 1 - E / highest E so far |",
        "| m | close / close before - 1: the market |",
        "| B | bars a year: 252 for daily bars, else 365 days of bars; no risk-free rate anywhere "
        "|",
        "| p, r | profit and return of a closed trade, after its fees |",
        "| sd(x, n - 1) | standard deviation, squares divided by n - 1 |",
        "| N, Z | share of a normal distribution below a value, and its inverse |",
    };
    char line[1024], formula[512];
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        each(context, words[i]);
    for (size_t group = 0; group < METRIC_GROUPS; group++) {
        (void)snprintf(line, sizeof line, "## %s", metric_groups[group]->title);
        each(context, "");
        each(context, line);
        each(context, "");
        each(context, "| name | unit | formula | source |");
        each(context, "|---|---|---|---|");
        for (size_t i = 0; i < metric_groups[group]->count; i++) {
            const struct metric *row = &metric_groups[group]->rows[i];
            escape(row->formula, formula, sizeof formula);
            (void)snprintf(line, sizeof line, "| `%s` | %s | %s | %s |", row->name,
                           metric_unit_name(row->unit), formula, row->source);
            each(context, line);
        }
    }
}

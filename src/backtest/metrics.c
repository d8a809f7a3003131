/* backtest/metrics.c - the series once, then every row. */
#include "backtest/metrics.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "backtest/metrics_parts.h"
#include "backtest/series.h"

#define DAYS_A_YEAR 365.25

const struct metric_group *const metric_groups[METRIC_GROUPS] = { &metrics_returns, &metrics_falls,
                                                                  &metrics_trades,
                                                                  &metrics_market };

double metrics_ratio(double above, double below) { return below != 0 ? above / below : NAN; }

double metrics_days(const struct metrics_in *in, size_t from_bar, size_t to_bar)
{
    const struct backtest_point *points = in->result->points;
    return (double)(points[to_bar].start_ns - points[from_bar].start_ns) / (double)METRICS_DAY_NS;
}

static double value_of(const struct backtest_result *result, int64_t lots, int64_t ticks)
{
    return num_to_double(lots, result->qty_scale) * num_to_double(ticks, result->price_scale);
}

static void make_bars(struct metrics_in *in)
{
    const struct backtest_result *result = in->result;
    double peak = 0;
    int64_t lots = 0;
    for (size_t i = 0, fill = 0; i < in->bars; i++) {
        const struct backtest_point *point = &result->points[i];
        in->equity[i] = amount_to_double(point->equity);
        peak = fmax(peak, in->equity[i]);
        in->drawdown[i] = peak > 0 ? 1 - in->equity[i] / peak : 0;
        for (; fill < result->fill_count && result->fill_rows[fill].bar <= i; fill++) {
            const struct backtest_fill *row = &result->fill_rows[fill];
            lots += row->lots;
            in->traded += fabs(value_of(result, row->lots, row->price_ticks));
        }
        in->held[i] = value_of(result, lots, point->close_ticks);
        if (i == 0)
            continue;
        in->returns[i - 1] = metrics_ratio(in->equity[i], in->equity[i - 1]) - 1;
        in->moves[i - 1] =
            metrics_ratio((double)point->close_ticks, (double)point[-1].close_ticks) - 1;
    }
    int64_t interval_ns = result->bar_interval_ns;
    in->bars_a_year = interval_ns <= 0 || interval_ns == METRICS_DAY_NS
                          ? 252
                          : 365 * (double)METRICS_DAY_NS / (double)interval_ns;
    in->years = metrics_days(in, 0, in->bars - 1) / DAYS_A_YEAR;
}

static void make_moments(struct metrics_in *in)
{
    double squares = 0, cubes = 0, fourths = 0, count = (double)in->count;
    in->mean = series_mean(in->returns, in->count);
    in->deviation = series_deviation(in->returns, in->count, 1);
    for (size_t i = 0; i < in->count; i++) {
        double off = in->returns[i] - in->mean, square = off * off;
        squares += square;
        cubes += square * off;
        fourths += square * square;
    }
    double variance = metrics_ratio(squares, count);
    in->skew = metrics_ratio(cubes / count, pow(variance, 1.5));
    in->kurtosis = metrics_ratio(fourths / count, variance * variance);
    memcpy(in->sorted, in->returns, in->count * sizeof *in->sorted);
    series_sort(in->sorted, in->count);
}

static void make_falls(struct metrics_in *in)
{
    bool falls = false;
    for (size_t i = 0; i < in->bars; i++) {
        struct metrics_drawdown *fall = &in->falls[in->fall_count];
        if (in->drawdown[i] > 0) {
            if (!falls)
                *fall = (struct metrics_drawdown){ .peak = i - 1, .bottom = i };
            falls = true;
            fall->bottom = in->drawdown[i] > in->drawdown[fall->bottom] ? i : fall->bottom;
            fall->depth = in->drawdown[fall->bottom];
        }
        if (falls && (in->drawdown[i] <= 0 || i + 1 == in->bars)) {
            fall->end = i;
            fall->recovered = in->drawdown[i] <= 0;
            in->fall_count++;
            falls = false;
        }
    }
}

static void make_trades(struct metrics_in *in)
{
    for (size_t i = 0; i < in->trades; i++) {
        in->pnl[i] = amount_to_double(in->result->trades[i].pnl);
        in->gain[i] = in->result->trades[i].return_net;
    }
}

static int deepest_first(const void *left, const void *right)
{
    const struct metrics_drawdown *a = left, *b = right;
    if (a->depth != b->depth)
        return a->depth < b->depth ? 1 : -1;
    return a->peak < b->peak ? -1 : a->peak > b->peak;
}

static void work_out(const struct metrics_in *in, struct metrics *out)
{
    size_t used = 0;
    for (size_t group = 0; group < METRIC_GROUPS; group++)
        for (size_t i = 0; i < metric_groups[group]->count; i++) {
            assert(used < METRICS_MAX);
            double value = metric_groups[group]->rows[i].value(in);
            out->values[used++] = isfinite(value) ? value : NAN;
        }
    qsort(in->falls, in->fall_count, sizeof *in->falls,
          deepest_first); /* no row is left to see it */
    for (size_t i = 0; i < in->fall_count && i < METRICS_DRAWDOWNS_SHOWN; i++)
        out->worst[out->worst_count++] = in->falls[i];
}

enum err metrics_make(const struct backtest_result *result, struct metrics *out)
{
    assert(result->point_count > 0);
    size_t bars = result->point_count, trades = result->trade_count;
    size_t blocks = 2 * (bars / METRICS_BLOCK + 1);
    struct metrics_in in = { .result = result,
                             .bars = bars,
                             .count = bars - 1,
                             .trades = trades,
                             .trials = result->trials ? result->trials : 1 };
    double *memory = calloc(6 * bars + 4 * trades + blocks, sizeof *memory);
    in.falls = calloc(bars / 2 + 1, sizeof *in.falls);
    memset(out, 0, sizeof *out);
    if (!memory || !in.falls) {
        free(memory);
        free(in.falls);
        return ERR_MEMORY;
    }
    double **const series[] = { &in.equity, &in.drawdown, &in.held, &in.returns, &in.moves,
                                &in.sorted, &in.pnl,      &in.gain, &in.adverse, &in.favorable };
    double *at = memory;
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++) {
        *series[i] = at;
        at += i < 6 ? bars : trades;
    }
    make_bars(&in);
    make_moments(&in);
    make_falls(&in);
    make_trades(&in);
    metrics_make_excursions(&in, at);
    work_out(&in, out);
    free(memory);
    free(in.falls);
    return OK;
}

double metrics_value(const struct metrics *metrics, const char *name)
{
    size_t used = 0;
    for (size_t group = 0; group < METRIC_GROUPS; group++)
        for (size_t i = 0; i < metric_groups[group]->count; i++, used++)
            if (strcmp(metric_groups[group]->rows[i].name, name) == 0)
                return metrics->values[used];
    return NAN;
}

/* backtest/measures.c - what every block needs: the series; then the blocks over bars. */
#include "backtest/measures.h"
#include <math.h>
#include <stdlib.h>
#include "backtest/measures_parts.h"
#include "backtest/series.h"

#define DAY_NS INT64_C(86400000000000)
#define WEEKEND_SHARE (2.0 / 7 * 0.6)
#define TAIL 0.05

/* 1970-01-01 was a Thursday. */
static bool is_weekend(int64_t day) { return (day + 4) % 7 == 0 || (day + 4) % 7 == 6; }

/* R and its year. `with_first`: from the cash at the start to the end of the first day, too. */
static void make_days(struct measures_in *in)
{
    const struct backtest_point *points = in->result->points;
    size_t weekend = 0;
    double last = amount_to_double(in->result->cash);
    for (size_t i = 0; i < in->count; i++) {
        int64_t day = num_div_floor(points[i].start_ns, DAY_NS);
        weekend += is_weekend(day);
        if (i + 1 < in->count && num_div_floor(points[i + 1].start_ns, DAY_NS) == day)
            continue;
        in->days[in->day_count++] = in->equity[i] / last - 1;
        last = in->equity[i];
    }
    in->days_a_year = (double)weekend / (double)in->count > WEEKEND_SHARE ? 365 : 252;
}

static void make_bars(struct measures_in *in)
{
    double peak = 0;
    for (size_t i = 0; i < in->count; i++) {
        in->equity[i] = amount_to_double(in->result->points[i].equity);
        peak = fmax(peak, in->equity[i]);
        in->drawdown[i] = peak > 0 ? 1 - in->equity[i] / peak : 0;
        if (i > 0)
            in->returns[i - 1] = in->equity[i] / in->equity[i - 1] - 1;
    }
    in->return_count = in->count - 1;
    int64_t interval_ns = in->result->bar_interval_ns;
    in->bars_a_year = interval_ns <= 0 || interval_ns >= DAY_NS
                          ? 252
                          : 365 * (double)DAY_NS / (double)interval_ns;
}

static void textbook(const struct measures_in *in, struct measures *out)
{
    double count = (double)in->return_count, year = in->bars_a_year, squares = 0;
    double mean = series_mean(in->returns, in->return_count);
    double deviation = series_deviation(in->returns, in->return_count, 1);
    double total = in->result->stats.return_total;
    for (size_t i = 0; i < in->count; i++)
        squares += 1e4 * in->drawdown[i] * in->drawdown[i];
    out->textbook.bars_per_year = year;
    out->textbook.total_return = total;
    out->textbook.cagr_by_bars = pow(1 + total, year / count) - 1;
    out->textbook.ann_vol = deviation * sqrt(year);
    out->textbook.sharpe = mean / deviation * sqrt(year);
    out->textbook.sortino = mean / series_downside(in->returns, in->return_count) * sqrt(year);
    out->textbook.max_drawdown = in->result->stats.drawdown_max;
    out->textbook.calmar = out->textbook.cagr_by_bars / out->textbook.max_drawdown;
    out->textbook.ulcer_index = sqrt(squares / (double)in->count);
}

/* How well a straight line explains the summed log returns. */
static double stability(const struct measures_in *in)
{
    double sum = 0, count = (double)in->return_count, mean_x = (count - 1) / 2, mean_y = 0;
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < in->return_count; i++)
        mean_y += (count - (double)i) / count * log1p(in->returns[i]);
    for (size_t i = 0; i < in->return_count; i++) {
        sum += log1p(in->returns[i]);
        double x = (double)i - mean_x, y = sum - mean_y;
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    return xx > 0 && yy > 0 ? xy * xy / (xx * yy) : NAN;
}

/* in->scratch: the returns, sorted. */
static void empyrical(const struct measures_in *in, struct measures *out)
{
    size_t count = in->return_count;
    double gained = 0, lost = 0, *sorted = in->scratch;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = in->returns[i];
        *(in->returns[i] > 0 ? &gained : &lost) += in->returns[i];
    }
    series_sort(sorted, count);
    double low = series_percentile(sorted, count, TAIL);
    size_t worst = count ? (size_t)((double)(count - 1) * TAIL) + 1 : 0;
    out->empyrical.annual_return = out->textbook.cagr_by_bars;
    out->empyrical.annual_volatility = out->textbook.ann_vol;
    out->empyrical.sharpe_ratio = out->textbook.sharpe;
    out->empyrical.sortino_ratio = out->textbook.sortino;
    out->empyrical.max_drawdown = -out->textbook.max_drawdown;
    out->empyrical.calmar_ratio = out->textbook.calmar;
    out->empyrical.omega_ratio = lost < 0 ? gained / -lost : NAN;
    out->empyrical.downside_risk = series_downside(in->returns, count) * sqrt(in->bars_a_year);
    out->empyrical.value_at_risk = low;
    out->empyrical.conditional_value_at_risk = series_mean(sorted, worst);
    out->empyrical.tail_ratio = fabs(series_percentile(sorted, count, 1 - TAIL)) / fabs(low);
    out->empyrical.stability = stability(in);
}

enum err measures_make(const struct backtest_result *result, const struct backtest_trade *trades,
                       size_t trade_count, struct measures *out)
{
    struct measures_in in = {
        .result = result, .trades = trades, .count = result->point_count, .trade_count = trade_count
    };
    size_t room = in.count > trade_count ? in.count : trade_count;
    double *memory = calloc(5 * room + 5, sizeof *memory);
    if (!memory)
        return ERR_MEMORY;
    in.equity = memory;
    in.drawdown = in.equity + room + 1;
    in.returns = in.drawdown + room + 1;
    in.days = in.returns + room + 1;
    in.scratch = in.days + room + 1;
    make_bars(&in);
    make_days(&in);
    textbook(&in, out);
    empyrical(&in, out);
    measures_backtesting_py(&in, out);
    measures_backtrader(&in, out);
    free(memory);
    return OK;
}

/* backtest/measures_py.c - the block of backtesting.py: over days, drawdowns and trades. */
#include <math.h>
#include "backtest/measures_parts.h"
#include "backtest/series.h"

#define NS_PER_S INT64_C(1000000000)

/* Seconds, rounded up to the unit of the bars. */
static double rounded_s(const struct measures_in *in, double ns)
{
    static const int64_t units[] = { 86400, 3600, 60, 1 };
    int64_t interval_ns = in->result->bar_interval_ns;
    size_t unit = 0;
    while (unit < 3 && (interval_ns == 0 || interval_ns % (units[unit] * NS_PER_S) != 0))
        unit++;
    double unit_ns = (double)(units[unit] * NS_PER_S);
    return ceil(ns / unit_ns) * (double)units[unit];
}

static int64_t time_of(const struct measures_in *in, size_t bar)
{
    return in->result->points[bar].start_ns;
}

/* An episode runs from a bar without drawdown to the next one, or to the end; shorter than two bars it is
 * none. */
static void drawdowns(const struct measures_in *in, struct measures *out)
{
    size_t from = 0, count = 0;
    double worst = 0, sum = 0, longest_ns = 0, sum_ns = 0;
    for (size_t i = 1; i < in->count; i++) {
        worst = fmax(worst, in->drawdown[i]);
        if (in->drawdown[i] != 0 && i + 1 < in->count)
            continue;
        if (i > from + 1) {
            double ns = (double)(time_of(in, i) - time_of(in, from));
            longest_ns = fmax(longest_ns, ns);
            sum_ns += ns;
            sum += worst;
            count++;
        }
        from = i;
        worst = 0;
    }
    out->backtesting_py.drawdown_max_pct = -100 * in->result->stats.drawdown_max;
    out->backtesting_py.drawdown_mean_pct = count ? -100 * sum / (double)count : NAN;
    out->backtesting_py.drawdown_max_s = count ? rounded_s(in, longest_ns) : NAN;
    out->backtesting_py.drawdown_mean_s = count ? rounded_s(in, sum_ns / (double)count) : NAN;
}

/* The first R counts from the end of the first day. */
static void annual(const struct measures_in *in, struct measures *out)
{
    size_t count = in->day_count - 1;
    const double *days = in->days + 1;
    double year = in->days_a_year, growth = 1 + series_geometric(days, count);
    double deviation = series_deviation(days, count, 1);
    double span_ns = (double)(time_of(in, in->count - 1) - time_of(in, 0));
    double years = span_ns / (86400.0 * 365.25 * (double)NS_PER_S);
    double gain = pow(growth, year) - 1;
    double volatility =
        sqrt(pow(deviation * deviation + growth * growth, year) - pow(growth, 2 * year));
    out->backtesting_py.duration_s = span_ns / (double)NS_PER_S;
    out->backtesting_py.annual_return_pct = 100 * gain;
    out->backtesting_py.annual_volatility_pct = 100 * volatility;
    out->backtesting_py.cagr_pct = 100 * (pow(1 + in->result->stats.return_total, 1 / years) - 1);
    out->backtesting_py.sharpe = volatility > 0 ? gain / volatility : NAN;
    out->backtesting_py.sortino = gain / (series_downside(days, count) * sqrt(year));
    out->backtesting_py.calmar = gain / in->result->stats.drawdown_max;
}

static double log_move(const struct measures_in *in, size_t bar)
{
    const struct backtest_point *points = in->result->points;
    return log((double)points[bar].close_ticks / (double)points[bar - 1].close_ticks);
}

static void market(const struct measures_in *in, struct measures *out)
{
    const struct backtest_point *points = in->result->points;
    double mean_e = 0, mean_c = 0, ec = 0, cc = 0, count = (double)in->return_count;
    for (size_t i = 1; i < in->count; i++) {
        mean_e += log1p(in->returns[i - 1]) / count;
        mean_c += log_move(in, i) / count;
    }
    for (size_t i = 1; i < in->count; i++) {
        double e = log1p(in->returns[i - 1]) - mean_e, c = log_move(in, i) - mean_c;
        ec += e * c;
        cc += c * c;
    }
    double first = (double)points[in->result->warm_bar].close_ticks;
    double hold = (double)points[in->count - 1].close_ticks / first - 1;
    double beta = cc > 0 ? ec / cc : NAN;
    out->backtesting_py.buy_hold_pct = 100 * hold;
    out->backtesting_py.beta = beta;
    out->backtesting_py.alpha_pct = 100 * (in->result->stats.return_total - beta * hold);
}

/* in->scratch: 1 for a bar inside of a trade. */
static double exposure(const struct measures_in *in)
{
    double held = 0;
    for (size_t i = 0; i < in->count; i++)
        in->scratch[i] = 0;
    for (size_t i = 0; i < in->trade_count; i++)
        for (uint32_t bar = in->trades[i].entry_bar; bar <= in->trades[i].exit_bar; bar++)
            in->scratch[bar] = 1;
    for (size_t i = 0; i < in->count; i++)
        held += in->scratch[i];
    return 100 * held / (double)in->count;
}

static void lengths(const struct measures_in *in, struct measures *out)
{
    double longest_ns = 0, sum_ns = 0;
    for (size_t i = 0; i < in->trade_count; i++) {
        double ns = (double)(in->trades[i].exit_ns - in->trades[i].entry_ns);
        longest_ns = fmax(longest_ns, ns);
        sum_ns += ns;
    }
    double count = (double)in->trade_count;
    out->backtesting_py.longest_s = in->trade_count ? rounded_s(in, longest_ns) : NAN;
    out->backtesting_py.length_mean_s = in->trade_count ? rounded_s(in, sum_ns / count) : NAN;
}

/* in->scratch: r of each trade. */
static void results(const struct measures_in *in, struct measures *out)
{
    const struct backtest_stats *stats = &in->result->stats;
    double best = -INFINITY, worst = INFINITY, gained = 0, lost = 0, below = 0, below_count = 0;
    for (size_t i = 0; i < in->trade_count; i++) {
        double r = in->trades[i].return_net, p = amount_to_double(in->trades[i].pnl);
        in->scratch[i] = r;
        best = fmax(best, r);
        worst = fmin(worst, r);
        *(r > 0 ? &gained : &lost) += r;
        below += p < 0 ? p : 0;
        below_count += p < 0;
    }
    double count = (double)in->trade_count, won = (double)stats->wins / count;
    double ratio = stats->win_mean / -(below / below_count);
    out->backtesting_py.trades = count;
    out->backtesting_py.win_rate_pct = in->trade_count ? 100 * won : NAN;
    out->backtesting_py.best_pct = in->trade_count ? 100 * best : NAN;
    out->backtesting_py.worst_pct = in->trade_count ? 100 * worst : NAN;
    out->backtesting_py.mean_pct = 100 * series_geometric(in->scratch, in->trade_count);
    out->backtesting_py.expectancy_pct = 100 * series_mean(in->scratch, in->trade_count);
    out->backtesting_py.profit_factor = lost < 0 ? gained / -lost : NAN;
    out->backtesting_py.sqn = stats->sqn;
    out->backtesting_py.kelly = won - (1 - won) / ratio;
}

void measures_backtesting_py(const struct measures_in *in, struct measures *out)
{
    const struct backtest_stats *stats = &in->result->stats;
    out->backtesting_py.exposure_pct = exposure(in);
    out->backtesting_py.equity_final = amount_to_double(stats->equity_final);
    out->backtesting_py.equity_peak = amount_to_double(stats->equity_peak);
    out->backtesting_py.commissions = amount_to_double(stats->commission);
    out->backtesting_py.return_pct = 100 * stats->return_total;
    annual(in, out);
    market(in, out);
    drawdowns(in, out);
    lengths(in, out);
    results(in, out);
}

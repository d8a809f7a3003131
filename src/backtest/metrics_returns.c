/* backtest/metrics_returns.c - rows over the returns per bar. */
#include <math.h>
#include "backtest/metrics_parts.h"
#include "backtest/series.h"

#define TAIL 0.05
#define EULER_GAMMA 0.57721566490153286061

static double total_return(const struct metrics_in *in)
{
    return metrics_ratio(in->equity[in->bars - 1], in->equity[0]) - 1;
}
static double cagr(const struct metrics_in *in)
{
    return pow(1 + total_return(in), metrics_ratio(in->bars_a_year, (double)in->count)) - 1;
}
static double cagr_by_clock(const struct metrics_in *in)
{
    return pow(1 + total_return(in), metrics_ratio(1, in->years)) - 1;
}
static double volatility(const struct metrics_in *in)
{
    return in->deviation * sqrt(in->bars_a_year);
}
static double return_mean(const struct metrics_in *in) { return in->mean; }
static double return_median(const struct metrics_in *in)
{
    return series_percentile(in->sorted, in->count, 0.5);
}
static double return_best(const struct metrics_in *in)
{
    return in->count ? in->sorted[in->count - 1] : NAN;
}
static double return_worst(const struct metrics_in *in) { return in->count ? in->sorted[0] : NAN; }

static double gaining_bars(const struct metrics_in *in)
{
    double up = 0, down = 0;
    for (size_t i = 0; i < in->count; i++) {
        up += in->returns[i] > 0;
        down += in->returns[i] < 0;
    }
    return metrics_ratio(up, up + down);
}

/* ---- reward for risk ---- */

static double sharpe(const struct metrics_in *in)
{
    return metrics_ratio(in->mean, in->deviation) * sqrt(in->bars_a_year);
}

static double normal(double z) { return erfc(-z / M_SQRT2) / 2; }

/* The z of which normal() is the share; by halves, so that it needs no table of constants. */
static double normal_inverse(double share)
{
    double low = -40, high = 40;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        *(normal(middle) < share ? &low : &high) = middle;
    }
    return low;
}

/* Standard error of a Sharpe ratio per bar, for returns that are not normal. */
static double sharpe_error(const struct metrics_in *in)
{
    double ratio = metrics_ratio(in->mean, in->deviation);
    double variance = 1 - in->skew * ratio + (in->kurtosis - 1) / 4 * ratio * ratio;
    return sqrt(metrics_ratio(variance, (double)in->count - 1));
}
static double sharpe_std_error(const struct metrics_in *in)
{
    return sharpe_error(in) * sqrt(in->bars_a_year);
}
static double sharpe_probabilistic(const struct metrics_in *in)
{
    return normal(metrics_ratio(metrics_ratio(in->mean, in->deviation), sharpe_error(in)));
}
static double sharpe_deflated(const struct metrics_in *in)
{
    double trials = (double)in->trials, error = sharpe_error(in), best = 0;
    if (in->trials > 1)
        best = error * ((1 - EULER_GAMMA) * normal_inverse(1 - 1 / trials) +
                        EULER_GAMMA * normal_inverse(1 - 1 / (trials * M_E)));
    return normal(metrics_ratio(metrics_ratio(in->mean, in->deviation) - best, error));
}
static double downside_risk(const struct metrics_in *in)
{
    return series_downside(in->returns, in->count) * sqrt(in->bars_a_year);
}
static double sortino(const struct metrics_in *in)
{
    return metrics_ratio(in->mean * in->bars_a_year, downside_risk(in));
}

static void sums(const struct metrics_in *in, double *gained, double *lost)
{
    *gained = *lost = 0;
    for (size_t i = 0; i < in->count; i++)
        *(in->returns[i] > 0 ? gained : lost) += in->returns[i];
}
static double omega(const struct metrics_in *in)
{
    double gained, lost;
    sums(in, &gained, &lost);
    return metrics_ratio(gained, -lost);
}
static double gain_to_pain(const struct metrics_in *in)
{
    double gained, lost;
    sums(in, &gained, &lost);
    return metrics_ratio(gained + lost, -lost);
}

/* ---- tails and shape ---- */

static double value_at_risk(const struct metrics_in *in)
{
    return series_percentile(in->sorted, in->count, TAIL);
}
static double value_at_risk_normal(const struct metrics_in *in)
{
    return in->mean + normal_inverse(TAIL) * in->deviation;
}
static double conditional_value_at_risk(const struct metrics_in *in)
{
    size_t worst = in->count ? (size_t)((double)(in->count - 1) * TAIL) + 1 : 0;
    return series_mean(in->sorted, worst);
}
static double tail_ratio(const struct metrics_in *in)
{
    return metrics_ratio(fabs(series_percentile(in->sorted, in->count, 1 - TAIL)),
                         fabs(value_at_risk(in)));
}
static double skew(const struct metrics_in *in) { return in->skew; }
static double kurtosis(const struct metrics_in *in) { return in->kurtosis - 3; }

static double autocorrelation(const struct metrics_in *in)
{
    double above = 0, below = 0;
    for (size_t i = 0; i < in->count; i++) {
        double off = in->returns[i] - in->mean;
        below += off * off;
        if (i > 0)
            above += off * (in->returns[i - 1] - in->mean);
    }
    return metrics_ratio(above, below);
}

static double stability(const struct metrics_in *in)
{
    double sum = 0, count = (double)in->count, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < in->count; i++)
        mean_y += (count - (double)i) / count * log1p(in->returns[i]);
    for (size_t i = 0; i < in->count; i++) {
        sum += log1p(in->returns[i]);
        double off_x = (double)i - (count - 1) / 2, off_y = sum - mean_y;
        xx += off_x * off_x;
        yy += off_y * off_y;
        xy += off_x * off_y;
    }
    return metrics_ratio(xy * xy, xx * yy);
}

#define PLAIN "definition"
#define EMPYRICAL "empyrical 0.5 (Quantopian)"
static const struct metric rows[] = {
    METRIC(total_return, SHARE, "last E / first E - 1", PLAIN),
    METRIC(cagr, SHARE, "(1 + total_return)^(B / n) - 1", EMPYRICAL),
    METRIC(cagr_by_clock, SHARE, "(1 + total_return)^(1 / years of 365.25 days) - 1",
           "backtesting.py 0.6"),
    METRIC(volatility, SHARE, "sd(x, n - 1) sqrt(B)", EMPYRICAL),
    METRIC(return_mean, SHARE, "mean x", PLAIN),
    METRIC(return_median, SHARE, "median x", PLAIN),
    METRIC(return_best, SHARE, "max x", PLAIN),
    METRIC(return_worst, SHARE, "min x", PLAIN),
    METRIC(gaining_bars, SHARE, "count(x > 0) / count(x != 0)", PLAIN),
    METRIC(sharpe, NUMBER, "mean x / sd(x, n - 1) sqrt(B)", "Sharpe 1994"),
    METRIC(sharpe_std_error, NUMBER,
           "sqrt((1 - skew S + (kurtosis - 1) / 4 S^2) / (n - 1)) sqrt(B), S = mean x / sd x, "
           "kurtosis of a normal = 3",
           "Mertens 2002; Bailey, Lopez de Prado 2012"),
    METRIC(sharpe_probabilistic, SHARE, "N(S / its standard error): how sure the true S is above 0",
           "Bailey, Lopez de Prado 2012, The Sharpe Ratio Efficient Frontier"),
    METRIC(sharpe_deflated, SHARE,
           "N((S - S0) / its standard error), S0 = standard error ((1 - g) Z(1 - 1/T) + "
           "g Z(1 - 1/(T e))), T trials, g = 0.5772; T = 1: S0 = 0",
           "Bailey, Lopez de Prado 2014, The Deflated Sharpe Ratio; variance over trials taken "
           "as that of one"),
    METRIC(downside_risk, SHARE, "sqrt(mean(min(x, 0)^2)) sqrt(B)", EMPYRICAL),
    METRIC(sortino, NUMBER, "mean x B / downside_risk", "Sortino, Price 1994"),
    METRIC(omega, NUMBER, "sum(x > 0) / -sum(x < 0)", "Keating, Shadwick 2002, threshold 0"),
    METRIC(gain_to_pain, NUMBER, "sum x / -sum(x < 0)", "Schwager 2012, per bar"),
    METRIC(value_at_risk, SHARE, "5th percentile of x, interpolated linearly", EMPYRICAL),
    METRIC(value_at_risk_normal, SHARE, "mean x - 1.6449 sd x", "RiskMetrics 1996"),
    METRIC(conditional_value_at_risk, SHARE, "mean of the floor(0.05 (n - 1)) + 1 lowest x",
           EMPYRICAL),
    METRIC(tail_ratio, NUMBER, "|95th percentile of x| / |5th|", EMPYRICAL),
    METRIC(skew, NUMBER, "mean((x - mean)^3) / mean((x - mean)^2)^1.5", "Fisher-Pearson"),
    METRIC(kurtosis, NUMBER, "mean((x - mean)^4) / mean((x - mean)^2)^2 - 3", "excess, Fisher"),
    METRIC(autocorrelation, NUMBER, "sum (x - mean)(x before - mean) / sum (x - mean)^2",
           "Box, Jenkins 1970, lag 1"),
    METRIC(stability, SHARE, "R^2 of a line through the summed ln(1 + x)", EMPYRICAL),
};
const struct metric_group metrics_returns = { "Returns and risk", rows, METRICS_COUNT(rows) };

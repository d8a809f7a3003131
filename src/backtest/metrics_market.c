/* backtest/metrics_market.c - rows against buying and holding; of the position held; of what trading cost. */
#include <math.h>
#include "backtest/metrics_parts.h"
#include "backtest/series.h"

struct pair { /* of returns and the market's moves */
    double mean_x, mean_m, xx, mm, xm;
};
static struct pair pair_of(const struct metrics_in *in)
{
    struct pair pair = { .mean_x = in->mean, .mean_m = series_mean(in->moves, in->count) };
    for (size_t i = 0; i < in->count; i++) {
        double off_x = in->returns[i] - pair.mean_x, off_m = in->moves[i] - pair.mean_m;
        pair.xx += off_x * off_x;
        pair.mm += off_m * off_m;
        pair.xm += off_x * off_m;
    }
    return pair;
}

static double buy_hold(const struct metrics_in *in)
{
    const struct backtest_point *points = in->result->points;
    return metrics_ratio((double)points[in->bars - 1].close_ticks, (double)points[0].close_ticks) -
           1;
}
static double excess_return(const struct metrics_in *in)
{
    return metrics_ratio(in->equity[in->bars - 1], in->equity[0]) - 1 - buy_hold(in);
}
static double beta(const struct metrics_in *in)
{
    struct pair pair = pair_of(in);
    return metrics_ratio(pair.xm, pair.mm);
}
static double alpha(const struct metrics_in *in)
{
    struct pair pair = pair_of(in);
    return (pair.mean_x - metrics_ratio(pair.xm, pair.mm) * pair.mean_m) * in->bars_a_year;
}
static double correlation(const struct metrics_in *in)
{
    struct pair pair = pair_of(in);
    return metrics_ratio(pair.xm, sqrt(pair.xx * pair.mm));
}
static double tracking_error(const struct metrics_in *in)
{
    struct pair pair = pair_of(in);
    double squares = pair.xx + pair.mm - 2 * pair.xm;
    return sqrt(metrics_ratio(squares, (double)in->count - 1) * in->bars_a_year);
}
static double information_ratio(const struct metrics_in *in)
{
    struct pair pair = pair_of(in);
    return metrics_ratio((pair.mean_x - pair.mean_m) * in->bars_a_year, tracking_error(in));
}
static double treynor(const struct metrics_in *in)
{
    return metrics_ratio(in->mean * in->bars_a_year, beta(in));
}

/* How much of the market's good (sign 1) or bad (-1) bars the account took part in. */
static double capture(const struct metrics_in *in, double sign)
{
    double own = 0, market = 0;
    for (size_t i = 0; i < in->count; i++)
        if (sign * in->moves[i] > 0) {
            own += in->returns[i];
            market += in->moves[i];
        }
    return metrics_ratio(own, market);
}
static double capture_up(const struct metrics_in *in) { return capture(in, 1); }
static double capture_down(const struct metrics_in *in) { return capture(in, -1); }

/* ---- the position ---- */

static double exposure_time(const struct metrics_in *in)
{
    double held = 0;
    for (size_t i = 0; i < in->bars; i++)
        held += in->held[i] != 0;
    return held / (double)in->bars;
}
static double exposure_mean(const struct metrics_in *in)
{
    double sum = 0;
    for (size_t i = 0; i < in->bars; i++)
        sum += metrics_ratio(fabs(in->held[i]), in->equity[i]);
    return sum / (double)in->bars;
}
static double exposure_net(const struct metrics_in *in)
{
    double sum = 0;
    for (size_t i = 0; i < in->bars; i++)
        sum += metrics_ratio(in->held[i], in->equity[i]);
    return sum / (double)in->bars;
}
static double leverage_max(const struct metrics_in *in)
{
    double most = 0;
    for (size_t i = 0; i < in->bars; i++)
        most = fmax(most, metrics_ratio(fabs(in->held[i]), in->equity[i]));
    return most;
}
static double return_exposed(const struct metrics_in *in)
{
    double grown = metrics_ratio(in->equity[in->bars - 1], in->equity[0]);
    double exponent = metrics_ratio(in->bars_a_year, (double)in->count * exposure_time(in));
    return pow(grown, exponent) - 1;
}

/* ---- what it cost ---- */

static double fees(const struct metrics_in *in)
{
    return amount_to_double(in->result->stats.commission_paid);
}
static double traded_value(const struct metrics_in *in) { return in->traded; }
static double turnover(const struct metrics_in *in)
{
    return metrics_ratio(metrics_ratio(in->traded, series_mean(in->equity, in->bars)), in->years);
}
static double fees_bps(const struct metrics_in *in)
{
    return metrics_ratio(1e4 * fees(in), in->traded);
}
static double profit(const struct metrics_in *in)
{
    return in->equity[in->bars - 1] - in->equity[0];
}
static double profit_before_fees(const struct metrics_in *in) { return profit(in) + fees(in); }
static double fees_share(const struct metrics_in *in)
{
    return profit_before_fees(in) > 0 ? fees(in) / profit_before_fees(in) : NAN;
}
static double fees_drag(const struct metrics_in *in)
{
    return metrics_ratio(fees(in), amount_to_double(in->result->cash));
}
static double fee_break_even(const struct metrics_in *in)
{
    return metrics_ratio(1e4 * profit_before_fees(in), in->traded);
}
static double fills(const struct metrics_in *in) { return (double)in->result->fills; }
static double refusals(const struct metrics_in *in)
{
    return (double)(in->result->denials + in->result->rejects);
}

#define PLAIN "definition"
static const struct metric rows[] = {
    METRIC(buy_hold, SHARE, "last close / first close - 1", PLAIN),
    METRIC(excess_return, SHARE, "total_return - buy_hold", PLAIN),
    METRIC(beta, NUMBER, "cov(x, m) / var m", "Sharpe 1964; the market is the instrument"),
    METRIC(alpha, SHARE, "(mean x - beta mean m) B", "Jensen 1968"),
    METRIC(correlation, NUMBER, "cov(x, m) / (sd x sd m)", "Pearson"),
    METRIC(tracking_error, SHARE, "sd(x - m, n - 1) sqrt(B)", "Grinold, Kahn 1999"),
    METRIC(information_ratio, NUMBER, "mean(x - m) B / tracking_error", "Grinold, Kahn 1999"),
    METRIC(treynor, NUMBER, "mean x B / beta", "Treynor 1965"),
    METRIC(capture_up, SHARE, "sum x / sum m over bars with m > 0", "Morningstar, per bar"),
    METRIC(capture_down, SHARE, "sum x / sum m over bars with m < 0", "Morningstar, per bar"),
    METRIC(exposure_time, SHARE, "bars with a position at the close / bars", PLAIN),
    METRIC(exposure_mean, SHARE, "mean |position value| / E", PLAIN),
    METRIC(exposure_net, SHARE, "mean position value / E, short < 0", PLAIN),
    METRIC(leverage_max, NUMBER, "max |position value| / E", PLAIN),
    METRIC(return_exposed, SHARE, "(1 + total_return)^(B / (n exposure_time)) - 1", PLAIN),
    METRIC(traded_value, CASH, "sum |quantity| price of all fills", PLAIN),
    METRIC(turnover, NUMBER, "traded_value / mean E / years", PLAIN),
    METRIC(fees, CASH, "of all fills", PLAIN),
    METRIC(fees_bps, NUMBER, "10000 fees / traded_value", PLAIN),
    METRIC(profit_before_fees, CASH, "last E - first E + fees", PLAIN),
    METRIC(fees_share, SHARE, "fees / profit_before_fees, when that is a profit", PLAIN),
    METRIC(fees_drag, SHARE, "fees / cash at the start", PLAIN),
    METRIC(fee_break_even, NUMBER,
           "10000 profit_before_fees / traded_value: basis points of each fill at which nothing "
           "is left, if the trades stayed the same",
           PLAIN),
    METRIC(fills, COUNT, "fills of all orders", PLAIN),
    METRIC(refusals, COUNT, "orders refused by limits or the exchange", PLAIN),
};
const struct metric_group metrics_market = { "Market, position and costs", rows,
                                             METRICS_COUNT(rows) };

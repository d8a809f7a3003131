/* backtest/metrics_trades.c - rows over closed trades, and how far prices went inside of them. */
#include <math.h>
#include "backtest/metrics_parts.h"
#include "backtest/series.h"

/* ---- excursions ---- */

/* The lowest and highest price of bars from..to-1; whole blocks are looked at as one. */
static void extremes(const struct metrics_in *in, const double *blocks, size_t from, size_t to,
                     double *low, double *high)
{
    const struct backtest_point *points = in->result->points;
    for (size_t bar = from; bar < to;) {
        if (bar % METRICS_BLOCK == 0 && bar + METRICS_BLOCK <= to) {
            *low = fmin(*low, blocks[2 * (bar / METRICS_BLOCK)]);
            *high = fmax(*high, blocks[2 * (bar / METRICS_BLOCK) + 1]);
            bar += METRICS_BLOCK;
            continue;
        }
        *low = fmin(*low, (double)points[bar].low_ticks);
        *high = fmax(*high, (double)points[bar].high_ticks);
        bar++;
    }
}

/* What the exit bar did after an exit at its open is no part of the trade; nor, with fills at the close,
 * what the entry bar did before the entry. */
void metrics_make_excursions(struct metrics_in *in, double *blocks)
{
    const struct backtest_result *result = in->result;
    bool closes = result->fill_at == BACKTEST_THIS_CLOSE;
    for (size_t bar = 0; bar < in->bars; bar++) {
        double *block = &blocks[2 * (bar / METRICS_BLOCK)];
        double low = (double)result->points[bar].low_ticks;
        double high = (double)result->points[bar].high_ticks;
        block[0] = bar % METRICS_BLOCK ? fmin(block[0], low) : low;
        block[1] = bar % METRICS_BLOCK ? fmax(block[1], high) : high;
    }
    for (size_t i = 0; i < in->trades; i++) {
        const struct backtest_trade *trade = &result->trades[i];
        double entry = (double)trade->entry_ticks, leave = (double)trade->exit_ticks;
        double low = fmin(entry, leave), high = fmax(entry, leave);
        bool to_close = closes && trade->exit_ticks == result->points[trade->exit_bar].close_ticks;
        extremes(in, blocks, trade->entry_bar + closes, trade->exit_bar + to_close, &low, &high);
        bool is_long = trade->lots > 0;
        in->adverse[i] = metrics_ratio(is_long ? low - entry : entry - high, entry);
        in->favorable[i] = metrics_ratio(is_long ? high - entry : entry - low, entry);
    }
}

/* ---- sums over trades ---- */

enum which { ALL, WON, LOST, BOUGHT, SOLD };
static bool counts(const struct metrics_in *in, size_t i, enum which which)
{
    switch (which) {
    case ALL: return true;
    case WON: return in->pnl[i] > 0;
    case LOST: return in->pnl[i] < 0;
    case BOUGHT: return in->result->trades[i].lots > 0;
    case SOLD: return in->result->trades[i].lots < 0;
    }
    return false;
}
static double how_many(const struct metrics_in *in, enum which which)
{
    double count = 0;
    for (size_t i = 0; i < in->trades; i++)
        count += counts(in, i, which);
    return count;
}
static double sum_of(const struct metrics_in *in, const double *values, enum which which)
{
    double sum = 0;
    for (size_t i = 0; i < in->trades; i++)
        sum += counts(in, i, which) ? values[i] : 0;
    return sum;
}
static double winners_of(const struct metrics_in *in, enum which which)
{
    double wins = 0;
    for (size_t i = 0; i < in->trades; i++)
        wins += counts(in, i, which) && in->pnl[i] > 0;
    return metrics_ratio(wins, how_many(in, which));
}
static double most(const struct metrics_in *in, const double *values, double sign)
{
    double best = NAN; /* fmax() prefers the number */
    for (size_t i = 0; i < in->trades; i++)
        best = fmax(best, sign * values[i]);
    return sign * best;
}

static double trades(const struct metrics_in *in) { return (double)in->trades; }
static double trades_a_year(const struct metrics_in *in)
{
    return metrics_ratio((double)in->trades, in->years);
}
static double win_rate(const struct metrics_in *in) { return winners_of(in, ALL); }
static double net_profit(const struct metrics_in *in) { return sum_of(in, in->pnl, ALL); }
static double gross_profit(const struct metrics_in *in) { return sum_of(in, in->pnl, WON); }
static double gross_loss(const struct metrics_in *in) { return sum_of(in, in->pnl, LOST); }
static double profit_factor(const struct metrics_in *in)
{
    return metrics_ratio(gross_profit(in), -gross_loss(in));
}
static double profit_factor_returns(const struct metrics_in *in)
{
    double gained = 0, lost = 0;
    for (size_t i = 0; i < in->trades; i++)
        *(in->gain[i] > 0 ? &gained : &lost) += in->gain[i];
    return metrics_ratio(gained, -lost);
}
static double expectancy(const struct metrics_in *in) { return series_mean(in->pnl, in->trades); }
static double expectancy_return(const struct metrics_in *in)
{
    return series_mean(in->gain, in->trades);
}
static double return_geometric(const struct metrics_in *in)
{
    return series_geometric(in->gain, in->trades);
}
static double win_mean(const struct metrics_in *in)
{
    return metrics_ratio(gross_profit(in), how_many(in, WON));
}
static double loss_mean(const struct metrics_in *in)
{
    return metrics_ratio(gross_loss(in), how_many(in, LOST));
}
static double payoff(const struct metrics_in *in)
{
    return metrics_ratio(win_mean(in), -loss_mean(in));
}
static double kelly(const struct metrics_in *in)
{
    return win_rate(in) - metrics_ratio(1 - win_rate(in), payoff(in));
}
static double sqn(const struct metrics_in *in)
{
    return metrics_ratio(sqrt((double)in->trades) * expectancy(in),
                         series_deviation(in->pnl, in->trades, 1));
}
static double sharpe_trades(const struct metrics_in *in)
{
    return metrics_ratio(expectancy_return(in), series_deviation(in->gain, in->trades, 1)) *
           sqrt(trades_a_year(in));
}
static double best_trade(const struct metrics_in *in) { return most(in, in->pnl, 1); }
static double worst_trade(const struct metrics_in *in) { return most(in, in->pnl, -1); }
static double best_trade_return(const struct metrics_in *in) { return most(in, in->gain, 1); }
static double worst_trade_return(const struct metrics_in *in) { return most(in, in->gain, -1); }
static double best_trade_share(const struct metrics_in *in)
{
    return metrics_ratio(best_trade(in), gross_profit(in));
}

/* ---- streaks and lengths ---- */

static double streak(const struct metrics_in *in, enum which which)
{
    double longest = 0, now = 0;
    for (size_t i = 0; i < in->trades; i++) {
        now = counts(in, i, which) ? now + 1 : 0;
        longest = fmax(longest, now);
    }
    return longest;
}
static double win_streak(const struct metrics_in *in) { return streak(in, WON); }
static double loss_streak(const struct metrics_in *in) { return streak(in, LOST); }

static double days_of(const struct metrics_in *in, size_t i)
{
    const struct backtest_trade *trade = &in->result->trades[i];
    return (double)(trade->exit_ns - trade->entry_ns) / (double)METRICS_DAY_NS;
}
static double length_of(const struct metrics_in *in, enum which which)
{
    double sum = 0;
    for (size_t i = 0; i < in->trades; i++)
        sum += counts(in, i, which) ? days_of(in, i) : 0;
    return metrics_ratio(sum, how_many(in, which));
}
static double length_mean(const struct metrics_in *in) { return length_of(in, ALL); }
static double length_mean_won(const struct metrics_in *in) { return length_of(in, WON); }
static double length_mean_lost(const struct metrics_in *in) { return length_of(in, LOST); }
static double length_max(const struct metrics_in *in)
{
    double longest = NAN;
    for (size_t i = 0; i < in->trades; i++)
        longest = fmax(longest, days_of(in, i));
    return longest;
}

static double adverse_mean(const struct metrics_in *in)
{
    return series_mean(in->adverse, in->trades);
}
static double adverse_worst(const struct metrics_in *in) { return most(in, in->adverse, -1); }
static double favorable_mean(const struct metrics_in *in)
{
    return series_mean(in->favorable, in->trades);
}
static double favorable_best(const struct metrics_in *in) { return most(in, in->favorable, 1); }
static double edge_ratio(const struct metrics_in *in)
{
    return metrics_ratio(favorable_mean(in), -adverse_mean(in));
}
static double capture(const struct metrics_in *in)
{
    return metrics_ratio(expectancy_return(in), favorable_mean(in));
}

static double long_trades(const struct metrics_in *in) { return how_many(in, BOUGHT); }
static double long_win_rate(const struct metrics_in *in) { return winners_of(in, BOUGHT); }
static double long_profit(const struct metrics_in *in) { return sum_of(in, in->pnl, BOUGHT); }
static double short_trades(const struct metrics_in *in) { return how_many(in, SOLD); }
static double short_win_rate(const struct metrics_in *in) { return winners_of(in, SOLD); }
static double short_profit(const struct metrics_in *in) { return sum_of(in, in->pnl, SOLD); }

#define PLAIN "definition"
#define PY "backtesting.py 0.6"
#define SWEENEY "Sweeney 1997"
static const struct metric rows[] = {
    METRIC(trades, COUNT, "closed trades; what is held at the end is none", PLAIN),
    METRIC(trades_a_year, NUMBER, "trades / years of 365.25 days", PLAIN),
    METRIC(win_rate, SHARE, "count(p > 0) / trades", PLAIN),
    METRIC(net_profit, CASH, "sum p", PLAIN),
    METRIC(gross_profit, CASH, "sum(p > 0)", PLAIN),
    METRIC(gross_loss, CASH, "sum(p < 0)", PLAIN),
    METRIC(profit_factor, NUMBER, "gross_profit / -gross_loss", PLAIN),
    METRIC(profit_factor_returns, NUMBER, "sum(r > 0) / -sum(r < 0)", PY),
    METRIC(expectancy, CASH, "mean p", PLAIN),
    METRIC(expectancy_return, SHARE, "mean r", PY),
    METRIC(return_geometric, SHARE, "exp(mean ln(1 + r)) - 1", PY),
    METRIC(win_mean, CASH, "mean(p > 0)", PLAIN),
    METRIC(loss_mean, CASH, "mean(p < 0)", PLAIN),
    METRIC(payoff, NUMBER, "win_mean / -loss_mean", PLAIN),
    METRIC(kelly, SHARE, "win_rate - (1 - win_rate) / payoff", "Kelly 1956"),
    METRIC(sqn, NUMBER, "sqrt(trades) mean p / sd(p, trades - 1)", "Tharp 2008"),
    METRIC(sharpe_trades, NUMBER, "mean r / sd(r, trades - 1) sqrt(trades_a_year)", "Sharpe 1994"),
    METRIC(best_trade, CASH, "max p", PLAIN),
    METRIC(worst_trade, CASH, "min p", PLAIN),
    METRIC(best_trade_return, SHARE, "max r", PLAIN),
    METRIC(worst_trade_return, SHARE, "min r", PLAIN),
    METRIC(best_trade_share, SHARE, "max p / gross_profit: how much hangs on one trade", PLAIN),
    METRIC(win_streak, COUNT, "most p > 0 in a row", PLAIN),
    METRIC(loss_streak, COUNT, "most p < 0 in a row", PLAIN),
    METRIC(length_mean, DAYS, "mean(exit bar's start - entry bar's start)", PLAIN),
    METRIC(length_mean_won, DAYS, "the same over p > 0", PLAIN),
    METRIC(length_mean_lost, DAYS, "the same over p < 0", PLAIN),
    METRIC(length_max, DAYS, "the longest of them", PLAIN),
    METRIC(adverse_mean, SHARE,
           "mean adverse excursion (MAE): furthest move against the trade, entry to exit, by highs "
           "and lows / entry price",
           SWEENEY),
    METRIC(adverse_worst, SHARE, "min of the same", SWEENEY),
    METRIC(favorable_mean, SHARE,
           "mean favorable excursion (MFE): furthest move for the trade / entry price", SWEENEY),
    METRIC(favorable_best, SHARE, "max of the same", SWEENEY),
    METRIC(edge_ratio, NUMBER, "favorable_mean / -adverse_mean", "Faith 2007, not scaled by ATR"),
    METRIC(capture, SHARE, "mean r / favorable_mean: what was kept of what was there", PLAIN),
    METRIC(long_trades, COUNT, "trades that bought first", PLAIN),
    METRIC(long_win_rate, SHARE, "count(p > 0) / long_trades", PLAIN),
    METRIC(long_profit, CASH, "sum p of them", PLAIN),
    METRIC(short_trades, COUNT, "trades that sold first", PLAIN),
    METRIC(short_win_rate, SHARE, "count(p > 0) / short_trades", PLAIN),
    METRIC(short_profit, CASH, "sum p of them", PLAIN),
};
const struct metric_group metrics_trades = { "Trades", rows, METRICS_COUNT(rows) };

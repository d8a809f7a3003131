/*
 * backtest/measures.h - the statistics of public engines, under their names, by their formulas.
 *
 * Blocks are lists: field, name in result.json. A value that is not defined (a mean of no trades) is NaN
 * and null in JSON. Series and words:
 *
 *   E[i]  equity at the close of bar i     x[i] = E[i] / E[i-1] - 1
 *   R[k]  the same over the last E of each calendar day (UTC)
 *   t     closed trades: p = profit after commissions, r = return after commissions
 *   D     year of R: 252 days, 365 when more than 0.171 of the bars lie on weekends
 *   B     year of x: 252 for daily bars and longer, else 365 days of bars
 */
#ifndef BACKTEST_MEASURES_H
#define BACKTEST_MEASURES_H
#include <stddef.h>
#include "base/err.h"

/* backtesting.py 0.6: durations in seconds, rounded up to days, hours, minutes or seconds: the largest
 * unit that the bar interval is a multiple of. Annual return g = geometric mean of R, to the power D. */
#define MEASURES_BACKTESTING_PY(X)                                                                 \
    X(duration_s, "Duration")                                                                      \
    X(exposure_pct, "Exposure Time [%]") /* bars from entry to exit of closed trades */            \
    X(equity_final, "Equity Final [$]")                                                            \
    X(equity_peak, "Equity Peak [$]")                                                              \
    X(commissions, "Commissions [$]")                                                              \
    X(return_pct, "Return [%]")                                                                    \
    X(buy_hold_pct, "Buy & Hold Return [%]") /* from the first bar with all indicators */          \
    X(annual_return_pct, "Return (Ann.) [%]")                                                      \
    X(annual_volatility_pct, "Volatility (Ann.) [%]")                                              \
    X(cagr_pct, "CAGR [%]") /* by the clock: 365.25 days */                                        \
    X(sharpe, "Sharpe Ratio")                                                                      \
    X(sortino, "Sortino Ratio")                                                                    \
    X(calmar, "Calmar Ratio")                                                                      \
    X(alpha_pct, "Alpha [%]")                                                                      \
    X(beta, "Beta") /* of log returns per bar */                                                   \
    X(drawdown_max_pct, "Max. Drawdown [%]")                                                       \
    X(drawdown_mean_pct, "Avg. Drawdown [%]")                                                      \
    X(drawdown_max_s, "Max. Drawdown Duration")                                                    \
    X(drawdown_mean_s, "Avg. Drawdown Duration")                                                   \
    X(trades, "# Trades")                                                                          \
    X(win_rate_pct, "Win Rate [%]")                                                                \
    X(best_pct, "Best Trade [%]")                                                                  \
    X(worst_pct, "Worst Trade [%]")                                                                \
    X(mean_pct, "Avg. Trade [%]") /* geometric mean of r */                                        \
    X(longest_s, "Max. Trade Duration")                                                            \
    X(length_mean_s, "Avg. Trade Duration")                                                        \
    X(profit_factor, "Profit Factor") /* of r */                                                   \
    X(expectancy_pct, "Expectancy [%]")                                                            \
    X(sqn, "SQN") /* sqrt(n) * mean p / sd p (n - 1) */                                            \
    X(kelly, "Kelly Criterion")

/* Textbook forms over x, risk-free 0. */
#define MEASURES_TEXTBOOK(X)                                                                       \
    X(bars_per_year, "bars_per_year") /* B */                                                      \
    X(total_return, "total_return")                                                                \
    X(cagr_by_bars, "cagr_by_bars") /* (1 + total) ^ (B / count of x) - 1 */                       \
    X(ann_vol, "ann_vol")           /* sd(x, n - 1) * sqrt B */                                    \
    X(sharpe, "sharpe")                                                                            \
    X(sortino, "sortino") /* mean x / sqrt(mean min(x, 0)^2) * sqrt B */                           \
    X(max_drawdown, "max_drawdown")                                                                \
    X(calmar, "calmar")                                                                            \
    X(ulcer_index, "ulcer_index") /* root mean square of drawdowns in percent, all bars */

/* The same series as the empyrical library has it. Percentiles are interpolated linearly. */
#define MEASURES_EMPYRICAL(X)                                                                      \
    X(annual_return, "annual_return")                                                              \
    X(annual_volatility, "annual_volatility")                                                      \
    X(sharpe_ratio, "sharpe_ratio")                                                                \
    X(sortino_ratio, "sortino_ratio")                                                              \
    X(max_drawdown, "max_drawdown")                                                                \
    X(calmar_ratio, "calmar_ratio")                                                                \
    X(omega_ratio, "omega_ratio") /* sum of x > 0 over sum of -x > 0 */                            \
    X(downside_risk, "downside_risk")                                                              \
    X(value_at_risk, "value_at_risk_5pct")                                                         \
    X(conditional_value_at_risk, "conditional_value_at_risk_5pct") /* mean of the lowest 5 % */    \
    X(tail_ratio, "tail_ratio")                                    /* |95th percentile| / |5th| */ \
    X(stability, "stability") /* R squared of a line through the summed log returns */

/* backtrader 1.9: its analyzers' standard deviations divide by n. */
#define MEASURES_BACKTRADER(X)                                                                     \
    X(final_value, "final_value")                                                                  \
    X(open_position, "open_position")                                                              \
    X(sharpe, "sharpe_daily_annualised")                                                           \
    X(sqn, "sqn")                                                                                  \
    X(trades, "trades")                                                                            \
    X(drawdown_max_pct, "max_drawdown_pct")                                                        \
    X(drawdown_max_cash, "max_drawdown_cash")                                                      \
    X(drawdown_max_bars, "max_drawdown_len_bars")                                                  \
    X(pnl_gross, "pnl_gross_total")                                                                \
    X(pnl_net, "pnl_net_total")                                                                    \
    X(won, "won_total")                                                                            \
    X(lost, "lost_total")                                                                          \
    X(days, "daily_returns_count")

struct measures {
#define X(field, name) double field;
    struct {
        MEASURES_BACKTESTING_PY(X)
    } backtesting_py;
    struct {
        MEASURES_TEXTBOOK(X)
    } textbook;
    struct {
        MEASURES_EMPYRICAL(X)
    } empyrical;
    struct {
        MEASURES_BACKTRADER(X)
    } backtrader;
#undef X
};

struct backtest_result;
struct backtest_trade;

/* From the points, the base statistics and these trades. ERR_MEMORY. */
MUST_USE enum err measures_make(const struct backtest_result *result,
                                const struct backtest_trade *trades, size_t trade_count,
                                struct measures *out);

#endif

/* backtest/stats.c - the numbers of a result that are computed today, each by its plain definition. */
#include <math.h>
#include "backtest/trades.h"

double drawdown_next(i128 equity, i128 *peak)
{
    if (equity > *peak)
        *peak = equity;
    return *peak > 0 ? 1 - amount_to_double(equity) / amount_to_double(*peak) : 0;
}

/* System quality number: sqrt(n) * mean / standard deviation (n - 1) of the trades' results. */
static double quality(const struct backtest_trade *trades, size_t count, double mean)
{
    double squares = 0;
    if (count < 2)
        return NAN;
    for (size_t i = 0; i < count; i++) {
        double off = amount_to_double(trades[i].pnl) - mean;
        squares += off * off;
    }
    double deviation = sqrt(squares / (double)(count - 1));
    return deviation > 0 ? sqrt((double)count) * mean / deviation : NAN;
}

void stats_make(const struct trade_book *book, const struct backtest_point *points,
                size_t point_count, struct backtest_stats *out)
{
    struct backtest_stats stats = { .trades = book->trade_count,
                                    .commission_paid = book->commission_paid,
                                    .equity_first = points[0].equity,
                                    .equity_final = points[point_count - 1].equity };
    for (size_t i = 0; i < point_count; i++)
        stats.drawdown_max =
            fmax(stats.drawdown_max, drawdown_next(points[i].equity, &stats.equity_peak));
    for (size_t i = 0; i < book->trade_count; i++) {
        const struct backtest_trade *trade = &book->trades[i];
        stats.wins += trade->pnl > 0;
        *(trade->pnl > 0 ? &stats.gross_profit : &stats.gross_loss) += trade->pnl;
        stats.commission += trade->commission;
    }
    double profit = amount_to_double(stats.gross_profit), loss = amount_to_double(stats.gross_loss);
    double count = (double)stats.trades, wins = (double)stats.wins, losses = count - wins;
    stats.return_total =
        amount_to_double(stats.equity_final) / amount_to_double(stats.equity_first) - 1;
    stats.profit_factor = loss < 0 ? profit / -loss : NAN;
    stats.expectancy = count > 0 ? (profit + loss) / count : NAN;
    stats.win_mean = wins > 0 ? profit / wins : NAN;
    stats.loss_mean = losses > 0 ? loss / losses : NAN;
    stats.sqn = quality(book->trades, book->trade_count, stats.expectancy);
    *out = stats;
}

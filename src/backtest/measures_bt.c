/* backtest/measures_bt.c - the block of backtrader's analyzers. */
#include <math.h>
#include "backtest/measures_parts.h"
#include "backtest/series.h"

/* The length is that of the longest run of bars below the peak, the money that of the deepest. */
static void drawdowns(const struct measures_in *in, struct measures *out)
{
    double peak = 0, worst_pct = 0, worst_cash = 0, bars = 0, longest = 0;
    for (size_t i = 0; i < in->count; i++) {
        double value = in->equity[i];
        if (value > peak)
            peak = value;
        double cash = peak - value;
        bars = cash > 0 ? bars + 1 : 0;
        worst_cash = fmax(worst_cash, cash);
        worst_pct = fmax(worst_pct, peak > 0 ? 100 * cash / peak : 0);
        longest = fmax(longest, bars);
    }
    out->backtrader.drawdown_max_pct = worst_pct;
    out->backtrader.drawdown_max_cash = worst_cash;
    out->backtrader.drawdown_max_bars = longest;
}

/* in->scratch: p of each trade. */
void measures_backtrader(const struct measures_in *in, struct measures *out)
{
    const struct backtest_stats *stats = &in->result->stats;
    size_t count = in->trade_count;
    double won = 0;
    for (size_t i = 0; i < count; i++) {
        in->scratch[i] = amount_to_double(in->trades[i].pnl);
        won += in->trades[i].pnl >= 0;
    }
    double mean = series_mean(in->scratch, count), days = (double)in->day_count;
    double held = 0;
    for (size_t i = 0; i < in->result->open_count; i++)
        held += num_to_double(in->result->open[i].lots, in->result->qty_scale);
    out->backtrader.final_value = amount_to_double(stats->equity_final);
    out->backtrader.open_position = held;
    out->backtrader.sharpe = series_mean(in->days, in->day_count) /
                             series_deviation(in->days, in->day_count, 0) * sqrt(in->days_a_year);
    out->backtrader.sqn = sqrt((double)count) * mean / series_deviation(in->scratch, count, 0);
    out->backtrader.trades = (double)count;
    out->backtrader.pnl_net = count ? mean * (double)count : 0;
    out->backtrader.pnl_gross = out->backtrader.pnl_net + amount_to_double(stats->commission);
    out->backtrader.won = won;
    out->backtrader.lost = (double)count - won;
    out->backtrader.days = days;
    drawdowns(in, out);
}

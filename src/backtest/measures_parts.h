/*
 * backtest/measures_parts.h - the series that the blocks of measures.h are made of, and the blocks that
 * have a file of their own. Private to the layer.
 */
#ifndef BACKTEST_MEASURES_PARTS_H
#define BACKTEST_MEASURES_PARTS_H
#include "backtest/backtest.h"

struct measures_in {
    const struct backtest_result *result;
    const struct backtest_trade *trades;
    double *equity, *drawdown; /* per bar */
    double *returns;           /* x: one less than bars */
    double *days;              /* R; the first from the cash at the start */
    double *scratch;           /* room for one value a bar or a trade */
    size_t count, trade_count, return_count, day_count;
    double days_a_year, bars_a_year;
};

void measures_backtesting_py(const struct measures_in *in, struct measures *out);
void measures_backtrader(const struct measures_in *in, struct measures *out);

#endif

#include "backtest/metric.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define OF(block, field) offsetof(struct backtest_result, measures.block.field)

/* Under the names that public tables of such results have. */
static const struct metric columns[] = {
    { "trades", OF(backtesting_py, trades) },
    { "equity_final", OF(backtesting_py, equity_final) },
    { "return_pct", OF(backtesting_py, return_pct) },
    { "max_drawdown_pct", OF(backtesting_py, drawdown_max_pct) },
    { "sharpe", OF(backtesting_py, sharpe) },
    { "sortino", OF(backtesting_py, sortino) },
    { "calmar", OF(backtesting_py, calmar) },
    { "win_rate_pct", OF(backtesting_py, win_rate_pct) },
    { "profit_factor", OF(backtesting_py, profit_factor) },
    { "sqn", OF(backtesting_py, sqn) },
    { "exposure_pct", OF(backtesting_py, exposure_pct) },
};
static_assert(sizeof columns / sizeof columns[0] == METRIC_COLUMNS, "one row each");

static const struct metric rows[] = {
#define X(field, name) { #field, OF(backtesting_py, field) },
    MEASURES_BACKTESTING_PY(X)
#undef X
#define X(field, name) { "textbook." #field, OF(textbook, field) },
        MEASURES_TEXTBOOK(X)
#undef X
#define X(field, name) { "empyrical." #field, OF(empyrical, field) },
            MEASURES_EMPYRICAL(X)
#undef X
#define X(field, name) { "backtrader." #field, OF(backtrader, field) },
                MEASURES_BACKTRADER(X)
#undef X
};
#define ROWS (sizeof rows / sizeof rows[0])

const struct metric *metric_column(size_t index)
{
    assert(index < METRIC_COLUMNS);
    return &columns[index];
}

const struct metric *metric_find(const char *name)
{
    for (size_t i = 0; i < METRIC_COLUMNS; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

const char *metric_names(char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < ROWS && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", rows[i].name);
    return out;
}

double metric_value(const struct metric *metric, const struct backtest_result *result)
{
    double value;
    memcpy(&value, (const char *)result + metric->offset, sizeof value);
    return value;
}

/* backtest/metrics_falls.c - rows over drawdowns. A fall runs from its peak to the bar that is back at it, or
 * to the last bar. */
#include <math.h>
#include "backtest/metrics_parts.h"
#include "backtest/series.h"

/* The deepest; NULL = equity never fell. */
static const struct metrics_drawdown *deepest(const struct metrics_in *in)
{
    const struct metrics_drawdown *worst = NULL;
    for (size_t i = 0; i < in->fall_count; i++)
        if (!worst || in->falls[i].depth > worst->depth)
            worst = &in->falls[i];
    return worst;
}

static double drawdown_max(const struct metrics_in *in)
{
    const struct metrics_drawdown *worst = deepest(in);
    return worst ? worst->depth : 0;
}
static double drawdown_max_cash(const struct metrics_in *in)
{
    double peak = 0, most = 0;
    for (size_t i = 0; i < in->bars; i++) {
        peak = fmax(peak, in->equity[i]);
        most = fmax(most, peak - in->equity[i]);
    }
    return most;
}
static double drawdown_mean(const struct metrics_in *in)
{
    double sum = 0;
    for (size_t i = 0; i < in->fall_count; i++)
        sum += in->falls[i].depth;
    return metrics_ratio(sum, (double)in->fall_count);
}
static double drawdown_count(const struct metrics_in *in) { return (double)in->fall_count; }
static double drawdown_now(const struct metrics_in *in) { return in->drawdown[in->bars - 1]; }

static double drawdown_longest(const struct metrics_in *in)
{
    double longest = 0;
    for (size_t i = 0; i < in->fall_count; i++)
        longest = fmax(longest, metrics_days(in, in->falls[i].peak, in->falls[i].end));
    return longest;
}
static double drawdown_length_mean(const struct metrics_in *in)
{
    double sum = 0;
    for (size_t i = 0; i < in->fall_count; i++)
        sum += metrics_days(in, in->falls[i].peak, in->falls[i].end);
    return metrics_ratio(sum, (double)in->fall_count);
}
static double drawdown_max_length(const struct metrics_in *in)
{
    const struct metrics_drawdown *worst = deepest(in);
    return worst ? metrics_days(in, worst->peak, worst->end) : 0;
}
static double drawdown_max_recovery(const struct metrics_in *in)
{
    const struct metrics_drawdown *worst = deepest(in);
    return worst && worst->recovered ? metrics_days(in, worst->bottom, worst->end) : NAN;
}
static double under_water(const struct metrics_in *in)
{
    double below = 0;
    for (size_t i = 0; i < in->bars; i++)
        below += in->drawdown[i] > 0;
    return below / (double)in->bars;
}

static double cagr(const struct metrics_in *in)
{
    double grown = metrics_ratio(in->equity[in->bars - 1], in->equity[0]);
    return pow(grown, metrics_ratio(in->bars_a_year, (double)in->count)) - 1;
}
static double calmar(const struct metrics_in *in)
{
    return metrics_ratio(cagr(in), drawdown_max(in));
}
static double ulcer_index(const struct metrics_in *in)
{
    double squares = 0;
    for (size_t i = 0; i < in->bars; i++)
        squares += 1e4 * in->drawdown[i] * in->drawdown[i];
    return sqrt(squares / (double)in->bars);
}
static double martin(const struct metrics_in *in)
{
    return metrics_ratio(100 * cagr(in), ulcer_index(in));
}
static double pain_index(const struct metrics_in *in)
{
    return series_mean(in->drawdown, in->bars);
}
static double pain_ratio(const struct metrics_in *in)
{
    return metrics_ratio(cagr(in), pain_index(in));
}
static double burke(const struct metrics_in *in)
{
    double squares = 0;
    for (size_t i = 0; i < in->fall_count; i++)
        squares += in->falls[i].depth * in->falls[i].depth;
    return metrics_ratio(cagr(in), sqrt(squares));
}
static double recovery_factor(const struct metrics_in *in)
{
    return metrics_ratio(in->equity[in->bars - 1] - in->equity[0], drawdown_max_cash(in));
}

#define PLAIN "definition"
static const struct metric rows[] = {
    METRIC(drawdown_max, SHARE, "max d", PLAIN),
    METRIC(drawdown_max_cash, CASH, "max(highest E so far - E)", PLAIN),
    METRIC(drawdown_mean, SHARE, "mean of the falls' deepest d", PLAIN),
    METRIC(drawdown_count, COUNT, "falls: from a peak until E is back at it, or to the end", PLAIN),
    METRIC(drawdown_now, SHARE, "d of the last bar", PLAIN),
    METRIC(drawdown_longest, DAYS, "max over falls: from the peak to the return", PLAIN),
    METRIC(drawdown_length_mean, DAYS, "mean over falls: from the peak to the return", PLAIN),
    METRIC(drawdown_max_length, DAYS, "of the deepest fall: from the peak to the return", PLAIN),
    METRIC(drawdown_max_recovery, DAYS,
           "of the deepest fall: from the bottom to the return; none while it lasts", PLAIN),
    METRIC(under_water, SHARE, "count(d > 0) / bars", PLAIN),
    METRIC(calmar, NUMBER, "cagr / drawdown_max", "Young 1991, over the whole time"),
    METRIC(ulcer_index, NUMBER, "sqrt(mean((100 d)^2))", "Martin, McCann 1989"),
    METRIC(martin, NUMBER, "100 cagr / ulcer_index", "Martin 1989: Ulcer Performance Index"),
    METRIC(pain_index, SHARE, "mean d", "Zephyr Associates 2006"),
    METRIC(pain_ratio, NUMBER, "cagr / pain_index", "Zephyr Associates 2006"),
    METRIC(burke, NUMBER, "cagr / sqrt(sum of the falls' squared depths)", "Burke 1994"),
    METRIC(recovery_factor, NUMBER, "(last E - first E) / drawdown_max_cash", PLAIN),
};
const struct metric_group metrics_falls = { "Drawdowns", rows, METRICS_COUNT(rows) };

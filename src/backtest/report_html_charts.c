/* backtest/report_html_charts.c - drawings. The plot is stretched to the width of the screen; its labels are
 * text beside it, so that they stay readable on a narrow one. Coordinates: 0..1000 across, 0..1000 down. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "backtest/report_html_parts.h"
#include "backtest/series.h"

#define SIDE 1000.0
#define BUCKETS_MAX 700  /* of a line: a screen has hardly more columns to draw apart */
#define TRADES_DRAWN 600 /* more are paint on paint */
#define TICKS_X 5
#define BINS 40          /* even: none has both gains and losses */
#define TRADES_SMALL 100 /* more are drawn finer */

struct axis {
    double low, high, step;
};

/* Three to eight round steps over the values. */
static struct axis axis_of(double low, double high)
{
    double span = high - low > 0 ? high - low : fmax(fabs(high), 1) * 0.01;
    double step = pow(10, floor(log10(span / 4)));
    if (span / step > 12)
        step *= 5;
    else if (span / step > 6)
        step *= 2;
    struct axis axis = { .low = floor(low / step) * step, .step = step };
    axis.high = fmax(ceil(high / step) * step, axis.low + step);
    return axis;
}

static int steps(const struct axis *axis)
{
    return (int)lround((axis->high - axis->low) / axis->step);
}

static double down(const struct axis *axis, double value)
{
    return SIDE * (1 - (value - axis->low) / (axis->high - axis->low));
}

static void plot_begin(struct page *page, const char *height, const char *label)
{
    page_add(page,
             "<div class=\"chart %s\"><div class=\"plot\"><svg viewBox=\"0 0 1000 1000\" "
             "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">",
             height, label);
}

static void tick_text(double value, double step, double factor, char out[PAGE_VALUE_MAX])
{
    int places = 0;
    double shown = step * factor;
    while (places < 8 && fabs(shown - nearbyint(shown)) > 1e-6 * shown) {
        shown *= 10;
        places++;
    }
    page_money(fabs(value) < step / 1e6 ? 0 : value * factor, places, out);
}

static void grid(struct page *page, const struct axis *axis)
{
    for (int i = 0; i <= steps(axis); i++)
        page_add(page, "<path class=\"grid\" d=\"M0 %.1fH1000\"/>",
                 down(axis, axis->low + i * axis->step));
}

/* Closes the drawing; the values of the grid stand left of it. */
static void plot_end(struct page *page, const struct axis *axis, double factor, const char *unit)
{
    char text[PAGE_VALUE_MAX];
    bool millions = fmax(fabs(axis->high), fabs(axis->low)) * factor >= 2e6;
    if (millions) { /* longer numbers have no room */
        factor /= 1e6;
        unit = "\u202fM";
    }
    page_add(page, "</svg>");
    for (int i = 0; i <= steps(axis); i++) {
        double at = axis->low + i * axis->step;
        tick_text(at, axis->step, factor, text);
        page_add(page, "<span class=\"y\" style=\"bottom:%.2f%%\">%s%s</span>",
                 100 - down(axis, at) / SIDE * 100, text, unit);
    }
}

static void times(struct page *page, const struct backtest_result *result)
{
    for (size_t i = 0; i < TICKS_X; i++) {
        char text[PAGE_TIME_MAX];
        size_t bar = i * (result->point_count - 1) / (TICKS_X - 1);
        page_time(result, result->points[bar].start_ns, text);
        text[strcspn(text, " ")] = '\0';
        page_add(page, "<span class=\"x%s\" style=\"left:%.2f%%\">%s</span>",
                 i == 0             ? " first"
                 : i + 1 == TICKS_X ? " last"
                 : i % 2            ? " odd"
                                    : "",
                 100.0 * (double)i / (TICKS_X - 1), text);
    }
    page_add(page, "</div></div>\n");
}

static double across(const struct backtest_result *result, size_t bar)
{
    return result->point_count > 1 ? SIDE * (double)bar / (double)(result->point_count - 1) : 0;
}

/* ---- lines over bars ---- */

typedef double value_at(const struct backtest_result *result, size_t bar);
static double equity_at(const struct backtest_result *result, size_t bar)
{
    return amount_to_double(result->points[bar].equity);
}
static double close_at(const struct backtest_result *result, size_t bar)
{
    return num_to_double(result->points[bar].close_ticks, result->price_scale);
}
static double hold_at(const struct backtest_result *result, size_t bar)
{
    return equity_at(result, 0) * (double)result->points[bar].close_ticks /
           (double)result->points[0].close_ticks;
}

static void widen(const struct backtest_result *result, value_at *value, double *low, double *high)
{
    for (size_t bar = 0; bar < result->point_count; bar++) {
        *low = fmin(*low, value(result, bar));
        *high = fmax(*high, value(result, bar));
    }
}

/* Of each bucket its lowest and highest bar, in their order: no extreme is lost by thinning. */
static void line(struct page *page, const struct backtest_result *result, value_at *value,
                 const struct axis *axis, const char *class)
{
    size_t count = result->point_count, buckets = count < BUCKETS_MAX ? count : BUCKETS_MAX;
    page_add(page, "<path class=\"%s\" d=\"M", class);
    for (size_t bucket = 0; bucket < buckets; bucket++) {
        size_t from = bucket * count / buckets, to = (bucket + 1) * count / buckets;
        size_t low = from, high = from;
        for (size_t bar = from; bar < to; bar++) {
            low = value(result, bar) < value(result, low) ? bar : low;
            high = value(result, bar) > value(result, high) ? bar : high;
        }
        size_t first = low < high ? low : high, second = low < high ? high : low;
        page_add(page, "%.1f %.1f ", across(result, first), down(axis, value(result, first)));
        if (second != first)
            page_add(page, "%.1f %.1f ", across(result, second), down(axis, value(result, second)));
    }
    page_add(page, "\"/>");
}

/* Of each bucket the deepest bar. */
static void fall_area(struct page *page, const struct backtest_result *result,
                      const struct axis *axis)
{
    size_t count = result->point_count, buckets = count < BUCKETS_MAX ? count : BUCKETS_MAX;
    double peak = 0, last = 0;
    page_add(page, "<path class=\"down\" d=\"M0 %.1f", down(axis, 0));
    for (size_t bucket = 0; bucket < buckets; bucket++) {
        size_t from = bucket * count / buckets, to = (bucket + 1) * count / buckets;
        double deepest = 0;
        for (size_t bar = from; bar < to; bar++) {
            peak = fmax(peak, equity_at(result, bar));
            deepest = fmax(deepest, peak > 0 ? 1 - equity_at(result, bar) / peak : 0);
        }
        page_add(page, "L%.1f %.1f", across(result, from), down(axis, -deepest));
        last = -deepest;
    }
    page_add(page, "L1000 %.1fV%.1fZ\"/>", down(axis, last), down(axis, 0));
}

void page_equity(struct page *page, const struct backtest_result *result)
{
    double low = equity_at(result, 0), high = low;
    widen(result, equity_at, &low, &high);
    widen(result, hold_at, &low, &high);
    struct axis axis = axis_of(low, high);
    page_add(page, "<section><h2>Equity</h2><div class=\"key\">"
                   "<span><i style=\"background:var(--accent)\"></i>account</span>"
                   "<span><i style=\"background:var(--hold)\"></i>bought and held from the first "
                   "close</span></div>");
    plot_begin(page, "tall", "equity over time");
    grid(page, &axis);
    line(page, result, hold_at, &axis, "hold");
    line(page, result, equity_at, &axis, "equity");
    plot_end(page, &axis, 1, "");
    times(page, result);
    axis = axis_of(-fmax(result->stats.drawdown_max, 0.001), 0);
    page_add(page, "<h2>Drawdown</h2>");
    plot_begin(page, "flat", "drawdown over time");
    grid(page, &axis);
    fall_area(page, result, &axis);
    plot_end(page, &axis, 100, " %");
    times(page, result);
    page_add(page, "</section>\n");
}

/* ---- trades over the price ---- */

static void trade_mark(struct page *page, const struct backtest_result *result,
                       const struct backtest_trade *trade, const struct axis *axis)
{
    char profit[PAGE_VALUE_MAX], gain[PAGE_VALUE_MAX], entry[PAGE_TIME_MAX];
    double x1 = across(result, trade->entry_bar), x2 = across(result, trade->exit_bar);
    double y1 = down(axis, num_to_double(trade->entry_ticks, result->price_scale));
    double y2 = down(axis, num_to_double(trade->exit_ticks, result->price_scale));
    const char *class = trade->pnl > 0 ? "won" : "lost";
    page_money(amount_to_double(trade->pnl), 2, profit);
    page_value(METRIC_SHARE, trade->return_net, gain);
    page_time(result, trade->entry_ns, entry);
    page_add(page,
             "<g class=\"%s%s\"><title>%s from %s: %s, %s</title><path d=\"M%.1f %.1fL%.1f %.1f\"/>"
             "<path class=\"dot\" d=\"M%.1f %.1fh0\"/></g>",
             class, trade->lots > 0 ? "" : " short", trade->lots > 0 ? "long" : "short", entry,
             profit, gain, x1, y1, x2, y2, x2, y2);
}

void page_prices(struct page *page, const struct backtest_result *result)
{
    double low = close_at(result, 0), high = low;
    size_t left_out = result->trade_count > TRADES_DRAWN ? result->trade_count - TRADES_DRAWN : 0;
    widen(result, close_at, &low, &high);
    for (size_t i = left_out; i < result->trade_count; i++) {
        const struct backtest_trade *trade = &result->trades[i];
        double entry = num_to_double(trade->entry_ticks, result->price_scale);
        double leave = num_to_double(trade->exit_ticks, result->price_scale);
        low = fmin(low, fmin(entry, leave));
        high = fmax(high, fmax(entry, leave));
    }
    struct axis axis = axis_of(low, high);
    page_add(page, "<section><h2>Trades on the price</h2><div class=\"key\">"
                   "<span><i style=\"background:var(--hold)\"></i>close</span>"
                   "<span><i style=\"background:rgb(var(--good))\"></i>won, from entry to exit "
                   "(dot)</span>"
                   "<span><i style=\"background:rgb(var(--bad))\"></i>lost</span>"
                   "<span>dashed: short</span></div>");
    plot_begin(page, "tall", "trades on the price");
    grid(page, &axis);
    line(page, result, close_at, &axis, "price");
    page_add(page, "<g%s>", result->trade_count > TRADES_SMALL ? " class=\"many\"" : "");
    for (size_t i = left_out; i < result->trade_count; i++)
        trade_mark(page, result, &result->trades[i], &axis);
    page_add(page, "</g>");
    plot_end(page, &axis, 1, "");
    times(page, result);
    if (left_out)
        page_add(page,
                 "<p class=\"note\">The last %d trades are drawn, %zu before them are not.</p>",
                 TRADES_DRAWN, left_out);
    page_add(page, "</section>\n");
}

/* ---- distributions ---- */

/* `values` is put in order. The outermost bins hold all beyond them. */
static void histogram(struct page *page, const char *title, double *values, size_t count)
{
    char text[PAGE_VALUE_MAX];
    double bins[BINS] = { 0 }, most = 1;
    page_add(page, "<div><h3>%s</h3>", title);
    series_sort(values, count);
    double reach = count ? fmax(fabs(series_percentile(values, count, 0.005)),
                                fabs(series_percentile(values, count, 0.995)))
                         : 0;
    if (reach <= 0) {
        page_add(page, "<p class=\"note\">None.</p></div>");
        return;
    }
    double width = 2 * reach / BINS;
    for (size_t i = 0; i < count; i++) {
        double bin = fmin(fmax(floor((values[i] + reach) / width), 0), BINS - 1);
        most = fmax(most, ++bins[(size_t)bin]);
    }
    struct axis axis = axis_of(0, most);
    plot_begin(page, "mid", title);
    grid(page, &axis);
    for (size_t i = 0; i < BINS; i++) {
        double from = -reach + width * (double)i, top = down(&axis, bins[i]);
        page_add(page,
                 "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
                 "<title>%.3f %% to %.3f %%: %.0f</title></rect>",
                 from + width / 2 < 0 ? "bar-down" : "bar-up", SIDE * (double)i / BINS + 1, top,
                 SIDE / BINS - 2, SIDE - top, 100 * from, 100 * (from + width), bins[i]);
    }
    plot_end(page, &axis, 1, "");
    for (int i = 0; i < 3; i++) {
        page_value(METRIC_SHARE, reach * (i - 1), text);
        page_add(page, "<span class=\"x%s\" style=\"left:%d%%\">%s</span>",
                 i == 0   ? " first"
                 : i == 2 ? " last"
                          : "",
                 50 * i, text);
    }
    page_add(page, "</div></div></div>\n");
}

void page_distributions(struct page *page, const struct backtest_result *result)
{
    size_t bars = result->point_count, trades = result->trade_count, moved = 0;
    double *values = calloc(bars + trades, sizeof *values);
    if (!values) {
        page->err = ERR_MEMORY;
        return;
    }
    for (size_t bar = 1; bar < bars; bar++)
        if (result->points[bar].equity != result->points[bar - 1].equity)
            values[moved++] = equity_at(result, bar) / equity_at(result, bar - 1) - 1;
    page_add(page, "<section><h2>Distribution of returns</h2><div class=\"two\">");
    histogram(page, "Bars whose equity moved", values, moved);
    for (size_t i = 0; i < trades; i++)
        values[i] = result->trades[i].return_net;
    histogram(page, "Closed trades, after fees", values, trades);
    page_add(page,
             "</div><p class=\"note\">%zu of %zu bars moved the equity. The outermost bars of "
             "a chart hold all beyond them.</p></section>\n",
             moved, bars);
    free(values);
}

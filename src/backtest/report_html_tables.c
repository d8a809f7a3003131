/* backtest/report_html_tables.c - returns by month and by weekday and hour, drawdowns, trades, metrics. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "backtest/report_html_parts.h"

#define NS_PER_HOUR INT64_C(3600000000000)
#define DAY_NS (24 * NS_PER_HOUR)
#define YEARS_SHOWN 40
#define TRADES_SHOWN 300 /* of them half from the start, half from the end */
#define MONTHS 12
#define COLUMNS_MAX 24

static const char *const month_names[MONTHS] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static double equity_at(const struct backtest_result *result, size_t bar)
{
    return amount_to_double(result->points[bar].equity);
}

/* Year and month 0..11 of a time, UTC. */
static void civil(int64_t ts_ns, int *year, int *month)
{
    char text[PAGE_TIME_MAX];
    static const struct backtest_result days = { .time_form = BACKTEST_TIME_DATE };
    page_time(&days, ts_ns, text);
    if (sscanf(text, "%d-%d", year, month) != 2)
        *year = *month = 1;
    --*month;
}

/* Colours grow with the value, full at `most`. */
static void shade(struct page *page, double value, double most)
{
    double share = most > 0 && isfinite(value) ? fmin(fabs(value) / most, 1) : 0;
    page_add(page, "<td class=\"%s\" style=\"--s:%.2f\"",
             value > 0   ? "up"
             : value < 0 ? "dn"
                         : "",
             0.08 + 0.52 * share);
}

/* Without the sign of a zero. */
static double tenths(double value) { return nearbyint(10 * value) / 10 + 0.0; }

/* ---- months ---- */

struct year {
    int year;
    double months[MONTHS], whole; /* returns; NaN = no bars */
};

static void add_month(struct year *years, size_t *count, int year, int month, double gain)
{
    if (*count == 0 || years[*count - 1].year != year) {
        if (*count == YEARS_SHOWN)
            memmove(years, years + 1, (YEARS_SHOWN - 1) * sizeof *years);
        else
            ++*count;
        years[*count - 1] = (struct year){ .year = year };
        for (int i = 0; i < MONTHS; i++)
            years[*count - 1].months[i] = NAN;
    }
    struct year *last = &years[*count - 1];
    last->months[month] = gain;
    last->whole = (1 + last->whole) * (1 + gain) - 1;
}

/* A month's return is from the last equity before it to its last; the first begins at the first bar. */
static size_t make_months(const struct backtest_result *result, struct year years[YEARS_SHOWN])
{
    size_t count = 0;
    double before = equity_at(result, 0);
    int year, month, next_year = 0, next_month = 0;
    int64_t day = INT64_MIN;
    civil(result->points[0].start_ns, &year, &month);
    for (size_t bar = 1; bar <= result->point_count; bar++) {
        bool end = bar == result->point_count;
        if (!end && num_div_floor(result->points[bar].start_ns, DAY_NS) == day)
            continue; /* a date is asked for once a day */
        if (!end) {
            day = num_div_floor(result->points[bar].start_ns, DAY_NS);
            civil(result->points[bar].start_ns, &next_year, &next_month);
        }
        if (!end && next_year == year && next_month == month)
            continue;
        double last = equity_at(result, bar - 1);
        add_month(years, &count, year, month, before != 0 ? last / before - 1 : NAN);
        before = last;
        year = next_year;
        month = next_month;
    }
    return count;
}

static void month_cell(struct page *page, double gain, double most)
{
    shade(page, gain, most);
    if (isnan(gain))
        page_add(page, "></td>");
    else
        page_add(page, ">%.1f</td>", tenths(100 * gain));
}

void page_months(struct page *page, const struct backtest_result *result)
{
    struct year years[YEARS_SHOWN];
    size_t count = make_months(result, years);
    double most = 0;
    for (size_t i = 0; i < count; i++)
        for (int month = 0; month < MONTHS; month++)
            most = fmax(most, fabs(years[i].months[month]));
    page_add(page,
             "<section><h2>Returns by month, %%</h2><div class=\"wide\"><table class=\"heat\">"
             "<tr><th>Year</th>");
    for (int month = 0; month < MONTHS; month++)
        page_add(page, "<th>%s</th>", month_names[month]);
    page_add(page, "<th>Year</th></tr>");
    for (size_t i = count; i-- > 0;) {
        page_add(page, "<tr><th>%d</th>", years[i].year);
        for (int month = 0; month < MONTHS; month++)
            month_cell(page, years[i].months[month], most);
        page_add(page, "<td class=\"%s\"><b>%.1f</b></td></tr>", page_tone(years[i].whole),
                 100 * years[i].whole);
    }
    page_add(page, "</table></div>");
    if (count == YEARS_SHOWN)
        page_add(page, "<p class=\"note\">The last %d years are shown.</p>", YEARS_SHOWN);
    page_add(page, "</section>\n");
}

/* ---- weekdays ---- */

struct cell {
    double sum, won, count;
};

/* Only bars whose equity moved: a flat account says nothing about the hour. */
static double make_cells(const struct backtest_result *result, bool by_month,
                         struct cell cells[7][COLUMNS_MAX])
{
    double most = 0;
    for (size_t bar = 1; bar < result->point_count; bar++) {
        const struct backtest_point *point = &result->points[bar];
        if (point->equity == point[-1].equity || point[-1].equity == 0)
            continue;
        int64_t day = num_div_floor(point->start_ns, DAY_NS);
        int64_t column = (point->start_ns - day * DAY_NS) / NS_PER_HOUR;
        if (by_month) {
            int year, month;
            civil(point->start_ns, &year, &month);
            column = month;
        }
        /* 1970-01-01 was a Thursday; Monday is row 0. */
        struct cell *cell = &cells[((day + 3) % 7 + 7) % 7][column];
        double gain = equity_at(result, bar) / equity_at(result, bar - 1) - 1;
        cell->sum += gain;
        cell->won += gain > 0;
        cell->count++;
    }
    for (int row = 0; row < 7; row++)
        for (int column = 0; column < COLUMNS_MAX; column++)
            if (cells[row][column].count > 0)
                most = fmax(most, fabs(cells[row][column].sum / cells[row][column].count));
    return most;
}

void page_hours(struct page *page, const struct backtest_result *result)
{
    static const char *const day_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    struct cell cells[7][COLUMNS_MAX] = { { { 0 } } };
    bool by_month = result->bar_interval_ns >= DAY_NS;
    int columns = by_month ? MONTHS : COLUMNS_MAX;
    double most = make_cells(result, by_month, cells);
    page_add(page,
             "<section><h2>Returns by weekday and %s</h2><div class=\"wide\">"
             "<table class=\"heat\"><tr><th>UTC</th>",
             by_month ? "month" : "hour");
    for (int column = 0; column < columns; column++)
        if (by_month)
            page_add(page, "<th>%s</th>", month_names[column]);
        else
            page_add(page, "<th>%02d</th>", column);
    page_add(page, "</tr>");
    for (int row = 0; row < 7; row++) {
        page_add(page, "<tr><th>%s</th>", day_names[row]);
        for (int column = 0; column < columns; column++) {
            const struct cell *cell = &cells[row][column];
            double mean = cell->count > 0 ? cell->sum / cell->count : NAN;
            shade(page, mean, most);
            if (cell->count > 0)
                page_add(page,
                         " title=\"mean %.4f %%, sum %.2f %%, %.0f of %.0f bars gained\">%.1f<br>"
                         "%.0f&thinsp;%%<br><span class=\"muted\">%.0f</span></td>",
                         100 * mean, 100 * cell->sum, cell->won, cell->count, tenths(1e4 * mean),
                         100 * cell->won / cell->count, cell->count);
            else
                page_add(page, "></td>");
        }
        page_add(page, "</tr>");
    }
    page_add(page,
             "</table></div><p class=\"note\">In each field: mean return of a bar in basis points, "
             "share of bars that gained, number of bars. Only bars that moved the equity count, by "
             "the %s of their start, UTC.</p></section>\n",
             by_month ? "day" : "hour");
}

/* ---- drawdowns and trades ---- */

void page_falls(struct page *page, const struct backtest_result *result,
                const struct metrics *metrics)
{
    const struct backtest_point *points = result->points;
    page_add(page, "<section><h2>Deepest drawdowns</h2><div class=\"wide\"><table><tr><th>Peak</th>"
                   "<th>Bottom</th><th>Back at the peak</th><th>Depth</th><th>Length</th></tr>");
    for (size_t i = 0; i < metrics->worst_count; i++) {
        const struct metrics_drawdown *fall = &metrics->worst[i];
        char peak[PAGE_TIME_MAX], bottom[PAGE_TIME_MAX], end[PAGE_TIME_MAX];
        char depth[PAGE_VALUE_MAX], length[PAGE_VALUE_MAX];
        page_time(result, points[fall->peak].start_ns, peak);
        page_time(result, points[fall->bottom].start_ns, bottom);
        page_time(result, points[fall->end].start_ns, end);
        page_value(METRIC_SHARE, -fall->depth, depth);
        page_value(METRIC_DAYS,
                   (double)(points[fall->end].start_ns - points[fall->peak].start_ns) /
                       (double)DAY_NS,
                   length);
        page_add(page, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>", peak,
                 bottom, fall->recovered ? end : "not yet", depth, length);
    }
    page_add(page, "</table></div></section>\n");
}

static void trade_row(struct page *page, const struct backtest_result *result, size_t i)
{
    const struct backtest_trade *trade = &result->trades[i];
    char size[NUM_TEXT_MAX], entry[NUM_TEXT_MAX], leave[NUM_TEXT_MAX];
    char from[PAGE_TIME_MAX], to[PAGE_TIME_MAX];
    char pnl[PAGE_VALUE_MAX], fee[PAGE_VALUE_MAX], gain[PAGE_VALUE_MAX];
    (void)num_format(trade->lots > 0 ? trade->lots : -trade->lots, result->qty_scale, size);
    (void)num_format(trade->entry_ticks, result->price_scale, entry);
    (void)num_format(trade->exit_ticks, result->price_scale, leave);
    page_time(result, trade->entry_ns, from);
    page_time(result, trade->exit_ns, to);
    page_money(amount_to_double(trade->pnl), 2, pnl);
    page_money(amount_to_double(trade->commission), 2, fee);
    page_value(METRIC_SHARE, trade->return_net, gain);
    page_add(page,
             "<tr><td>%zu</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>"
             "<td>%s</td><td class=\"%s\">%s</td><td class=\"%s\">%s</td></tr>\n",
             i + 1, trade->lots > 0 ? "long" : "short", size, from, entry, to, leave, fee,
             page_tone(amount_to_double(trade->pnl)), pnl, page_tone(trade->return_net), gain);
}

void page_trades(struct page *page, const struct backtest_result *result)
{
    size_t count = result->trade_count;
    page_add(page, "<section><h2>Trades</h2>");
    if (count > TRADES_SHOWN)
        page_add(page,
                 "<p class=\"note\">The first and the last %d of %zu trades; trades.csv of --out "
                 "has all.</p>",
                 TRADES_SHOWN / 2, count);
    page_add(page, "<div class=\"wide\"><table><tr><th>#</th><th>Side</th><th>Size</th>"
                   "<th>Entry</th><th>Price</th><th>Exit</th><th>Price</th><th>Fees</th>"
                   "<th>Profit</th><th>Return</th></tr>\n");
    for (size_t i = 0; i < count; i++) {
        if (count > TRADES_SHOWN && i == TRADES_SHOWN / 2) {
            size_t cut = count - TRADES_SHOWN;
            page_add(page, "<tr><td colspan=\"10\" class=\"muted\">… %zu left out …</td></tr>\n",
                     cut);
            i += cut;
        }
        trade_row(page, result, i);
    }
    page_add(page, "</table></div>");
    if (count == 0)
        page_add(page, "<p class=\"note\">No trade was closed.</p>");
    page_add(page, "</section>\n");
}

/* ---- metrics ---- */

void page_metrics(struct page *page, const struct metrics *metrics)
{
    size_t used = 0;
    for (size_t group = 0; group < METRIC_GROUPS; group++) {
        page_add(page, "<section><h2>");
        page_text(page, metric_groups[group]->title);
        page_add(page, "</h2>%s<div class=\"metrics\">",
                 group == 0 ? "<p class=\"note\">Point at a line, or tap it, for its formula and "
                              "source. A dash: not defined here.</p>"
                            : "");
        for (size_t i = 0; i < metric_groups[group]->count; i++) {
            const struct metric *row = &metric_groups[group]->rows[i];
            char value[PAGE_VALUE_MAX];
            page_value(row->unit, metrics->values[used++], value);
            page_add(page, "<div class=\"m\" tabindex=\"0\"><span>");
            for (const char *at = row->name; *at; at++)
                page_bytes(page, *at == '_' ? " " : at, 1);
            page_add(page, "</span><b>%s</b><span class=\"f\">", value);
            page_text(page, row->formula);
            page_add(page, "<br>Source: ");
            page_text(page, row->source);
            page_add(page, "</span></div>\n");
        }
        page_add(page, "</div></section>\n");
    }
}

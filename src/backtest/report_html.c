/* backtest/report_html.c - the page from head to foot, and onto the disk. */
#include "backtest/report_html.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "backtest/report.h"
#include "backtest/report_html_parts.h"

extern const unsigned char report_html_style_html[];
extern const unsigned report_html_style_html_size;

static void head(struct page *page, const struct backtest_result *result)
{
    char first[PAGE_TIME_MAX], last[PAGE_TIME_MAX];
    page_time(result, result->points[0].start_ns, first);
    page_time(result, result->points[result->point_count - 1].start_ns, last);
    page_add(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'\">\n<title>");
    page_text(page, result->symbol);
    page_add(page, " ");
    page_text(page, result->strategy);
    page_add(page, "</title>\n");
    page_bytes(page, (const char *)report_html_style_html, report_html_style_html_size);
    page_add(page, "</head><body><main>\n<h1>");
    page_text(page, result->symbol);
    page_add(page, " · ");
    page_text(page, result->strategy);
    page_add(page, "</h1><p class=\"sub\">%s to %s, %zu bars", first, last, result->point_count);
    for (size_t i = 0; i < result->param_count; i++) {
        page_add(page, i == 0 ? " · " : ", ");
        page_text(page, result->params[i].name);
        page_add(page, " %.10g", result->params[i].value);
    }
    page_add(page, " · size ");
    page_text(page, result->size);
    page_add(page, "</p>\n");
    if (result->fill_at == BACKTEST_THIS_CLOSE)
        page_add(page, "<p class=\"bad\">Filled at the very close that decided, which nobody could "
                       "do: better than life.</p>\n");
}

static void tile(struct page *page, const struct metrics *metrics, const char *label,
                 const char *name, enum metric_unit unit, bool toned)
{
    char value[PAGE_VALUE_MAX];
    double number = metrics_value(metrics, name);
    page_value(unit, number, value);
    page_add(page, "<div class=\"tile\"><span>%s</span><b class=\"%s\">%s</b></div>\n", label,
             toned ? page_tone(number) : "", value);
}

static void headlines(struct page *page, const struct backtest_result *result,
                      const struct metrics *metrics)
{
    char equity[PAGE_VALUE_MAX];
    page_money(amount_to_double(result->stats.equity_final), 2, equity);
    page_add(page, "<div class=\"tiles\">");
    page_add(page, "<div class=\"tile\"><span>Equity, ");
    page_text(page, result->quote);
    page_add(page, "</span><b>%s</b></div>\n", equity);
    tile(page, metrics, "Return", "total_return", METRIC_SHARE, true);
    tile(page, metrics, "Buy and hold", "buy_hold", METRIC_SHARE, true);
    tile(page, metrics, "A year", "cagr_by_clock", METRIC_SHARE, true);
    tile(page, metrics, "Deepest drawdown", "drawdown_max", METRIC_SHARE, false);
    tile(page, metrics, "Sharpe ratio", "sharpe", METRIC_NUMBER, true);
    tile(page, metrics, "Sortino ratio", "sortino", METRIC_NUMBER, true);
    tile(page, metrics, "Trades", "trades", METRIC_COUNT, false);
    tile(page, metrics, "Won", "win_rate", METRIC_SHARE, false);
    tile(page, metrics, "Profit factor", "profit_factor", METRIC_NUMBER, false);
    tile(page, metrics, "Exposure", "exposure_time", METRIC_SHARE, false);
    tile(page, metrics, "Fees", "fees", METRIC_CASH, false);
    page_add(page, "</div>\n");
    if (result->open_count)
        page_add(page,
                 "<p class=\"note\">A position is still open: it is in the equity and in no trade."
                 "</p>\n");
    if (result->trials > 1)
        page_add(page,
                 "<p class=\"note\">One of %llu variants tried: see the deflated Sharpe "
                 "ratio.</p>\n",
                 (unsigned long long)result->trials);
}

static void costs(struct page *page, const struct metrics *metrics,
                  const struct backtest_result *result)
{
    static const struct {
        const char *label, *name;
        enum metric_unit unit;
    } rows[] = {
        { "Profit before fees", "profit_before_fees", METRIC_CASH },
        { "Fees", "fees", METRIC_CASH },
        { "Share of that profit", "fees_share", METRIC_SHARE },
        { "Share of the cash at the start", "fees_drag", METRIC_SHARE },
        { "Value traded", "traded_value", METRIC_CASH },
        { "Fees, basis points of it", "fees_bps", METRIC_NUMBER },
        { "Nothing would be left at, basis points", "fee_break_even", METRIC_NUMBER },
        { "Turnover, times equity a year", "turnover", METRIC_NUMBER },
    };
    page_add(page, "<section><h2>Costs</h2><dl>");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char value[PAGE_VALUE_MAX];
        page_value(rows[i].unit, metrics_value(metrics, rows[i].name), value);
        page_add(page, "<dt>%s</dt><dd>%s</dd>", rows[i].label, value);
    }
    page_add(page,
             "<dt>%s</dt><dd>none modelled</dd></dl>"
             "</section>\n",
             strcmp(result->level, "bars") == 0 ? "Slippage, spread, funding, interest"
                                                : "Funding, interest");
}

static void assumptions(struct page *page, const struct backtest_result *result)
{
    const char *sentences[REPORT_ASSUMED_MAX];
    size_t count = report_assumed(result, sentences);
    page_add(page, "<section><h2>Assumed</h2><ul>");
    for (size_t i = 0; i < count; i++) {
        page_add(page, "<li>");
        page_text(page, sentences[i]);
        page_add(page, "</li>");
    }
    page_add(page, "</ul></section>\n");
}

static void repeat(struct page *page, const struct backtest_result *result)
{
    page_add(page, "<section><h2>Reproduce</h2><pre>");
    page_text(page, result->reproduce);
    page_add(page,
             "</pre><dl><dt>Data</dt><dd>%016llx (XXH3 of the file)</dd><dt>Configuration</dt>"
             "<dd>%016llx</dd><dt>Seed</dt><dd>%llu</dd><dt>State at the end</dt><dd>%016llx</dd>"
             "<dt>Build</dt><dd>",
             (unsigned long long)result->data_hash, (unsigned long long)result->config_hash,
             (unsigned long long)result->seed, (unsigned long long)result->state_hash);
    page_text(page, result->build);
    page_add(page, "</dd><dt>Layout of the file</dt><dd>");
    page_text(page, result->layout);
    page_add(page,
             "</dd></dl><p class=\"note\">The same file, configuration and build give the same "
             "numbers to the byte.</p></section>\n</main></body></html>\n");
}

static enum err make_page(const struct backtest_result *result, struct page *page)
{
    struct metrics metrics;
    if (metrics_make(result, &metrics))
        return ERR_MEMORY;
    head(page, result);
    headlines(page, result, &metrics);
    page_equity(page, result);
    page_prices(page, result);
    page_distributions(page, result);
    page_months(page, result);
    page_hours(page, result);
    page_falls(page, result, &metrics);
    page_add(page, "<div class=\"two\">");
    costs(page, &metrics, result);
    assumptions(page, result);
    page_add(page, "</div>");
    page_metrics(page, &metrics);
    page_trades(page, result);
    repeat(page, result);
    return page->err;
}

static enum err put(const struct page *page, const char *path, struct errtext *detail)
{
    char beside[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return errtext_set(detail, ERR_SIZE, "the name of the report is too long");
    FILE *file = fopen(beside, "w");
    bool failed = !file || fwrite(page->text, 1, page->length, file) != page->length;
    int number = errno;
    if (file && fclose(file) != 0 && !failed) {
        number = errno;
        failed = true;
    }
    if (!failed && rename(beside, path) != 0) {
        number = errno;
        failed = true;
    }
    if (!failed)
        return OK;
    if (file)
        (void)unlink(beside);
    enum err err = number == ENOSPC || number == EDQUOT  ? ERR_NO_SPACE
                   : number == EACCES || number == EPERM ? ERR_DENIED
                                                         : ERR_IO;
    return errtext_set(detail, err, "%s cannot be written: %s", path, strerror(number));
}

enum err report_html_write(const struct backtest_result *result, const char *path,
                           struct errtext *detail)
{
    struct page page = { .text = NULL };
    enum err err = make_page(result, &page);
    if (err)
        err = errtext_set(detail, err, "the report could not be made: %s", err_text(err));
    else
        err = put(&page, path, detail);
    free(page.text);
    return err;
}

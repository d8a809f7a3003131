/*
 * backtest/report_html_parts.h - the text that grows, and the parts that are put into it. Private to the
 * layer.
 */
#ifndef BACKTEST_REPORT_HTML_PARTS_H
#define BACKTEST_REPORT_HTML_PARTS_H
#include "backtest/metrics.h"

#define PAGE_BYTES_MAX (16u << 20) /* every part is bounded far below it */

struct page {
    char *text;
    size_t length, capacity;
    enum err err; /* of memory; once set, nothing more is added */
};

/* Of our own words and numbers only: what may hold foreign text goes through page_text(). */
__attribute__((format(printf, 2, 3))) void page_add(struct page *page, const char *format, ...);
void page_bytes(struct page *page, const char *bytes, size_t count);
void page_text(struct page *page, const char *text); /* escaped, for bodies and attributes */

/* "1 234 567.89", "12.3 %", "-": as the unit asks; NaN is a dash. */
#define PAGE_VALUE_MAX 64
void page_value(enum metric_unit unit, double value, char out[PAGE_VALUE_MAX]);
void page_money(double value, int places, char out[PAGE_VALUE_MAX]);
/* "good", "bad", or "" for zero and NaN. */
const char *page_tone(double value);
/* "2004-08-19" for daily bars, else "2004-08-19 09:30". */
#define PAGE_TIME_MAX 48
void page_time(const struct backtest_result *result, int64_t ts_ns, char out[PAGE_TIME_MAX]);

void page_equity(struct page *page, const struct backtest_result *result);
void page_prices(struct page *page, const struct backtest_result *result);
void page_distributions(struct page *page, const struct backtest_result *result);
void page_months(struct page *page, const struct backtest_result *result);
void page_hours(struct page *page, const struct backtest_result *result);
void page_falls(struct page *page, const struct backtest_result *result,
                const struct metrics *metrics);
void page_trades(struct page *page, const struct backtest_result *result);
void page_metrics(struct page *page, const struct metrics *metrics);

#endif

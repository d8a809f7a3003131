/* backtest/report_html_page.c - the text that grows; numbers and times as people read them. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "backtest/report.h"
#include "backtest/report_html_parts.h"

static bool make_room(struct page *page, size_t more)
{
    size_t capacity = page->capacity ? page->capacity : 65536;
    if (page->err)
        return false;
    while (capacity < page->length + more + 1)
        capacity *= 2;
    if (capacity > PAGE_BYTES_MAX) {
        page->err = ERR_SIZE;
        return false;
    }
    if (capacity != page->capacity) {
        char *text = realloc(page->text, capacity);
        if (!text) {
            page->err = ERR_MEMORY;
            return false;
        }
        page->text = text;
        page->capacity = capacity;
    }
    return true;
}

void page_bytes(struct page *page, const char *bytes, size_t count)
{
    if (!make_room(page, count))
        return;
    memcpy(page->text + page->length, bytes, count);
    page->length += count;
}

void page_add(struct page *page, const char *format, ...)
{
    char piece[2048];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(piece, sizeof piece, format, values);
    va_end(values);
    if (length < 0 || length >= (int)sizeof piece)
        page->err = page->err ? page->err : ERR_SIZE;
    else
        page_bytes(page, piece, (size_t)length);
}

void page_text(struct page *page, const char *text)
{
    for (; *text; text++) {
        const char *safe = *text == '&'    ? "&amp;"
                           : *text == '<'  ? "&lt;"
                           : *text == '>'  ? "&gt;"
                           : *text == '"'  ? "&quot;"
                           : *text == '\'' ? "&#39;"
                                           : NULL;
        page_bytes(page, safe ? safe : text, safe ? strlen(safe) : 1);
    }
}

/* Thousands apart by narrow spaces, which no line breaks at. */
void page_money(double value, int places, char out[PAGE_VALUE_MAX])
{
    char digits[PAGE_VALUE_MAX];
    size_t used = 0;
    if (!isfinite(value) || fabs(value) >= 1e15) {
        (void)snprintf(out, PAGE_VALUE_MAX, isfinite(value) ? "%.4g" : "–", value);
        return;
    }
    int length = snprintf(digits, sizeof digits, "%.*f", places, fabs(value));
    int whole = places ? length - places - 1 : length;
    if (value < 0 && strtod(digits, NULL) > 0)
        used += (size_t)snprintf(out, PAGE_VALUE_MAX, "−");
    for (int i = 0; i < length; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            used += (size_t)snprintf(out + used, PAGE_VALUE_MAX - used, "\u202f");
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

void page_value(enum metric_unit unit, double value, char out[PAGE_VALUE_MAX])
{
    char number[PAGE_VALUE_MAX];
    if (!isfinite(value)) {
        (void)snprintf(out, PAGE_VALUE_MAX, "–");
        return;
    }
    switch (unit) {
    case METRIC_SHARE:
        page_money(100 * value, value != 0 && fabs(value) < 0.001 ? 4 : 2, number);
        (void)snprintf(out, PAGE_VALUE_MAX, "%.40s\u202f%%", number);
        return;
    case METRIC_NUMBER: page_money(value, 3, out); return;
    case METRIC_CASH: page_money(value, 2, out); return;
    case METRIC_DAYS:
        page_money(value < 1 ? 24 * value : value, 1, number);
        (void)snprintf(out, PAGE_VALUE_MAX, "%.40s\u202f%s", number, value < 1 ? "h" : "d");
        return;
    case METRIC_COUNT: page_money(value, 0, out); return;
    }
}

const char *page_tone(double value) { return value > 0 ? "good" : value < 0 ? "bad" : ""; }

void page_time(const struct backtest_result *result, int64_t ts_ns, char out[PAGE_TIME_MAX])
{
    static_assert(PAGE_TIME_MAX >= REPORT_TIME_MAX, "a time fits");
    report_full_time(ts_ns, out);
    if (result->time_form == BACKTEST_TIME_DATE)
        out[strcspn(out, " ")] = '\0';
    else if (strlen(out) == strlen("2004-08-19 09:30:00") && strcmp(out + 16, ":00") == 0)
        out[16] = '\0';
}

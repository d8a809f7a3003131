#include "data/feed_private.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/num.h"

#define WHERE_MAX 400      /* "file:line" in a sentence */
#define STEP_ROWS_MAX 1000 /* bars looked at to find their usual step */
#define STEPS_MAX 16       /* different steps among them */

enum err feed_error(const struct feed *feed, uint64_t line, struct errtext *detail, enum err err,
                    const char *format, ...)
{
    char why[ERRTEXT_MAX / 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return errtext_set(detail, err, "%s:%llu: %s", feed->reader.file, (unsigned long long)line,
                       why);
}

static enum err read_header(struct feed *feed, const char *layout, struct errtext *detail)
{
    const char *text = NULL;
    size_t length = 0;
    enum err err = lines_next(feed->lines, &text, &length, detail);
    if (err == ERR_END)
        return errtext_set(detail, ERR_SYNTAX,
                           "%s:1: the file is empty: the first line must name "
                           "the columns",
                           lines_name(feed->lines));
    if (err != OK)
        return err;
    char where[WHERE_MAX];
    (void)snprintf(where, sizeof where, "%s:1", lines_name(feed->lines));
    return binding_make(text, length, layout, where, &feed->reader.binding, detail);
}

struct steps { /* between bars, and how often */
    int64_t last_ns;
    uint32_t rows;
    struct {
        int64_t ns;
        uint32_t count;
    } seen[STEPS_MAX];
};

static void steps_add(struct steps *steps, int64_t ts_ns)
{
    int64_t step = 0;
    if (steps->rows++ > 0 && !__builtin_sub_overflow(ts_ns, steps->last_ns, &step) && step > 0) {
        size_t i = 0;
        while (i < STEPS_MAX - 1 && steps->seen[i].count > 0 && steps->seen[i].ns != step)
            i++;
        steps->seen[i].ns = step;
        steps->seen[i].count++;
    }
    steps->last_ns = ts_ns;
}

static int64_t steps_usual(const struct steps *steps)
{
    size_t best = 0;
    for (size_t i = 1; i < STEPS_MAX; i++)
        if (steps->seen[i].count > steps->seen[best].count)
            best = i;
    return steps->seen[best].ns;
}

/* The first pass: scales, and the usual step of bars. */
static enum err scan_file(struct feed *feed, struct errtext *detail)
{
    struct scale_scan scan = { 0 };
    struct steps steps = { 0 };
    bool bars = feed->reader.binding.layout->kind == FEED_BARS;
    const char *text = NULL;
    size_t length = 0;
    enum err err;
    /* ERR_DUPLICATE is a row's own trouble (join.h), told when it is read. */
    while ((err = lines_next(feed->lines, &text, &length, detail)) == OK || err == ERR_DUPLICATE) {
        if (err != OK)
            continue;
        scale_scan_line(&scan, &feed->reader.binding, text, length);
        int64_t ts_ns = 0;
        if (bars && steps.rows < STEP_ROWS_MAX &&
            row_time(&feed->reader.binding, text, length, &ts_ns))
            steps_add(&steps, ts_ns);
    }
    if (err != ERR_END)
        return err;
    feed->bar_interval_ns = steps_usual(&steps);
    feed->written_price_places = (uint8_t)(scan.price.written & 0xff);
    feed->written_qty_places = (uint8_t)(scan.qty.written & 0xff);
    if (!scale_choose(&scan.price, &feed->reader.price_scale, &feed->clean_price_scale))
        return errtext_set(detail, ERR_RANGE,
                           "%s: no decimal scale holds all its prices: up to %g "
                           "with up to %d decimal places",
                           lines_name(feed->lines), scan.price.magnitude, scan.price.clean_places);
    if (!scale_choose(&scan.qty, &feed->reader.qty_scale, &feed->clean_qty_scale))
        return errtext_set(detail, ERR_RANGE,
                           "%s: no decimal scale holds all its quantities: up to "
                           "%g with up to %d decimal places",
                           lines_name(feed->lines), scan.qty.magnitude, scan.qty.clean_places);
    return OK;
}

static struct feed *feed_new(void)
{
    struct feed *feed = aligned_alloc(64, (sizeof *feed + 63u) & ~(size_t)63u);
    if (feed)
        memset(feed, 0, sizeof *feed);
    return feed;
}

enum err feed_check_kind(const struct feed *feed, struct errtext *detail)
{
    enum feed_kind kind = feed->reader.binding.layout->kind;
    if (kind == FEED_ORDERS)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s: is order-by-order data (%s), which has no events of its own; "
                           "`tradewind book` rebuilds the book from it",
                           feed->reader.file, feed->reader.binding.layout->name);
    if (kind == FEED_LEVELS)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s: is a LOBSTER book file: row i is the book after message i of its "
                           "message file; give it to `tradewind book --levels`",
                           feed->reader.file);
    return OK;
}

enum err feed_open_lines(struct lines *lines, const char *layout, struct feed **out,
                         struct errtext *detail)
{
    struct feed *feed = feed_new();
    if (!feed) {
        lines_close(lines);
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    }
    feed->lines = lines;
    feed->reader.file = lines_name(lines);
    const char *text = NULL;
    size_t length = 0;
    enum err err = read_header(feed, layout, detail);
    if (err == OK)
        err = scan_file(feed, detail);
    if (err == OK)
        err = lines_rewind(lines, detail);
    if (err == OK)
        err = lines_next(lines, &text, &length, detail); /* the header again */
    if (err != OK) {
        feed_close(feed);
        return err;
    }
    *out = feed;
    return OK;
}

enum err feed_open_rows(const char *path, const char *layout, struct feed **out,
                        struct errtext *detail)
{
    struct lines *lines = NULL;
    if (!columns_is_one(path)) {
        enum err err = lines_open(path, &lines, detail);
        return err == OK ? feed_open_lines(lines, layout, out, detail) : err;
    }
    struct columns *columns = NULL;
    struct feed *feed = feed_new();
    enum err err = feed ? columns_open(path, &columns, detail)
                        : errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    if (err == OK)
        err = column_rows_start(feed, columns, path, layout, detail);
    if (err != OK) {
        feed_close(feed);
        return err;
    }
    *out = feed;
    return OK;
}

/* Takes the feed if it has no events. */
static enum err with_events(struct feed *feed, struct feed **out, struct errtext *detail)
{
    assert(feed);
    enum err err = feed_check_kind(feed, detail);
    if (err != OK)
        feed_close(feed);
    else
        *out = feed;
    return err;
}

enum err feed_open(const char *path, const char *layout, struct feed **out, struct errtext *detail)
{
    struct feed *feed = NULL;
    enum err err = feed_open_rows(path, layout, &feed, detail);
    return err == OK ? with_events(feed, out, detail) : err;
}

enum err feed_open_memory(const char *name, const void *data, size_t size_bytes, const char *layout,
                          struct feed **out, struct errtext *detail)
{
    struct lines *lines = NULL;
    struct feed *feed = NULL;
    enum err err = lines_open_memory(name, data, size_bytes, &lines, detail);
    if (err == OK)
        err = feed_open_lines(lines, layout, &feed, detail);
    return err == OK ? with_events(feed, out, detail) : err;
}

enum err feed_open_columns_memory(const char *name, const void *data, size_t size_bytes,
                                  struct feed **out, struct errtext *detail)
{
    struct columns *columns = NULL;
    enum err err = columns_open_memory(name, data, size_bytes, &columns, detail);
    if (err != OK)
        return err;
    struct feed *feed = feed_new();
    if (!feed) {
        columns_close(columns);
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", name);
    }
    err = column_rows_start(feed, columns, name, NULL, detail);
    if (err != OK) {
        feed_close(feed);
        return err;
    }
    return with_events(feed, out, detail);
}

void feed_close(struct feed *feed)
{
    if (!feed)
        return;
    lines_close(feed->lines);
    column_rows_close(feed->rows_of);
    book_keeper_release(&feed->book);
    free(feed);
}

void feed_info(const struct feed *feed, struct feed_info *out)
{
    *out = (struct feed_info){
        .kind = feed->reader.binding.layout->kind,
        .layout = feed->reader.binding.layout->name,
        .bar_interval_ns = feed->bar_interval_ns,
        .price_scale = feed->reader.price_scale,
        .qty_scale = feed->reader.qty_scale,
        .clean_price_scale = feed->clean_price_scale,
        .clean_qty_scale = feed->clean_qty_scale,
        .written_price_places = feed->written_price_places,
        .written_qty_places = feed->written_qty_places,
        .rows_total = column_rows_total(feed->rows_of),
        .rows = feed->rows,
        .cleaned = feed->reader.cleaned,
    };
}

void feed_set_scales(struct feed *feed, uint8_t price_scale, uint8_t qty_scale)
{
    assert(price_scale <= NUM_SCALE_MAX);
    assert(qty_scale <= NUM_SCALE_MAX);
    assert(feed->rows == 0);
    feed->reader.price_scale = price_scale;
    feed->reader.qty_scale = qty_scale;
}

static enum err read_line(struct feed *feed, struct errtext *detail)
{
    const char *text = NULL;
    size_t length = 0;
    enum err err = lines_next(feed->lines, &text, &length, detail);
    return err == OK ? row_read(&feed->reader, text, length, lines_number(feed->lines), &feed->row,
                                detail)
                     : err;
}

enum err feed_load(struct feed *feed, struct errtext *detail)
{
    if (feed->has_row)
        return OK;
    if (feed->ahead != OK) {
        if (detail)
            *detail = feed->ahead_detail;
        return feed->ahead;
    }
    enum err err = feed->lines ? read_line(feed, detail) : column_rows_next(feed, detail);
    if (err == OK)
        err = row_check(&feed->checker, feed->reader.binding.layout->kind, feed->reader.file,
                        &feed->row, detail);
    if (err != OK)
        return err;
    feed->rows++;
    feed->has_row = true;
    return OK;
}

struct event *feed_event(struct feed *feed, uint16_t kind, size_t body_bytes, int64_t ts_ns)
{
    struct event *event = (struct event *)(void *)feed->event;
    uint32_t length = event_length(body_bytes);
    assert(length <= sizeof feed->event);
    memset(event, 0, length);
    event->length = length;
    event->kind = kind;
    event->version = event_kind_version(kind);
    event->flags = EVENT_NO_SYNC;
    event->source_ts_ns = ts_ns;
    return event;
}

enum err feed_next(struct feed *feed, const struct event **event, struct errtext *detail)
{
    static enum err (*const makers[])(struct feed *, struct errtext *) = {
        [FEED_TRADES] = make_trade,
        [FEED_QUOTES] = make_quote,
        [FEED_BOOK] = make_book,
        [FEED_BARS] = make_bar,
    };
    if (feed->failed == OK)
        feed->failed = makers[feed->reader.binding.layout->kind](feed, &feed->failure);
    if (feed->failed != OK) {
        if (detail)
            *detail = feed->failure;
        return feed->failed;
    }
    *event = (const struct event *)(const void *)feed->event;
    return OK;
}

#include "data/candles.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/num.h"
#include "data/feed.h"

#define HEADER_BYTES (sizeof CANDLES_HEADER - 1)

struct candles {
    char *path;
    int file;
    uint8_t price_scale, qty_scale;
    off_t size;
    int64_t last_start_ns;
};

static enum err io_error(const char *path, struct errtext *detail)
{
    enum err err = errno == ENOSPC || errno == EDQUOT ? ERR_NO_SPACE
                   : errno == ENOENT                  ? ERR_NOT_FOUND
                   : errno == EACCES                  ? ERR_DENIED
                                                      : ERR_IO;
    return errtext_set(detail, err, "%s: %s", path, strerror(errno));
}

size_t candle_format(const struct bar *bar, uint8_t price_scale, uint8_t qty_scale, char *out)
{
    const int64_t values[5] = { bar->open_ticks, bar->high_ticks, bar->low_ticks, bar->close_ticks,
                                bar->volume_lots };
    size_t length = num_format(num_div_floor(bar->start_ns, NS_PER_MS), 0, out);
    for (int i = 0; i < 5; i++) {
        out[length++] = ',';
        length += num_format(values[i], i < 4 ? price_scale : qty_scale, out + length);
    }
    out[length++] = '\n';
    out[length] = 0;
    assert(length < CANDLE_ROW_MAX);
    return length;
}

/* The end of a file: whole lines only, at least max_rows of them if it has so many. */
struct tail {
    char *text; /* the header line, then rows; gives */
    size_t size;
    off_t file_size, whole_size; /* of the file; up to its last newline */
};

static enum err read_at(int file, const char *path, char *to, size_t count, off_t offset,
                        struct errtext *detail)
{
    while (count > 0) {
        ssize_t got = pread(file, to, count, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_error(path, detail);
        if (got == 0)
            return errtext_set(detail, ERR_IO, "%s: became shorter while it was read", path);
        to += got;
        count -= (size_t)got;
        offset += got;
    }
    return OK;
}

/* Cuts a partial line at both ends of the rows. */
static void trim_tail(struct tail *tail, bool starts_inside)
{
    char *rows = tail->text + HEADER_BYTES;
    size_t size = tail->size - HEADER_BYTES;
    char *newline = size > 0 ? memrchr(rows, '\n', size) : NULL;
    size_t whole = newline ? (size_t)(newline - rows) + 1 : 0;
    tail->whole_size = tail->file_size - (off_t)(size - whole);
    if (starts_inside && whole > 0) {
        char *first = memchr(rows, '\n', whole);
        size_t skip = (size_t)(first - rows) + 1;
        memmove(rows, rows + skip, whole - skip);
        whole -= skip;
    }
    tail->size = HEADER_BYTES + whole;
}

static enum err read_tail(int file, const char *path, size_t max_rows, struct tail *tail,
                          struct errtext *detail)
{
    struct stat status;
    char header[HEADER_BYTES + 1] = "";
    if (fstat(file, &status) != 0)
        return io_error(path, detail);
    off_t body = status.st_size - (off_t)HEADER_BYTES;
    if (body < 0)
        return errtext_set(detail, ERR_CORRUPT,
                           "%s:1: the first line is not ts_ms,open,high,low,"
                           "close,volume",
                           path);
    enum err err = read_at(file, path, header, HEADER_BYTES, 0, detail);
    if (err == OK && memcmp(header, CANDLES_HEADER, HEADER_BYTES) != 0)
        err = errtext_set(detail, ERR_CORRUPT,
                          "%s:1: the first line is not ts_ms,open,high,low,"
                          "close,volume",
                          path);
    if (err != OK)
        return err;
    /* Two more rows than asked for: a partial one at either end. */
    size_t want =
        max_rows < SIZE_MAX / CANDLE_ROW_MAX - 2 ? (max_rows + 2) * CANDLE_ROW_MAX : SIZE_MAX;
    size_t size = (size_t)body < want ? (size_t)body : want;
    *tail = (struct tail){ .text = malloc(HEADER_BYTES + size + 1),
                           .size = HEADER_BYTES + size,
                           .file_size = status.st_size };
    if (!tail->text)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    memcpy(tail->text, CANDLES_HEADER, HEADER_BYTES);
    err =
        read_at(file, path, tail->text + HEADER_BYTES, size, status.st_size - (off_t)size, detail);
    if (err != OK) {
        free(tail->text);
        return err;
    }
    trim_tail(tail, size < (size_t)body);
    return OK;
}

/* Reads the bars of a tail; keeps the last max. */
static enum err parse_tail(const struct tail *tail, const char *path, uint8_t price_scale,
                           uint8_t qty_scale, int64_t interval_ns, struct bar *out, size_t max,
                           size_t *count, struct errtext *detail)
{
    struct feed *feed = NULL;
    enum err err = feed_open_memory(path, tail->text, tail->size, "bars_ms", &feed, detail);
    if (err != OK)
        return err;
    feed_set_scales(feed, price_scale, qty_scale);
    const struct event *event = NULL;
    size_t seen = 0;
    while ((err = feed_next(feed, &event, detail)) == OK) {
        struct bar bar = *(const struct bar *)event_body_const(event);
        bar.end_ns = bar.start_ns + interval_ns;
        if (seen++ >= max)
            memmove(out, out + 1, (max - 1) * sizeof *out);
        out[seen <= max ? seen - 1 : max - 1] = bar;
    }
    feed_close(feed);
    *count = seen < max ? seen : max;
    return err == ERR_END ? OK : err;
}

enum err candles_load_last(const char *path, uint8_t price_scale, uint8_t qty_scale,
                           int64_t interval_ns, struct bar *out, size_t max, size_t *count,
                           struct errtext *detail)
{
    assert(max > 0);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return io_error(path, detail);
    struct tail tail = { .text = NULL };
    enum err err = read_tail(file, path, max, &tail, detail);
    (void)close(file);
    if (err != OK)
        return err;
    size_t got = 0;
    err = parse_tail(&tail, path, price_scale, qty_scale, interval_ns, out, max, &got, detail);
    free(tail.text);
    if (err == OK)
        *count = got;
    return err;
}

static enum err write_all(int file, const char *path, const char *text, size_t size, off_t offset,
                          struct errtext *detail)
{
    while (size > 0) {
        ssize_t done = pwrite(file, text, size, offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return io_error(path, detail);
        text += done;
        size -= (size_t)done;
        offset += done;
    }
    return OK;
}

/* Finds the end of the last whole line, cuts what is behind it, reads the last bar. */
static enum err find_end(struct candles *candles, struct errtext *detail)
{
    struct stat status;
    if (fstat(candles->file, &status) != 0)
        return io_error(candles->path, detail);
    if (status.st_size == 0) {
        candles->size = (off_t)HEADER_BYTES;
        return write_all(candles->file, candles->path, CANDLES_HEADER, HEADER_BYTES, 0, detail);
    }
    struct tail tail = { .text = NULL };
    struct bar bar;
    size_t count = 0;
    enum err err = read_tail(candles->file, candles->path, 1, &tail, detail);
    if (err != OK)
        return err;
    err = parse_tail(&tail, candles->path, candles->price_scale, candles->qty_scale, 0, &bar, 1,
                     &count, detail);
    free(tail.text);
    if (err != OK)
        return err;
    candles->size = tail.whole_size;
    if (count > 0)
        candles->last_start_ns = bar.start_ns;
    if (tail.whole_size < tail.file_size && ftruncate(candles->file, tail.whole_size) != 0)
        return io_error(candles->path, detail);
    return OK;
}

enum err candles_open(const char *path, uint8_t price_scale, uint8_t qty_scale,
                      struct candles **out, struct errtext *detail)
{
    struct candles *candles = calloc(1, sizeof *candles);
    char *copy = strdup(path);
    if (!candles || !copy) {
        free(candles);
        free(copy);
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    }
    *candles = (struct candles){
        .path = copy, .price_scale = price_scale, .qty_scale = qty_scale, .last_start_ns = INT64_MIN
    };
    candles->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum err err = candles->file < 0 ? io_error(path, detail) : find_end(candles, detail);
    if (err != OK) {
        candles_close(candles);
        return err;
    }
    *out = candles;
    return OK;
}

void candles_close(struct candles *candles)
{
    if (!candles)
        return;
    if (candles->file >= 0)
        (void)close(candles->file);
    free(candles->path);
    free(candles);
}

int64_t candles_last_start_ns(const struct candles *candles) { return candles->last_start_ns; }

enum err candles_append(struct candles *candles, const struct bar *bar, struct errtext *detail)
{
    if (bar->start_ns <= candles->last_start_ns)
        return errtext_set(detail, ERR_DUPLICATE, "%s: the bar or a later one is there already",
                           candles->path);
    char text[CANDLE_ROW_MAX];
    size_t size = candle_format(bar, candles->price_scale, candles->qty_scale, text);
    enum err err = write_all(candles->file, candles->path, text, size, candles->size, detail);
    if (err != OK) {
        /* Half a line must not stay; if even this fails, the next open cuts it. */
        int result = ftruncate(candles->file, candles->size);
        (void)result;
        return err;
    }
    candles->size += (off_t)size;
    candles->last_start_ns = bar->start_ns;
    return OK;
}

size_t candles_gaps(const struct bar *bars, size_t count, int64_t interval_ns,
                    struct candle_gap *out, size_t max)
{
    assert(interval_ns > 0);
    size_t gaps = 0;
    for (size_t i = 1; i < count; i++) {
        int64_t expected_ns = bars[i - 1].start_ns + interval_ns;
        if (bars[i].start_ns <= expected_ns)
            continue;
        if (gaps < max)
            out[gaps] = (struct candle_gap){
                .from_ns = expected_ns,
                .to_ns = bars[i].start_ns,
                .missing = (uint64_t)((bars[i].start_ns - expected_ns) / interval_ns),
            };
        gaps++;
    }
    return gaps;
}

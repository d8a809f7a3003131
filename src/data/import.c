/* data/import.c - CSV into a columnar file. */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/hash.h"
#include "base/num.h"
#include "data/cells.h"
#include "data/feed_private.h"
#include "data/join.h"
#include "data/transfer.h"

#define PROGRESS_ROWS 8192
#define FIRST_PASS 2 /* the first was the feed's: scales */

struct import {
    const struct import_config *config;
    struct import_report *report;
    struct feed *feed;
    uint64_t total; /* rows, after a pass over them */
    struct columns_column column[COLUMNS_MAX];
    struct cells *cells; /* one a column */
    uint32_t columns;
    struct columns_writer *writer;
    struct columns_header head;
    struct columns_gap *gaps;
    size_t gap_count, gap_capacity;
    bool has_time;
    int64_t first_ns, last_ns;
};

struct span {
    const char *text;
    size_t length;
};

static uint32_t split(const char *text, size_t length, struct span *out)
{
    const char *end = text + length;
    uint32_t count = 0;
    for (const char *at = text; count < COLUMNS_MAX; at++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        out[count++] = (struct span){ at, (size_t)(stop - at) };
        if (!comma)
            break;
        at = stop;
    }
    return count;
}

/* The next good row: *cells of its line. Bad ones end the import or are counted. */
static enum err next_row(struct import *import, struct row_checker *checker, bool tell,
                         struct span *cells, struct errtext *detail)
{
    struct feed *feed = import->feed;
    struct import_report *report = import->report;
    for (;;) {
        const char *text = NULL;
        size_t length = 0;
        struct errtext why = { "" };
        enum err err = lines_next(feed->lines, &text, &length, &why);
        bool of_row = err == OK || err == ERR_DUPLICATE; /* the rest: the file itself is broken */
        if (err == OK)
            err =
                row_read(&feed->reader, text, length, lines_number(feed->lines), &feed->row, &why);
        if (err == OK)
            err = row_check(checker, feed->reader.binding.layout->kind, feed->reader.file,
                            &feed->row, &why);
        if (err == OK) {
            (void)split(text, length, cells);
            return OK;
        }
        if (err == ERR_END || !of_row || !import->config->skip_bad) {
            if (detail)
                *detail = why;
            return err;
        }
        if (tell && report->skipped < IMPORT_COMPLAINTS_MAX)
            report->complaints[report->skipped] = why;
        report->skipped += tell;
    }
}

/* To the header line, and over it. */
static enum err rewind_lines(struct import *import, const char **text, size_t *length,
                             struct errtext *detail)
{
    enum err err = lines_rewind(import->feed->lines, detail);
    return err == OK ? lines_next(import->feed->lines, text, length, detail) : err;
}

static void tell_progress(const struct import *import, int pass, uint64_t rows)
{
    if (import->config->progress && rows % PROGRESS_ROWS == 0)
        import->config->progress(import->config->context, pass, rows, import->total);
}

static enum err name_columns(struct import *import, const char *text, size_t length,
                             struct errtext *detail)
{
    struct span names[COLUMNS_MAX];
    import->columns = split(text, length, names);
    import->cells = calloc(import->columns, sizeof *import->cells);
    if (!import->cells)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    for (uint32_t i = 0; i < import->columns; i++) {
        if (names[i].length >= sizeof import->column[i].name)
            return errtext_set(detail, ERR_SIZE, "%s:1: the name of column %u is longer than %zu",
                               import->feed->reader.file, i + 1, sizeof import->column[i].name - 1);
        memcpy(import->column[i].name, names[i].text, names[i].length);
    }
    return OK;
}

/* Second pass: every row is judged, every cell looked at. */
static enum err look(struct import *import, struct errtext *detail)
{
    struct row_checker checker = { 0 };
    struct span cells[COLUMNS_MAX] = { { NULL, 0 } };
    const char *text = NULL;
    size_t length = 0;
    enum err err = rewind_lines(import, &text, &length, detail);
    if (err == OK)
        err = name_columns(import, text, length, detail);
    uint64_t rows = 0;
    while (err == OK && (err = next_row(import, &checker, true, cells, detail)) == OK) {
        for (uint32_t i = 0; i < import->columns; i++)
            cells_look(&import->cells[i], cells[i].text, cells[i].length);
        tell_progress(import, FIRST_PASS, ++rows);
    }
    if (err == ERR_END && rows == 0)
        return errtext_set(detail, ERR_EMPTY, "%s: has a header and no %srows",
                           import->feed->reader.file, import->report->skipped ? "good " : "");
    import->total = rows;
    return err == ERR_END ? OK : err;
}

static enum err open_writer(struct import *import, struct errtext *detail)
{
    uint32_t words = 0;
    for (uint32_t i = 0; i < import->columns; i++) {
        cells_choose(&import->cells[i], &import->column[i]);
        if (import->column[i].type != CELL_WORD)
            continue;
        import->column[i].first_word = words;
        words += import->column[i].words;
    }
    char(*word)[COLUMNS_WORD_MAX] = calloc(words + 1u, sizeof *word);
    if (!word)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    for (uint32_t i = 0; i < import->columns; i++)
        if (import->column[i].type == CELL_WORD)
            memcpy(word[import->column[i].first_word], import->cells[i].word,
                   import->column[i].words * sizeof *word);
    enum err err =
        columns_writer_open(import->config->out, import->column, import->columns,
                            (const char(*)[COLUMNS_WORD_MAX])word, &import->writer, detail);
    free(word);
    return err;
}

static enum err add_gap(struct import *import, const struct columns_gap *gap,
                        struct errtext *detail)
{
    if (import->gap_count == COLUMNS_GAPS_MAX)
        return errtext_set(detail, ERR_LIMIT, "%s: more than %u gaps", import->feed->reader.file,
                           COLUMNS_GAPS_MAX);
    if (import->gap_count == import->gap_capacity) {
        size_t capacity = 2 * import->gap_capacity + 64;
        struct columns_gap *grown = realloc(import->gaps, capacity * sizeof *grown);
        if (!grown)
            return errtext_set(detail, ERR_MEMORY, "out of memory");
        import->gaps = grown;
        import->gap_capacity = capacity;
    }
    import->gaps[import->gap_count++] = *gap;
    return OK;
}

/* A bar that does not begin where the one before ended leaves a hole. One that a person declared
 * missing is missing; the others are what they said, or unknown. */
static enum err note_time(struct import *import, int64_t ts_ns, struct errtext *detail)
{
    int64_t step = import->feed->bar_interval_ns;
    enum err err = OK;
    if (!import->has_time)
        import->first_ns = ts_ns;
    else if (import->report->kind == FEED_BARS && step > 0 && ts_ns - import->last_ns > step) {
        struct columns_gap gap = { .from_ns = import->last_ns + step,
                                   .to_ns = ts_ns,
                                   .bars = (uint64_t)((ts_ns - import->last_ns - 1) / step),
                                   .kind = (uint8_t)import->config->gaps_are };
        for (uint32_t i = 0; i < import->config->missing_count; i++)
            if (import->config->missing[i].from_ns < gap.to_ns &&
                import->config->missing[i].to_ns > gap.from_ns)
                gap.kind = GAP_MISSING;
        err = add_gap(import, &gap, detail);
    }
    import->has_time = true;
    import->last_ns = ts_ns;
    return err;
}

/* Third pass: the same rows again, written. */
static enum err write_rows(struct import *import, struct errtext *detail)
{
    struct row_checker checker = { 0 };
    struct span cells[COLUMNS_MAX] = { { NULL, 0 } };
    const char *text = NULL;
    size_t length = 0;
    enum err err = rewind_lines(import, &text, &length, detail);
    int64_t offset_ns = import->head.utc_offset_s * NS_PER_S;
    uint64_t rows = 0, hash = 0;
    while (err == OK && (err = next_row(import, &checker, false, cells, detail)) == OK) {
        const struct span *last = &cells[import->columns - 1];
        hash = hash_bytes_seeded(cells[0].text, (size_t)(last->text + last->length - cells[0].text),
                                 hash);
        for (uint32_t i = 0; i < import->columns && err == OK; i++) {
            int64_t value = 0;
            uint8_t code = 0;
            cells_encode(&import->cells[i], &import->column[i], cells[i].text, cells[i].length,
                         &value, &code);
            err = columns_writer_cell(import->writer, i, value, code, cells[i].text,
                                      cells[i].length, detail);
        }
        if (err == OK)
            err = columns_writer_row(import->writer, detail);
        if (err == OK && import->report->kind != FEED_LEVELS)
            err = note_time(import, import->feed->row.ts_ns - offset_ns, detail);
        tell_progress(import, FIRST_PASS + 1, ++rows);
    }
    import->head.source_hash = hash;
    import->report->rows = rows;
    return err == ERR_END ? OK : err;
}

static enum err step_of(const char *text, const char *what, uint8_t scale, int64_t *out,
                        struct errtext *detail)
{
    *out = 1;
    if (!text)
        return OK;
    enum err err = num_parse(text, strlen(text), scale, out);
    if (err == OK && *out <= 0)
        err = ERR_RANGE;
    if (err != OK)
        return errtext_set(detail, err, "the %s '%s' is no step of a file with %d decimal places",
                           what, text, scale);
    return OK;
}

bool utc_offset_parse(const char *text, int32_t *out_s)
{
    int hours = 0, minutes = 0, used = 0;
    if ((text[0] != '+' && text[0] != '-') ||
        sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || text[used + 1] != 0 ||
        used != 5 || hours > 14 || hours < 0 || minutes > 59 || minutes < 0)
        return false;
    *out_s = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static void copy_text(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%s", text ? text : "");
}

static enum err describe(struct import *import, struct errtext *detail)
{
    const struct import_config *config = import->config;
    struct columns_header *head = &import->head;
    struct feed_info info;
    feed_info(import->feed, &info);
    import->report->kind = info.kind;
    copy_text(import->report->layout, sizeof import->report->layout, info.layout);
    copy_text(head->layout, sizeof head->layout, info.layout);
    const char *source = config->source ? config->source : config->path;
    const char *slash = strrchr(source, '/');
    copy_text(head->source, sizeof head->source, slash ? slash + 1 : source);
    copy_text(head->time_zone, sizeof head->time_zone,
              config->time_zone ? config->time_zone : "UTC");
    copy_text(head->symbol, sizeof head->symbol, config->symbol);
    const char *parts = config->symbol ? strpbrk(config->symbol, "/-") : NULL;
    if (parts) {
        (void)snprintf(head->base, sizeof head->base, "%.*s", (int)(parts - config->symbol),
                       config->symbol);
        copy_text(head->quote, sizeof head->quote, parts + 1);
    }
    if (config->time_zone && strpbrk(config->time_zone, "+-") == config->time_zone &&
        !utc_offset_parse(config->time_zone, &head->utc_offset_s))
        return errtext_set(detail, ERR_SYNTAX, "the time zone '%s' is no offset such as -05:00",
                           config->time_zone);
    head->interval_ns = info.bar_interval_ns;
    head->kind = (uint8_t)info.kind;
    head->price_scale = info.price_scale;
    head->qty_scale = info.qty_scale;
    head->clean_price_scale = info.clean_price_scale;
    head->clean_qty_scale = info.clean_qty_scale;
    head->written_price_places = info.written_price_places;
    head->written_qty_places = info.written_qty_places;
    enum err err = step_of(config->tick, "tick", info.price_scale, &head->tick_step, detail);
    return err == OK ? step_of(config->lot, "lot", info.qty_scale, &head->lot_step, detail) : err;
}

static enum err open_source(struct import *import, struct errtext *detail)
{
    const struct import_config *config = import->config;
    struct lines *lines = NULL;
    if (columns_is_one(config->path))
        return errtext_set(detail, ERR_UNSUPPORTED, "%s: is a columnar file already", config->path);
    enum err err = config->ask ? lines_open_joined(config->path, config->ask, &lines, detail)
                               : lines_open(config->path, &lines, detail);
    return err == OK ? feed_open_lines(lines, config->layout, &import->feed, detail) : err;
}

/* Of a book nothing can be left out, neither a row nor a message: all after it would be wrong. */
static enum err check_book(struct import *import, struct errtext *detail)
{
    const struct import_report *report = import->report;
    struct feed *feed = NULL;
    const struct event *event = NULL;
    if (report->kind != FEED_BOOK && report->kind != FEED_ORDERS)
        return OK;
    if (report->skipped > 0)
        return errtext_set(detail, ERR_CORRUPT,
                           "%s: rows of a book cannot be left out, all after them would be wrong",
                           import->feed->reader.file);
    if (report->kind == FEED_ORDERS)
        return OK;
    enum err err = feed_open(import->config->path, import->config->layout, &feed, detail);
    while (err == OK && (err = feed_next(feed, &event, detail)) == OK)
        continue;
    feed_close(feed);
    return err == ERR_END ? OK : err;
}

enum err data_import(const struct import_config *config, struct import_report *report,
                     struct errtext *detail)
{
    struct import *import = calloc(1, sizeof *import);
    if (!import)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    *report = (struct import_report){ .rows = 0 };
    import->config = config;
    import->report = report;
    enum err err = open_source(import, detail);
    if (err == OK)
        err = describe(import, detail);
    if (err == OK)
        err = look(import, detail);
    if (err == OK)
        err = check_book(import, detail);
    if (err == OK)
        err = open_writer(import, detail);
    if (err == OK)
        err = write_rows(import, detail);
    for (uint32_t i = 0; i < config->missing_count && err == OK; i++)
        if (report->kind != FEED_BARS)
            err = add_gap(import, &config->missing[i], detail);
    if (err == OK) {
        import->head.skipped = report->skipped;
        import->head.first_ns = import->first_ns;
        import->head.last_ns = import->last_ns;
        report->gaps = (uint32_t)import->gap_count;
        err = columns_writer_finish(import->writer, &import->head, import->gaps,
                                    (uint32_t)import->gap_count, detail);
    } else {
        columns_writer_abandon(import->writer);
    }
    feed_close(import->feed);
    free(import->cells);
    free(import->gaps);
    free(import);
    return err;
}

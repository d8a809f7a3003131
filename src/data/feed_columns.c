/*
 * data/feed_columns.c - rows of a columnar file for a feed.
 *
 * The columns are bound by their names to the same layouts as a CSV's, so a file and its import give
 * the same events. A number goes straight from the mapped column into the row where its scale allows;
 * everything else goes through its text and the very reader that CSV files have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/num.h"
#include "data/feed_private.h"

#define HEADER_LINE_MAX (COLUMNS_MAX * 65)

enum way { WAY_TEXT, WAY_NUMBER, WAY_TIME, WAY_WORD };

struct source { /* one column that the layout names */
    uint32_t column;
    enum field field;
    enum way way;
    bool is_time;
    bool required;
    int64_t factor; /* WAY_NUMBER */
    struct columns_chunk chunk;
    int64_t word[COLUMNS_WORDS_MAX]; /* WAY_WORD: what it stands for */
    bool known[COLUMNS_WORDS_MAX];   /* else by its text, which tells what is wrong */
};

struct column_rows {
    struct columns *columns;
    char *name;
    int64_t utc_offset_ns;
    uint64_t next;
    bool ready; /* the ways are chosen: scales no longer change */
    size_t count;
    struct source source[FIELD_COUNT];
};

static size_t header_line(const struct columns *columns, char *out)
{
    char *at = out;
    for (uint32_t i = 0; i < columns_header(columns)->columns; i++) {
        if (i > 0)
            *at++ = ',';
        at = stpcpy(at, columns_column(columns, i)->name);
    }
    return (size_t)(at - out);
}

static void copy_description(struct feed *feed, const struct columns_header *header)
{
    feed->reader.price_scale = header->price_scale;
    feed->reader.qty_scale = header->qty_scale;
    feed->clean_price_scale = header->clean_price_scale;
    feed->clean_qty_scale = header->clean_qty_scale;
    feed->written_price_places = header->written_price_places;
    feed->written_qty_places = header->written_qty_places;
    feed->bar_interval_ns = header->interval_ns;
}

enum err column_rows_start(struct feed *feed, struct columns *columns, const char *name,
                           const char *layout, struct errtext *detail)
{
    const struct columns_header *header = columns_header(columns);
    struct column_rows *rows = calloc(1, sizeof *rows);
    char *line = malloc(HEADER_LINE_MAX);
    char *copy = strdup(name);
    if (!rows || !line || !copy) {
        columns_close(columns);
        free(rows);
        free(line);
        free(copy);
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", name);
    }
    rows->columns = columns;
    rows->name = copy;
    rows->utc_offset_ns = header->utc_offset_s * NS_PER_S;
    feed->rows_of = rows;
    feed->reader.file = copy;
    copy_description(feed, header);
    size_t length = header_line(columns, line);
    enum err err = binding_make(line, length, layout ? layout : header->layout, name,
                                &feed->reader.binding, detail);
    free(line);
    const struct binding *binding = &feed->reader.binding;
    for (uint32_t i = 0; i < header->columns && err == OK && i < binding->column_count; i++)
        if (binding->field[i] != FIELD_NONE)
            rows->source[rows->count++] =
                (struct source){ .column = i, .field = (enum field)binding->field[i] };
    return err;
}

void column_rows_close(struct column_rows *rows)
{
    if (!rows)
        return;
    columns_close(rows->columns);
    free(rows->name);
    free(rows);
}

uint64_t column_rows_total(const struct column_rows *rows)
{
    return rows ? columns_header(rows->columns)->rows : 0;
}

const struct columns *column_rows_file(const struct column_rows *rows) { return rows->columns; }

static void learn_words(struct feed *feed, struct source *source)
{
    const struct columns *columns = feed->rows_of->columns;
    uint32_t words = columns_column(columns, source->column)->words;
    for (uint32_t i = 0; i < words; i++) {
        const char *word = columns_word(columns, source->column, i);
        struct row row = { 0 };
        source->known[i] =
            row_read_field(&feed->reader, source->field, word, strlen(word), &row, NULL) == OK &&
            row_has(&row, source->field);
        source->word[i] = row.value[source->field];
    }
}

static void choose_way(struct feed *feed, struct source *source)
{
    const struct columns_column *column = columns_column(feed->rows_of->columns, source->column);
    int scale = 0;
    source->is_time = field_is_time(source->field);
    source->way = WAY_TEXT;
    if (column->type == CELL_NUMBER && field_number_scale(source->field, &feed->reader, &scale)) {
        /* ms are 6 decimals short of ns, and so on: value * 10^(wanted - stored) */
        int shift = source->field == FIELD_TIME_MS ? 6 - column->scale : scale - column->scale;
        if (shift >= 0 && shift <= NUM_SCALE_MAX) {
            source->way = WAY_NUMBER;
            source->factor = num_pow10(shift);
        }
    } else if (column->type == CELL_TIME && source->is_time) {
        source->way = WAY_TIME;
    } else if (column->type == CELL_WORD) {
        source->way = WAY_WORD;
        learn_words(feed, source);
    }
}

/* The first row of a block: its chunks. */
static enum err enter_block(struct feed *feed, uint32_t block, struct errtext *detail)
{
    struct column_rows *rows = feed->rows_of;
    enum err err = OK;
    for (size_t i = 0; i < rows->count && err == OK; i++) {
        if (!rows->ready)
            choose_way(feed, &rows->source[i]);
        err = columns_chunk(rows->columns, rows->source[i].column, block, &rows->source[i].chunk,
                            detail);
    }
    rows->ready = true;
    return err;
}

/* The cell as text, as if it stood in a CSV. */
static enum err take_text(struct feed *feed, const struct source *source, uint32_t at,
                          struct errtext *detail)
{
    char room[COLUMNS_CELL_ROOM];
    size_t length = 0;
    const char *text = columns_cell(feed->rows_of->columns, &source->chunk, at, room, &length);
    return row_read_field(&feed->reader, source->field, text, length, &feed->row, detail);
}

static enum err take(struct feed *feed, const struct source *source, uint32_t at,
                     struct errtext *detail)
{
    struct row *row = &feed->row;
    int64_t value = 0;
    if (source->way == WAY_WORD && source->known[source->chunk.codes[at]]) {
        value = source->word[source->chunk.codes[at]];
    } else if (source->way == WAY_NUMBER || source->way == WAY_TIME) {
        value = source->chunk.values[at];
        if (source->way == WAY_NUMBER &&
            (value < 0 || __builtin_mul_overflow(value, source->factor, &value)))
            return take_text(feed, source, at, detail); /* empty, negative or too large */
        if (value == CELL_EMPTY)
            return take_text(feed, source, at, detail);
    } else {
        return take_text(feed, source, at, detail);
    }
    row->value[source->field] = value;
    row->present |= UINT32_C(1) << source->field;
    if (source->is_time)
        row->ts_ns = value;
    return OK;
}

enum err column_rows_next(struct feed *feed, struct errtext *detail)
{
    struct column_rows *rows = feed->rows_of;
    uint32_t at = (uint32_t)(rows->next % COLUMNS_BLOCK_ROWS);
    if (rows->next == columns_header(rows->columns)->rows)
        return ERR_END;
    enum err err =
        at == 0 ? enter_block(feed, (uint32_t)(rows->next / COLUMNS_BLOCK_ROWS), detail) : OK;
    if (err != OK)
        return err;
    memset(&feed->row, 0, sizeof feed->row);
    feed->row.line = rows->next + 2; /* of the CSV that it came from, when no row was left out */
    for (size_t i = 0; i < rows->count; i++) {
        err = take(feed, &rows->source[i], at, detail);
        if (err != OK)
            return err;
    }
    if (__builtin_sub_overflow(feed->row.ts_ns, rows->utc_offset_ns, &feed->row.ts_ns))
        return errtext_set(detail, ERR_RANGE, "%s: a time does not fit", rows->name);
    rows->next++;
    return OK;
}

/* data/columns.c - reading a columnar file. */
#include "data/columns.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/hash.h"
#include "base/num.h"

struct columns {
    char *name;
    const uint8_t *data;
    size_t size;
    bool mapped;
    const struct columns_header *header;
    const struct columns_column *column;
    const char (*word)[COLUMNS_WORD_MAX];
    const struct columns_place *place;
    const struct columns_gap *gap;
    _Atomic uint8_t *checked; /* a chunk whose checksum was right; a second check is only work */
};

__attribute__((format(printf, 3, 4))) static enum err damaged(const struct columns *columns,
                                                              struct errtext *detail,
                                                              const char *format, ...)
{
    char why[160];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return errtext_set(detail, ERR_CORRUPT,
                       "%s: the columnar file is damaged (%s): import its source again",
                       columns->name, why);
}

static enum err check_header(struct columns *columns, struct errtext *detail)
{
    const struct columns_header *header = columns->header;
    if (columns->size < 16 || memcmp(header->magic, COLUMNS_MAGIC, 8) != 0)
        return errtext_set(detail, ERR_UNSUPPORTED, "%s: is no columnar file (.twc)",
                           columns->name);
    if (header->version > COLUMNS_VERSION)
        return errtext_set(detail, ERR_VERSION,
                           "%s: was written by a newer version (format %u, this one reads %u)",
                           columns->name, header->version, COLUMNS_VERSION);
    if (columns->size < sizeof *header || header->header_bytes != sizeof *header)
        return damaged(columns, detail, "its header is cut off");
    if (hash_bytes(header, offsetof(struct columns_header, hash)) != header->hash)
        return damaged(columns, detail, "checksum of the header");
    if (header->file_bytes != columns->size)
        return damaged(columns, detail, "it has %zu bytes of %llu", columns->size,
                       (unsigned long long)header->file_bytes);
    uint64_t blocks = (header->rows + COLUMNS_BLOCK_ROWS - 1) / COLUMNS_BLOCK_ROWS;
    if (header->version != COLUMNS_VERSION || header->columns == 0 ||
        header->columns > COLUMNS_MAX || header->words > COLUMNS_MAX * COLUMNS_WORDS_MAX ||
        header->block_rows != COLUMNS_BLOCK_ROWS || header->rows > UINT64_C(1) << 40 ||
        header->blocks != blocks || header->gaps > COLUMNS_GAPS_MAX)
        return damaged(columns, detail, "its header makes no sense");
    return OK;
}

static bool has_end(const char *text, size_t size) { return memchr(text, 0, size) != NULL; }

static bool column_is_sound(const struct columns_column *column, uint32_t words)
{
    if (column->type == 0 || column->type >= CELL_TYPE_COUNT ||
        !has_end(column->name, sizeof column->name) ||
        !has_end(column->suffix, sizeof column->suffix))
        return false;
    if (column->type == CELL_NUMBER &&
        (column->style == 0 || column->style >= STYLE_COUNT || column->scale > NUM_SCALE_MAX ||
         column->places > NUM_SCALE_MAX))
        return false;
    if (column->type == CELL_TIME &&
        (column->places > 9 || column->offset_s > 86400 || column->offset_s < -86400))
        return false;
    return column->type != CELL_WORD ||
           (column->words > 0 && column->words <= COLUMNS_WORDS_MAX &&
            column->first_word <= words && column->words <= words - column->first_word);
}

/* Places the tables of the directory and checks each row of them. */
static enum err check_meta(struct columns *columns, struct errtext *detail)
{
    const struct columns_header *header = columns->header;
    uint64_t chunks = (uint64_t)header->blocks * header->columns;
    uint64_t need = header->columns * sizeof *columns->column +
                    header->words * sizeof *columns->word + chunks * sizeof *columns->place +
                    header->gaps * sizeof *columns->gap;
    if (header->meta_bytes != need || header->meta_offset % 8 != 0 ||
        header->meta_offset < sizeof *header || header->meta_offset > columns->size ||
        need != columns->size - header->meta_offset)
        return damaged(columns, detail, "its directory does not fit");
    const uint8_t *at = columns->data + header->meta_offset;
    if (hash_bytes(at, need) != header->meta_hash)
        return damaged(columns, detail, "checksum of the directory");
    columns->column = (const void *)at;
    at += header->columns * sizeof *columns->column;
    columns->word = (const void *)at;
    at += header->words * sizeof *columns->word;
    columns->place = (const void *)at;
    at += chunks * sizeof *columns->place;
    columns->gap = (const void *)at;
    for (uint32_t i = 0; i < header->columns; i++)
        if (!column_is_sound(&columns->column[i], header->words))
            return damaged(columns, detail, "column %u", i);
    for (uint32_t i = 0; i < header->words; i++)
        if (!has_end(columns->word[i], COLUMNS_WORD_MAX))
            return damaged(columns, detail, "word %u", i);
    for (uint64_t i = 0; i < chunks; i++)
        if (columns->place[i].offset % 8 != 0 || columns->place[i].offset > header->meta_offset ||
            columns->place[i].bytes > header->meta_offset - columns->place[i].offset)
            return damaged(columns, detail, "chunk %llu lies outside", (unsigned long long)i);
    for (uint32_t i = 0; i < header->gaps; i++)
        if (columns->gap[i].kind >= GAP_KIND_COUNT)
            return damaged(columns, detail, "gap %u", i);
    if (!has_end(header->layout, sizeof header->layout) ||
        !has_end(header->source, sizeof header->source) ||
        !has_end(header->time_zone, sizeof header->time_zone) ||
        !has_end(header->symbol, sizeof header->symbol) ||
        !has_end(header->base, sizeof header->base) ||
        !has_end(header->quote, sizeof header->quote) || header->price_scale > NUM_SCALE_MAX ||
        header->qty_scale > NUM_SCALE_MAX || header->utc_offset_s > 86400 ||
        header->utc_offset_s < -86400 || header->interval_ns < 0)
        return damaged(columns, detail, "its description");
    columns->checked = calloc(chunks ? chunks : 1, 1);
    return columns->checked ? OK : errtext_set(detail, ERR_MEMORY, "out of memory");
}

static enum err start(struct columns *columns, struct columns **out, struct errtext *detail)
{
    columns->header = (const void *)columns->data;
    enum err err = columns->name ? check_header(columns, detail)
                                 : errtext_set(detail, ERR_MEMORY, "out of memory");
    if (err == OK)
        err = check_meta(columns, detail);
    if (err != OK) {
        columns_close(columns);
        return err;
    }
    *out = columns;
    return OK;
}

enum err columns_open_memory(const char *name, const void *data, size_t size_bytes,
                             struct columns **out, struct errtext *detail)
{
    struct columns *columns = calloc(1, sizeof *columns);
    if (!columns)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", name);
    assert((uintptr_t)data % 8 == 0);
    columns->name = strdup(name);
    columns->data = data;
    columns->size = size_bytes;
    return start(columns, out, detail);
}

static enum err open_error(const char *path, struct errtext *detail)
{
    enum err err = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND
                   : errno == EACCES                   ? ERR_DENIED
                                                       : ERR_IO;
    return errtext_set(detail, err, "%s: %s", path, strerror(errno));
}

enum err columns_open(const char *path, struct columns **out, struct errtext *detail)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 || fstat(file, &status) != 0) {
        enum err err = open_error(path, detail);
        if (file >= 0)
            (void)close(file);
        return err;
    }
    size_t size = (size_t)status.st_size;
    struct columns *columns = NULL;
    void *data = MAP_FAILED;
    if (S_ISREG(status.st_mode) && size >= 16)
        data = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    (void)close(file);
    if (data == MAP_FAILED)
        return errtext_set(detail, ERR_UNSUPPORTED, "%s: is no columnar file (.twc)", path);
    columns = calloc(1, sizeof *columns);
    if (!columns) {
        (void)munmap(data, size);
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    }
    (void)madvise(data, size, MADV_WILLNEED);
    *columns = (struct columns){ .name = strdup(path), .data = data, .size = size, .mapped = true };
    return start(columns, out, detail);
}

void columns_close(struct columns *columns)
{
    if (!columns)
        return;
    if (columns->mapped)
        (void)munmap((void *)(uintptr_t)columns->data, columns->size);
    free((void *)columns->checked);
    free(columns->name);
    free(columns);
}

bool columns_is_one(const char *path)
{
    char begin[8] = { 0 };
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return false;
    ssize_t got = read(file, begin, sizeof begin);
    (void)close(file);
    return got == (ssize_t)sizeof begin && memcmp(begin, COLUMNS_MAGIC, sizeof begin) == 0;
}

const struct columns_header *columns_header(const struct columns *columns)
{
    return columns->header;
}

const struct columns_column *columns_column(const struct columns *columns, uint32_t column)
{
    assert(column < columns->header->columns);
    return &columns->column[column];
}

const char *columns_word(const struct columns *columns, uint32_t column, uint32_t code)
{
    const struct columns_column *of = columns_column(columns, column);
    assert(code < of->words);
    return columns->word[of->first_word + code];
}

const struct columns_gap *columns_gaps(const struct columns *columns) { return columns->gap; }

/* Bytes that a chunk must have; of text: at least. */
static uint64_t chunk_bytes(const struct columns_column *column, uint32_t count)
{
    static const uint8_t width[CELL_TYPE_COUNT] = {
        [CELL_NUMBER] = 8, [CELL_TIME] = 8, [CELL_WORD] = 1, [CELL_TEXT] = 4
    };
    uint64_t bytes = (uint64_t)width[column->type] * count;
    if (column->type == CELL_NUMBER && column->style == STYLE_EACH)
        bytes += count;
    return bytes;
}

/* What the checksum cannot tell: a file made with bad will has good checksums. */
static bool chunk_is_sound(const struct columns_chunk *chunk, uint64_t bytes)
{
    const struct columns_column *column = chunk->column;
    if (chunk->codes) {
        uint32_t limit = column->type == CELL_WORD ? column->words : NUM_SCALE_MAX + 1u;
        for (uint32_t i = 0; i < chunk->count; i++)
            if (chunk->codes[i] >= limit)
                return false;
    }
    uint32_t last = 0;
    for (uint32_t i = 0; chunk->ends && i < chunk->count; i++) {
        if (chunk->ends[i] < last)
            return false;
        last = chunk->ends[i];
    }
    return !chunk->ends || chunk_bytes(column, chunk->count) + last == bytes;
}

enum err columns_chunk(const struct columns *columns, uint32_t column, uint32_t block,
                       struct columns_chunk *out, struct errtext *detail)
{
    const struct columns_header *header = columns->header;
    assert(column < header->columns);
    assert(block < header->blocks);
    size_t index = (size_t)block * header->columns + column;
    const struct columns_place *place = &columns->place[index];
    const uint8_t *data = columns->data + place->offset;
    uint64_t left = header->rows - (uint64_t)block * COLUMNS_BLOCK_ROWS;
    struct columns_chunk chunk = {
        .column = &columns->column[column],
        .count = left < COLUMNS_BLOCK_ROWS ? (uint32_t)left : COLUMNS_BLOCK_ROWS,
    };
    uint64_t need = chunk_bytes(chunk.column, chunk.count);
    if (chunk.column->type == CELL_TEXT ? place->bytes < need : place->bytes != need)
        return damaged(columns, detail, "size of block %u of column '%s'", block,
                       chunk.column->name);
    switch ((enum cell_type)chunk.column->type) {
    case CELL_NUMBER:
    case CELL_TIME:
        chunk.values = (const void *)data;
        if (chunk.column->type == CELL_NUMBER && chunk.column->style == STYLE_EACH)
            chunk.codes = data + 8u * chunk.count;
        break;
    case CELL_WORD: chunk.codes = data; break;
    case CELL_TEXT:
        chunk.ends = (const void *)data;
        chunk.text = (const char *)data + need;
        break;
    case CELL_TYPE_COUNT: break;
    }
    if (!atomic_load_explicit(&columns->checked[index], memory_order_relaxed)) {
        if (hash_bytes(data, place->bytes) != place->hash || !chunk_is_sound(&chunk, place->bytes))
            return damaged(columns, detail, "checksum of block %u of column '%s'", block,
                           chunk.column->name);
        atomic_store_explicit(&columns->checked[index], 1, memory_order_relaxed);
    }
    *out = chunk;
    return OK;
}

const char *columns_cell(const struct columns *columns, const struct columns_chunk *chunk,
                         uint32_t row, char *room, size_t *length)
{
    assert(row < chunk->count);
    const char *text = room;
    switch ((enum cell_type)chunk->column->type) {
    case CELL_NUMBER:
    case CELL_TIME:
        *length = cell_text(chunk->column, chunk->values[row], chunk->codes ? chunk->codes[row] : 0,
                            room);
        break;
    case CELL_WORD:
        text = columns->word[chunk->column->first_word + chunk->codes[row]];
        *length = strlen(text);
        break;
    case CELL_TEXT: {
        uint32_t begin = row > 0 ? chunk->ends[row - 1] : 0;
        text = chunk->text + begin;
        *length = chunk->ends[row] - begin;
        break;
    }
    case CELL_TYPE_COUNT: *length = 0; break;
    }
    return text;
}

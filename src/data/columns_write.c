/* data/columns_write.c - writing a columnar file: blocks as they fill, then the directory, then the
 * header; a file without its last byte never gets its name. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/hash.h"
#include "data/columns.h"

struct chunk_room {
    int64_t *values;
    uint8_t *codes;
    uint32_t *ends;
    char *text;
    size_t text_size, text_capacity;
};

struct columns_writer {
    char path[PATH_MAX], temporary[PATH_MAX];
    FILE *file;
    uint64_t offset;
    uint32_t columns, words;
    struct columns_column column[COLUMNS_MAX];
    char (*word)[COLUMNS_WORD_MAX];
    struct chunk_room room[COLUMNS_MAX];
    uint32_t count; /* rows in the block */
    uint64_t rows;
    struct columns_place *places;
    size_t place_count, place_capacity;
};

static enum err io_error(const char *path, struct errtext *detail)
{
    enum err err = errno == ENOSPC || errno == EDQUOT ? ERR_NO_SPACE
                   : errno == ENOENT                  ? ERR_NOT_FOUND
                   : errno == EACCES                  ? ERR_DENIED
                                                      : ERR_IO;
    return errtext_set(detail, err, "%s: %s", path, strerror(errno));
}

static bool room_init(struct chunk_room *room, const struct columns_column *column)
{
    switch ((enum cell_type)column->type) {
    case CELL_NUMBER:
    case CELL_TIME: room->values = malloc(COLUMNS_BLOCK_ROWS * sizeof *room->values); break;
    case CELL_WORD: break;
    case CELL_TEXT: room->ends = malloc(COLUMNS_BLOCK_ROWS * sizeof *room->ends); break;
    case CELL_TYPE_COUNT: break;
    }
    room->codes = malloc(COLUMNS_BLOCK_ROWS);
    return room->codes && (room->values || room->ends || column->type == CELL_WORD);
}

enum err columns_writer_open(const char *path, const struct columns_column *columns, uint32_t count,
                             const char (*words)[COLUMNS_WORD_MAX], struct columns_writer **out,
                             struct errtext *detail)
{
    assert(count > 0 && count <= COLUMNS_MAX);
    struct columns_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    if (snprintf(writer->path, sizeof writer->path, "%s", path) >= (int)sizeof writer->path - 4) {
        free(writer);
        return errtext_set(detail, ERR_SIZE, "the path of the columnar file is too long");
    }
    (void)stpcpy(stpcpy(writer->temporary, path), ".new");
    bool good = true;
    for (uint32_t i = 0; i < count && good; i++) {
        writer->column[i] = columns[i];
        writer->words += columns[i].type == CELL_WORD ? columns[i].words : 0;
        good = room_init(&writer->room[i], &columns[i]);
    }
    writer->columns = count;
    writer->word = calloc(writer->words + 1u, sizeof *writer->word);
    if (writer->word && writer->words > 0)
        memcpy(writer->word, words, writer->words * sizeof *writer->word);
    writer->file = fopen(writer->temporary, "we");
    enum err err = OK;
    if (!writer->file)
        err = io_error(writer->temporary, detail);
    else if (!good || !writer->word)
        err = errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    static const struct columns_header nothing;
    writer->offset = sizeof nothing; /* the real header comes last */
    if (err == OK && fwrite(&nothing, sizeof nothing, 1, writer->file) != 1)
        err = io_error(writer->temporary, detail);
    if (err != OK) {
        columns_writer_abandon(writer);
        return err;
    }
    *out = writer;
    return OK;
}

enum err columns_writer_cell(struct columns_writer *writer, uint32_t column, int64_t value,
                             uint8_t code, const char *text, size_t length, struct errtext *detail)
{
    assert(column < writer->columns);
    struct chunk_room *room = &writer->room[column];
    room->codes[writer->count] = code;
    if (room->values)
        room->values[writer->count] = value;
    if (!room->ends)
        return OK;
    if (room->text_size + length > room->text_capacity) {
        size_t capacity = 2 * (room->text_size + length);
        if (room->text_size + length > COLUMNS_TEXT_CHUNK_MAX)
            return errtext_set(detail, ERR_LIMIT, "%s: %d rows of column '%s' are more than %u MiB",
                               writer->path, COLUMNS_BLOCK_ROWS, writer->column[column].name,
                               COLUMNS_TEXT_CHUNK_MAX >> 20);
        char *grown = realloc(room->text, capacity);
        if (!grown)
            return errtext_set(detail, ERR_MEMORY, "%s: out of memory", writer->path);
        room->text = grown;
        room->text_capacity = capacity;
    }
    if (length > 0)
        memcpy(room->text + room->text_size, text, length);
    room->text_size += length;
    room->ends[writer->count] = (uint32_t)room->text_size;
    return OK;
}

/* A chunk in one or two parts, then zeros up to the next multiple of 8. */
static enum err write_parts(struct columns_writer *writer, const void *first, size_t first_bytes,
                            const void *second, size_t second_bytes, struct errtext *detail)
{
    static const uint8_t zeros[8];
    size_t size = first_bytes + second_bytes, padding = (8 - size % 8) % 8;
    uint8_t *whole = calloc(size + 1, 1);
    bool good = whole != NULL;
    if (good) {
        if (first_bytes > 0)
            memcpy(whole, first, first_bytes);
        if (second_bytes > 0)
            memcpy(whole + first_bytes, second, second_bytes);
        writer->places[writer->place_count++] =
            (struct columns_place){ writer->offset, size, hash_bytes(whole, size) };
        good = (size == 0 || fwrite(whole, size, 1, writer->file) == 1) &&
               (padding == 0 || fwrite(zeros, padding, 1, writer->file) == 1);
    }
    free(whole);
    writer->offset += size + padding;
    return good ? OK : io_error(writer->temporary, detail);
}

static enum err flush_block(struct columns_writer *writer, struct errtext *detail)
{
    if (writer->place_count + writer->columns > writer->place_capacity) {
        size_t capacity = 2 * (writer->place_count + writer->columns);
        struct columns_place *grown = realloc(writer->places, capacity * sizeof *grown);
        if (!grown)
            return errtext_set(detail, ERR_MEMORY, "%s: out of memory", writer->path);
        writer->places = grown;
        writer->place_capacity = capacity;
    }
    enum err err = OK;
    for (uint32_t i = 0; i < writer->columns && err == OK; i++) {
        const struct columns_column *column = &writer->column[i];
        struct chunk_room *room = &writer->room[i];
        bool each = column->type == CELL_NUMBER && column->style == STYLE_EACH;
        if (room->values)
            err = write_parts(writer, room->values, writer->count * sizeof *room->values,
                              room->codes, each ? writer->count : 0, detail);
        else if (room->ends)
            err = write_parts(writer, room->ends, writer->count * sizeof *room->ends, room->text,
                              room->text_size, detail);
        else
            err = write_parts(writer, room->codes, writer->count, NULL, 0, detail);
        room->text_size = 0;
    }
    writer->count = 0;
    return err;
}

enum err columns_writer_row(struct columns_writer *writer, struct errtext *detail)
{
    writer->rows++;
    return ++writer->count == COLUMNS_BLOCK_ROWS ? flush_block(writer, detail) : OK;
}

/* The tables of the directory laid together; gives. */
static uint8_t *make_meta(const struct columns_writer *writer, const struct columns_gap *gaps,
                          uint32_t gap_count, size_t *size)
{
    const struct {
        const void *data;
        size_t bytes;
    } parts[] = {
        { writer->column, writer->columns * sizeof writer->column[0] },
        { writer->word, writer->words * sizeof writer->word[0] },
        { writer->places, writer->place_count * sizeof writer->places[0] },
        { gaps, gap_count * sizeof gaps[0] },
    };
    *size = 0;
    for (size_t i = 0; i < 4; i++)
        *size += parts[i].bytes;
    uint8_t *meta = malloc(*size), *at = meta;
    for (size_t i = 0; meta && i < 4; i++) {
        if (parts[i].bytes > 0)
            memcpy(at, parts[i].data, parts[i].bytes);
        at += parts[i].bytes;
    }
    return meta;
}

static enum err write_end(struct columns_writer *writer, const struct columns_header *head,
                          const struct columns_gap *gaps, uint32_t gap_count,
                          struct errtext *detail)
{
    size_t size = 0;
    uint8_t *meta = make_meta(writer, gaps, gap_count, &size);
    if (!meta)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", writer->path);
    struct columns_header header = *head;
    memcpy(header.magic, COLUMNS_MAGIC, sizeof header.magic);
    header.version = COLUMNS_VERSION;
    header.header_bytes = sizeof header;
    header.rows = writer->rows;
    header.columns = writer->columns;
    header.words = writer->words;
    header.blocks = (uint32_t)(writer->place_count / writer->columns);
    header.block_rows = COLUMNS_BLOCK_ROWS;
    header.gaps = gap_count;
    header.meta_offset = writer->offset;
    header.meta_bytes = size;
    header.meta_hash = hash_bytes(meta, size);
    header.file_bytes = writer->offset + size;
    header.hash = hash_bytes(&header, offsetof(struct columns_header, hash));
    bool good = fwrite(meta, size, 1, writer->file) == 1 && fflush(writer->file) == 0 &&
                fseeko(writer->file, 0, SEEK_SET) == 0 &&
                fwrite(&header, sizeof header, 1, writer->file) == 1 && fflush(writer->file) == 0 &&
                fsync(fileno(writer->file)) == 0;
    free(meta);
    return good ? OK : io_error(writer->temporary, detail);
}

/* Makes the new name durable. */
static enum err sync_folder(const char *path, struct errtext *detail)
{
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof copy, "%s", path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return io_error(path, detail);
    int result = fsync(folder);
    enum err err = result == 0 ? OK : io_error(path, detail);
    (void)close(folder);
    return err;
}

static void writer_free(struct columns_writer *writer)
{
    for (uint32_t i = 0; i < COLUMNS_MAX; i++) {
        free(writer->room[i].values);
        free(writer->room[i].codes);
        free(writer->room[i].ends);
        free(writer->room[i].text);
    }
    free(writer->word);
    free(writer->places);
    free(writer);
}

enum err columns_writer_finish(struct columns_writer *writer, const struct columns_header *head,
                               const struct columns_gap *gaps, uint32_t gap_count,
                               struct errtext *detail)
{
    assert(gap_count <= COLUMNS_GAPS_MAX);
    enum err err = writer->count > 0 ? flush_block(writer, detail) : OK;
    if (err == OK)
        err = write_end(writer, head, gaps, gap_count, detail);
    int closed = fclose(writer->file);
    writer->file = NULL;
    if (err == OK && closed != 0)
        err = io_error(writer->temporary, detail);
    if (err == OK && rename(writer->temporary, writer->path) != 0)
        err = io_error(writer->path, detail);
    if (err == OK)
        err = sync_folder(writer->path, detail);
    else
        (void)unlink(writer->temporary);
    writer_free(writer);
    return err;
}

void columns_writer_abandon(struct columns_writer *writer)
{
    if (!writer)
        return;
    if (writer->file) {
        (void)fclose(writer->file);
        (void)unlink(writer->temporary);
    }
    writer_free(writer);
}

#include "data/lines.h"
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "data/bytes.h"

#define WINDOW_BYTES (4u * CSV_LINE_MAX)

struct lines {
    char *name;
    const struct lines_maker *maker; /* NULL: bytes or memory */
    void *made;
    struct bytes *file;  /* NULL: memory */
    const uint8_t *data; /* borrowed */
    size_t data_size, data_at;
    uint64_t number;
    size_t start, end; /* of the unread bytes in the window */
    bool at_end;
    char window[WINDOW_BYTES + 1];
};

static struct lines *lines_new(const char *name)
{
    struct lines *lines = calloc(1, sizeof *lines);
    char *copy = strdup(name);
    if (!lines || !copy) {
        free(lines);
        free(copy);
        return NULL;
    }
    lines->name = copy;
    return lines;
}

enum err lines_open(const char *path, struct lines **out, struct errtext *detail)
{
    struct lines *lines = lines_new(path);
    if (!lines)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    enum err err = bytes_open(path, &lines->file, detail);
    if (err != OK) {
        lines_close(lines);
        return err;
    }
    *out = lines;
    return OK;
}

enum err lines_open_memory(const char *name, const void *data, size_t size_bytes,
                           struct lines **out, struct errtext *detail)
{
    struct lines *lines = lines_new(name);
    if (!lines)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", name);
    lines->data = data;
    lines->data_size = size_bytes;
    *out = lines;
    return OK;
}

enum err lines_open_made(const char *name, const struct lines_maker *maker, void *made,
                         struct lines **out, struct errtext *detail)
{
    struct lines *lines = lines_new(name);
    if (!lines) {
        maker->close(made);
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", name);
    }
    lines->maker = maker;
    lines->made = made;
    *out = lines;
    return OK;
}

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    if (lines->maker)
        lines->maker->close(lines->made);
    bytes_close(lines->file);
    free(lines->name);
    free(lines);
}

/* Moves the rest to the front and reads on behind it. */
static enum err fill(struct lines *lines, struct errtext *detail)
{
    memmove(lines->window, lines->window + lines->start, lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
    size_t room = WINDOW_BYTES - lines->end;
    assert(room > 0);
    if (!lines->file) {
        size_t left = lines->data_size - lines->data_at;
        size_t count = left < room ? left : room;
        if (count > 0)
            memcpy(lines->window + lines->end, lines->data + lines->data_at, count);
        lines->data_at += count;
        lines->end += count;
        lines->at_end = lines->data_at == lines->data_size;
        return OK;
    }
    size_t count = 0;
    struct errtext why = { "" };
    unsigned long long line = lines->number + 1;
    enum err err = bytes_read(lines->file, lines->window + lines->end, room, &count, &why);
    if (err != OK)
        return errtext_set(detail, err, "%s:%llu: %s", lines->name, line, why.text);
    lines->at_end = count == 0;
    lines->end += count;
    return OK;
}

static enum err give(struct lines *lines, size_t length, const char **text, size_t *out_length,
                     struct errtext *detail)
{
    char *line = lines->window + lines->start;
    unsigned long long number = lines->number + 1;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length > CSV_LINE_MAX)
        return errtext_set(detail, ERR_SIZE, "%s:%llu: the line is longer than %d bytes",
                           lines->name, number, CSV_LINE_MAX);
    if (memchr(line, 0, length))
        return errtext_set(detail, ERR_SYNTAX, "%s:%llu: holds a NUL byte: this is not a text file",
                           lines->name, number);
    if (number == 1 && length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
        length -= 3;
    }
    line[length] = 0;
    lines->number++;
    *text = line;
    *out_length = length;
    return OK;
}

enum err lines_next(struct lines *lines, const char **text, size_t *length, struct errtext *detail)
{
    size_t searched = 0;
    if (lines->maker)
        return lines->maker->next(lines->made, text, length, &lines->number, detail);
    for (;;) {
        char *from = lines->window + lines->start;
        size_t have = lines->end - lines->start;
        char *newline = have > searched ? memchr(from + searched, '\n', have - searched) : NULL;
        if (newline || (lines->at_end && have > 0) || have > CSV_LINE_MAX + 1) {
            size_t found = newline ? (size_t)(newline - from) : have;
            enum err err = give(lines, found, text, length, detail);
            if (err == OK)
                lines->start += found + (newline ? 1 : 0);
            return err;
        }
        if (lines->at_end)
            return ERR_END;
        searched = have;
        enum err err = fill(lines, detail);
        if (err != OK)
            return err;
    }
}

enum err lines_rewind(struct lines *lines, struct errtext *detail)
{
    lines->number = 0;
    if (lines->maker)
        return lines->maker->rewind(lines->made, detail);
    lines->start = lines->end = lines->data_at = 0;
    lines->at_end = false;
    struct errtext why = { "" };
    enum err err = lines->file ? bytes_rewind(lines->file, &why) : OK;
    return err == OK ? OK : errtext_set(detail, err, "%s: %s", lines->name, why.text);
}

uint64_t lines_number(const struct lines *lines) { return lines->number; }

const char *lines_name(const struct lines *lines) { return lines->name; }

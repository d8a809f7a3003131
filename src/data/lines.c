#include "data/lines.h"
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define WINDOW_BYTES (4u * CSV_LINE_MAX)

struct lines {
    char *name;
    gzFile file;         /* NULL: memory */
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

static enum err check_kind(const char *path, struct errtext *detail)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        enum err err = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND
                       : errno == EACCES                   ? ERR_DENIED
                                                           : ERR_IO;
        return errtext_set(detail, err, "%s: %s", path, strerror(errno));
    }
    if (S_ISDIR(status.st_mode))
        return errtext_set(detail, ERR_UNSUPPORTED, "%s: is a directory: name one file in it",
                           path);
    if (!S_ISREG(status.st_mode))
        return errtext_set(detail, ERR_UNSUPPORTED, "%s: is not a regular file", path);
    return OK;
}

enum err lines_open(const char *path, struct lines **out, struct errtext *detail)
{
    enum err err = check_kind(path, detail);
    if (err != OK)
        return err;
    struct lines *lines = lines_new(path);
    if (!lines)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    lines->file = gzopen(path, "rbe"); /* reads plain files as they are */
    if (!lines->file) {
        err = errtext_set(detail, errno == EACCES ? ERR_DENIED : ERR_IO, "%s: %s", path,
                          strerror(errno));
        lines_close(lines);
        return err;
    }
    (void)gzbuffer(lines->file, 128u << 10);
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

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    if (lines->file)
        (void)gzclose_r(lines->file);
    free(lines->name);
    free(lines);
}

static enum err read_error(struct lines *lines, struct errtext *detail)
{
    int code = Z_OK;
    const char *why = gzerror(lines->file, &code);
    unsigned long long line = lines->number + 1;
    if (code == Z_BUF_ERROR)
        return errtext_set(detail, ERR_CORRUPT,
                           "%s:%llu: the gzip file ends too early: it was cut off; fetch it again",
                           lines->name, line);
    if (code == Z_ERRNO)
        return errtext_set(detail, ERR_IO, "%s:%llu: %s", lines->name, line, strerror(errno));
    return errtext_set(detail, ERR_CORRUPT, "%s:%llu: the gzip data is damaged (%s)", lines->name,
                       line, why);
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
    int count = gzread(lines->file, lines->window + lines->end, (unsigned)room);
    int code = Z_OK;
    (void)gzerror(lines->file, &code);
    if (count < 0 || (count == 0 && code != Z_OK && code != Z_STREAM_END))
        return read_error(lines, detail);
    lines->at_end = count == 0;
    lines->end += (size_t)count;
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
    lines->start = lines->end = lines->data_at = 0;
    lines->at_end = false;
    if (lines->file && gzrewind(lines->file) != 0)
        return errtext_set(detail, ERR_IO, "%s: cannot be read twice", lines->name);
    return OK;
}

uint64_t lines_number(const struct lines *lines) { return lines->number; }

const char *lines_name(const struct lines *lines) { return lines->name; }

/*
 * data/lines.h - the lines of a text file, plain, gzip or zstd, or of memory, one after the other.
 *
 * Streams: a file of any size takes the same memory. A last line without a line end counts; "\r\n"
 * and a UTF-8 byte order mark are taken away.
 */
#ifndef DATA_LINES_H
#define DATA_LINES_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define CSV_LINE_MAX 65536 /* bytes of a line, without its end */

struct lines;

/* A directory, device or socket is ERR_UNSUPPORTED; ERR_NOT_FOUND, ERR_DENIED, ERR_IO,
 * ERR_MEMORY. */
MUST_USE enum err lines_open(const char *path, struct lines **out, struct errtext *detail);
/* Borrows name and data until lines_close. */
MUST_USE enum err lines_open_memory(const char *name, const void *data, size_t size_bytes,
                                    struct lines **out, struct errtext *detail);
/* Lines made by somebody else: next and rewind as lines_next and lines_rewind, close frees. Takes
 * made, also on an error. */
struct lines_maker {
    enum err (*next)(void *made, const char **text, size_t *length, uint64_t *number,
                     struct errtext *detail);
    enum err (*rewind)(void *made, struct errtext *detail);
    void (*close)(void *made);
};
MUST_USE enum err lines_open_made(const char *name, const struct lines_maker *maker, void *made,
                                  struct lines **out, struct errtext *detail);
void lines_close(struct lines *lines);

/* The next line, borrowed until the next call, NUL-terminated. ERR_END; ERR_SIZE (too long),
 * ERR_CORRUPT (damaged or truncated gzip or zstd), ERR_SYNTAX (a NUL byte: not text), ERR_IO. */
MUST_USE enum err lines_next(struct lines *lines, const char **text, size_t *length,
                             struct errtext *detail);
/* Back to the first line. */
MUST_USE enum err lines_rewind(struct lines *lines, struct errtext *detail);

uint64_t lines_number(const struct lines *lines); /* of the last line given: 1, 2, ... */
const char *lines_name(const struct lines *lines);

#endif

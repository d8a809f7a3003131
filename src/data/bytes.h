/*
 * data/bytes.h - the bytes of a file, plain, gzip or zstd, told apart by how it begins.
 *
 * Streams: a file of any size takes the same memory.
 */
#ifndef DATA_BYTES_H
#define DATA_BYTES_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct bytes;

/* A directory, device or socket is ERR_UNSUPPORTED; ERR_NOT_FOUND, ERR_DENIED, ERR_IO,
 * ERR_MEMORY. */
MUST_USE enum err bytes_open(const char *path, struct bytes **out, struct errtext *detail);
void bytes_close(struct bytes *bytes);

/* Up to room bytes; *count 0 is the end. ERR_CORRUPT (damaged or cut off: the sentence has no file
 * name, the caller knows the line), ERR_IO. */
MUST_USE enum err bytes_read(struct bytes *bytes, void *to, size_t room, size_t *count,
                             struct errtext *detail);
/* Back to the first byte. ERR_IO. */
MUST_USE enum err bytes_rewind(struct bytes *bytes, struct errtext *detail);

#endif

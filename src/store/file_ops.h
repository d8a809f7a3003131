/*
 * store/file_ops.h - every file call of journal, snapshot and archive, as a table, so that a double
 * can lose power, fill the disk or fail a sync at any point.
 */
#ifndef STORE_FILE_OPS_H
#define STORE_FILE_OPS_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/err.h"

enum file_mode { FILE_READ, FILE_WRITE /* read and write, created when missing */ };

/* All return OK, ERR_NOT_FOUND, ERR_NO_SPACE, ERR_IO (errno is kept for the message). Paths are
 * absolute or relative to the working directory. `self` is the table's own context. */
struct file_ops {
    void *self;
    enum err (*open)(void *self, const char *path, enum file_mode mode, int *file);
    enum err (*close)(void *self, int file);
    enum err (*size)(void *self, int file, uint64_t *size_bytes);
    /* Reads up to size_bytes; *got smaller only at the end of the file. */
    enum err (*read)(void *self, int file, uint64_t offset, void *data, size_t size_bytes,
                     size_t *got);
    /* All or an error; what was written before an error is not known. */
    enum err (*write)(void *self, int file, uint64_t offset, const void *data, size_t size_bytes);
    enum err (*truncate)(void *self, int file, uint64_t size_bytes);
    enum err (*reserve)(void *self, int file, uint64_t size_bytes); /* posix_fallocate */
    enum err (*sync)(void *self, int file);                         /* fdatasync */
    enum err (*sync_directory)(void *self, const char *path);
    enum err (*rename)(void *self, const char *from, const char *to);
    enum err (*remove)(void *self, const char *path);
    enum err (*make_directory)(void *self, const char *path);
    /* Calls each(name) for every entry of a directory, in no order. */
    enum err (*list)(void *self, const char *path, void (*each)(void *context, const char *name),
                     void *context);
};

/* The real disk. */
extern const struct file_ops file_ops_system;

#endif

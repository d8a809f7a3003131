/* store/archive_internal.h - the bytes of orders.twa and the archive's state. */
#ifndef STORE_ARCHIVE_INTERNAL_H
#define STORE_ARCHIVE_INTERNAL_H
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include "store/archive.h"
#include "store/archive_index.h"

#define ARCHIVE_NAME "orders.twa"
#define ARCHIVE_INDEX_NAME "orders.twi"
#define ARCHIVE_MAGIC UINT64_C(0x3152444f53445754) /* "TWDSODR1" */
#define ARCHIVE_BLOCK_MAGIC UINT32_C(0x42415754)   /* "TWAB" */
#define ARCHIVE_VERSION 1

struct archive_header {
    uint64_t magic;
    uint32_t version, order_bytes;
    uint64_t reserved[5];
    uint64_t checksum;
};
static_assert(sizeof(struct archive_header) == 64, "the archive header is 64 bytes");

/* One commit, or a part of one that was too large for the memory. */
struct archive_block {
    uint64_t checksum; /* of the rest, seeded with the block's place */
    uint32_t magic;
    uint32_t count;        /* rows that follow, each with its own checksum */
    uint64_t seq;          /* of the journal: all up to here is in the archive */
    uint64_t synced_bytes; /* as in a journal frame: so much of the file was on the disk */
    uint32_t commit;       /* 0: a part; without its end it is cut */
    uint32_t reserved;
};
struct archive_row {
    uint64_t checksum; /* seeded with the row's place */
    struct order order;
};
static_assert(sizeof(struct archive_block) % 8 == 0 && sizeof(struct archive_row) % 8 == 0,
              "blocks stand at multiples of 8");

struct archive {
    const struct file_ops *file;
    int handle;
    bool has_handle, failed;
    uint64_t end_bytes;     /* known to be on the disk */
    uint64_t written_bytes; /* written */
    uint64_t written_seq;
    struct archive_block *block; /* and the rows that wait behind it */
    uint32_t rows;

    pthread_mutex_t lock; /* around the index: look-ups come from other threads */
    struct index index;
    uint64_t indexed_bytes, indexed_rows, indexed_block, indexed_mark;
    uint64_t rows_since_checkpoint;
    _Atomic uint64_t seq;
};

uint64_t row_checksum(const struct order *order, uint64_t offset);
uint64_t block_checksum(const struct archive_block *block, uint64_t offset);
size_t archive_block_bytes_max(void);
/* Puts rows from indexed_bytes to end_bytes into the index; can be called again after an error. */
MUST_USE enum err archive_catch_up(struct archive *archive);
MUST_USE enum err archive_checkpoint(struct archive *archive);

#endif

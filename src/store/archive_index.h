/*
 * store/archive_index.h - `orders.twi`: where in orders.twa the row of a key is.
 *
 * Hash tables in one file, each four times the one before; rows are added to the last, looked up
 * from the last to the first, so nothing is ever moved and memory stays small. A slot is a hint
 * (fingerprint, offset): the row itself is the proof. The header, one sector, says up to which byte
 * of the archive the slots are known to be on the disk; rows behind it are put in again at open.
 */
#ifndef STORE_ARCHIVE_INDEX_H
#define STORE_ARCHIVE_INDEX_H
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/file_ops.h"

#define INDEX_LEVELS_MAX 10
#define INDEX_FIRST_SLOTS UINT64_C(4096)
/* Tables up to this level are kept in memory as well (22 MiB in all, about 400,000 orders): a probe of them
 * asks no file, and what changed is written by index_flush(). Larger ones are read piece by piece and
 * written slot by slot. */
#define INDEX_LEVELS_CACHED 5
#define INDEX_HEADER_BYTES 4096u /* the header is its first sector */

struct index_header {
    uint64_t magic;
    uint32_t version, levels;
    uint64_t covered_bytes; /* of the archive */
    uint64_t covered_mark;  /* checksum of the block that ends there: it is the same archive */
    uint64_t covered_block; /* offset of that block; 0 = none */
    uint64_t orders;        /* distinct */
    uint64_t newest_id;     /* the largest order id that is in: what is above it is new */
    uint64_t used[INDEX_LEVELS_MAX];
    uint64_t checksum;
};
static_assert(sizeof(struct index_header) <= 512, "the index header fits a sector");

struct index_slot {
    uint64_t fingerprint;
    uint64_t offset; /* of the row; 0 = free */
};

struct index_table { /* a level in memory; slots are NULL: not loaded yet, or no memory for it */
    struct index_slot *slots;
    bool *changed; /* by stripes of a page, since the last flush */
};

struct index {
    const struct file_ops *file;
    int handle;
    bool has_handle;
    struct index_header header;
    struct index_table cache[INDEX_LEVELS_CACHED];
};

/* Opens; *usable is false when there is none or it is damaged: index_reset() and fill it. */
MUST_USE enum err index_open(struct index *index, const struct file_ops *file, const char *path,
                             bool *usable);
void index_close(struct index *index);
/* Empties it, durably. */
MUST_USE enum err index_reset(struct index *index);
/* Writes the slots that changed in memory; those it could not write stay changed. */
MUST_USE enum err index_flush(struct index *index);
/* After a flush: makes the slots durable, then the claim. Look-ups may go on meanwhile. */
MUST_USE enum err index_checkpoint(struct index *index, uint64_t covered_bytes,
                                   uint64_t covered_block, uint64_t covered_mark);

/* True when the row at offset is the one that is looked for. */
typedef enum err index_match(void *context, uint64_t offset, bool *same);
/* The newest offset for a fingerprint that matches. ERR_NOT_FOUND. */
MUST_USE enum err index_find(struct index *index, uint64_t fingerprint, index_match *match,
                             void *context, uint64_t *offset);
/* Puts the offset in; a matching slot of the last table is replaced. */
MUST_USE enum err index_put(struct index *index, uint64_t fingerprint, index_match *match,
                            void *context, uint64_t offset);

#endif

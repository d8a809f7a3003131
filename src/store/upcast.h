/*
 * store/upcast.h - old records become what today's code reads.
 *
 * A changed body is a new version of its kind (model/event.h) and one row here that makes the newer
 * body from the older; rows chain, one version at a time. Readers call upcast_batch() on what they
 * read; files are never rewritten.
 */
#ifndef STORE_UPCAST_H
#define STORE_UPCAST_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"

struct upcast_row {
    uint16_t kind, from_version; /* makes from_version + 1 */
    uint32_t body_bytes;         /* of the newer body; the older one's tail is not kept */
    /* new_body is zeroed; old_bytes is what the older body has, checked against nothing yet. */
    enum err (*convert)(const void *old_body, size_t old_bytes, void *new_body);
};
struct upcast_table {
    const struct upcast_row *rows;
    size_t count;
    uint16_t (*current_version)(uint16_t kind); /* 0 = unknown kind */
};
extern const struct upcast_table upcast_rows;

/* OK: every record has today's version. ERR_STATE: some are older: upcast_batch() them. ERR_VERSION
 * with a sentence: a kind or version that only a newer program knows. ERR_CORRUPT: no batch. */
MUST_USE enum err upcast_check(const struct upcast_table *table, const void *batch,
                               size_t size_bytes, struct errtext *detail);
/* Copies the batch into out (8-aligned), older records converted. ERR_SIZE: out is too small;
 * ERR_UNSUPPORTED: a row is missing. */
MUST_USE enum err upcast_batch(const struct upcast_table *table, const void *batch,
                               size_t size_bytes, void *out, size_t out_bytes, size_t *out_size,
                               struct errtext *detail);

#endif

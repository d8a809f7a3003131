/* store/journal_internal.h - the writer's state, shared by journal.c and journal_recover.c. */
#ifndef STORE_JOURNAL_INTERNAL_H
#define STORE_JOURNAL_INTERNAL_H
#include <stdatomic.h>
#include "store/journal.h"
#include "store/journal_format.h"

/* Batches wait here for their group; taken at open, touched as needed. */
#define JOURNAL_BUFFER_BYTES (2 * FRAME_BYTES_MAX)
/* Space is made ready in steps: the largest, and for small segments a quarter of one. */
#define JOURNAL_STEP_BYTES_MAX (UINT64_C(1) << 20)
#define JOURNAL_STEP_BYTES_MIN (UINT64_C(4) << 10)
#define RESERVE_NAME "reserve.twr"

struct journal {
    struct journal_config config;
    const struct file_ops *file;
    uint64_t instance_id;
    struct segment_list segments;

    int handle; /* of the last segment */
    bool has_handle;
    bool sealed; /* its last frame is a seal */
    bool failed; /* a sync or write failed: what is on the disk is not known */
    bool reserve_whole;
    uint64_t end_bytes;      /* behind the last written frame */
    uint64_t synced_bytes;   /* so much of the segment is on the disk */
    uint64_t prepared_bytes; /* zeros are written up to here */

    uint64_t next_seq; /* of the next record; 0 = the journal is empty and takes any */
    uint8_t *buffer;
    size_t buffered_bytes;
    bool buffered_wants_sync, written_wants_sync;
    uint64_t buffered_batches, buffered_records;
    uint64_t written_seq;
    _Atomic uint64_t synced_seq;
    int64_t last_sync_ns;

    _Atomic uint64_t appended_seq, durable_seq;
    _Atomic uint64_t batches, records, bytes, commits, syncs, segment_count;
    _Atomic int64_t sync_ns_max, sync_ns_total;
};

/* Makes the reserve file whole; ERR_NO_SPACE leaves nothing behind. */
MUST_USE enum err reserve_take(struct journal *journal);
/* fdatasync of the last segment; poisons the journal when it fails. */
MUST_USE enum err segment_sync(struct journal *journal);
/* Finds the end of the last segment, cuts a tear, refuses damage. */
MUST_USE enum err journal_recover(struct journal *journal, struct journal_report *report,
                                  struct errtext *detail);

#endif

/*
 * store/journal.h - the truth on disk: batches of records, appended, checksummed, synced.
 *
 * A journal is a directory of segments `<first seq, 20 digits>.twj`. A segment begins with a
 * header (magic, format version, instance id, first seq, checksum) and holds batches: a frame
 * (magic, size, XXH3 of the records seeded with the position in the sequence, first seq, count) and
 * the records of one input with all its outcomes. The format is docs/formats/journal.md.
 *
 * One thread appends; any number of readers, each with its own cursor, read what is durable. The
 * writer is told of a policy:
 *   always    a batch that wants a sync is durable when fdatasync returned
 *   interval  durable means written; fdatasync every sync_interval_ms
 *   off       durable means written; the system syncs when it likes
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"
#include "store/file_ops.h"

#define JOURNAL_FORMAT_VERSION 1

enum journal_sync { JOURNAL_SYNC_ALWAYS, JOURNAL_SYNC_INTERVAL, JOURNAL_SYNC_OFF };

struct journal_config {
    const char *directory;       /* borrowed while open */
    const struct file_ops *file; /* borrowed while open */
    enum journal_sync sync;
    int64_t sync_interval_ns;
    uint64_t segment_bytes; /* a new segment begins when the current one is past it */
    uint64_t reserve_bytes; /* kept free in `reserve.twr` for cancels and fills on a full disk */
    uint64_t keep_bytes;    /* journal_trim() keeps at least so much */
    uint64_t instance_id;   /* of a new journal; an old one has its own */
};

struct journal;

/* What opening found and mended. */
struct journal_report {
    uint64_t first_seq, last_seq; /* 0 = empty */
    uint64_t instance_id;
    uint64_t torn_bytes; /* cut from the tail */
    uint64_t segments;
    bool reserve_whole; /* false: no room for reserve.twr; told, not fatal */
    char segment[64];   /* where trouble is: file name and offset, with ERR_CORRUPT */
    uint64_t offset;
};

/*
 * Opens for appending: scans the last segment, cuts a torn tail (an incomplete or never-synced last
 * write), refuses a damaged middle with ERR_CORRUPT (report: where; detail: what to do), a newer
 * format with ERR_VERSION, a gap in the sequence with ERR_CORRUPT. A tear is told from damage by the
 * position: nothing valid may follow it.
 */
MUST_USE enum err journal_open(const struct journal_config *config, struct journal **out,
                               struct journal_report *report, struct errtext *detail);
void journal_close(struct journal *journal); /* syncs what is written */

/*
 * Appends one batch (records with consecutive seq continuing the journal; asserts otherwise) to the
 * write buffer; journal_commit() writes all buffered batches with one write and, by policy, one
 * sync, and then moves the durable position.
 * ERR_NO_SPACE: the disk is full: the batch is buffered still; call journal_use_reserve() and commit
 * again, or stop. ERR_FULL from append: the disk is full and so is the buffer: not taken. ERR_IO
 * from a sync is never retried: every later call answers ERR_IO.
 * A batch asks for no sync of its own when every record of it has EVENT_NO_SYNC; it becomes durable
 * with the next one that asks, or by journal_tick() after sync_interval_ns, under `always` too.
 * An empty journal takes any first seq (a restored data directory starts behind its jump).
 */
MUST_USE enum err journal_append(struct journal *journal, const void *batch, size_t size_bytes);
MUST_USE enum err journal_commit(struct journal *journal, int64_t now_ns);
/* always and interval: syncs what waits unsynced for sync_interval_ns. */
MUST_USE enum err journal_tick(struct journal *journal, int64_t now_ns);

/* Gives the reserved space free: true once, then false. */
bool journal_use_reserve(struct journal *journal);
/* Takes it back when there is room again; true when the reserve is whole. */
bool journal_restore_reserve(struct journal *journal);

/* Any thread. Appended and durable positions: the last seq. */
uint64_t journal_appended_seq(const struct journal *journal);
uint64_t journal_durable_seq(const struct journal *journal);
/* What survives a power cut under every policy: what archive and snapshots may build on. */
uint64_t journal_synced_seq(const struct journal *journal);

/* Any thread. */
struct journal_stats {
    uint64_t batches, records, bytes, commits, syncs, segments;
    int64_t sync_ns_max, sync_ns_total;
};
void journal_stats(const struct journal *journal, struct journal_stats *out);

/* Removes whole segments whose records are all <= seq, oldest first, while more than keep_bytes
 * stay. The appender's thread. */
MUST_USE enum err journal_trim(struct journal *journal, uint64_t seq);

/*
 * Readers: batch by batch from the first batch whose records reach from_seq; 0 = from the oldest
 * there is. A reader may be opened on an empty journal and waits. ERR_NOT_FOUND (from open or from
 * journal_read): the records were trimmed; detail names the oldest that is left. Records of older
 * versions come upcast to today's (store/upcast.h).
 */
struct journal_reader;
MUST_USE enum err journal_reader_open(const char *directory, const struct file_ops *file,
                                      uint64_t from_seq, struct journal_reader **out,
                                      struct errtext *detail);
void journal_reader_close(struct journal_reader *reader);
/* The next batch (borrowed until the next call), at most up to `until_seq` (the durable position when
 * a writer is alive). ERR_END: nothing more now; ERR_CORRUPT, ERR_VERSION with detail. */
MUST_USE enum err journal_read(struct journal_reader *reader, uint64_t until_seq,
                               const struct event **batch, size_t *size_bytes,
                               struct errtext *detail);

#endif

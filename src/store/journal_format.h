/*
 * store/journal_format.h - the bytes of a segment: header, frames, and how they are judged.
 *
 * Shared by the writer, the readers and the checker; docs/formats/journal.md tells the layout and
 * why a frame carries `synced_bytes`. All numbers are little-endian; everything is 8-aligned.
 */
#ifndef STORE_JOURNAL_FORMAT_H
#define STORE_JOURNAL_FORMAT_H
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"
#include "store/file_ops.h"

#define SEGMENT_MAGIC UINT64_C(0x314c4e524a445754) /* "TWDJRNL1" */
#define SEGMENT_SUFFIX ".twj"
#define SEGMENT_NAME_MAX 32

struct segment_header {
    uint64_t magic;
    uint32_t version, header_bytes;
    uint64_t instance_id;
    uint64_t first_seq;          /* of its first record; its name too */
    uint64_t previous_first_seq; /* first_seq of the segment before; 0 = it was the first */
    uint64_t reserved[2];
    uint64_t checksum; /* of the bytes above */
};
static_assert(sizeof(struct segment_header) == 64, "the segment header is 64 bytes");

#define FRAME_MAGIC UINT32_C(0x46425754) /* "TWBF" */

struct frame {
    uint64_t checksum; /* XXH3 of the rest of the frame and the records, seeded with first_seq */
    uint32_t magic;
    uint32_t size_bytes; /* of the records; 0: a seal, written at a clean close */
    uint64_t first_seq;
    uint64_t synced_bytes; /* when this was written, so much of the segment was on the disk */
    uint32_t count;
    uint32_t reserved;
};
static_assert(sizeof(struct frame) == 40, "the frame header is 40 bytes");
#define FRAME_BYTES_MAX (sizeof(struct frame) + BATCH_BYTES_MAX)

void segment_header_make(struct segment_header *header, uint64_t instance_id, uint64_t first_seq,
                         uint64_t previous_first_seq);
/* ERR_CORRUPT; ERR_VERSION for a newer format. */
MUST_USE enum err segment_header_check(const struct segment_header *header);

/* Fills the frame header in front of `size_bytes` records at frame + 1. */
void frame_make(struct frame *frame, uint64_t first_seq, uint32_t count, uint32_t size_bytes,
                uint64_t synced_bytes);
/* Frame and records if the first bytes look like a frame, else 0. Reads 40 bytes. */
size_t frame_span(const void *at);
/* True when the frame at `at` (frame_span bytes are readable) is exactly as it was written. */
bool frame_check(const void *at, size_t span);
/* Records with consecutive seq that fill the batch, each readable. ERR_CORRUPT, ERR_VERSION. */
MUST_USE enum err records_check(const void *records, size_t size_bytes, uint64_t first_seq,
                                uint32_t count);

/* "00000000000000000001.twj"; false for a name that is none. */
void segment_name(uint64_t first_seq, char out[SEGMENT_NAME_MAX]);
bool segment_name_parse(const char *name, const char *suffix, uint64_t *first_seq);

/* A view of a file that moves forward: reads in large pieces, keeps what it has. */
struct window {
    const struct file_ops *file;
    int handle;
    uint8_t *bytes;
    size_t capacity, size;
    uint64_t offset; /* of bytes[0] in the file */
};
void window_init(struct window *window, const struct file_ops *file, int handle);
void window_release(struct window *window);
/* Forgets what it has: the file may have grown. */
void window_forget(struct window *window);
/* Borrows at least `wanted` bytes at offset; *room is smaller only at the end of the file. */
MUST_USE enum err window_at(struct window *window, uint64_t offset, size_t wanted,
                            const uint8_t **at, size_t *room);

/* The valid frame at offset (a multiple of 8), borrowed. ERR_END: none is there: end, tear or damage. */
MUST_USE enum err frame_at(struct window *window, uint64_t offset, const struct frame **frame);

/*
 * What follows `offset`, where no valid frame stands?
 * damage: a valid frame follows that was written when `offset` was known to be on the disk: what
 * stood here was whole once. Else the rest is an unfinished write and may be cut.
 * end: behind the last byte that is not zero.
 */
struct tail_verdict {
    bool damage;
    uint64_t end;
};
MUST_USE enum err tail_judge(struct window *window, uint64_t offset, struct tail_verdict *out);

/* The segments of a directory in order. */
struct segment_list {
    uint64_t *first_seqs;
    size_t count, capacity;
};
MUST_USE enum err segment_list_load(const struct file_ops *file, const char *directory,
                                    const char *suffix, struct segment_list *list);
MUST_USE enum err segment_list_add(struct segment_list *list, uint64_t first_seq);
void segment_list_drop_first(struct segment_list *list);
void segment_list_release(struct segment_list *list);

#define STORE_PATH_MAX 4096
/* directory/name; ERR_SIZE when it is too long. */
MUST_USE enum err store_path(const char *directory, const char *name, char out[STORE_PATH_MAX]);

#endif

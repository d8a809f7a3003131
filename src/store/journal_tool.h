/*
 * store/journal_tool.h - what stands behind `tradewind journal verify` and `journal dump`.
 *
 * Both only read, and may run while the daemon writes.
 */
#ifndef STORE_JOURNAL_TOOL_H
#define STORE_JOURNAL_TOOL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"
#include "store/file_ops.h"

struct journal_verify_report {
    uint64_t segments, batches, records, bytes; /* bytes: of records */
    uint64_t first_seq, last_seq;               /* 0 = empty */
    uint64_t instance_id;
    uint64_t torn_bytes; /* an unfinished write that opening would cut */
    char segment[64];    /* where trouble is, with ERR_CORRUPT, ERR_VERSION */
    uint64_t offset;
};

/* Reads every record of every segment. OK: whole (torn_bytes may say what opening would cut).
 * ERR_CORRUPT, ERR_VERSION: report says where, detail what to do. ERR_NOT_FOUND: no such directory. */
MUST_USE enum err journal_verify(const struct file_ops *file, const char *directory,
                                 struct journal_verify_report *report, struct errtext *detail);

#define JOURNAL_LINE_MAX 4096 /* with NUL; no newline in it */
typedef void journal_line(void *context, const char *line, size_t length);

/* One line per record from from_seq (0 = the oldest) to to_seq (UINT64_MAX = the end). */
MUST_USE enum err journal_dump(const struct file_ops *file, const char *directory,
                               uint64_t from_seq, uint64_t to_seq, bool json, journal_line *each,
                               void *context, struct errtext *detail);

/* One record, which event_check() has passed. Returns the length. JSON: ids and times as strings,
 * amounts as exact decimals, zero fields of the header left out. */
size_t event_line_json(const struct event *event, char out[JOURNAL_LINE_MAX]);
size_t event_line_text(const struct event *event, char out[JOURNAL_LINE_MAX]);

#endif

/*
 * store/snapshot.h - the flat engine arena on disk, so that recovery reads little journal.
 *
 * A snapshot is `<seq, 20 digits>.tws`: a header (magic, format version, engine version, layout
 * size, instance id, seq, state hash, checksum), the arena in chunks of 1 MiB, each with its own
 * checksum (all-zero chunks are left out). Written to a temporary name, synced, renamed, directory synced. Two are
 * kept; a damaged one is passed over with a warning and the older one is used.
 */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/file_ops.h"

struct snapshot_info {
    uint64_t seq, instance_id, state_hash;
    uint32_t engine_version, layout; /* layout: the engine's own hash of its sizes and limits */
    uint64_t arena_bytes;
};

MUST_USE enum err snapshot_write(const struct file_ops *file, const char *directory,
                                 const struct snapshot_info *info, const void *arena,
                                 struct errtext *detail);

/* Loads the newest usable snapshot with this layout and size into arena (zeroed by the caller).
 * ERR_NOT_FOUND: there is none. *skipped counts damaged or foreign ones passed over. */
MUST_USE enum err snapshot_load(const struct file_ops *file, const char *directory, uint32_t layout,
                                void *arena, uint64_t arena_bytes, struct snapshot_info *info,
                                unsigned *skipped, struct errtext *detail);

/* Keeps the newest `keep` snapshots. */
MUST_USE enum err snapshot_trim(const struct file_ops *file, const char *directory, unsigned keep);

#endif

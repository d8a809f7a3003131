/*
 * app/keeper.h - the thread that follows the journal at its own cursor: archives closed orders, appends
 * finished bars to the candle files, and makes snapshots.
 *
 * A snapshot is made by a recovery in the background: the last snapshot and the journal since then go into
 * a block of their own, which is then written. The engine is not stopped for it, and recovery is exercised
 * all the time.
 */
#ifndef APP_KEEPER_H
#define APP_KEEPER_H
#include <stdint.h>
#include "app/scribe.h"
#include "data/candles.h"
#include "engine/engine.h"
#include "store/archive.h"

struct keeper_config {
    const char *data_dir;    /* borrowed */
    struct journal *journal; /* for its durable position and size */
    struct archive *archive;
    struct scribe *scribe; /* told what may be trimmed */
    struct engine_limits limits;
    uint64_t snapshot_bytes;        /* journal between two snapshots */
    uint64_t snapshot_seq;          /* of the newest at start; 0 = none */
    struct candles *const *candles; /* by instrument id; NULL = none kept */
    uint32_t candle_count;
};

struct keeper;
MUST_USE enum err keeper_start(const struct keeper_config *config, struct keeper **out);
void keeper_stop(struct keeper *keeper); /* archives what is durable, then ends the thread */

/* Any thread: closed orders up to here are durable in the archive. */
uint64_t keeper_archived_seq(const struct keeper *keeper);
/* NULL = well; else what stands still and why. */
const char *keeper_trouble(const struct keeper *keeper);

#endif

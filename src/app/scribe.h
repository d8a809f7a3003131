/*
 * app/scribe.h - the journal thread: takes batches from the ring, appends what is there, syncs once, and
 * tells how far the journal is durable.
 *
 * When the disk is full the reserve is given up once: SCRIBE_DISK_FULL is told (entries stop), and what
 * still comes is written into it. When that is used up too, or a sync fails, the scribe stops for good
 * (SCRIBE_FAILED): nothing that is not durable leaves the house, and the daemon ends.
 */
#ifndef APP_SCRIBE_H
#define APP_SCRIBE_H
#include <stdatomic.h>
#include "app/core.h"
#include "net/loop.h"
#include "store/journal.h"

enum scribe_state { SCRIBE_WELL, SCRIBE_DISK_FULL, SCRIBE_FAILED };

struct scribe;

/* wake is sent after every move of the durable position and every change of state. */
MUST_USE enum err scribe_start(struct journal *journal, struct ring *batches, struct doorbell *bell,
                               struct net_wake *wake, struct scribe **out);
/* Writes what is in the ring, then ends the thread; the calls below may still come. */
void scribe_stop(struct scribe *scribe);
/* After the threads that call the below have ended. */
void scribe_free(struct scribe *scribe);

/* Any thread. */
enum scribe_state scribe_state(const struct scribe *scribe);
/* Segments up to this seq may go (journal.keep_bytes stays). */
void scribe_trim(struct scribe *scribe, uint64_t seq);

#endif

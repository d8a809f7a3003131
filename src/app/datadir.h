/*
 * app/datadir.h - the folder in which everything is kept, and the way back from it.
 *
 *   lock  control.sock  flight.txt  journal/  snapshots/  archive/  history/
 */
#ifndef APP_DATADIR_H
#define APP_DATADIR_H
#include "app/core.h"
#include "store/archive.h"
#include "store/journal.h"

/* data_dir/name in a buffer of the calling thread, good until its next four calls. */
const char *datadir_path(const char *data_dir, const char *name);

/* Makes the folder (0700) and takes its lock. ERR_BUSY: another daemon has it; each with a sentence. */
MUST_USE enum err datadir_lock(const char *data_dir, int *lock, struct errtext *detail);

struct datadir {
    struct journal *journal;
    struct archive *archive;
    uint64_t snapshot_seq; /* loaded; 0 = none */
    uint64_t replayed;     /* records since */
    bool fresh;            /* nothing had been kept here */
};

/* Opens journal and archive and brings the engine of core back: the newest snapshot, then the journal.
 * Progress is shown on a terminal. Each failure with a sentence. */
MUST_USE enum err datadir_open(const char *data_dir, const struct journal_config *journal,
                               struct core *core, struct datadir *out, struct errtext *detail);
void datadir_close(struct datadir *dir);

#endif

/*
 * app/threads.h - every thread of the daemon is a row here, and is made here.
 */
#ifndef APP_THREADS_H
#define APP_THREADS_H
#include <pthread.h>
#include <stdbool.h>
#include "base/err.h"

/* X(id, name in ps and top, what it owns) */
#define THREADS(X)                                                                                 \
    X(THREAD_NETWORK, "tradewind",                                                                 \
      "the event loop: HTTP, venues, view; the engine too when inline")                            \
    X(THREAD_ENGINE, "engine", "the engine alone, when split")                                     \
    X(THREAD_JOURNAL, "journal", "the journal's files: appends, syncs, trims")                     \
    X(THREAD_KEEPER, "keeper", "archive, candle files, snapshots: follows the journal")

enum thread_id {
#define X(id, name, about) id,
    THREADS(X)
#undef X
        THREAD_COUNT
};

/* ERR_MEMORY. All signals are blocked in it: they belong to the network thread. */
MUST_USE enum err thread_start(enum thread_id id, void *(*run)(void *), void *context,
                               pthread_t *out);

#endif

/*
 * venue/venue.h - what the house asks of a venue, and what it hears from it.
 *
 * A venue is one folder (codec.c, session.c) and one row in registry.c. It runs on the network
 * thread, never blocks, and knows the engine only by events: venue_host.post takes an input
 * (EVENT_VENUE_*, market data), submit and cancel are called by the out gate once the journal covers
 * the decision.
 */
#ifndef VENUE_VENUE_H
#define VENUE_VENUE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"

struct venue_host { /* what the app lends; borrowed while the venue is open */
    void *app;
    /* Gives one input to the engine. Venue reports are never dropped: false means stop reading and
     * try again later; market data may be conflated by the caller then. */
    bool (*post)(void *app, const struct event *input);
    /* True when nothing that was decided so far is still on its way to the venues. */
    bool (*settled)(void *app);
};

struct venue; /* each has its own */

struct venue_ops {
    const char *name;
    const char *about; /* one sentence */
    uint32_t caps;     /* enum venue_cap */
    /* The engine's open orders are told before open() returns control to trading: restore. */
    void (*restore)(struct venue *venue, const struct order *order, int64_t now_ns);
    void (*submit)(struct venue *venue, const struct order *order, const char *venue_client_id,
                   int64_t now_ns);
    void (*cancel)(struct venue *venue, const struct order *order, int64_t now_ns);
    void (*amend)(struct venue *venue, const struct order *order, int64_t now_ns);
    /* Does what is due and returns the work done; never blocks. */
    int (*poll)(struct venue *venue, int64_t now_ns);
    int64_t (*next_deadline)(const struct venue *venue); /* INT64_MAX = none */
    /* The house is going down: no more market data; orders and reports go on. */
    void (*quiet)(struct venue *venue);
    void (*close)(struct venue *venue);
};

#endif

/*
 * venue/paper/internal.h - shared by session.c (orders) and street.c (market data).
 */
#ifndef VENUE_PAPER_INTERNAL_H
#define VENUE_PAPER_INTERNAL_H
#include "base/ring.h"
#include "sim/street_feed.h"
#include "venue/paper/paper.h"

/* Reports that the engine had no room for yet. Half of it must be free before anything new is begun, and
 * half holds what the largest book can say at once. */
#define OUTBOX_BYTES (32u << 20)

struct market {
    struct venue *venue; /* its own: the sim's sink finds home by it */
    struct instrument rules;
    struct sim *sim;
    void *block;
    struct generator *generator; /* NULL: no made-up market */
    struct street_feed street;
};

struct replay {
    struct feed *feed; /* NULL: none, or it ended */
    const struct event *next;
    size_t market;
    int64_t first_ns, last_ns; /* of the file */
    int64_t shift_ns;          /* added to the file's time: rounds of a looping file */
    int64_t wall_start_ns, market_start_ns;
    enum feed_kind kind;
    bool ended;
};

struct venue {
    struct paper_config config; /* its pointers into the opener's memory are not used later */
    struct venue_host host;
    struct market markets[PAPER_INSTRUMENTS_MAX];
    size_t market_count;
    struct replay replay;
    struct ring *outbox;
    bool quiet; /* no more market data */
    char file[4096], layout[64];
};

/* Posts, or keeps for later; order is kept. */
void paper_give(struct venue *venue, const struct event *input);
/* True when the outbox is empty again. */
bool paper_flush(struct venue *venue);

/* The market's own clock: wall time, but for replays. */
int64_t paper_market_ns(const struct venue *venue, int64_t now_ns);
int64_t paper_wall_ns(const struct venue *venue, int64_t market_ns);

/* street.c */
/* Gives a copy with our ids; context: the market. */
void paper_street_tell(void *context, const struct event *event, int64_t ts_ns);
MUST_USE enum err paper_street_open(struct venue *venue, const struct paper_config *config,
                                    int64_t now_ns, struct errtext *detail);
void paper_street_close(struct venue *venue);
int paper_street_poll(struct venue *venue, int64_t now_ns); /* events told */
int64_t paper_street_deadline(const struct venue *venue);   /* wall time */

#endif

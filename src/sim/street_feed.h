/*
 * sim/street_feed.h - the market outside, told event by event to an exchange and to those who watch it.
 *
 * The paper venue and backtests over ticks share these lines, so that the same file makes the same
 * market in both. The exchange hears each event first; then the watcher is told what it may know: trades
 * as they are, and the best prices of the exchange whenever they changed.
 */
#ifndef SIM_STREET_FEED_H
#define SIM_STREET_FEED_H
#include <stdbool.h>
#include "model/event.h"
#include "model/instrument.h"
#include "sim/exchange.h"

struct street_feed {
    struct sim *sim;
    const struct instrument *rules;
    bool trades_alone; /* the data has no quotes: they are assumed around each trade */
    bool tells_books;  /* the watcher is told book events too */
    /* EVENT_TRADE, EVENT_QUOTE and EVENT_BOOK without instrument, account and venue; borrowed. At most two
     * an event. It must not call the exchange, which has not heard all of the event yet. */
    void (*tell)(void *context, const struct event *event, int64_t ts_ns);
    void *context;
    struct quote told; /* the last quote that was told; zeros at the start */
};

/* One event of the market at its time; bars are no such event and do nothing. */
void street_feed(struct street_feed *street, const struct event *event, int64_t ts_ns);

#endif

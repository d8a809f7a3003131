/* data/make.c - events that are one row of a file: trades, quotes, bars. */
#include "data/feed_private.h"

enum err make_trade(struct feed *feed, struct errtext *detail)
{
    enum err err = feed_load(feed, detail);
    if (err != OK)
        return err;
    const struct row *row = &feed->row;
    feed->has_row = false;
    struct event *event = feed_event(feed, EVENT_TRADE, sizeof(struct trade), row->ts_ns);
    struct trade *trade = event_body(event);
    trade->price_ticks = row->value[FIELD_PRICE];
    trade->qty_lots = row->value[FIELD_QTY];
    trade->trade_id = (uint64_t)row->value[FIELD_TRADE_ID];
    if (row_has(row, FIELD_TAKER_SIDE))
        trade->aggressor = (uint8_t)row->value[FIELD_TAKER_SIDE];
    else if (row_has(row, FIELD_BUYER_IS_MAKER))
        trade->aggressor = row->value[FIELD_BUYER_IS_MAKER] ? SIDE_SELL : SIDE_BUY;
    return OK;
}

enum err make_quote(struct feed *feed, struct errtext *detail)
{
    enum err err = feed_load(feed, detail);
    if (err != OK)
        return err;
    const struct row *row = &feed->row;
    feed->has_row = false;
    struct event *event = feed_event(feed, EVENT_QUOTE, sizeof(struct quote), row->ts_ns);
    *(struct quote *)event_body(event) = (struct quote){
        .bid_ticks = row->value[FIELD_BID],
        .bid_lots = row->value[FIELD_BID_QTY],
        .ask_ticks = row->value[FIELD_ASK],
        .ask_lots = row->value[FIELD_ASK_QTY],
    };
    return OK;
}

/* A bar ends where the next begins, at the latest after the usual step: months differ in length.
 * So the row after it is read ahead; if that one is bad, its error comes with the next call. */
enum err make_bar(struct feed *feed, struct errtext *detail)
{
    enum err err = feed_load(feed, detail);
    if (err != OK)
        return err;
    struct row row = feed->row;
    feed->has_row = false;

    int64_t end_ns;
    if (__builtin_add_overflow(row.ts_ns, feed->bar_interval_ns, &end_ns))
        end_ns = INT64_MAX;
    struct errtext later = { "" };
    enum err ahead = feed_load(feed, &later);
    if (ahead == OK && feed->row.ts_ns > row.ts_ns && feed->row.ts_ns < end_ns)
        end_ns = feed->row.ts_ns;
    if (ahead != OK) {
        feed->ahead = ahead;
        feed->ahead_detail = later;
    }

    struct event *event = feed_event(feed, EVENT_BAR, sizeof(struct bar), end_ns);
    *(struct bar *)event_body(event) = (struct bar){
        .start_ns = row.ts_ns,
        .end_ns = end_ns,
        .open_ticks = row.value[FIELD_OPEN],
        .high_ticks = row.value[FIELD_HIGH],
        .low_ticks = row.value[FIELD_LOW],
        .close_ticks = row.value[FIELD_CLOSE],
        .volume_lots = row.value[FIELD_VOLUME],
    };
    return OK;
}

#include "sim/street_feed.h"
#include <string.h>

struct quote_event {
    struct event event;
    struct quote body;
};

/* The exchange's own best prices, street and orders together; told when they changed. */
static void tell_best(struct street_feed *street, int64_t ts_ns)
{
    struct quote best = { .bid_ticks = sim_best_ticks(street->sim, SIDE_BUY),
                          .ask_ticks = sim_best_ticks(street->sim, SIDE_SELL) };
    if (best.bid_ticks)
        best.bid_lots = sim_depth_lots(street->sim, SIDE_BUY, best.bid_ticks);
    if (best.ask_ticks)
        best.ask_lots = sim_depth_lots(street->sim, SIDE_SELL, best.ask_ticks);
    if (memcmp(&street->told, &best, sizeof best) == 0)
        return;
    street->told = best;
    struct quote_event told = { .event = { .length = sizeof told,
                                           .kind = EVENT_QUOTE,
                                           .version = event_kind_version(EVENT_QUOTE),
                                           .source_ts_ns = ts_ns },
                                .body = best };
    street->tell(street->context, &told.event, ts_ns);
}

static void take_book(struct street_feed *street, const struct book_head *head, int64_t ts_ns)
{
    const struct book_level *level = (const struct book_level *)(head + 1);
    if (head->action == BOOK_SNAPSHOT)
        sim_book_clear(street->sim, ts_ns);
    for (uint32_t i = 0; i < head->bid_count; i++, level++)
        sim_level(street->sim, SIDE_BUY, level->price_ticks, level->qty_lots, ts_ns);
    for (uint32_t i = 0; i < head->ask_count; i++, level++)
        sim_level(street->sim, SIDE_SELL, level->price_ticks, level->qty_lots, ts_ns);
}

/* A quote without quantities is taken as deep as an order may be. */
static void take_quote(struct street_feed *street, const struct quote *told, int64_t ts_ns)
{
    struct quote quote = *told;
    if (quote.bid_ticks && !quote.bid_lots)
        quote.bid_lots = street->rules->qty_max_lots;
    if (quote.ask_ticks && !quote.ask_lots)
        quote.ask_lots = street->rules->qty_max_lots;
    sim_quote(street->sim, &quote, ts_ns);
}

/* Data of trades alone says nothing about who waits: a market one step wide stands around each trade, as
 * deep as an order may be. */
static void quote_around(struct street_feed *street, const struct trade *trade, int64_t ts_ns)
{
    int64_t step = street->rules->tick_step, deep = street->rules->qty_max_lots;
    bool buyer = trade->aggressor == SIDE_BUY;
    struct quote quote = { .bid_ticks = buyer ? trade->price_ticks - step : trade->price_ticks,
                           .bid_lots = deep,
                           .ask_ticks = buyer ? trade->price_ticks : trade->price_ticks + step,
                           .ask_lots = deep };
    if (quote.bid_ticks <= 0)
        quote.bid_ticks = quote.bid_lots = 0;
    sim_quote(street->sim, &quote, ts_ns);
}

void street_feed(struct street_feed *street, const struct event *event, int64_t ts_ns)
{
    const void *body = event_body_const(event);
    sim_advance(street->sim, ts_ns); /* orders that arrived before it act before it */
    switch ((enum event_kind)event->kind) {
    case EVENT_QUOTE:
        take_quote(street, body, ts_ns);
        tell_best(street, ts_ns);
        break;
    case EVENT_BOOK:
        take_book(street, body, ts_ns);
        if (street->tells_books)
            street->tell(street->context, event, ts_ns);
        tell_best(street, ts_ns);
        break;
    case EVENT_TRADE:
        sim_trade(street->sim, body, ts_ns);
        street->tell(street->context, event, ts_ns);
        if (street->trades_alone) {
            quote_around(street, body, ts_ns);
            tell_best(street, ts_ns);
        }
        break;
    default: break;
    }
}

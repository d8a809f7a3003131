#include "engine/market.h"

static void bar_start(struct bar *bar, int64_t ts_ns, int64_t price_ticks)
{
    int64_t start_ns = num_div_floor(ts_ns, MARKET_BAR_NS) * MARKET_BAR_NS;
    *bar = (struct bar){ .start_ns = start_ns,
                         .end_ns = start_ns + MARKET_BAR_NS,
                         .open_ticks = price_ticks,
                         .high_ticks = price_ticks,
                         .low_ticks = price_ticks,
                         .close_ticks = price_ticks };
}

/* The market's own time closes bars; minutes in which nothing traded are flat. */
static uint32_t close_bars(struct market_row *market, int64_t ts_ns, struct bar *closed)
{
    uint32_t count = 0;
    if (market->bar.start_ns == 0 || ts_ns < market->bar.end_ns)
        return 0;
    int64_t gap = (ts_ns - market->bar.end_ns) / MARKET_BAR_NS;
    closed[count++] = market->bar;
    int64_t close_ticks = market->bar.close_ticks;
    for (int64_t flat = 0; flat < gap && gap <= MARKET_FLAT_BARS_MAX; flat++) {
        bar_start(&market->bar, market->bar.end_ns, close_ticks);
        closed[count++] = market->bar;
    }
    bar_start(&market->bar, ts_ns, close_ticks);
    return count;
}

static void take_trade(struct market_row *market, const struct trade *trade, int64_t ts_ns)
{
    struct bar *bar = &market->bar;
    market->last_ticks = trade->price_ticks;
    market->last_lots = trade->qty_lots;
    market->last_ts_ns = ts_ns;
    market->trades++;
    if (bar->start_ns == 0)
        bar_start(bar, ts_ns, trade->price_ticks);
    if (bar->trade_count == 0) /* the minute's first: it replaces the close carried over */
        bar->open_ticks = bar->high_ticks = bar->low_ticks = trade->price_ticks;
    if (trade->price_ticks > bar->high_ticks)
        bar->high_ticks = trade->price_ticks;
    if (trade->price_ticks < bar->low_ticks)
        bar->low_ticks = trade->price_ticks;
    bar->close_ticks = trade->price_ticks;
    if (num_add(bar->volume_lots, trade->qty_lots, &bar->volume_lots))
        bar->volume_lots = INT64_MAX;
    bar->trade_count++;
}

static void take_book(struct market_row *market, const struct book_head *head, int64_t ts_ns)
{
    const struct book_level *levels = (const struct book_level *)(head + 1);
    if (head->action != BOOK_SNAPSHOT) /* tops of deltas come as quotes of their own */
        return;
    const struct book_level none = { 0 };
    const struct book_level *bid = head->bid_count ? levels : &none;
    const struct book_level *ask = head->ask_count ? levels + head->bid_count : &none;
    market->quote =
        (struct quote){ bid->price_ticks, bid->qty_lots, ask->price_ticks, ask->qty_lots };
    market->quote_ts_ns = ts_ns;
}

#define PRICE_MAX (INT64_MAX / 4)

static bool price_fits(int64_t ticks) { return ticks > 0 && ticks <= PRICE_MAX; }

static bool side_fits(int64_t ticks, int64_t lots)
{
    return ticks >= 0 && ticks <= PRICE_MAX && lots >= 0;
}

static bool bar_fits(const struct bar *bar, bool finished)
{
    return price_fits(bar->open_ticks) &&
           (!finished || (price_fits(bar->high_ticks) && price_fits(bar->low_ticks) &&
                          price_fits(bar->close_ticks) && bar->volume_lots >= 0));
}

bool market_makes_sense(const struct event *event)
{
    const void *body = event_body_const(event);
    const struct quote *quote = body;
    const struct trade *trade = body;
    const struct book_head *head = body;
    const struct book_level *levels = (const struct book_level *)(head + 1);
    switch (event->kind) {
    case EVENT_QUOTE:
        return side_fits(quote->bid_ticks, quote->bid_lots) &&
               side_fits(quote->ask_ticks, quote->ask_lots);
    case EVENT_TRADE: return price_fits(trade->price_ticks) && trade->qty_lots >= 0;
    case EVENT_BOOK: /* the tops are what is kept */
        return (!head->bid_count || side_fits(levels[0].price_ticks, levels[0].qty_lots)) &&
               (!head->ask_count ||
                side_fits(levels[head->bid_count].price_ticks, levels[head->bid_count].qty_lots));
    case EVENT_BAR_OPEN:
    case EVENT_BAR: return bar_fits(body, event->kind == EVENT_BAR);
    default: return true;
    }
}

uint32_t market_apply(struct instrument_slot *instrument, const struct event *event,
                      struct bar *closed)
{
    struct market_row *market = &instrument->market;
    const void *body = event_body_const(event);
    int64_t ts_ns = event->source_ts_ns ? event->source_ts_ns : event->engine_ts_ns;
    if (event->flags & EVENT_REPLAY) /* history warms strategies; it is no price of today */
        return 0;
    if (!market_makes_sense(event))
        return 0;
    const struct bar *bar = body;
    uint32_t count = 0;
    switch (event->kind) {
    case EVENT_QUOTE:
        count = close_bars(market, ts_ns, closed);
        market->quote = *(const struct quote *)body;
        market->quote_ts_ns = ts_ns;
        break;
    case EVENT_TRADE:
        count = close_bars(market, ts_ns, closed);
        take_trade(market, body, ts_ns);
        break;
    case EVENT_BOOK:
        count = close_bars(market, ts_ns, closed);
        take_book(market, body, ts_ns);
        break;
    case EVENT_BAR_OPEN:
        market->last_ticks = bar->open_ticks;
        market->last_ts_ns = bar->start_ns;
        break;
    case EVENT_BAR:
        market->last_ticks = bar->close_ticks;
        market->last_ts_ns = bar->end_ns;
        break;
    default: break;
    }
    return count;
}

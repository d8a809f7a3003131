/* venue/paper/session.c - orders: from the out gate into the sim, and what the sim says back as reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "venue/paper/internal.h"

/* ---- what the sim says ---- */

void paper_give(struct venue *venue, const struct event *input)
{
    size_t size;
    bool waiting = ring_peek(venue->outbox, &size) != NULL;
    if (!waiting && venue->host.post(venue->host.app, input))
        return;
    bool kept = ring_push(venue->outbox, input, input->length);
    assert(kept); /* half of the outbox is free whenever something new begins */
}

bool paper_flush(struct venue *venue)
{
    size_t size;
    const struct event *event;
    while ((event = ring_peek(venue->outbox, &size))) {
        if (!venue->host.post(venue->host.app, event))
            return false;
        ring_pop(venue->outbox);
    }
    return true;
}

static uint16_t report_kind(enum sim_event_kind kind)
{
    switch (kind) {
    case SIM_ACCEPTED: return EVENT_VENUE_ACCEPT;
    case SIM_REJECTED: return EVENT_VENUE_REJECT;
    case SIM_FILL: return EVENT_VENUE_FILL;
    case SIM_CANCELLED: return EVENT_VENUE_CANCEL;
    case SIM_EXPIRED: return EVENT_VENUE_EXPIRE;
    case SIM_CANCEL_REJECTED: return EVENT_VENUE_CANCEL_REJECT;
    case SIM_AMENDED: return EVENT_VENUE_AMEND;
    case SIM_AMEND_REJECTED: return EVENT_VENUE_AMEND_REJECT;
    case SIM_TRIGGERED: break; /* stops wait in the engine, not here */
    }
    return EVENT_NONE;
}

struct report {
    struct event event;
    struct venue_report body;
};

static struct report report_of(const struct market *market, uint16_t kind, uint64_t order_id,
                               int64_t ts_ns)
{
    struct report report = { .event = { .length = sizeof report,
                                        .kind = kind,
                                        .version = event_kind_version(kind),
                                        .source_ts_ns = ts_ns,
                                        .instrument = market->rules.id,
                                        .account = market->venue->config.account,
                                        .venue = PAPER_VENUE },
                             .body = { .order_id = order_id } };
    (void)snprintf(report.body.venue_order_id, sizeof report.body.venue_order_id, "sim-%llu",
                   (unsigned long long)order_id);
    return report;
}

/* A trade is told to each side that is an order of ours. */
static void give_fills(struct market *market, const struct sim_event *trade)
{
    struct sim_fill fills[2];
    int count = sim_fills(trade, fills);
    for (int i = 0; i < count; i++) {
        struct report report = report_of(market, EVENT_VENUE_FILL, fills[i].order_id, trade->ts_ns);
        report.body.price_ticks = trade->price_ticks;
        report.body.qty_lots = trade->qty_lots;
        report.body.fee = fills[i].fee;
        report.body.fee_asset = market->rules.quote_asset;
        report.body.liquidity = fills[i].liquidity;
        report.body.side = fills[i].side;
        (void)snprintf(report.body.trade_id, sizeof report.body.trade_id, "%llu",
                       (unsigned long long)trade->trade_id);
        paper_give(market->venue, &report.event);
    }
}

static void sink(void *context, const struct sim_event *said)
{
    struct market *market = context;
    uint16_t kind = report_kind(said->kind);
    if (kind == EVENT_NONE)
        return;
    if (kind == EVENT_VENUE_FILL) {
        give_fills(market, said);
        return;
    }
    struct report report = report_of(market, kind, said->order_id, said->ts_ns);
    report.body.price_ticks = said->price_ticks;
    report.body.qty_lots = said->qty_lots;
    if (said->reason != SIM_REASON_NONE)
        (void)snprintf(report.body.reason, sizeof report.body.reason, "%s",
                       sim_reason_text(said->reason));
    paper_give(market->venue, &report.event);
}

/* ---- orders ---- */

static struct market *market_of(struct venue *venue, uint32_t instrument)
{
    for (size_t i = 0; i < venue->market_count; i++)
        if (venue->markets[i].rules.id == instrument)
            return &venue->markets[i];
    return NULL;
}

/* A market order goes as what bounds its cost: immediate, not worse than its protection price. */
static struct sim_order sim_order_of(const struct order *order)
{
    bool bounded = order->type == ORDER_MARKET && order->price_ticks > 0;
    bool whole = order->tif == TIF_FOK;
    return (struct sim_order){
        .id = order->id,
        .owner = order->account,
        .price_ticks = order->price_ticks,
        .qty_lots = order->qty_lots,
        .display_lots = order->display_lots,
        .expire_ns = order->expire_ns,
        .side = order->side,
        .type = bounded ? (uint8_t)ORDER_LIMIT : order->type,
        .tif = bounded ? (uint8_t)(whole ? TIF_FOK : TIF_IOC) : order->tif,
        .post_only = (order->flags & ORDER_POST_ONLY) != 0,
    };
}

static void reject(struct market *market, const struct order *order, uint16_t kind,
                   const char *reason, int64_t now_ns)
{
    struct report report = report_of(market, kind, order->id, now_ns);
    (void)snprintf(report.body.reason, sizeof report.body.reason, "%s", reason);
    paper_give(market->venue, &report.event);
}

/* The paper venue knows orders by the engine's own ids. */
static void submit(struct venue *venue, const struct order *sent, const char *venue_client_id,
                   int64_t now_ns)
{
    struct market *market = market_of(venue, sent->instrument);
    assert(market); /* the engine knows only what was listed */
    (void)venue_client_id;
    struct sim_order order = sim_order_of(sent);
    if (order.expire_ns) /* GTD is wall time; a replay's clock is its own */
        order.expire_ns = paper_market_ns(venue, order.expire_ns);
    sim_submit(market->sim, &order, paper_market_ns(venue, now_ns));
}

static void cancel(struct venue *venue, const struct order *order, int64_t now_ns)
{
    struct market *market = market_of(venue, order->instrument);
    assert(market);
    sim_cancel(market->sim, order->id, paper_market_ns(venue, now_ns));
}

static void amend(struct venue *venue, const struct order *order, int64_t now_ns)
{
    struct market *market = market_of(venue, order->instrument);
    assert(market);
    sim_amend(market->sim, order->id, order->amend_price_ticks, order->amend_qty_lots,
              paper_market_ns(venue, now_ns));
}

static bool can_rest(const struct order *order)
{
    return order->type != ORDER_MARKET && order->tif != TIF_IOC && order->tif != TIF_FOK;
}

/* The exchange begins empty; the engine's rows say what rests. What was on its way in when the house went
 * down never arrived, and what could not rest is over. */
static void restore(struct venue *venue, const struct order *order, int64_t now_ns)
{
    struct market *market = market_of(venue, order->instrument);
    if (!market || order->state == ORDER_NEW)
        return;
    bool expired = order->valid_until_ns && now_ns > order->valid_until_ns;
    if (order->state == ORDER_SENT && !expired) {
        submit(venue, order, "", now_ns);
        return;
    }
    if (order->state == ORDER_SENT || order->state == ORDER_UNKNOWN || !can_rest(order)) {
        reject(market, order, EVENT_VENUE_EXPIRE, "restart", now_ns);
        return;
    }
    struct sim_order resting = sim_order_of(order);
    sim_restore(market->sim, &resting, order->filled_lots);
    if (order->state == ORDER_CANCELLING)
        cancel(venue, order, now_ns);
    else if (order->state == ORDER_AMENDING)
        amend(venue, order, now_ns);
}

/* ---- life ---- */

static int poll(struct venue *venue, int64_t now_ns)
{
    if (!paper_flush(venue) || ring_used_bytes(venue->outbox) > OUTBOX_BYTES / 2)
        return 0; /* the engine is behind: nothing new is begun, nothing is lost */
    int told = venue->quiet ? 0 : paper_street_poll(venue, now_ns);
    int64_t market_ns = paper_market_ns(venue, now_ns);
    for (size_t i = 0; i < venue->market_count; i++)
        sim_advance(venue->markets[i].sim, market_ns);
    return told;
}

static int64_t next_deadline(const struct venue *venue)
{
    int64_t earliest_ns = venue->quiet ? INT64_MAX : paper_street_deadline(venue);
    for (size_t i = 0; i < venue->market_count; i++) {
        int64_t sim_ns = sim_next_deadline(venue->markets[i].sim);
        int64_t at_ns = sim_ns == INT64_MAX ? INT64_MAX : paper_wall_ns(venue, sim_ns);
        if (at_ns < earliest_ns)
            earliest_ns = at_ns;
    }
    return earliest_ns;
}

static void quiet(struct venue *venue) { venue->quiet = true; }

static void close_venue(struct venue *venue)
{
    if (!venue)
        return;
    paper_street_close(venue);
    for (size_t i = 0; i < venue->market_count; i++)
        free(venue->markets[i].block);
    ring_free(venue->outbox);
    free(venue);
}

static enum err open_market(struct venue *venue, struct market *market,
                            const struct paper_config *config, const struct instrument *rules)
{
    struct sim_config sim = { .seed = config->seed ^ rules->id,
                              .orders_max = PAPER_ORDERS_MAX,
                              .levels_max = 4 * PAPER_ORDERS_MAX,
                              .self_trade = SIM_STP_CANCEL_NEWEST,
                              .latency_to_ns = config->latency_ns,
                              .latency_from_ns = config->latency_ns,
                              .latency_jitter_ns = config->latency_ns / 2,
                              .first_trade_id = config->first_trade_id };
    size_t size = (sim_size(&sim) + 63) & ~(size_t)63;
    *market = (struct market){ .venue = venue, .rules = *rules, .block = aligned_alloc(64, size) };
    if (!market->block)
        return ERR_MEMORY;
    enum err err = sim_init(market->block, &sim, rules, sink, market, &market->sim);
    market->street = (struct street_feed){ .sim = market->sim,
                                           .rules = &market->rules,
                                           .tells_books = config->tell_books,
                                           .tell = paper_street_tell,
                                           .context = market };
    return err;
}

enum err paper_open(const struct paper_config *config, const struct venue_host *host,
                    int64_t now_ns, struct venue **out, struct errtext *detail)
{
    assert(config->market_count > 0 && config->market_count <= PAPER_INSTRUMENTS_MAX);
    struct venue *venue = calloc(1, sizeof *venue);
    if (!venue)
        return errtext_set(detail, ERR_MEMORY, "no memory for the paper venue");
    venue->config = *config;
    venue->host = *host;
    enum err err = ring_new(OUTBOX_BYTES, &venue->outbox);
    for (size_t i = 0; !err && i < config->market_count; i++) {
        venue->market_count = i + 1;
        err = open_market(venue, &venue->markets[i], config, &config->markets[i].rules);
    }
    if (err) {
        close_venue(venue);
        return errtext_set(detail, err, "no memory for the paper venue's order books");
    }
    err = paper_street_open(venue, config, now_ns, detail);
    if (err) {
        close_venue(venue);
        return err;
    }
    *out = venue;
    return OK;
}

const struct venue_ops paper_ops = {
    .name = "paper",
    .about = "our own exchange over made-up or replayed market data; no money moves",
    .caps = VENUE_CAP_AMEND | VENUE_CAP_POST_ONLY | VENUE_CAP_ICEBERG | VENUE_CAP_DEDUPES,
    .restore = restore,
    .submit = submit,
    .cancel = cancel,
    .amend = amend,
    .poll = poll,
    .next_deadline = next_deadline,
    .quiet = quiet,
    .close = close_venue,
};

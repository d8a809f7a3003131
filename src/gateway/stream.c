#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "gateway/internal.h"
#include "gateway/show.h"

#define FRAME_BYTES 2048

/*
 * Ids are sequence numbers of the engine. A record that is told in several frames carries its id on
 * the last; frames of prices and balances are conflated and carry the id of the last record known,
 * when that is newer than the last id told.
 */
static void frame(struct gateway *gateway, const char *event, struct json_write *write, uint64_t id)
{
    if (write->overflow || write->length > PUSH_FRAME_MAX)
        return; /* cannot be for rows of ours; a stream is no reason to stop */
    if (!gateway->streaming)
        return;
    if (id <= push_last_id(gateway->push))
        id = 0;
    push_frame(gateway->push, event, write->out, write->length, id);
}

static void remember(struct gateway *gateway, const struct json_write *write)
{
    if (write->overflow || write->length > RECENT_BYTES)
        return;
    struct recent *recent = &gateway->recent[gateway->recent_count++ % RECENT_EVENTS];
    recent->type = NULL;
    memcpy(recent->text, write->out, write->length);
    recent->length = (uint16_t)write->length;
}

static void head(struct json_write *write, const char *type, int64_t ts_ns)
{
    json_object_begin(write);
    json_kv(write, "type", string, type);
    json_kv(write, "ts_ns", i64, ts_ns);
}

static void begin(struct json_write *write, char *text, const char *type, int64_t ts_ns)
{
    json_write_init(write, text, FRAME_BYTES);
    head(write, type, ts_ns);
}

static const char order_received[] = "order_received", order_update[] = "order_update";

/* What happened to an order, in words. */
static void show_happening(struct json_write *write, const char *type, const struct order *order,
                           const struct instrument *instrument, int64_t ts_ns)
{
    head(write, type, ts_ns);
    json_kv(write, "client_order_id", string, order->client_order_id);
    if (order->venue_order_id[0])
        json_kv(write, "venue_order_id", string, order->venue_order_id);
    if (type == order_update)
        json_kv(write, "status", string, show_status(order));
    json_kv(write, "symbol", string, instrument->symbol);
    json_kv(write, "side", string, side_name(order->side));
    json_kv(write, "order_type", string, order_type_name(order->type));
    json_kv(write, "qty", num, order->qty_lots, instrument->qty_scale);
    show_ticks(write, "price", show_has_limit(order->type) ? order->price_ticks : 0,
               instrument->price_scale);
    if (order->reason[0])
        json_kv(write, "reason", string, order->reason);
    json_object_end(write);
}

void stream_show_recent(const struct gateway *gateway, const struct recent *recent,
                        struct json_write *write)
{
    const struct instrument *instrument =
        recent->type ? view_instrument(&gateway->view, recent->order.instrument) : NULL;
    if (instrument)
        show_happening(write, recent->type, &recent->order, instrument, recent->ts_ns);
    else if (!recent->type)
        json_raw(write, recent->text, recent->length);
}

static void order_happening(struct gateway *gateway, const char *type, const struct order *order,
                            const struct instrument *instrument, int64_t ts_ns)
{
    struct recent *recent = &gateway->recent[gateway->recent_count++ % RECENT_EVENTS];
    recent->type = type;
    recent->ts_ns = ts_ns;
    recent->order = *order;
    if (!gateway->streaming)
        return;
    char text[FRAME_BYTES];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    show_happening(&write, type, order, instrument, ts_ns);
    frame(gateway, type, &write, 0);
}

static void order_record(struct gateway *gateway, const struct event *event)
{
    const struct order *order = event_body_const(event);
    const struct instrument *instrument = view_instrument(&gateway->view, order->instrument);
    const struct order *before = view_order(&gateway->view, order->id);
    if (!instrument)
        return;
    if (!before)
        order_happening(gateway, order_received, order, instrument, event->engine_ts_ns);
    const char *status = show_status(order);
    bool told = before && strcmp(show_status(before), status) == 0 &&
                before->qty_lots == order->qty_lots &&
                (before->price_ticks == order->price_ticks || !show_has_limit(order->type));
    if (!told && (before || order->state > ORDER_SENT))
        order_happening(gateway, order_update, order, instrument, event->engine_ts_ns);
    if (!gateway->streaming)
        return;
    char text[FRAME_BYTES];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    show_order(&write, &gateway->view, order);
    frame(gateway, "order_state", &write, event->seq);
}

static void fill_record(struct gateway *gateway, const struct event *event)
{
    const struct fill *fill = event_body_const(event);
    const struct instrument *instrument = view_instrument(&gateway->view, event->instrument);
    if (!instrument)
        return;
    char text[FRAME_BYTES];
    struct json_write write;
    begin(&write, text, "fill", event->engine_ts_ns);
    json_kv(&write, "client_order_id", string, fill->client_order_id);
    json_kv(&write, "symbol", string, instrument->symbol);
    json_kv(&write, "side", string, side_name(fill->side));
    json_kv(&write, "qty", num, fill->qty_lots, instrument->qty_scale);
    json_kv(&write, "price", num, fill->price_ticks, instrument->price_scale);
    json_kv(&write, "trade_id", string, fill->trade_id);
    json_kv(&write, "fee", amount, fill->fee);
    json_object_end(&write);
    remember(gateway, &write);
    frame(gateway, "fill", &write, event->seq);
}

static void discrepancy_record(struct gateway *gateway, const struct event *event)
{
    const struct discrepancy *row = event_body_const(event);
    char text[FRAME_BYTES], id[NUM_TEXT_MAX];
    struct json_write write;
    (void)num_format((int64_t)row->order_id, 0, id);
    begin(&write, text, "error", event->engine_ts_ns);
    json_kv(&write, "message", string, discrepancy_name(row->code));
    json_kv(&write, "order_id", string, id);
    json_kv(&write, "detail", string, row->detail);
    json_object_end(&write);
    remember(gateway, &write);
    frame(gateway, "error", &write, event->seq);
}

void stream_record(struct gateway *gateway, const struct event *event)
{
    if (!gateway->streaming)
        push_begin(gateway->push, event->seq); /* what was not made cannot be resumed: a gap */
    switch (event->kind) {                     /* the rest is not told here */
    case EVENT_ORDER: order_record(gateway, event); break;
    case EVENT_FILL: fill_record(gateway, event); break;
    case EVENT_DISCREPANCY: discrepancy_record(gateway, event); break;
    case EVENT_BALANCE: {
        uint16_t account = ((const struct balance *)event_body_const(event))->account;
        if (account < VIEW_ACCOUNTS_MAX && !gateway->account_marked[account]) {
            gateway->account_marked[account] = true;
            gateway->accounts_changed[gateway->accounts_changed_count++] = account;
        }
        break;
    }
    case EVENT_QUOTE:
    case EVENT_TRADE:
    case EVENT_BAR:
        if (event->instrument < VIEW_INSTRUMENTS_MAX &&
            !gateway->market_marked[event->instrument]) {
            gateway->market_marked[event->instrument] = true;
            gateway->markets_changed[gateway->markets_changed_count++] = event->instrument;
        }
        break;
    default: break;
    }
}

static void market_frame(struct gateway *gateway, uint32_t id)
{
    const struct instrument *instrument = view_instrument(&gateway->view, id);
    const struct view_market *market = view_market(&gateway->view, id);
    if (!instrument || view_price_ticks(market) == 0)
        return;
    const struct market_row *row = &market->row;
    char text[FRAME_BYTES];
    struct json_write write;
    begin(&write, text, "market",
          row->last_ts_ns > row->quote_ts_ns ? row->last_ts_ns : row->quote_ts_ns);
    json_kv(&write, "symbol", string, instrument->symbol);
    json_kv(&write, "price", num, view_price_ticks(market), instrument->price_scale);
    json_kv(&write, "bid", num, row->quote.bid_ticks, instrument->price_scale);
    json_kv(&write, "ask", num, row->quote.ask_ticks, instrument->price_scale);
    json_object_end(&write);
    frame(gateway, "market", &write, gateway->event_seq);
}

static void account_frame(struct gateway *gateway, uint16_t account)
{
    char text[PUSH_FRAME_MAX];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "type", string, "account");
    json_kv(&write, "ts_ns", i64, gateway->view.engine_ts_ns);
    json_key(&write, "balances");
    show_balances(&write, &gateway->view, account);
    json_object_end(&write);
    frame(gateway, "account", &write, gateway->event_seq);
}

/* Prices and balances as they are at the end of the round, at most ten times a second. */
void stream_flush(struct gateway *gateway, int64_t now_ns)
{
    gateway->streaming = push_wanted(gateway->push, clock_monotonic_ns());
    if (!gateway->streaming)
        return;
    size_t kept = 0;
    int64_t next_ns = INT64_MAX;
    for (size_t i = 0; i < gateway->markets_changed_count; i++) {
        uint32_t id = gateway->markets_changed[i];
        struct view_market *market = &gateway->view.markets[id];
        int64_t due_ns = market->shown_ns + MARKET_FRAME_NS;
        if (due_ns > now_ns && market->shown_ns <= now_ns) {
            gateway->markets_changed[kept++] = id;
            next_ns = due_ns < next_ns ? due_ns : next_ns;
            continue;
        }
        market->shown_ns = now_ns;
        gateway->market_marked[id] = false;
        market_frame(gateway, id);
    }
    gateway->markets_changed_count = kept;
    int64_t due_ns = gateway->account_shown_ns + MARKET_FRAME_NS;
    if (gateway->accounts_changed_count && due_ns > now_ns && gateway->account_shown_ns <= now_ns) {
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    } else if (gateway->accounts_changed_count) {
        gateway->account_shown_ns = now_ns;
        for (size_t i = 0; i < gateway->accounts_changed_count; i++) {
            gateway->account_marked[gateway->accounts_changed[i]] = false;
            account_frame(gateway, (uint16_t)gateway->accounts_changed[i]);
        }
        gateway->accounts_changed_count = 0;
    }
    if (next_ns != INT64_MAX)
        net_timer_set(gateway->market_timer, clock_monotonic_ns() + (next_ns - now_ns));
    push_flush(gateway->push);
}

/* The view was loaded anew. What happened between is known to nobody here: say so. */
void stream_lap(struct gateway *gateway, uint64_t seq)
{
    uint64_t last = push_last_id(gateway->push);
    push_begin(gateway->push, seq);
    if (last == 0 || seq <= last)
        return;
    char text[FRAME_BYTES];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "from", u64, last + 1);
    json_kv(&write, "to", u64, seq);
    json_object_end(&write);
    push_frame(gateway->push, "gap", write.out, write.length, 0);
}

static bool parse_id(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long id = strtoull(text, &end, 10);
    *out = id;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

void stream_get(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    struct problem problem = { PROBLEM_NONE, { "" } };
    const char *text =
        request->last_event_id ? request->last_event_id : http_query(request, "last_id");
    uint64_t last_id = 0;
    if (request->method == HTTP_HEAD) {
        answer_text(gateway, request, 200,
                    &(struct http_answer){ .content_type = "text/event-stream; charset=utf-8" });
        return;
    }
    if (text && !parse_id(text, &last_id))
        (void)problem_set(&problem, PROBLEM_BAD_PARAMS,
                          "last_id must be the number of the last event you saw; leave it out to "
                          "start with what happens now");
    else if (push_join(gateway->push, request, text != NULL, last_id) == OK)
        gateway->streaming = true;
    else
        (void)problem_set(&problem, PROBLEM_TOO_MANY_STREAMS,
                          "too many event streams are open: close one, or raise "
                          "server.sse_clients_max");
    if (problem.id)
        answer_problem(gateway, request, &problem);
}

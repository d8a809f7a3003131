#include <stdarg.h>
#include <stdio.h>
#include "base/clock.h"
#include "gateway/internal.h"
#include "gateway/show.h"
#include "store/journal.h"

/* ---- counting ---- */

static const int64_t latency_bounds_us[LATENCY_BUCKETS] = { 250,    500,    1000,   2500,
                                                            5000,   10000,  25000,  50000,
                                                            100000, 250000, 1000000 };

void metrics_latency(struct gateway *gateway, int64_t took_ns)
{
    struct gateway_metrics *metrics = &gateway->metrics;
    size_t at = 0;
    while (at < LATENCY_BUCKETS && took_ns > latency_bounds_us[at] * NS_PER_US)
        at++;
    metrics->latency_buckets[at]++;
    metrics->latency_count++;
    metrics->latency_sum_ns += took_ns;
}

void metrics_record(struct gateway *gateway, const struct event *event)
{
    struct gateway_metrics *metrics = &gateway->metrics;
    const void *body = event_body_const(event);
    if (event->kind == EVENT_ORDER) {
        const struct order *order = body;
        const struct order *before = view_order(&gateway->view, order->id);
        uint8_t state = before ? before->state : ORDER_NONE;
        if (!before && order->type < ORDER_TYPE_COUNT && order->side <= SIDE_SELL)
            metrics->orders[order->type][order->side]++;
        metrics->cancels += order->state == ORDER_CANCELLED && state != ORDER_CANCELLED;
        metrics->denials += order->state == ORDER_DENIED && state != ORDER_DENIED;
        metrics->rejects += order->state == ORDER_REJECTED && state != ORDER_REJECTED;
    } else if (event->kind == EVENT_FILL) {
        uint8_t side = ((const struct fill *)body)->side;
        if (side <= SIDE_SELL)
            metrics->fills[side]++;
    } else if (event->kind == EVENT_QUOTE) {
        metrics->market[0]++;
    } else if (event->kind == EVENT_TRADE) {
        metrics->market[1]++;
    } else if (event->kind == EVENT_BAR) {
        metrics->market[2]++;
    }
}

/* ---- showing: a metric is one row ---- */

struct page { /* the text that is being made; the name in front of each sample */
    char *out;
    size_t size, length;
    const char *prefix, *name;
};

static void put(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct page *page, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(page->out + page->length, page->size - page->length, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < page->size - page->length)
        page->length += (size_t)length;
}

static void sample(struct page *page, const char *labels, double value)
{
    put(page, "%s_%s%s %.17g\n", page->prefix, page->name, labels, value);
}

static void show_orders(const struct gateway *gateway, struct page *page)
{
    char labels[80];
    for (unsigned type = ORDER_LIMIT; type < ORDER_TYPE_COUNT; type++)
        for (unsigned side = SIDE_BUY; side <= SIDE_SELL; side++) {
            (void)snprintf(labels, sizeof labels, "{side=\"%s\",type=\"%s\"}",
                           side_name((uint8_t)side), order_type_name((uint8_t)type));
            sample(page, labels, (double)gateway->metrics.orders[type][side]);
        }
}

static void show_fills(const struct gateway *gateway, struct page *page)
{
    sample(page, "{side=\"BUY\"}", (double)gateway->metrics.fills[SIDE_BUY]);
    sample(page, "{side=\"SELL\"}", (double)gateway->metrics.fills[SIDE_SELL]);
}

static void show_market_updates(const struct gateway *gateway, struct page *page)
{
    sample(page, "{type=\"quote\"}", (double)gateway->metrics.market[0]);
    sample(page, "{type=\"trade\"}", (double)gateway->metrics.market[1]);
    sample(page, "{type=\"bar\"}", (double)gateway->metrics.market[2]);
}

static void show_requests(const struct gateway *gateway, struct page *page)
{
    static const char *const method_names[] = { "GET", "POST", "OTHER" };
    for (size_t row = 0; row <= routes_count; row++)
        for (size_t method = 0; method < 3; method++)
            for (size_t status = 100; status < STATUS_MAX; status++) {
                uint64_t count = gateway->route_counts[(row * 3 + method) * STATUS_MAX + status];
                if (count)
                    put(page, "%s_%s{method=\"%s\",endpoint=\"%s\",status=\"%zu\"} %llu\n",
                        page->prefix, page->name, method_names[method],
                        row ? routes[row - 1].path : "other", status, (unsigned long long)count);
            }
}

static void show_latency(const struct gateway *gateway, struct page *page)
{
    const struct gateway_metrics *metrics = &gateway->metrics;
    uint64_t sum = 0;
    for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
        sum += metrics->latency_buckets[i];
        put(page, "%s_%s_bucket{le=\"%g\"} %llu\n", page->prefix, page->name,
            (double)latency_bounds_us[i] / 1e6, (unsigned long long)sum);
    }
    put(page, "%s_%s_bucket{le=\"+Inf\"} %llu\n", page->prefix, page->name,
        (unsigned long long)metrics->latency_count);
    put(page, "%s_%s_sum %.9g\n%s_%s_count %llu\n", page->prefix, page->name,
        (double)metrics->latency_sum_ns / 1e9, page->prefix, page->name,
        (unsigned long long)metrics->latency_count);
}

static void show_position_value(const struct gateway *gateway, struct page *page)
{
    const struct view *view = &gateway->view;
    for (uint32_t i = 0; i < view->positions_count; i++) {
        const struct position *row = &view->positions[i];
        const struct instrument *instrument = view_instrument(view, row->instrument);
        int64_t lots = row->qty_lots < 0 ? -row->qty_lots : row->qty_lots;
        i128 value;
        if (!instrument || row->account != gateway->config.account || row->position_side ||
            instrument_notional(instrument, view_price_ticks(view_market(view, row->instrument)),
                                lots, &value))
            continue;
        put(page, "%s_%s{symbol=\"%s\"} %.17g\n", page->prefix, page->name, instrument->symbol,
            amount_to_double(row->qty_lots < 0 ? -value : value));
    }
}

static struct journal_stats journal_now(const struct gateway *gateway)
{
    struct journal_stats stats = { 0 };
    if (gateway->config.journal)
        journal_stats(gateway->config.journal, &stats);
    return stats;
}

#define GAUGES(X)                                                                                  \
    X(cancels, gateway->metrics.cancels)                                                           \
    X(denials, gateway->metrics.denials)                                                           \
    X(rejects, gateway->metrics.rejects)                                                           \
    X(active_orders, gateway->view.open_count)                                                     \
    X(sse_clients, push_counters(gateway->push).clients)                                           \
    X(sse_cut_off, push_counters(gateway->push).cut_off)                                           \
    X(sse_frames, push_counters(gateway->push).frames)                                             \
    X(connections, http_counters(gateway->http).open)                                              \
    X(accepted, http_counters(gateway->http).accepted)                                             \
    X(refused, http_counters(gateway->http).refused)                                               \
    X(pending, gateway->pendings.count)                                                            \
    X(uptime, (double)(clock_monotonic_ns() - gateway->started_ns) / 1e9)                          \
    X(running, gateway->loaded && !gateway->closing)                                               \
    X(durable_seq, gateway->view.seq)                                                              \
    X(journal_records, journal_now(gateway).records)                                               \
    X(journal_bytes, journal_now(gateway).bytes)                                                   \
    X(journal_syncs, journal_now(gateway).syncs)                                                   \
    X(journal_sync_seconds, (double)journal_now(gateway).sync_ns_total / 1e9)                      \
    X(journal_sync_max, (double)journal_now(gateway).sync_ns_max / 1e9)                            \
    X(stall, (double)gateway->last_stall_ns / 1e9)                                                 \
    X(stall_max, (double)gateway->metrics.stall_ns_max / 1e9)
#define X(id, value)                                                                               \
    static void show_##id(const struct gateway *gateway, struct page *page)                        \
    {                                                                                              \
        sample(page, "", (double)(value));                                                         \
    }
GAUGES(X)
#undef X

static const struct {
    const char *name, *type;
    bool veloz; /* told under VeloZ's name too */
    void (*show)(const struct gateway *gateway, struct page *page);
    const char *help;
} rows[] = {
    { "orders_total", "counter", true, show_orders, "Orders by side and type." },
    { "fills_total", "counter", true, show_fills, "Fills by side." },
    { "cancels_total", "counter", true, show_cancels, "Orders that ended cancelled." },
    { "orders_denied_total", "counter", false, show_denials, "Orders denied by risk." },
    { "orders_rejected_total", "counter", false, show_rejects, "Orders rejected by the venue." },
    { "active_orders", "gauge", true, show_active_orders, "Orders that can still be filled." },
    { "order_latency_seconds", "histogram", true, show_latency,
      "From the request's header fields to its answer." },
    { "position_value", "gauge", true, show_position_value, "Value at the last price, signed." },
    { "market_updates_total", "counter", true, show_market_updates, "Market events by type." },
    { "http_requests_total", "counter", true, show_requests, "Answers by route and status." },
    { "active_connections", "gauge", true, show_connections, "Open connections." },
    { "connections_accepted_total", "counter", false, show_accepted, "Connections taken." },
    { "connections_refused_total", "counter", false, show_refused, "Connections turned away." },
    { "pending_commands", "gauge", false, show_pending, "Commands that wait for their result." },
    { "sse_clients", "gauge", true, show_sse_clients, "Open event streams." },
    { "sse_cut_off_total", "counter", false, show_sse_cut_off, "Streams cut off: did not read." },
    { "sse_frames_total", "counter", false, show_sse_frames, "Frames put on the stream." },
    { "gateway_uptime_seconds", "gauge", true, show_uptime, "Since the gateway was opened." },
    { "engine_running", "gauge", true, show_running, "1 while the engine takes commands." },
    { "durable_seq", "gauge", false, show_durable_seq,
      "Sequence number of the last durable record." },
    { "journal_records_total", "counter", false, show_journal_records, "Records written." },
    { "journal_bytes_total", "counter", false, show_journal_bytes, "Bytes written." },
    { "journal_syncs_total", "counter", false, show_journal_syncs, "Syncs of the journal." },
    { "journal_sync_seconds_total", "counter", false, show_journal_sync_seconds,
      "Time spent in syncs." },
    { "journal_sync_seconds_max", "gauge", false, show_journal_sync_max, "The longest sync." },
    { "loop_stall_seconds", "gauge", false, show_stall, "Longest loop round of the last second." },
    { "loop_stall_max_seconds", "gauge", false, show_stall_max, "Longest loop round since start." },
};

void metrics_get(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    struct page page = { .out = gateway->answer, .size = ANSWER_BYTES };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int alias = 0; alias <= rows[i].veloz; alias++) {
            page.prefix = alias ? "veloz" : "tradewind";
            page.name = rows[i].name;
            put(&page, "# HELP %s_%s %s\n# TYPE %s_%s %s\n", page.prefix, page.name, rows[i].help,
                page.prefix, page.name, rows[i].type);
            rows[i].show(gateway, &page);
        }
    answer_text(gateway, request, 200,
                &(struct http_answer){ .content_type = "text/plain; version=0.0.4; charset=utf-8",
                                       .body = page.out,
                                       .size = page.length });
}

#include "gateway/gateway.h"
#include <assert.h>
#include <stdlib.h>
#include "base/clock.h"
#include "gateway/internal.h"

#define TICK_NS NS_PER_S
#define IDLE_TIMEOUT_NS (75 * NS_PER_S)
#define REQUEST_TIMEOUT_NS (30 * NS_PER_S)

static const char *const common_fields[] = { "X-Content-Type-Options",
                                             "nosniff",
                                             "X-Frame-Options",
                                             "DENY",
                                             "Referrer-Policy",
                                             "no-referrer",
                                             "Cache-Control",
                                             "no-store",
                                             NULL };

static void on_tick(void *context)
{
    struct gateway *gateway = context;
    int64_t now_ns = clock_monotonic_ns();
    gateway->last_stall_ns = net_loop_stall_ns(gateway->loop);
    if (gateway->last_stall_ns > gateway->metrics.stall_ns_max)
        gateway->metrics.stall_ns_max = gateway->last_stall_ns;
    orders_expire(gateway, now_ns);
    http_flush(gateway->http);
    net_timer_set(gateway->tick, now_ns + TICK_NS);
}

static void on_market_timer(void *context)
{
    struct gateway *gateway = context;
    stream_flush(gateway, clock_wall_ns());
}

static enum err take_memory(struct gateway *gateway)
{
    const struct gateway_config *config = &gateway->config;
    struct arena *arena = &gateway->arena;
    size_t counts = (routes_count + 1) * 3 * STATUS_MAX * sizeof *gateway->route_counts;
    size_t size = config->connections_max * sizeof *gateway->pendings.slots +
                  RECENT_EVENTS * sizeof *gateway->recent + ANSWER_BYTES + counts +
                  ORDERS_LISTED_MAX * sizeof *gateway->answer_rows +
                  (VIEW_INSTRUMENTS_MAX + VIEW_ACCOUNTS_MAX) * (sizeof(uint32_t) + sizeof(bool)) +
                  1024;
    enum err err = arena_init(arena, size);
    if (err)
        return err;
    gateway->pendings.max = config->connections_max;
    gateway->pendings.slots = arena_take(arena, config->connections_max * sizeof(struct pending));
    gateway->recent = arena_take(arena, RECENT_EVENTS * sizeof *gateway->recent);
    gateway->answer = arena_take(arena, ANSWER_BYTES);
    gateway->answer_rows = arena_take(arena, ORDERS_LISTED_MAX * sizeof *gateway->answer_rows);
    gateway->route_counts = arena_take(arena, counts);
    gateway->markets_changed = arena_take(arena, VIEW_INSTRUMENTS_MAX * sizeof(uint32_t));
    gateway->accounts_changed = arena_take(arena, VIEW_ACCOUNTS_MAX * sizeof(uint32_t));
    gateway->market_marked = arena_take(arena, VIEW_INSTRUMENTS_MAX * sizeof(bool));
    gateway->account_marked = arena_take(arena, VIEW_ACCOUNTS_MAX * sizeof(bool));
    return view_init(&gateway->view, config->orders_max);
}

static enum err start(struct gateway *gateway, struct errtext *detail)
{
    const struct gateway_config *config = &gateway->config;
    enum err err = take_memory(gateway);
    if (err == OK)
        err =
            push_new(gateway->loop, config->stream_bytes, config->sse_clients_max, &gateway->push);
    if (err == OK)
        err = net_timer_new(gateway->loop, on_market_timer, gateway, &gateway->market_timer);
    if (err == OK)
        err = net_timer_new(gateway->loop, on_tick, gateway, &gateway->tick);
    if (err)
        return errtext_set(detail, err, "the gateway cannot start: %s", err_text(err));
    const struct http_config http = { .listen = config->listen,
                                      .listen_count = config->listen_count,
                                      .connections_max = config->connections_max,
                                      .body_bytes_max = config->body_bytes_max,
                                      .idle_timeout_ns = IDLE_TIMEOUT_NS,
                                      .request_timeout_ns = REQUEST_TIMEOUT_NS,
                                      .common = common_fields,
                                      .context = gateway,
                                      .head = routes_head,
                                      .request = routes_request,
                                      .gone = orders_gone };
    return http_open(&http, gateway->loop, &gateway->http, detail);
}

enum err gateway_open(const struct gateway_config *config, struct net_loop *loop,
                      const struct gateway_host *host, struct gateway **out, struct errtext *detail)
{
    assert(config->connections_max > 0 && config->connections_max < (1u << 20));
    assert(host->post);
    struct gateway *gateway = calloc(1, sizeof *gateway);
    if (!gateway)
        return errtext_set(detail, ERR_MEMORY, "no memory for the gateway");
    gateway->config = *config;
    gateway->loop = loop;
    gateway->host = host;
    gateway->started_ns = clock_monotonic_ns();
    orders_init(gateway);
    enum err err = start(gateway, detail);
    if (err) {
        gateway_close(gateway);
        return err;
    }
    net_timer_set(gateway->tick, clock_monotonic_ns() + TICK_NS);
    *out = gateway;
    return OK;
}

void gateway_close(struct gateway *gateway)
{
    if (!gateway)
        return;
    gateway->closing = true;
    if (gateway->http)
        orders_refuse_all(gateway);
    push_free(gateway->push);
    http_close(gateway->http);
    net_timer_free(gateway->market_timer);
    net_timer_free(gateway->tick);
    view_release(&gateway->view);
    if (gateway->arena.base)
        arena_release(&gateway->arena);
    free(gateway);
}

void gateway_load_begin(struct gateway *gateway)
{
    gateway->loaded = false;
    view_clear(&gateway->view);
}

void gateway_load_image(struct gateway *gateway, const struct event *image)
{
    view_apply(&gateway->view, image);
}

void gateway_load_end(struct gateway *gateway, uint64_t seq)
{
    gateway->loaded = true;
    gateway->event_seq = seq;
    if (seq > gateway->view.seq)
        gateway->view.seq = seq;
    stream_lap(gateway, seq);
    orders_after_lap(gateway);
}

void gateway_batch(struct gateway *gateway, const void *batch, size_t size_bytes)
{
    for (const struct event *at = batch_next(batch, size_bytes, NULL); at;
         at = batch_next(batch, size_bytes, at)) {
        stream_record(gateway, at);
        metrics_record(gateway, at);
        view_apply(&gateway->view, at);
        gateway->event_seq = at->seq;
        if (at->kind == EVENT_RESULT)
            orders_result(gateway, event_body_const(at));
    }
}

void gateway_flush(struct gateway *gateway, int64_t now_ns)
{
    if (gateway->pendings.ready_first) {
        orders_answer_ready(gateway);
        http_flush(gateway->http);
    }
    stream_flush(gateway, now_ns);
}

void gateway_set_trouble(struct gateway *gateway, const char *trouble)
{
    gateway->trouble = trouble;
}

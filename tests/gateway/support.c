#include "gateway/support.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "gateway/internal.h"

static enum err take_post(void *app, const struct event *command)
{
    struct rig *rig = app;
    if (rig->post_err)
        return rig->post_err;
    assert_true(rig->posted_count < 8);
    assert_true(command->length - EVENT_HEADER_BYTES <= sizeof rig->posted_body[0]);
    rig->posted[rig->posted_count] = *command;
    memcpy(rig->posted_body[rig->posted_count++], event_body_const(command),
           command->length - EVENT_HEADER_BYTES);
    return OK;
}

static enum err find_archived(void *app, uint16_t account, const char *id, struct order *out)
{
    struct rig *rig = app;
    (void)account;
    if (!rig->archived.id || strcmp(rig->archived.client_order_id, id) != 0)
        return ERR_NOT_FOUND;
    *out = rig->archived;
    return OK;
}

void rig_begin(struct rig *rig)
{
    rig->batch = (struct batch){ .bytes = rig->bytes, .capacity = BATCH_BYTES_MAX };
}

struct event *rig_add(struct rig *rig, uint16_t kind, const void *body, size_t size)
{
    struct event *event = batch_add(&rig->batch, kind, size);
    event->seq = ++rig->seq;
    event->engine_ts_ns = rig->now_ns;
    event->instrument = BTC;
    event->account = ACCOUNT;
    memcpy(event_body(event), body, size);
    return event;
}

void rig_send(struct rig *rig)
{
    gateway_batch(rig->gateway, rig->batch.bytes, rig->batch.size);
    gateway_flush(rig->gateway, rig->now_ns);
}

void rig_trade(struct rig *rig, int64_t price_ticks, int64_t qty_lots)
{
    struct trade trade = { .price_ticks = price_ticks, .qty_lots = qty_lots, .trade_id = rig->seq };
    rig_begin(rig);
    rig_add(rig, EVENT_TRADE, &trade, sizeof trade)->source_ts_ns = rig->now_ns;
    rig_send(rig);
}

struct order rig_order(struct rig *rig, const char *client_order_id, uint8_t state)
{
    struct order order;
    memset(&order, 0, sizeof order);
    order.id = rig->seq + 1;
    order.instrument = BTC;
    order.account = ACCOUNT;
    order.side = SIDE_BUY;
    order.type = ORDER_LIMIT;
    order.tif = TIF_GTC;
    order.state = state;
    order.qty_lots = 100000;
    order.price_ticks = 5000000;
    (void)snprintf(order.client_order_id, sizeof order.client_order_id, "%s", client_order_id);
    return order;
}

static void answer_submit(struct rig *rig, const struct event *command, const struct intent *intent)
{
    const struct order *known =
        view_order_by_key(&rig->gateway->view, ACCOUNT, intent->client_order_id);
    struct command_result result = { .request_id = intent->request_id };
    rig_begin(rig);
    if (known) {
        result.order_id = known->id;
        result.err = known->body_hash == intent->body_hash ? ERR_EXISTS : ERR_DUPLICATE;
    } else {
        struct order order = rig_order(rig, intent->client_order_id, ORDER_SENT);
        order.id = result.order_id = rig->seq + 2;
        order.instrument = command->instrument;
        order.side = intent->side;
        order.type = intent->type;
        order.tif = intent->tif;
        order.flags = intent->flags;
        order.qty_lots = intent->qty_lots;
        order.price_ticks = intent->price_ticks;
        order.stop_ticks = intent->stop_ticks;
        order.body_hash = intent->body_hash;
        order.denial = result.denial = rig->deny_with;
        order.state = rig->deny_with ? ORDER_DENIED : ORDER_SENT;
        rig_add(rig, EVENT_ORDER, &order, sizeof order);
    }
    rig_add(rig, EVENT_RESULT, &result, sizeof result);
    gateway_batch(rig->gateway, rig->batch.bytes, rig->batch.size);
}

static void answer_cancel(struct rig *rig, const struct order_ref *ref)
{
    const struct view *view = &rig->gateway->view;
    const struct order *known = ref->order_id
                                    ? view_order(view, ref->order_id)
                                    : view_order_by_key(view, ACCOUNT, ref->client_order_id);
    struct command_result result = { .request_id = ref->request_id };
    rig_begin(rig);
    result.err = !known ? ERR_NOT_FOUND : order_state_is_done(known->state) ? ERR_STATE : OK;
    if (known && result.err == OK) {
        struct order order = *known;
        result.order_id = order.id;
        order.state = ORDER_CANCELLED;
        rig_add(rig, EVENT_ORDER, &order, sizeof order);
    }
    rig_add(rig, EVENT_RESULT, &result, sizeof result);
    gateway_batch(rig->gateway, rig->batch.bytes, rig->batch.size);
}

/* After each round of I/O, as the app does. */
static void after_io(void *context)
{
    struct rig *rig = context;
    for (size_t i = 0; i < rig->posted_count && !rig->silent; i++) {
        const void *body = rig->posted_body[i];
        if (rig->posted[i].kind == EVENT_ORDER_SUBMIT)
            answer_submit(rig, &rig->posted[i], body);
        else
            answer_cancel(rig, body);
    }
    rig->posted_count = 0;
    gateway_flush(rig->gateway, rig->now_ns);
}

static void stop(void *loop) { net_loop_stop(loop); }

void rig_run(struct rig *rig, int64_t ms)
{
    struct net_timer *timer;
    assert_int_equal(net_timer_new(rig->loop, stop, rig->loop, &timer), OK);
    net_timer_set(timer, clock_monotonic_ns() + ms * NS_PER_MS);
    net_loop_run(rig->loop);
    net_timer_free(timer);
}

void rig_images(struct rig *rig, void (*each)(void *context, const struct event *image),
                void *context)
{
    struct {
        struct event event;
        uint8_t body[1024];
    } image;
    struct asset usdt = { .id = 1, .code = "USDT" }, btc = { .id = 2, .code = "BTC" };
    struct account account = {
        .id = ACCOUNT, .base_currency = 1, .mode = ACCOUNT_PAPER, .name = "paper"
    };
    struct instrument instrument = { .id = BTC,
                                     .version = 1,
                                     .kind = INSTRUMENT_SPOT,
                                     .price_scale = 2,
                                     .qty_scale = 5,
                                     .base_asset = 2,
                                     .quote_asset = 1,
                                     .settle_asset = 1,
                                     .multiplier = 1,
                                     .tick_step = 1,
                                     .lot_step = 1,
                                     .price_max_ticks = 100000000,
                                     .qty_min_lots = 1,
                                     .qty_max_lots = 1000000000,
                                     .symbol = "BTCUSDT" };
    struct balance balance = { .account = ACCOUNT,
                               .asset = 1,
                               .total = (i128)100000 * num_pow10(18) };
    const struct {
        uint16_t kind;
        const void *body;
        size_t size;
    } rows[] = {
        { EVENT_ASSET, &usdt, sizeof usdt },
        { EVENT_ASSET, &btc, sizeof btc },
        { EVENT_ACCOUNT, &account, sizeof account },
        { EVENT_INSTRUMENT, &instrument, sizeof instrument },
        { EVENT_BALANCE, &balance, sizeof balance },
    };
    (void)rig;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(&image, 0, sizeof image);
        image.event.kind = rows[i].kind;
        image.event.length = event_length(rows[i].size);
        memcpy(event_body(&image.event), rows[i].body, rows[i].size);
        each(context, &image.event);
    }
}

static void load(void *gateway, const struct event *image) { gateway_load_image(gateway, image); }

void rig_open(struct rig *rig, size_t stream_bytes, uint32_t sse_max)
{
    static const char *const listen[] = { "127.0.0.1:0" };
    const struct gateway_config config = { .listen = listen,
                                           .listen_count = 1,
                                           .account = ACCOUNT,
                                           .connections_max = 4000,
                                           .sse_clients_max = sse_max,
                                           .body_bytes_max = 1u << 20,
                                           .orders_max = 1024,
                                           .stream_bytes = stream_bytes,
                                           .version = "test",
                                           .build = "test",
                                           .first_market = "BTCUSDT" };
    static struct gateway_host host;
    struct errtext detail = { "" };
    memset(rig, 0, sizeof *rig);
    rig->bytes = aligned_alloc(64, BATCH_BYTES_MAX);
    rig->now_ns = INT64_C(1700000000) * NS_PER_S;
    rig->seq = 100;
    assert_int_equal(net_loop_new(&rig->loop), OK);
    host = (struct gateway_host){ .app = rig, .post = take_post, .find_archived = find_archived };
    assert_int_equal(gateway_open(&config, rig->loop, &host, &rig->gateway, &detail), OK);
    rig->port = http_port(rig->gateway->http, 0);
    net_loop_after_io(rig->loop, after_io, rig);
    gateway_load_begin(rig->gateway);
    rig_images(rig, load, rig->gateway);
    gateway_load_end(rig->gateway, rig->seq);
}

void rig_close(struct rig *rig)
{
    net_loop_after_io(rig->loop, NULL, NULL);
    gateway_close(rig->gateway);
    net_loop_free(rig->loop);
    free(rig->bytes);
}

int client_open(struct rig *rig)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(rig->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_true(client >= 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(client, F_SETFL, O_NONBLOCK), 0);
    return client;
}

void client_send(int client, const char *text)
{
    assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

size_t client_read(struct rig *rig, int client, char *out, size_t size, int64_t ms)
{
    size_t length = 0;
    for (int64_t end_ns = clock_monotonic_ns() + ms * NS_PER_MS; clock_monotonic_ns() < end_ns;) {
        rig_run(rig, 2);
        ssize_t got = recv(client, out + length, size - 1 - length, 0);
        if (got == 0)
            break;
        length += got > 0 ? (size_t)got : 0;
    }
    out[length] = '\0';
    return length;
}

static char reply[1u << 20];

const char *ask(struct rig *rig, const char *request)
{
    int client = client_open(rig);
    client_send(client, request);
    size_t length = 0;
    reply[0] = '\0';
    for (int turn = 0; turn < 500; turn++) {
        rig_run(rig, 2);
        ssize_t got = recv(client, reply + length, sizeof reply - 1 - length, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            break;
        length += got > 0 ? (size_t)got : 0;
        reply[length] = '\0';
        const char *body = strstr(reply, "\r\n\r\n"), *field = strstr(reply, "Content-Length: ");
        if (body && field && length >= (size_t)(body + 4 - reply) + strtoul(field + 16, NULL, 10))
            break;
        if (body && (status_of(reply) == 204 || strncmp(request, "HEAD", 4) == 0))
            break;
    }
    (void)close(client);
    return reply;
}

const char *post_json(struct rig *rig, const char *path, const char *body)
{
    static char request[1u << 16];
    (void)snprintf(request, sizeof request,
                   "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   path, strlen(body), body);
    return ask(rig, request);
}

const char *get(struct rig *rig, const char *path)
{
    char request[512];
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    return ask(rig, request);
}

int status_of(const char *text)
{
    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? (int)strtol(text + 9, NULL, 10) : 0;
}

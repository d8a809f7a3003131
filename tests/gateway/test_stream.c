/* Goal: the event stream: shape of frames, resuming, gaps, clients that do not read, many that do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <cmocka.h>
#include "gateway/internal.h"
#include "gateway/support.h"

#define IDLE_CLIENTS 2000
#define IDLE_CLIENT_BYTES_MAX (24 * 1024)
#ifdef __has_feature
#if __has_feature(thread_sanitizer) /* keeps a shadow of all memory: sizes mean nothing */
#define SIZES_MEAN_NOTHING
#endif
#endif

static struct rig rig;
static char said[1u << 17];

static int open_rig(void **state)
{
    (void)state;
    rig_open(&rig, 64u << 10, IDLE_CLIENTS);
    return 0;
}
static int close_rig(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

static int join(const char *query, const char *field)
{
    char request[256];
    int client = client_open(&rig);
    (void)snprintf(request, sizeof request,
                   "GET /api/stream%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", query, field);
    client_send(client, request);
    return client;
}

static void tell_order(const char *id, uint8_t state)
{
    struct order order = rig_order(&rig, id, state);
    rig_begin(&rig);
    rig_add(&rig, EVENT_ORDER, &order, sizeof order);
    rig_send(&rig);
}

static void a_new_client_sees_what_happens_from_now(void **unused)
{
    (void)unused;
    tell_order("before", ORDER_OPEN);
    int client = join("", "");
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_int_equal(status_of(said), 200);
    assert_non_null(strstr(said, "Content-Type: text/event-stream; charset=utf-8\r\n"));
    assert_non_null(strstr(said, "X-Accel-Buffering: no\r\n"));
    assert_non_null(strstr(said, "retry: "));
    assert_null(strstr(said, "before"));
    tell_order("after", ORDER_OPEN);
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(strstr(said, "event: order_received\ndata: {\"type\":\"order_received\""));
    assert_non_null(strstr(said, "event: order_update\ndata: "));
    assert_non_null(strstr(said, "\"status\":\"ACCEPTED\""));
    char last[64]; /* the id stands on the last frame of the outcome, and only there */
    (void)snprintf(last, sizeof last, "id: %llu\nevent: order_state\n",
                   (unsigned long long)rig.seq);
    assert_non_null(strstr(said, last));
    assert_null(strstr(strstr(said, "id: ") + 1, "\nid: "));
    rig_trade(&rig, 5000025, 7);
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(
        strstr(said, "event: market\ndata: {\"type\":\"market\",\"ts_ns\":1700000000000000000,"
                     "\"symbol\":\"BTCUSDT\",\"price\":50000.25"));
    (void)close(client);
    rig_run(&rig, 20);
    assert_int_equal(push_counters(rig.gateway->push).clients, 0);
}

static void fills_and_errors_have_their_frames(void **unused)
{
    (void)unused;
    int client = join("", "");
    (void)client_read(&rig, client, said, sizeof said, 20);
    struct fill fill = { .order_id = 1,
                         .price_ticks = 5000000,
                         .qty_lots = 50000,
                         .side = SIDE_BUY,
                         .trade_id = "t1",
                         .client_order_id = "c1" };
    struct discrepancy strange = { .order_id = 1, .code = DISCREPANCY_OVERFILL };
    struct balance balance = { .account = ACCOUNT, .asset = 1, .total = 7 * (i128)num_pow10(18) };
    rig_begin(&rig);
    rig_add(&rig, EVENT_FILL, &fill, sizeof fill);
    rig_add(&rig, EVENT_DISCREPANCY, &strange, sizeof strange);
    rig_add(&rig, EVENT_BALANCE, &balance, sizeof balance);
    rig_send(&rig);
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(strstr(said, "event: fill\n"));
    assert_non_null(strstr(said,
                           "\"client_order_id\":\"c1\",\"symbol\":\"BTCUSDT\",\"side\":\"BUY\","
                           "\"qty\":0.5,\"price\":50000"));
    assert_non_null(strstr(said, "event: error\n"));
    assert_non_null(strstr(said, "event: account\n"));
    assert_non_null(strstr(said, "{\"asset\":\"USDT\",\"free\":7,\"locked\":0}"));
    (void)close(client);
}

static void who_comes_back_gets_what_followed(void **unused)
{
    (void)unused;
    char query[64], field[64];
    int before = join("", ""); /* frames are made for who is there, or left a moment ago */
    (void)client_read(&rig, before, said, sizeof said, 20);
    (void)close(before);
    tell_order("one", ORDER_OPEN);
    uint64_t seen = rig.seq;
    tell_order("two", ORDER_OPEN);
    tell_order("three", ORDER_OPEN);
    (void)snprintf(query, sizeof query, "?last_id=%llu", (unsigned long long)seen);
    (void)snprintf(field, sizeof field, "Last-Event-ID: %llu\r\n", (unsigned long long)seen);
    for (int way = 0; way < 2; way++) {
        int client = join(way ? query : "", way ? "" : field);
        (void)client_read(&rig, client, said, sizeof said, 20);
        assert_null(strstr(said, "\"one\""));
        assert_non_null(strstr(said, "event: order_received\n"));
        assert_non_null(strstr(strstr(said, "\"two\""), "\"three\""));
        assert_null(strstr(said, "event: gap"));
        (void)close(client);
    }
}

static void what_nobody_waited_for_is_a_gap(void **unused)
{
    (void)unused;
    tell_order("one", ORDER_OPEN);
    uint64_t seen = rig.seq;
    tell_order("two", ORDER_OPEN);
    char query[64], gap[96];
    (void)snprintf(query, sizeof query, "?last_id=%llu", (unsigned long long)seen);
    (void)snprintf(gap, sizeof gap, "event: gap\ndata: {\"from\":%llu,\"to\":%llu}\n",
                   (unsigned long long)seen + 1, (unsigned long long)rig.seq);
    int client = join(query, "");
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(strstr(said, gap));
    tell_order("three", ORDER_OPEN);
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(strstr(said, "\"three\""));
    (void)close(client);
}

static void what_is_gone_is_told_as_a_gap(void **unused)
{
    (void)unused;
    int client = join("?last_id=50", ""); /* before this life: the rig began at 100 */
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(strstr(said, "event: gap\ndata: {\"from\":51,\"to\":100}\n"));
    (void)close(client);
    for (int i = 0; i < 200; i++) /* far more than 64 KiB */
        tell_order("many", ORDER_OPEN);
    client = join("?last_id=101", "");
    (void)client_read(&rig, client, said, sizeof said, 40);
    const char *gap = strstr(said, "event: gap\ndata: {\"from\":102,\"to\":");
    assert_non_null(gap);
    unsigned long long to = strtoull(strstr(gap, "\"to\":") + 5, NULL, 10);
    char next[32]; /* and the stream goes on right behind it */
    (void)snprintf(next, sizeof next, "\nid: %llu\n", to + 1);
    assert_non_null(strstr(gap, next));
    (void)close(client);
}

static void a_lapped_gateway_tells_its_clients(void **unused)
{
    (void)unused;
    int client = join("", "");
    (void)client_read(&rig, client, said, sizeof said, 20);
    gateway_load_begin(rig.gateway);
    gateway_load_end(rig.gateway, 500);
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(strstr(said, "event: gap\ndata: {\"from\":101,\"to\":500}\n"));
    (void)close(client);
}

static void prices_come_at_most_ten_times_a_second(void **unused)
{
    (void)unused;
    int client = join("", "");
    (void)client_read(&rig, client, said, sizeof said, 20);
    for (int i = 0; i < 50; i++)
        rig_trade(&rig, 5000000 + i, 1);
    (void)client_read(&rig, client, said, sizeof said, 20);
    size_t frames = 0;
    for (const char *at = said; (at = strstr(at, "event: market")) != NULL; at++)
        frames++;
    assert_int_equal(frames, 1);
    rig.now_ns += MARKET_FRAME_NS;
    (void)client_read(&rig, client, said, sizeof said, 20);
    assert_non_null(strstr(said, "\"price\":50000.49")); /* the latest, not the next */
    (void)close(client);
}

static void who_does_not_read_is_cut_off_alone(void **unused)
{
    (void)unused;
    int lazy = client_open(&rig), small = 2048, eager;
    (void)setsockopt(lazy, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_send(lazy, "GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    eager = join("", "");
    rig_run(&rig, 10);
    size_t got = 0, told = 0;
    for (int i = 0; i < 12000 && push_counters(rig.gateway->push).cut_off == 0; i++) {
        struct order order = rig_order(&rig, "flood", ORDER_OPEN); /* one order, amended */
        order.id = 99;
        order.qty_lots += i;
        rig_begin(&rig);
        rig_add(&rig, EVENT_ORDER, &order, sizeof order);
        rig_send(&rig);
        if (i % 20 == 0) {
            rig_run(&rig, 1);
            for (ssize_t part; (part = recv(eager, said, sizeof said, 0)) > 0;)
                got += (size_t)part;
        }
        told = (size_t)push_counters(rig.gateway->push).bytes;
    }
    rig_run(&rig, 20);
    for (ssize_t part; (part = recv(eager, said, sizeof said, 0)) > 0;)
        got += (size_t)part;
    assert_int_equal(push_counters(rig.gateway->push).cut_off, 1);
    assert_int_equal(push_counters(rig.gateway->push).clients, 1);
    assert_true(got >= told); /* all frames and the reply's head */
    (void)close(lazy);
    (void)close(eager);
}

static size_t resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
    (void)fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void two_thousand_idle_clients_are_cheap(void **unused)
{
    (void)unused;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < 2 * IDLE_CLIENTS + 100)
        skip();
    static int clients[IDLE_CLIENTS];
    size_t before = resident_bytes();
    for (int i = 0; i < IDLE_CLIENTS; i++) {
        clients[i] =
            join("", "User-Agent: a browser with a name of the usual length and then some\r\n"
                     "Accept: text/event-stream\r\nAccept-Language: en-GB,en;q=0.5\r\n");
        if (i % 50 == 49)
            rig_run(&rig, 5);
    }
    rig_run(&rig, 100);
    assert_int_equal(push_counters(rig.gateway->push).clients, IDLE_CLIENTS);
    size_t each = (resident_bytes() - before) / IDLE_CLIENTS;
    print_message("resident bytes per idle client: %zu\n", each);
#ifndef SIZES_MEAN_NOTHING
    assert_true(each < IDLE_CLIENT_BYTES_MAX);
#endif
    tell_order("for all", ORDER_OPEN);
    rig_run(&rig, 200);
    for (int i = 0; i < IDLE_CLIENTS; i++) {
        ssize_t length = recv(clients[i], said, sizeof said - 1, 0);
        assert_true(length > 0);
        said[length] = '\0';
        assert_non_null(strstr(said, "for all"));
        (void)close(clients[i]);
    }
    rig_run(&rig, 200);
    assert_int_equal(push_counters(rig.gateway->push).clients, 0);
}

#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)
int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_new_client_sees_what_happens_from_now),
        RIG_TEST(fills_and_errors_have_their_frames),
        RIG_TEST(who_comes_back_gets_what_followed),
        RIG_TEST(what_nobody_waited_for_is_a_gap),
        RIG_TEST(what_is_gone_is_told_as_a_gap),
        RIG_TEST(a_lapped_gateway_tells_its_clients),
        RIG_TEST(prices_come_at_most_ten_times_a_second),
        RIG_TEST(who_does_not_read_is_cut_off_alone),
        RIG_TEST(two_thousand_idle_clients_are_cheap),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}

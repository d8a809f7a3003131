/* Goal: the gateway over a real socket: what is refused before anybody looks, orders and cancels,
 * keep-alive, pipelining, slow and large bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "gateway/internal.h"
#include "gateway/support.h"

static struct rig rig;

static int open_rig(void **state)
{
    (void)state;
    rig_open(&rig, 1u << 20, 100);
    return 0;
}
static int close_rig(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

#define ORDER "{\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"qty\":0.5,\"price\":50000}"
#define TYPE "Content-Type: application/json\r\n"

static const struct {
    const char *story, *request;
    int status;
    const char *says;
} exchanges[] = {
    { "health is plain", "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "{\"ok\":true}" },
    { "a host with a port", "GET /health HTTP/1.1\r\nHost: 127.0.0.1:99\r\n\r\n", 200,
      "\"ok\":true" },
    { "six", "GET /health HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200, "\"ok\":true" },
    { "no host", "GET /health HTTP/1.1\r\nX: y\r\n\r\n", 400, "host_missing" },
    { "two hosts", "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400,
      "host_missing" },
    { "foreign host", "GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421,
      "host_not_allowed" },
    { "a host that begins like ours",
      "GET /health HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421, "host_not_allowed" },
    { "two lengths",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
      "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
      400, "ambiguous_length" },
    { "length and encoding",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
      "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400, "ambiguous_length" },
    { "a blank before the colon",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE "Content-Length : 2\r\n\r\n{}", 400,
      "bad_request" },
    { "a field over two lines",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
      "Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n{}",
      400, "bad_request" },
    { "a value over two lines",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nX: a\r\n\tb\r\n\r\n{}",
      400, "bad_request" },
    { "blanks before a value", "GET /health HTTP/1.1\r\nHost:  \t localhost\r\nX:\r\n\r\n", 200,
      "\"ok\":true" },
    { "a proxy's form", "GET http://localhost:1/health HTTP/1.1\r\nHost: localhost\r\n\r\n", 200,
      "\"ok\":true" },
    { "a proxy's form without a path", "GET HTTP://127.0.0.1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
      200, "<html" },
    { "a proxy's form of a foreign name",
      "GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n", 421,
      "host_not_allowed" },
    { "an escape", "GET /%68ealth HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "\"ok\":true" },
    { "an escape that ends a text", "GET /health%00.png HTTP/1.1\r\nHost: localhost\r\n\r\n", 404,
      "not_found" },
    { "half an escape", "GET /health%6 HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "not_found" },
    { "another encoding",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n{}", 501,
      "unsupported_transfer_encoding" },
    { "foreign origin writes",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n" TYPE
      "Content-Length: 2\r\n\r\n{}",
      403, "origin_not_allowed" },
    { "null origin writes",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nContent-Length: 2\r\n\r\n{}",
      403, "origin_not_allowed" },
    { "two origins write",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
      "Origin: http://localhost\r\n" TYPE "Content-Length: 2\r\n\r\n{}",
      403, "origin_not_allowed" },
    { "foreign origin reads",
      "GET /health HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.b\r\n\r\n", 200,
      "\"ok\":true" },
    { "our own origin writes",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:8080\r\n" TYPE
      "Content-Length: 2\r\n\r\n{}",
      400, "bad_params" },
    { "chunks are fine",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
      "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
      400, "'side' is missing" },
    { "another type",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
      "Content-Length: 2\r\n\r\n{}",
      415, "unsupported_content_type" },
    { "a type that begins like ours",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jsonp\r\n"
      "Content-Length: 2\r\n\r\n{}",
      415, "unsupported_content_type" },
    { "a type with its charset",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: Application/JSON;charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
      400, "'side' is missing" },
    { "a length too large",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE "Content-Length: 99999999\r\n\r\n{}",
      413, "body_too_large" },
    { "no such path", "GET /api/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "not_found" },
    { "wrong method", "DELETE /api/order HTTP/1.1\r\nHost: localhost\r\n\r\n", 405,
      "Allow: POST, OPTIONS" },
    { "get of a post", "GET /api/cancel HTTP/1.1\r\nHost: localhost\r\n\r\n", 405,
      "method_not_allowed" },
    { "options", "OPTIONS /api/order HTTP/1.1\r\nHost: localhost\r\n\r\n", 204,
      "Allow: POST, OPTIONS" },
    { "head", "HEAD /api/market HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "application/json" },
    { "unknown symbol", "GET /api/market/DOGE HTTP/1.1\r\nHost: localhost\r\n\r\n", 404,
      "BTCUSDT" },
    { "a market", "GET /api/market/BTCUSDT HTTP/1.1\r\nHost: localhost\r\n\r\n", 200,
      "{\"status\":\"success\",\"data\":{\"symbol\":\"BTCUSDT\"" },
    { "no order id", "GET /api/order_state HTTP/1.1\r\nHost: localhost\r\n\r\n", 400,
      "bad_params" },
    { "no such order", "GET /api/order_state?client_order_id=x HTTP/1.1\r\nHost: localhost\r\n\r\n",
      404, "not_found" },
    { "bad last id", "GET /api/stream?last_id=-1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400,
      "last_id" },
    { "the page", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 200,
      "Content-Security-Policy: default" },
    { "metrics", "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 200,
      "# TYPE veloz_orders_total counter" },
    { "the list", "GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "\"path\":\"/api/order\"" },
    { "account", "GET /api/account HTTP/1.1\r\nHost: localhost\r\n\r\n", 200,
      "{\"asset\":\"USDT\",\"free\":100000,\"locked\":0}" },
    { "flat position", "GET /api/positions/BTCUSDT HTTP/1.1\r\nHost: localhost\r\n\r\n", 200,
      "\"side\":\"NONE\"" },
    { "a form",
      "POST /api/order HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 52\r\n\r\n"
      "side=sell&symbol=BTCUSDT&qty=1&price=50000.25&tif=GT",
      400, "'tif' must be" },
};

static void each_exchange_ends_as_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
        print_message("story: %s\n", exchanges[i].story);
        const char *said = ask(&rig, exchanges[i].request);
        if (status_of(said) != exchanges[i].status || !strstr(said, exchanges[i].says))
            print_message("%.800s\n", said);
        assert_int_equal(status_of(said), exchanges[i].status);
        assert_non_null(strstr(said, exchanges[i].says));
        assert_non_null(strstr(said, "X-Content-Type-Options: nosniff"));
    }
}

static void an_order_is_placed_and_cancelled(void **unused)
{
    (void)unused;
    const char *said = post_json(&rig, "/api/order",
                                 "{\"side\":\"buy\",\"symbol\":\"BTCUSDT\",\"qty\":\"0.5\","
                                 "\"price\":50000.25,\"client_order_id\":\"mine-1\"}");
    assert_int_equal(status_of(said), 200);
    assert_non_null(strstr(said, "{\"ok\":true,\"client_order_id\":\"mine-1\",\"order_id\":\""));
    said = get(&rig, "/api/order_state?client_order_id=mine-1");
    assert_non_null(strstr(said, "\"status\":\"PENDING\""));
    assert_non_null(strstr(said, "\"order_qty\":0.5,\"limit_price\":50000.25"));
    assert_non_null(strstr(said, "\"executed_qty\":0,\"avg_price\":null"));
    said = get(&rig, "/api/orders");
    assert_non_null(strstr(said, "\"type\":\"order_received\""));
    said = post_json(&rig, "/api/cancel", "{\"client_order_id\":\"mine-1\"}");
    assert_non_null(strstr(said, "{\"ok\":true,\"client_order_id\":\"mine-1\"}"));
    said = post_json(&rig, "/api/cancel", "{\"client_order_id\":\"mine-1\"}");
    assert_int_equal(status_of(said), 409);
    assert_non_null(strstr(said, "order_done"));
    said = post_json(&rig, "/api/cancel", "{\"client_order_id\":\"nobody\"}");
    assert_int_equal(status_of(said), 404);
    said = get(&rig, "/api/orders_state");
    assert_non_null(strstr(said, "\"status\":\"CANCELLED\""));
    said = get(&rig, "/metrics");
    assert_non_null(strstr(said, "tradewind_orders_total{side=\"BUY\",type=\"LIMIT\"} 1"));
    assert_non_null(strstr(said, "veloz_cancels_total 1"));
}

static void the_same_key_gives_the_same_answer_or_a_conflict(void **unused)
{
    (void)unused;
    char first[2048];
    const char *body = "{\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"qty\":1,\"price\":50000,"
                       "\"client_order_id\":\"key\"}";
    (void)snprintf(first, sizeof first, "%s",
                   strstr(post_json(&rig, "/api/order", body), "\r\n\r\n"));
    const char *same = "{\"client_order_id\":\"key\",\"price\":\"50000.00\",\"qty\":1.0,"
                       "\"type\":\"limit\",\"symbol\":\"btcusdt\",\"side\":\"buy\"}";
    assert_string_equal(strstr(post_json(&rig, "/api/order", same), "\r\n\r\n"), first);
    struct order accepted = *view_order_by_key(&rig.gateway->view, ACCOUNT, "key");
    accepted.state = ORDER_OPEN;
    (void)snprintf(accepted.venue_order_id, sizeof accepted.venue_order_id, "v1");
    rig_begin(&rig);
    rig_add(&rig, EVENT_ORDER, &accepted, sizeof accepted);
    rig_send(&rig);
    assert_string_equal(strstr(post_json(&rig, "/api/order", same), "\r\n\r\n"), first);
    const char *other = "{\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"qty\":2,\"price\":50001,"
                        "\"client_order_id\":\"key\"}";
    const char *said = post_json(&rig, "/api/order", other);
    assert_int_equal(status_of(said), 409);
    assert_non_null(strstr(said, "duplicate_client_order_id"));
    assert_non_null(strstr(said, "qty, price"));

    rig.archived = rig_order(&rig, "long-ago", ORDER_FILLED);
    said = post_json(&rig, "/api/order",
                     "{\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"qty\":2,\"price\":50000,"
                     "\"client_order_id\":\"long-ago\"}");
    assert_int_equal(status_of(said), 409);
    said = post_json(&rig, "/api/cancel", "{\"client_order_id\":\"long-ago\"}");
    assert_int_equal(status_of(said), 409);
    assert_non_null(strstr(get(&rig, "/api/order_state?client_order_id=long-ago"), "FILLED"));
}

static void a_denied_order_is_told_and_stays_visible(void **unused)
{
    (void)unused;
    rig.deny_with = 6; /* order_qty */
    const char *said =
        post_json(&rig, "/api/order",
                  "{\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"qty\":1,\"price\":50000,"
                  "\"client_order_id\":\"too-much\"}");
    assert_int_equal(status_of(said), 422);
    assert_non_null(strstr(said, "{\"ok\":false,\"error\":\"order_qty\",\"message\":\""));
    char first[2048];
    (void)snprintf(first, sizeof first, "%s", strstr(said, "\r\n\r\n"));
    assert_non_null(strstr(get(&rig, "/api/order_state?client_order_id=too-much"), "DENIED"));
    rig.deny_with = 0; /* the order was denied once and for all */
    said = post_json(&rig, "/api/order",
                     "{\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"qty\":1,\"price\":50000,"
                     "\"client_order_id\":\"too-much\"}");
    assert_int_equal(status_of(said), 422);
    assert_string_equal(strstr(said, "\r\n\r\n"), first);
}

static void the_page_runs_only_its_own_script(void **unused)
{
    (void)unused;
    const char *said = get(&rig, "/"), *nonce = strstr(said, "script-src 'nonce-");
    char tag[64];
    assert_non_null(nonce);
    assert_null(strstr(said, "NONCE"));
    (void)snprintf(tag, sizeof tag, "<script nonce=\"%.16s\">",
                   nonce + strlen("script-src 'nonce-"));
    assert_non_null(strstr(said, tag));
    assert_non_null(strstr(said, "</html>"));
}

static void a_full_house_says_when_to_come_back(void **unused)
{
    (void)unused;
    rig.post_err = ERR_FULL;
    const char *said = post_json(&rig, "/api/order", ORDER);
    assert_int_equal(status_of(said), 503);
    assert_non_null(strstr(said, "Retry-After: 1"));
    rig.post_err = ERR_STATE;
    assert_non_null(strstr(post_json(&rig, "/api/order", ORDER), "shutting_down"));
    assert_int_equal(rig.gateway->pendings.count, 0);
}

static void requests_behind_each_other_are_answered_in_order(void **unused)
{
    (void)unused;
    char text[8192], said[16384];
    int client = client_open(&rig);
    (void)snprintf(
        text, sizeof text,
        "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE "Content-Length: %zu\r\n\r\n%s"
        "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE "Content-Length: %zu\r\n\r\n%s"
        "GET /api/market HTTP/1.1\r\nHost: localhost\r\n\r\n",
        strlen(ORDER), ORDER, strlen(ORDER), ORDER);
    client_send(client, text);
    client_read(&rig, client, said, sizeof said, 200);
    const char *first = strstr(said, "\"ok\":true,\"client_order_id\":\"web-");
    assert_non_null(first);
    const char *second = strstr(first, "{\"ok\":true}");
    assert_non_null(second);
    const char *third = strstr(second, "client_order_id");
    assert_non_null(third);
    assert_non_null(strstr(third, "\"price\":null"));
    client_send(client, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"); /* and it stays open */
    assert_true(client_read(&rig, client, said, sizeof said, 50) > 0);
    (void)close(client);
}

static void a_body_may_come_byte_by_byte(void **unused)
{
    (void)unused;
    char said[4096];
    int client = client_open(&rig);
    client_send(client, "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
                        "Content-Length: 57\r\n\r\n");
    assert_int_equal(strlen(ORDER), 57);
    for (const char *at = ORDER; *at; at++) {
        client_send(client, (char[]){ *at, '\0' });
        rig_run(&rig, 1);
    }
    client_read(&rig, client, said, sizeof said, 50);
    assert_int_equal(status_of(said), 200);
    (void)close(client);
}

static void a_megabyte_and_one_byte_is_too_much(void **unused)
{
    (void)unused;
    size_t size = (1u << 20) + 1;
    char said[4096], *chunk = malloc(65536);
    memset(chunk, ' ', 65535);
    chunk[65535] = '\0';
    int client = client_open(&rig);
    client_send(client, "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
                        "Content-Length: 1048577\r\n\r\n");
    for (size_t sent = 0; sent < size;) {
        size_t part = size - sent < 65535 ? size - sent : 65535;
        chunk[part] = '\0';
        client_send(client, chunk);
        sent += part;
        rig_run(&rig, 3);
    }
    client_read(&rig, client, said, sizeof said, 100);
    assert_int_equal(status_of(said), 413);
    (void)close(client);
    free(chunk);
}

static void a_client_that_leaves_is_forgotten(void **unused)
{
    (void)unused;
    rig.silent = true;
    int client = client_open(&rig);
    client_send(client, "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
                        "Content-Length: 57\r\n\r\n" ORDER);
    rig_run(&rig, 20);
    assert_int_equal(rig.gateway->pendings.count, 1);
    struct linger reset = { .l_onoff = 1 }; /* gone for good, not only done with sending */
    (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    (void)close(client);
    rig_run(&rig, 50);
    assert_null(rig.gateway->pendings.oldest->request);
    assert_int_equal(http_counters(rig.gateway->http).open, 0);
    client = client_open(&rig); /* one that waits is told at the end */
    client_send(client, "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE
                        "Content-Length: 57\r\n\r\n" ORDER);
    rig_run(&rig, 20);
    assert_int_equal(rig.gateway->pendings.count, 2);
    (void)close(client);
}

static void a_request_in_the_last_moment_does_no_harm(void **unused)
{
    (void)unused;
    static const char *const requests[] = {
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /api/order HTTP/1.1\r\nHost: localhost\r\n" TYPE "Content-Length: 57\r\n\r\n" ORDER,
    };
    int clients[3];
    for (size_t i = 0; i < 3; i++)
        clients[i] = client_open(&rig);
    rig_run(&rig, 20); /* they are accepted ... */
    for (size_t i = 0; i < 3; i++)
        client_send(clients[i], requests[i]);
    rig_close(&rig); /* ... and their requests are read while the house is closed */
    for (size_t i = 0; i < 3; i++) {
        char byte;
        assert_true(recv(clients[i], &byte, 1, 0) <= 0);
        (void)close(clients[i]);
    }
}

static void a_taken_port_is_named(void **unused)
{
    (void)unused;
    char address[32];
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", rig.port);
    const char *const listen[] = { address };
    struct gateway_config config = rig.gateway->config;
    config.listen = listen;
    struct gateway *second;
    struct errtext detail = { "" };
    assert_int_equal(gateway_open(&config, rig.loop, rig.gateway->host, &second, &detail),
                     ERR_BUSY);
    print_message("%s\n", detail.text);
    assert_non_null(strstr(detail.text, "is taken by test_gateway"));
    assert_non_null(strstr(detail.text, "--listen"));
}

#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)
int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(each_exchange_ends_as_told),
        RIG_TEST(an_order_is_placed_and_cancelled),
        RIG_TEST(the_same_key_gives_the_same_answer_or_a_conflict),
        RIG_TEST(a_denied_order_is_told_and_stays_visible),
        RIG_TEST(the_page_runs_only_its_own_script),
        RIG_TEST(a_full_house_says_when_to_come_back),
        RIG_TEST(requests_behind_each_other_are_answered_in_order),
        RIG_TEST(a_body_may_come_byte_by_byte),
        RIG_TEST(a_megabyte_and_one_byte_is_too_much),
        RIG_TEST(a_client_that_leaves_is_forgotten),
        cmocka_unit_test_setup(a_request_in_the_last_moment_does_no_harm, open_rig),
        RIG_TEST(a_taken_port_is_named),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}

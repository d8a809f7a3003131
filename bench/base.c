/* What an order and a market data message cost in the base layer. */
#include <assert.h>
#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "base/num.h"
#include "base/ring.h"
#include "bench.h"

static const char order_text[] =
    "{\"symbol\":\"BTCUSDT\",\"side\":\"buy\",\"type\":\"limit\",\"quantity\":0.015,"
    "\"price\":50000.12,\"client_order_id\":\"web-1767322985678-42\",\"post_only\":true}";
static char book_text[8192], prose_text[65536];
static size_t book_length, prose_length;

static void scan(const char *text, size_t length)
{
    struct json_scan scan;
    struct json_token token;
    enum err err;
    json_scan_init(&scan, text, length);
    while ((err = json_next(&scan, &token)) == OK && token.kind != JSON_END)
        bench_use(&token);
    assert(err == OK);
}

static void scan_order(void *unused)
{
    (void)unused;
    scan(order_text, sizeof order_text - 1);
}

static void scan_book(void *unused)
{
    (void)unused;
    scan(book_text, book_length);
}

static void scan_prose(void *unused)
{
    (void)unused;
    scan(prose_text, prose_length);
}

static void write_answer(void *unused)
{
    (void)unused;
    static char out[512];
    struct json_write write;
    json_write_init(&write, out, sizeof out);
    json_object_begin(&write);
    json_kv(&write, "order_id", u64, 1234567890123);
    json_kv(&write, "symbol", string, "BTCUSDT");
    json_kv(&write, "price", num, 5000012, 2);
    json_kv(&write, "quantity", num, 1500000, 8);
    json_kv(&write, "filled", amount, (i128)75 * num_pow10(17));
    json_kv(&write, "fee", double, 0.375);
    json_object_end(&write);
    bench_use(out);
}

static void parse_price(void *unused)
{
    (void)unused;
    int64_t value;
    enum err err = num_parse("50000.12", 8, 2, &value);
    assert(err == OK);
    bench_use(&value);
}

static void format_price(void *unused)
{
    (void)unused;
    char text[NUM_TEXT_MAX];
    (void)num_format(5000012, 2, text);
    bench_use(text);
}

static void mul_div(void *unused)
{
    (void)unused;
    i128 out;
    enum err err = amount_mul_div_floor(AMOUNT_MAX - 5, AMOUNT_MAX / 3, AMOUNT_MAX / 2, &out);
    assert(err == OK);
    bench_use(&out);
}

static void through_ring(void *ring)
{
    static const char event[128];
    size_t size_bytes;
    bool pushed = ring_push(ring, event, sizeof event);
    assert(pushed);
    bench_use(ring_peek(ring, &size_bytes));
    ring_pop(ring);
}

int main(void)
{
    struct ring *ring;
    enum err err = ring_new(1 << 16, &ring);
    assert(err == OK);
    struct json_write write;
    json_write_init(&write, book_text, sizeof book_text);
    json_array_begin(&write);
    for (int level = 0; level < 200; level++) {
        json_array_begin(&write);
        json_string(&write, "50000.12");
        json_string(&write, "0.01500000");
        json_array_end(&write);
    }
    json_array_end(&write);
    book_length = write.length;
    memset(prose_text, 'a', sizeof prose_text);
    prose_text[0] = prose_text[sizeof prose_text - 1] = '"';
    prose_length = sizeof prose_text;

    bench("json scan order", 50, sizeof order_text - 1, scan_order, NULL);
    bench("json scan book, 200 levels", 2, (double)book_length, scan_book, NULL);
    bench("json scan one long string", 1, (double)prose_length, scan_prose, NULL);
    bench("json write answer", 50, 0, write_answer, NULL);
    bench("num_parse 50000.12", 100, 0, parse_price, NULL);
    bench("num_format 50000.12", 100, 0, format_price, NULL);
    bench("amount_mul_div, 256 bits", 100, 0, mul_div, NULL);
    bench("ring push, peek, pop 128 B", 100, 0, through_ring, ring);
    ring_free(ring);
    return 0;
}

/* Goal: exactly RFC 8259 is read, nothing else; what we write is JSON whatever goes in; a written
 * text reads back the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/json.h"
#include "base/rng.h"

/* The text's exact bytes on the heap, so that the address sanitizer sees a read beyond them. */
static enum err scan_all(const char *text, size_t length, int *tokens)
{
    char *exact = malloc(length > 0 ? length : 1);
    assert_non_null(exact);
    memcpy(exact, text, length);
    struct json_scan scan;
    struct json_token token;
    enum err err;
    json_scan_init(&scan, exact, length);
    *tokens = 0;
    while ((err = json_next(&scan, &token)) == OK && token.kind != JSON_END)
        ++*tokens;
    assert_int_equal(json_next(&scan, &token), err); /* the last answer stays */
    assert_true(json_offset(&scan) <= length);
    free(exact);
    return err;
}

static const char *const good[] = {
    "null",
    " true ",
    "false",
    "0",
    "-0",
    "-0.0e-0",
    "1E+400",
    "123456789012345678901234567890.123456789",
    "\"\"",
    "\"a\"",
    "\"\\u0041\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\ud83d\\ude00\"",
    "\"\\u0000\"",
    "\"\x7f\"",
    "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"",
    "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
    "[]",
    "{}",
    "\t[\r\n ] ",
    "[[],[{}],{}]",
    "[1,2,3]",
    "{\"a\":1,\"a\":2}",
    "{\"\":{\"b\":[true,false,null]} , \"c\" : -1.5e3}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
};

static const char *const bad[] = {
    "",
    " ",
    "\xef\xbb\xbf{}", /* a byte order mark */
    "nul",
    "True",
    "nullx",
    "+1",
    "-",
    "01",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "NaN",
    "Infinity",
    "1 2",
    "\"",
    "\"a",
    "\"\\",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"a\nb\"",
    "\"12345678\x01\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "\"\\ud800\\n\"",
    "\"\x80\"",
    "\"\xc0\xaf\"", /* too long a form of '/' */
    "\"\xc1\xbf\"",
    "\"\xe0\x9f\xbf\"",
    "\"\xf0\x8f\xbf\xbf\"",
    "\"\xed\xa0\x80\"",     /* a surrogate */
    "\"\xf4\x90\x80\x80\"", /* beyond U+10FFFF */
    "\"\xf5\x80\x80\x80\"",
    "\"\xe2\x82\"",
    "\"\xe2\x82",
    "\"12345678\xff\"",
    "'a'",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[,]",
    "[1 2]",
    "[1}",
    "{",
    "}",
    "{]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{\"a\":1 \"b\":2}",
    "{\"a\" 1}",
    "{a:1}",
    "{1:1}",
    "{\"a\":1]",
    "{,}",
    "{\"a\"::1}",
    "[]]",
    "{}{}",
    "[1],",
    "/* no */ 1",
    "[1] // no",
};

static void conforming_texts_are_read_and_others_refused(void **unused)
{
    (void)unused;
    int tokens;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        enum err err = scan_all(good[i], strlen(good[i]), &tokens);
        if (err != OK)
            fail_msg("refused: %s", good[i]);
        size_t trimmed = strlen(good[i]);
        while (trimmed > 0 && strchr(" \r\n\t", good[i][trimmed - 1]))
            trimmed--;
        bool number = good[i][0] == '-' || (good[i][0] >= '0' && good[i][0] <= '9');
        for (size_t cut = 0; cut < trimmed && !number; cut++) /* a part of it is no text */
            assert_int_equal(scan_all(good[i], cut, &tokens), ERR_SYNTAX);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (scan_all(bad[i], strlen(bad[i]), &tokens) != ERR_SYNTAX)
            fail_msg("not refused: %s", bad[i]);
    assert_int_equal(scan_all("[1]\0", 4, &tokens), ERR_SYNTAX); /* a NUL is no blank */
    assert_int_equal(scan_all("\"a\0b\"", 5, &tokens), ERR_SYNTAX);
}

static void depth_and_size_have_limits(void **unused)
{
    (void)unused;
    char nested[2 * JSON_DEPTH_MAX + 2];
    int tokens;
    memset(nested, '[', sizeof nested);
    assert_int_equal(scan_all(nested, JSON_DEPTH_MAX, &tokens), ERR_SYNTAX);
    assert_int_equal(scan_all(nested, JSON_DEPTH_MAX + 1, &tokens), ERR_DEPTH);
    assert_int_equal(tokens, JSON_DEPTH_MAX);

    size_t length = JSON_TEXT_MAX + 1;
    char *large = malloc(length);
    assert_non_null(large);
    memset(large, ' ', length);
    large[0] = '7';
    struct json_scan scan;
    struct json_token token;
    json_scan_init(&scan, large, length - 1);
    assert_int_equal(json_next(&scan, &token), OK);
    json_scan_init(&scan, large, length);
    assert_int_equal(json_next(&scan, &token), ERR_SIZE);
    assert_int_equal(json_next(&scan, &token), ERR_SIZE);
    free(large);
}

static void an_order_is_read_token_by_token(void **unused)
{
    (void)unused;
    static const char text[] = "{\"symbol\":\"BTC\\u002dUSD\", \"extra\":{\"deep\":[1,{\"x\":[]}]},"
                               "\"price\":50000.10,\"post_only\":true}";
    struct json_scan scan;
    struct json_token token;
    char symbol[8];
    size_t length = 0;
    int64_t price = 0;
    bool post_only = false;
    json_scan_init(&scan, text, sizeof text - 1);
    assert_int_equal(json_next(&scan, &token), OK);
    assert_int_equal(token.kind, JSON_OBJECT);
    while (json_next(&scan, &token) == OK && token.kind == JSON_KEY) {
        struct json_token key = token;
        if (json_equals(&key, "extra")) {
            assert_int_equal(json_skip(&scan, &key), OK); /* a key: with its value */
            continue;
        }
        assert_int_equal(json_next(&scan, &token), OK);
        if (json_equals(&key, "symbol")) {
            assert_true(token.escaped && json_equals(&token, "BTC-USD"));
            assert_false(json_equals(&token, "BTC-USDT"));
            assert_false(json_equals(&token, "BTC-US"));
            memcpy(symbol, "before", 7);
            assert_int_equal(json_copy(&token, symbol, 7, &length), ERR_SIZE);
            assert_string_equal(symbol, "before");
            assert_int_equal(json_copy(&token, symbol, sizeof symbol, &length), OK);
        } else if (json_equals(&key, "price")) {
            assert_int_equal(token.kind, JSON_NUMBER);
            assert_int_equal(num_parse(token.text, token.length, 2, &price), OK);
        } else if (json_equals(&key, "post_only")) {
            post_only = token.kind == JSON_TRUE;
        }
    }
    assert_int_equal(token.kind, JSON_OBJECT_END);
    assert_int_equal(json_next(&scan, &token), OK);
    assert_int_equal(token.kind, JSON_END);
    assert_string_equal(symbol, "BTC-USD");
    assert_int_equal(length, 7);
    assert_int_equal(price, 5000010);
    assert_true(post_only);
}

static void copies_resolve_escapes(void **unused)
{
    (void)unused;
    struct json_scan scan;
    struct json_token token;
    char out[64];
    size_t length = 0;
    static const char text[] = "[\"\\u20ac\\ud83d\\ude00\\u00e9\\n\",\"a\\u0000b\",\"plain\"]";
    json_scan_init(&scan, text, sizeof text - 1);
    assert_int_equal(json_next(&scan, &token), OK);
    assert_int_equal(json_next(&scan, &token), OK);
    assert_int_equal(json_copy(&token, out, sizeof out, &length), OK);
    assert_string_equal(out, "\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9\n");
    assert_int_equal(length, 10);
    assert_int_equal(json_next(&scan, &token), OK);
    assert_int_equal(json_copy(&token, out, sizeof out, &length), ERR_SYNTAX);
    assert_int_equal(json_next(&scan, &token), OK);
    assert_int_equal(json_copy(&token, out, 5, &length), ERR_SIZE);
    assert_int_equal(json_copy(&token, out, 6, &length), OK);
    assert_string_equal(out, "plain");
}

static void the_writer_places_commas_and_escapes(void **unused)
{
    (void)unused;
    char out[512];
    struct json_write write;
    json_write_init(&write, out, sizeof out);
    json_object_begin(&write);
    json_kv(&write, "text", string, "a\"b\\c\n\x01\xc3\xa9\xff");
    json_kv(&write, "yes", bool, true);
    json_key(&write, "list");
    json_array_begin(&write);
    json_i64(&write, INT64_MIN);
    json_u64(&write, UINT64_MAX);
    json_null(&write);
    json_array_begin(&write);
    json_array_end(&write);
    json_object_begin(&write);
    json_object_end(&write);
    json_array_end(&write);
    json_kv(&write, "price", num, 5000010, 2);
    json_kv(&write, "cash", amount, -(i128)15 * num_pow10(17));
    json_kv(&write, "raw", raw, "[1]", 3);
    json_object_end(&write);
    assert_false(write.overflow);
    static const char expected[] =
        "{\"text\":\"a\\\"b\\\\c\\n\\u0001\xc3\xa9\xef\xbf\xbd\",\"yes\":true,"
        "\"list\":[-9223372036854775808,18446744073709551615,null,[],{}],"
        "\"price\":50000.1,\"cash\":-1.5,\"raw\":[1]}";
    assert_int_equal(write.length, sizeof expected - 1);
    assert_memory_equal(out, expected, sizeof expected - 1);

    for (size_t size = 0; size < sizeof expected - 1; size++) { /* never past the buffer */
        char *small = malloc(size > 0 ? size : 1);
        assert_non_null(small);
        json_write_init(&write, small, size);
        json_raw(&write, expected, 20);
        for (int i = 0; i < 20; i++)
            json_string(&write, "a\n\"long\" one");
        assert_true(write.overflow);
        assert_true(write.length <= size);
        free(small);
    }
}

static const char *written_double(double value)
{
    static char out[64];
    struct json_write write;
    json_write_init(&write, out, sizeof out - 1);
    json_double(&write, value);
    assert_false(write.overflow);
    out[write.length] = '\0';
    return out;
}

static void doubles_are_written_short_and_read_back(void **unused)
{
    (void)unused;
    assert_string_equal(written_double(0), "0");
    assert_string_equal(written_double(0.1), "0.1");
    assert_string_equal(written_double(-2.5), "-2.5");
    assert_string_equal(written_double(50000.12), "50000.12");
    assert_string_equal(written_double(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(written_double((double)NAN), "null");
    assert_string_equal(written_double(-(double)INFINITY), "null");

    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int step = 0; step < 100000; step++) {
        uint64_t bits = rng_next(&seed);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (step % 2)
            value = (double)(int64_t)(bits >> 20) / (double)num_pow10((int)(bits % 12));
        if (!isfinite(value))
            continue;
        const char *written = written_double(value);
        int tokens;
        assert_true(strtod(written, NULL) == value);
        assert_int_equal(scan_all(written, strlen(written), &tokens), OK);
    }
}

/* Writes a random value, noting in `told` what a reader must be told. */
static void write_any(struct json_write *write, uint64_t *seed, int depth, char *told)
{
    static const char *const strings[] = { "",
                                           "plain",
                                           "with \"quotes\"\n",
                                           "\xe2\x82\xac",
                                           "a\\b",
                                           "0123456789abcdef",
                                           "\x01\x1f\x7f",
                                           "{\"x\":[" };
    uint64_t kind = rng_below(seed, depth < 6 ? 8 : 5);
    size_t end = strlen(told);
    assert_true(end < 8000);
    switch (kind) {
    case 0: json_i64(write, (int64_t)rng_next(seed)), strcpy(told + end, "n"); break;
    case 1: json_bool(write, true), strcpy(told + end, "t"); break;
    case 2: json_null(write), strcpy(told + end, "0"); break;
    case 3: json_num(write, (int64_t)rng_next(seed), 9), strcpy(told + end, "n"); break;
    case 4: {
        uint64_t which = rng_below(seed, 8);
        json_string(write, strings[which]);
        (void)sprintf(told + end, "s%s;", strings[which]);
        break;
    }
    default: {
        bool array = kind == 5;
        (array ? json_array_begin : json_object_begin)(write);
        strcpy(told + end, array ? "[" : "{");
        for (uint64_t count = rng_below(seed, 4); count > 0; count--) {
            if (!array)
                json_key(write, "key"), strcat(told, "k");
            write_any(write, seed, depth + 1, told);
        }
        (array ? json_array_end : json_object_end)(write);
        strcat(told, array ? "]" : "}");
    }
    }
}

static void a_written_text_reads_back(void **unused)
{
    (void)unused;
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    static const char letters[] = "?{}[]ksntf0";
    static char out[65536], told[16384], heard[16384];
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int round = 0; round < 20000; round++) {
        struct json_write write;
        struct json_scan scan;
        struct json_token token;
        json_write_init(&write, out, sizeof out);
        told[0] = '\0';
        write_any(&write, &seed, 0, told);
        assert_false(write.overflow);
        json_scan_init(&scan, out, write.length);
        size_t length = 0;
        for (;;) {
            assert_int_equal(json_next(&scan, &token), OK);
            if (token.kind == JSON_END)
                break;
            heard[length++] = letters[token.kind];
            if (token.kind == JSON_STRING) {
                size_t more = 0;
                assert_int_equal(json_copy(&token, heard + length, 64, &more), OK);
                assert_true(json_equals(&token, heard + length));
                length += more;
                heard[length++] = ';';
            }
        }
        heard[length] = '\0';
        assert_string_equal(heard, told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conforming_texts_are_read_and_others_refused),
        cmocka_unit_test(depth_and_size_have_limits),
        cmocka_unit_test(an_order_is_read_token_by_token),
        cmocka_unit_test(copies_resolve_escapes),
        cmocka_unit_test(the_writer_places_commas_and_escapes),
        cmocka_unit_test(doubles_are_written_short_and_read_back),
        cmocka_unit_test(a_written_text_reads_back),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

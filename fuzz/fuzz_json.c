/* Goal: the scanner reads no byte outside its text and never loops; a text it accepts is the same
 * list of tokens after it was written anew. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/json.h"
#include "base/num.h"

#define BYTES_MAX ((size_t)1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* A number in the scanner's eyes is one for num_parse too: it may not fit, but it is no nonsense. */
static void check_number(const struct json_token *token)
{
    int64_t value;
    i128 amount;
    if (token->length > NUM_INPUT_MAX)
        return;
    assert(num_parse(token->text, token->length, 8, &value) != ERR_SYNTAX);
    assert(amount_parse(token->text, token->length, &amount) != ERR_SYNTAX);
}

/* Scans the text; writes it anew when `write` is given. Returns a hash of all it says. */
static enum err scan(const char *text, size_t length, struct json_write *write, uint64_t *hash)
{
    static char copy[BYTES_MAX + 1];
    struct json_scan scan;
    struct json_token token;
    enum err err;
    json_scan_init(&scan, text, length);
    while ((err = json_next(&scan, &token)) == OK && token.kind != JSON_END) {
        size_t copied = 0;
        bool string = token.kind == JSON_STRING || token.kind == JSON_KEY;
        assert(token.text >= text && token.text + token.length <= text + length);
        if (string && json_copy(&token, copy, sizeof copy, &copied) != OK)
            return ERR_UNSUPPORTED; /* holds a NUL, which we do not write */
        assert(!string || json_equals(&token, copy));
        const char *content = string ? copy : token.text;
        *hash = hash_bytes_seeded(content, string ? copied : token.length, *hash + token.kind);
        if (token.kind == JSON_NUMBER)
            check_number(&token);
        if (!write)
            continue;
        switch (token.kind) {
        case JSON_OBJECT: json_object_begin(write); break;
        case JSON_OBJECT_END: json_object_end(write); break;
        case JSON_ARRAY: json_array_begin(write); break;
        case JSON_ARRAY_END: json_array_end(write); break;
        case JSON_STRING: json_string_n(write, copy, copied); break;
        case JSON_KEY: /* json_key wants a name without escapes: written as a string and a colon */
            json_string_n(write, copy, copied);
            write->comma = false;
            json_raw(write, ":", 1);
            write->comma = false;
            break;
        case JSON_NUMBER:
        case JSON_TRUE:
        case JSON_FALSE:
        case JSON_NULL: json_raw(write, token.text, token.length); break;
        case JSON_END: break;
        }
    }
    return err;
}

static void skip_first_value(const char *text, size_t length)
{
    struct json_scan scan;
    struct json_token token;
    json_scan_init(&scan, text, length);
    if (json_next(&scan, &token) == OK && json_skip(&scan, &token) == OK)
        assert(scan.depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    static char again[6 * BYTES_MAX + 16]; /* \u0001 is the longest form of one byte */
    if (size_bytes > BYTES_MAX)
        return 0;
    char *text = malloc(size_bytes > 0 ? size_bytes : 1); /* exact, for the address sanitizer */
    assert(text);
    memcpy(text, data, size_bytes);

    struct json_write write;
    uint64_t first = 0, second = 0;
    json_write_init(&write, again, sizeof again);
    skip_first_value(text, size_bytes);
    if (scan(text, size_bytes, &write, &first) == OK) {
        assert(!write.overflow);
        enum err err = scan(again, write.length, NULL, &second);
        assert(err == OK);
        assert(first == second);
    }
    free(text);
    return 0;
}

/*
 * base/json.h - JSON (RFC 8259) for hot paths: a pull scanner and a writer.
 *
 * The scanner walks a complete text in memory and allocates nothing. Numbers are kept as text, so
 * that a price never passes through a double. UTF-8 is checked; duplicate keys are the caller's
 * to refuse (json_object_begin's users know their fields).
 *
 * Reading an object:
 *
 *   struct json_scan scan;
 *   json_scan_init(&scan, text, length);
 *   struct json_token token;
 *   while ((err = json_next(&scan, &token)) == OK && token.kind != JSON_END) ...
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/num.h"

#define JSON_DEPTH_MAX 32
#define JSON_TEXT_MAX (16u << 20) /* a longer text is refused with ERR_SIZE */

enum json_kind {
    JSON_END, /* the text is complete and well-formed */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,    /* text/length: raw between the quotes; escaped tells whether to unescape */
    JSON_STRING, /* likewise */
    JSON_NUMBER, /* text/length: exactly as written */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};

struct json_token {
    enum json_kind kind;
    const char *text; /* borrows from the scanned text; not NUL-terminated */
    size_t length;
    bool escaped;
};

struct json_scan {
    const char *text, *at, *end;
    uint32_t depth;
    uint64_t in_array; /* bit i: level i is an array */
    uint8_t expect;
};

void json_scan_init(struct json_scan *scan, const char *text, size_t length);

/* The next token; after JSON_END it stays JSON_END. ERR_SYNTAX, ERR_DEPTH, ERR_SIZE; after an error
 * every further call gives the same error. */
MUST_USE enum err json_next(struct json_scan *scan, struct json_token *token);

/* Skips the value whose first token was just read (an object or array: to its end; a key: its
 * value). */
MUST_USE enum err json_skip(struct json_scan *scan, const struct json_token *token);

/* Byte offset of the scanner, for messages. */
size_t json_offset(const struct json_scan *scan);

/* True when a key or string token equals the text (escapes resolved). */
bool json_equals(const struct json_token *token, const char *text);

/* Copies a key or string with its escapes resolved, NUL-terminated. ERR_SIZE; ERR_SYNTAX for an
 * embedded NUL. */
MUST_USE enum err json_copy(const struct json_token *token, char *out, size_t out_size,
                            size_t *length);

/* Writer: appends to the caller's buffer and never past it; on overflow it stops and says so at
 * the end. Commas are its business. */
struct json_write {
    char *out;
    size_t size, length;
    bool overflow, comma;
};
void json_write_init(struct json_write *write, char *out, size_t size);
void json_object_begin(struct json_write *write);
void json_object_end(struct json_write *write);
void json_array_begin(struct json_write *write);
void json_array_end(struct json_write *write);
void json_key(struct json_write *write, const char *key); /* key needs no escapes */
void json_string(struct json_write *write, const char *text);
void json_string_n(struct json_write *write, const char *text, size_t length);
void json_raw(struct json_write *write, const char *text, size_t length); /* a ready JSON value */
void json_bool(struct json_write *write, bool value);
void json_null(struct json_write *write);
void json_i64(struct json_write *write, int64_t value);
void json_u64(struct json_write *write, uint64_t value);
void json_num(struct json_write *write, int64_t value, int scale); /* exact decimal number */
void json_amount(struct json_write *write, i128 amount);           /* exact decimal number */
void json_double(struct json_write *write, double value); /* shortest that reads back, or null */

/* Key and value in one call. */
#define json_kv(write, key, type, ...) (json_key(write, key), json_##type(write, __VA_ARGS__))

#endif

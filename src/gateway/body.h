/*
 * gateway/body.h - bodies of requests as a flat set of known fields.
 *
 * Strict on purpose: in an order a field that nobody reads is a misunderstanding about money. So
 * unknown fields, repeated fields and nested values are refused, with a sentence that names them.
 */
#ifndef GATEWAY_BODY_H
#define GATEWAY_BODY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gateway/problem.h"

#define BODY_FIELDS_MAX 24
#define BODY_VALUE_MAX 128 /* with NUL; a longer text is refused */

/* bits: which JSON types a field takes */
enum body_kind {
    BODY_ABSENT = 0, /* or null */
    BODY_TEXT = 1,
    BODY_NUMBER = 2,
    BODY_BOOL = 4,
    BODY_DECIMAL = BODY_TEXT | BODY_NUMBER /* a number, or the same digits as text */
};
struct body_field {
    const char *name;
    uint8_t kinds;
};
struct body_schema {
    const struct body_field *fields;
    size_t count;
};

struct body_value {
    enum body_kind kind; /* what came: TEXT, NUMBER or BOOL */
    bool truth;          /* BODY_BOOL */
    uint8_t length;
    char text[BODY_VALUE_MAX]; /* TEXT: unescaped; NUMBER: as written; NUL-terminated */
};
struct body {
    struct body_value values[BODY_FIELDS_MAX]; /* in the order of the schema */
};

/* An empty text is an empty object. False: *problem says why. */
bool body_parse_json(const struct body_schema *schema, const char *text, size_t size,
                     struct body *out, struct problem *problem);
/* a=1&b=two; a bool is true/false/1/0. */
bool body_parse_form(const struct body_schema *schema, const char *text, size_t size,
                     struct body *out, struct problem *problem);

#endif

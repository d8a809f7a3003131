#include "gateway/body.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/json.h"
#include "base/num.h"

#define NAME_MAX_SHOWN 40

static const char *kinds_text(uint8_t kinds)
{
    return kinds == BODY_DECIMAL ? "a number, or a text of digits"
           : kinds == BODY_BOOL  ? "true or false"
           : kinds == BODY_TEXT  ? "a text"
                                 : "a number";
}

static void known_names(const struct body_schema *schema, char *out, size_t size)
{
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < schema->count && length < size; i++)
        length += (size_t)snprintf(out + length, size - length, "%s%s", i ? ", " : "",
                                   schema->fields[i].name);
}

/* A name as it came may hold anything: only what can be shown safely is shown. */
static void show_name(const char *name, size_t length, char out[NAME_MAX_SHOWN])
{
    size_t at = 0;
    for (; at < length && at < NAME_MAX_SHOWN - 1; at++)
        out[at] = name[at] > ' ' && name[at] < 0x7f && name[at] != '"' && name[at] != '\\'
                      ? name[at]
                      : '?';
    out[at] = '\0';
}

static bool unknown_field(const struct body_schema *schema, const char *name, size_t length,
                          struct problem *problem)
{
    char shown[NAME_MAX_SHOWN], names[320];
    show_name(name, length, shown);
    known_names(schema, names, sizeof names);
    return problem_set(problem, PROBLEM_UNKNOWN_FIELD,
                       "there is no field '%s' here: leave it out, or use one of %s", shown, names);
}

/* ---- JSON ---- */

static bool bad_json(const struct json_scan *scan, enum err err, struct problem *problem)
{
    return problem_set(problem, PROBLEM_BAD_JSON,
                       "the body is not valid JSON at byte %zu (%s): send one JSON object",
                       json_offset(scan), err_text(err));
}

static enum body_kind kind_of(enum json_kind kind)
{
    return kind == JSON_STRING                       ? BODY_TEXT
           : kind == JSON_NUMBER                     ? BODY_NUMBER
           : kind == JSON_TRUE || kind == JSON_FALSE ? BODY_BOOL
                                                     : BODY_ABSENT;
}

static bool take_json(const struct body_field *field, const struct json_token *token,
                      struct body_value *value, struct problem *problem)
{
    enum body_kind kind = kind_of(token->kind);
    if (token->kind == JSON_NULL)
        return true; /* as if it were not there */
    if (!(kind & field->kinds))
        return problem_set(problem, PROBLEM_BAD_PARAMS, "'%s' must be %s", field->name,
                           kinds_text(field->kinds));
    value->truth = token->kind == JSON_TRUE;
    if (kind != BODY_BOOL) {
        size_t length = token->length;
        bool fits = true;
        if (kind == BODY_TEXT)
            fits = json_copy(token, value->text, sizeof value->text, &length) == OK;
        else if ((fits = length < sizeof value->text))
            memcpy(value->text, token->text, length);
        if (!fits)
            return problem_set(problem, PROBLEM_BAD_PARAMS,
                               "'%s' is longer than %d characters or holds a NUL", field->name,
                               BODY_VALUE_MAX - 1);
        value->text[length] = '\0';
        value->length = (uint8_t)length;
    }
    value->kind = kind;
    return true;
}

static const struct body_field *field_named(const struct body_schema *schema,
                                            const struct json_token *key)
{
    for (size_t i = 0; i < schema->count; i++)
        if (json_equals(key, schema->fields[i].name))
            return &schema->fields[i];
    return NULL;
}

/* The object's inside; its end is the end of the text. */
static bool members(const struct body_schema *schema, struct json_scan *scan, struct body *out,
                    struct problem *problem)
{
    uint32_t seen = 0;
    for (;;) {
        struct json_token key, token;
        enum err err = json_next(scan, &key);
        if (err == OK && key.kind == JSON_OBJECT_END)
            err = json_next(scan, &key);
        if (err)
            return bad_json(scan, err, problem);
        if (key.kind == JSON_END)
            return true;
        err = json_next(scan, &token);
        bool nested = err == OK && (token.kind == JSON_OBJECT || token.kind == JSON_ARRAY);
        if (nested)
            err = json_skip(scan, &token); /* broken JSON is told before unknown names */
        if (err)
            return bad_json(scan, err, problem);
        const struct body_field *field = field_named(schema, &key);
        if (!field)
            return unknown_field(schema, key.text, key.length, problem);
        size_t index = (size_t)(field - schema->fields);
        if (seen & (1u << index))
            return problem_set(problem, PROBLEM_DUPLICATE_FIELD,
                               "'%s' stands there twice: send it once", field->name);
        seen |= 1u << index;
        if (nested)
            return problem_set(problem, PROBLEM_BAD_PARAMS, "'%s' must be %s", field->name,
                               kinds_text(field->kinds));
        if (!take_json(field, &token, &out->values[index], problem))
            return false;
    }
}

static void begin(const struct body_schema *schema, struct body *out)
{
    assert(schema->count <= BODY_FIELDS_MAX);
    for (size_t i = 0; i < schema->count; i++) {
        out->values[i].kind = BODY_ABSENT;
        out->values[i].length = 0;
        out->values[i].text[0] = '\0';
    }
}

bool body_parse_json(const struct body_schema *schema, const char *text, size_t size,
                     struct body *out, struct problem *problem)
{
    begin(schema, out);
    if (size == 0)
        return true;
    struct json_scan scan;
    struct json_token token;
    json_scan_init(&scan, text, size);
    enum err err = json_next(&scan, &token);
    if (err)
        return bad_json(&scan, err, problem);
    if (token.kind != JSON_OBJECT)
        return problem_set(problem, PROBLEM_BAD_JSON,
                           "the body must be one JSON object, {\"name\": value, ...}");
    return members(schema, &scan, out, problem);
}

/* ---- form ---- */

/* Decodes up to `end` into out (NUL-terminated). False: bad escape, NUL, or too long. */
static bool decode(const char *at, const char *end, char *out, size_t out_size, size_t *length)
{
    size_t used = 0;
    for (; at < end; at++) {
        int byte = (unsigned char)*at;
        if (byte == '+') {
            byte = ' ';
        } else if (byte == '%') {
            int high = end - at > 2 ? num_hex_digit(at[1]) : -1,
                low = end - at > 2 ? num_hex_digit(at[2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = high * 16 + low;
            at += 2;
        }
        if (byte == 0 || used + 1 >= out_size)
            return false;
        out[used++] = (char)byte;
    }
    out[used] = '\0';
    *length = used;
    return true;
}

static bool take_form(const struct body_field *field, struct body_value *value,
                      struct problem *problem)
{
    value->kind = BODY_TEXT;
    if (field->kinds != BODY_BOOL)
        return true;
    value->kind = BODY_BOOL;
    value->truth = strcasecmp(value->text, "true") == 0 || strcmp(value->text, "1") == 0;
    if (value->truth || strcasecmp(value->text, "false") == 0 || strcmp(value->text, "0") == 0)
        return true;
    return problem_set(problem, PROBLEM_BAD_PARAMS, "'%s' must be true or false", field->name);
}

static bool pair(const struct body_schema *schema, const char *at, const char *end,
                 struct body *out, struct problem *problem)
{
    const char *equals = memchr(at, '=', (size_t)(end - at));
    char name[BODY_VALUE_MAX];
    size_t length;
    if (!equals || !decode(at, equals, name, sizeof name, &length))
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "the form is not name=value&name=value with %%XX escapes");
    for (size_t i = 0; i < schema->count; i++) {
        const struct body_field *field = &schema->fields[i];
        struct body_value *value = &out->values[i];
        if (strcmp(name, field->name) != 0)
            continue;
        if (value->kind != BODY_ABSENT)
            return problem_set(problem, PROBLEM_DUPLICATE_FIELD,
                               "'%s' stands there twice: send it once", field->name);
        if (!decode(equals + 1, end, value->text, sizeof value->text, &length))
            return problem_set(problem, PROBLEM_BAD_PARAMS,
                               "'%s' is longer than %d characters or has a bad %%XX escape",
                               field->name, BODY_VALUE_MAX - 1);
        value->length = (uint8_t)length;
        return take_form(field, value, problem);
    }
    return unknown_field(schema, name, length, problem);
}

bool body_parse_form(const struct body_schema *schema, const char *text, size_t size,
                     struct body *out, struct problem *problem)
{
    begin(schema, out);
    for (const char *at = text, *end = text + size; at < end;) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (!stop)
            stop = end;
        if (!pair(schema, at, stop, out, problem))
            return false;
        at = stop + 1;
    }
    return true;
}

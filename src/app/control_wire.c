/* The lines of the control socket. */
#include "app/control_wire.h"
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "model/account.h"

const char *const control_verbs[CONTROL_VERB_COUNT] = {
    [CONTROL_HALT] = "halt",
    [CONTROL_RESUME] = "resume",
    [CONTROL_STATUS] = "status",
};
static const char *const level_names[] = { [HALT_NONE] = "none", [HALT_ENTRIES] = "entries" };

void control_address(int directory, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    (void)snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/" CONTROL_NAME,
                   directory);
}

/* Cut to fit, but never inside a UTF-8 sequence. */
void control_set_reason(struct control_request *request, const char *text)
{
    char *out = request->reason;
    size_t length = strlen(text);
    if (length >= CONTROL_REASON_MAX)
        length = CONTROL_REASON_MAX - 1;
    while (length && text[length] && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    memcpy(out, text, length);
    out[length] = '\0';
}

static bool find_word(const char *const *words, size_t count, const struct json_token *token,
                      size_t *index)
{
    for (*index = 0; *index < count; ++*index)
        if (json_equals(token, words[*index]))
            return true;
    return false;
}

static enum err take_field(const struct json_token *key, const struct json_token *value,
                           struct control_request *out, bool *has_verb, struct errtext *detail)
{
    size_t index, length;
    char text[CONTROL_LINE_MAX];
    if (json_equals(key, "verb") && value->kind == JSON_STRING) {
        if (!find_word(control_verbs, CONTROL_VERB_COUNT, value, &index))
            return errtext_set(detail, ERR_SYNTAX, "no such verb; there are halt, resume, status");
        out->verb = (enum control_verb)index;
        *has_verb = true;
        return OK;
    }
    if (json_equals(key, "level") && value->kind == JSON_STRING) {
        size_t count = sizeof level_names / sizeof level_names[0];
        if (!find_word(level_names, count, value, &index) || index == HALT_NONE)
            return errtext_set(detail, ERR_SYNTAX, "no such level; there is entries");
        out->level = (uint8_t)index;
        return OK;
    }
    if (json_equals(key, "reason") && value->kind == JSON_STRING) {
        if (json_copy(value, text, sizeof text, &length) != OK)
            return errtext_set(detail, ERR_SYNTAX, "the reason is not a plain text");
        control_set_reason(out, text);
        return OK;
    }
    if (json_equals(key, "cancel_open") &&
        (value->kind == JSON_TRUE || value->kind == JSON_FALSE)) {
        out->cancel_open = value->kind == JSON_TRUE;
        return OK;
    }
    return errtext_set(detail, ERR_SYNTAX, "unknown field or wrong type: %.*s",
                       key->length < 40 ? (int)key->length : 40, key->text);
}

enum err control_parse(const char *line, size_t length, struct control_request *out,
                       struct errtext *detail)
{
    struct control_request request = { .level = HALT_ENTRIES };
    struct json_scan scan;
    struct json_token key, value;
    bool has_verb = false;
    json_scan_init(&scan, line, length);
    enum err err = json_next(&scan, &key);
    if (err || key.kind != JSON_OBJECT)
        return errtext_set(detail, ERR_SYNTAX, "a request is a JSON object on one line");
    while ((err = json_next(&scan, &key)) == OK && key.kind == JSON_KEY) {
        if (json_next(&scan, &value) != OK)
            break;
        err = take_field(&key, &value, &request, &has_verb, detail);
        if (err)
            return err;
    }
    if (err || key.kind != JSON_OBJECT_END || json_next(&scan, &key) != OK || key.kind != JSON_END)
        return errtext_set(detail, ERR_SYNTAX, "a request is a JSON object on one line");
    if (!has_verb)
        return errtext_set(detail, ERR_SYNTAX, "a request needs a verb: halt, resume or status");
    *out = request;
    return OK;
}

static size_t end_line(struct json_write *write)
{
    if (write->overflow || write->length + 1 > write->size)
        return 0;
    write->out[write->length] = '\n';
    return write->length + 1;
}

size_t control_write_request(const struct control_request *request, char *out, size_t size)
{
    struct json_write write;
    json_write_init(&write, out, size);
    json_object_begin(&write);
    json_kv(&write, "verb", string, control_verbs[request->verb]);
    if (request->verb == CONTROL_HALT) {
        json_kv(&write, "level", string, level_names[request->level]);
        json_kv(&write, "cancel_open", bool, request->cancel_open);
    }
    if (*request->reason)
        json_kv(&write, "reason", string, request->reason);
    json_object_end(&write);
    return end_line(&write);
}

size_t control_write_answer(bool ok, const char *message, const char *status_json, char *out,
                            size_t size)
{
    struct json_write write;
    json_write_init(&write, out, size);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, ok);
    json_kv(&write, "message", string, message);
    if (status_json)
        json_kv(&write, "status", raw, status_json, strlen(status_json));
    json_object_end(&write);
    return end_line(&write);
}

/* The text of a value whose first token was just read. */
static enum err copy_raw(struct json_scan *scan, const struct json_token *first, const char *line,
                         char *out, size_t size)
{
    const char *begin = first->kind == JSON_STRING ? first->text - 1 : first->text;
    if (first->kind == JSON_OBJECT || first->kind == JSON_ARRAY) {
        enum err err = json_skip(scan, first);
        if (err)
            return err;
    }
    size_t length = (size_t)(line + json_offset(scan) - begin);
    if (length >= size)
        return ERR_SIZE;
    memcpy(out, begin, length);
    out[length] = '\0';
    return OK;
}

enum err control_parse_answer(const char *line, size_t length, struct control_answer *out)
{
    struct control_answer answer = { 0 };
    struct json_scan scan;
    struct json_token key, value;
    bool has_ok = false;
    json_scan_init(&scan, line, length);
    enum err err = json_next(&scan, &key);
    if (err || key.kind != JSON_OBJECT)
        return ERR_SYNTAX;
    while ((err = json_next(&scan, &key)) == OK && key.kind == JSON_KEY) {
        size_t copied;
        err = json_next(&scan, &value);
        if (!err && json_equals(&key, "ok")) {
            has_ok = true;
            answer.ok = value.kind == JSON_TRUE;
        } else if (!err && json_equals(&key, "message") && value.kind == JSON_STRING) {
            err = json_copy(&value, answer.message, sizeof answer.message, &copied);
        } else if (!err && json_equals(&key, "status")) {
            err = copy_raw(&scan, &value, line, answer.status, sizeof answer.status);
        } else if (!err) {
            err = json_skip(&scan, &value);
        }
        if (err)
            return err;
    }
    if (err || !has_ok)
        return ERR_SYNTAX;
    *out = answer;
    return OK;
}

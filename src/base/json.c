#include "base/json.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may come next. FAILED + err is where a refused text stays. */
enum expect {
    VALUE,
    VALUE_OR_ARRAY_END, /* just after '[' */
    KEY,
    KEY_OR_OBJECT_END, /* just after '{' */
    COMMA_OR_END,      /* after a value inside an object or array */
    NOTHING,           /* the top value is complete */
    FAILED             /* FAILED + err */
};
static_assert(FAILED + ERR_COUNT <= UINT8_MAX, "expect is a byte");
static_assert(JSON_DEPTH_MAX < 64, "in_array has a bit per level");

/* ---- shared by scanner and writer ---- */

#define EACH_BYTE UINT64_C(0x0101010101010101)
#define HIGH_BITS UINT64_C(0x8080808080808080)

/* The high bit of each byte that is a quote, a backslash, a control byte or beyond ASCII. Borrows
 * make marks above the first one unreliable, so only the lowest mark counts. (Mycroft's trick) */
static uint64_t mark_special(uint64_t word)
{
    uint64_t quote = word ^ (EACH_BYTE * '"'), backslash = word ^ (EACH_BYTE * '\\');
    return (((quote - EACH_BYTE) | (backslash - EACH_BYTE) | (word - EACH_BYTE * 0x20)) & ~word &
            HIGH_BITS) |
           (word & HIGH_BITS);
}

/* The first byte that is not plain (see above), or end. */
static const char *skip_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        uint64_t marks = mark_special(word);
        if (marks)
            return at + __builtin_ctzll(marks) / 8; /* little-endian, as all we run on */
    }
    for (; at < end; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte < 0x20 || byte == '"' || byte == '\\' || byte >= 0x80)
            break;
    }
    return at;
}
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "skip_plain counts from the low byte");

/* The length of the UTF-8 sequence at `at` (first byte >= 0x80), 0 when it is not one: too long a
 * form, a surrogate, beyond U+10FFFF, cut. Unicode 15, table 3-7. */
static size_t utf8_length(const char *at, const char *end)
{
    const unsigned char *byte = (const unsigned char *)at;
    size_t length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || (size_t)(end - at) < length)
        return 0;
    unsigned char low = 0x80, high = 0xbf;
    switch (byte[0]) {
    case 0xe0: low = 0xa0; break;
    case 0xed: high = 0x9f; break;
    case 0xf0: low = 0x90; break;
    case 0xf4: high = 0x8f; break;
    default: break;
    }
    if (byte[1] < low || byte[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* The four digits of \uXXXX, or -1. */
static int hex4(const char *at, const char *end)
{
    int value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = num_hex_digit(at[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static size_t put_utf8(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | (point >> 6));
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | (point >> 12));
        out[1] = (char)(0x80 | ((point >> 6) & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (point >> 18));
    out[1] = (char)(0x80 | ((point >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((point >> 6) & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

/* Reads the escape at *at (a backslash) and gives its bytes; 0 when it is none. A surrogate without
 * its partner is refused: it has no UTF-8 form. */
static size_t unescape(const char **at, const char *end, char out[4])
{
    static const char plain[256] = {
        ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
        ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
    };
    if (end - *at < 2)
        return 0;
    char letter = (*at)[1];
    if (letter != 'u') {
        out[0] = plain[(unsigned char)letter];
        *at += 2;
        return out[0] != '\0';
    }
    int point = hex4(*at + 2, end);
    if (point < 0 || (point >= 0xdc00 && point <= 0xdfff))
        return 0;
    *at += 6;
    if (point < 0xd800 || point > 0xdbff)
        return put_utf8((uint32_t)point, out);
    if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return 0;
    int low = hex4(*at + 2, end);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *at += 6;
    return put_utf8(0x10000 + (((uint32_t)point - 0xd800) << 10) + ((uint32_t)low - 0xdc00), out);
}

/* ---- scanner ---- */

static enum err fail(struct json_scan *scan, enum err err)
{
    scan->expect = (uint8_t)(FAILED + (int)err);
    return err;
}

void json_scan_init(struct json_scan *scan, const char *text, size_t length)
{
    assert(text || length == 0);
    *scan = (struct json_scan){ .text = text, .at = text, .end = text + length, .expect = VALUE };
    if (length > JSON_TEXT_MAX)
        (void)fail(scan, ERR_SIZE);
}

size_t json_offset(const struct json_scan *scan) { return (size_t)(scan->at - scan->text); }

static void skip_blanks(struct json_scan *scan)
{
    const char *at = scan->at;
    while (at < scan->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    scan->at = at;
}

static void after_value(struct json_scan *scan)
{
    scan->expect = scan->depth > 0 ? COMMA_OR_END : NOTHING;
}

/* scan->at is behind the opening quote. */
static enum err read_string(struct json_scan *scan, struct json_token *token)
{
    const char *at = scan->at;
    token->text = at;
    token->escaped = false;
    for (;;) {
        at = skip_plain(at, scan->end);
        scan->at = at;
        if (at == scan->end || (unsigned char)*at < 0x20)
            return fail(scan, ERR_SYNTAX);
        if (*at == '"')
            break;
        if (*at == '\\') {
            char ignored[4];
            token->escaped = true;
            if (unescape(&at, scan->end, ignored) == 0)
                return fail(scan, ERR_SYNTAX);
        } else {
            size_t length = utf8_length(at, scan->end);
            if (length == 0)
                return fail(scan, ERR_SYNTAX);
            at += length;
        }
    }
    token->length = (size_t)(at - token->text);
    scan->at = at + 1;
    return OK;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static enum err read_number(struct json_scan *scan, struct json_token *token)
{
    const char *at = scan->at, *end = scan->end, *digits;
    at += *at == '-';
    digits = at;
    at = skip_digits(at, end);
    bool well = at > digits && (*digits != '0' || at == digits + 1);
    if (well && at < end && *at == '.') {
        digits = ++at;
        at = skip_digits(at, end);
        well = at > digits;
    }
    if (well && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        digits = at;
        at = skip_digits(at, end);
        well = at > digits;
    }
    if (!well)
        return fail(scan, ERR_SYNTAX);
    *token = (struct json_token){ JSON_NUMBER, scan->at, (size_t)(at - scan->at), false };
    scan->at = at;
    after_value(scan);
    return OK;
}

static enum err read_word(struct json_scan *scan, struct json_token *token, enum json_kind kind,
                          const char *word, size_t length)
{
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
        return fail(scan, ERR_SYNTAX);
    *token = (struct json_token){ kind, scan->at, length, false };
    scan->at += length;
    after_value(scan);
    return OK;
}

static enum err begin_nested(struct json_scan *scan, struct json_token *token, bool array)
{
    if (scan->depth == JSON_DEPTH_MAX)
        return fail(scan, ERR_DEPTH);
    uint64_t bit = UINT64_C(1) << scan->depth;
    scan->in_array = array ? scan->in_array | bit : scan->in_array & ~bit;
    scan->depth++;
    scan->expect = array ? VALUE_OR_ARRAY_END : KEY_OR_OBJECT_END;
    *token = (struct json_token){ array ? JSON_ARRAY : JSON_OBJECT, scan->at++, 1, false };
    return OK;
}

static bool in_array(const struct json_scan *scan)
{
    return (scan->in_array >> (scan->depth - 1)) & 1;
}

static enum err end_nested(struct json_scan *scan, struct json_token *token)
{
    enum json_kind kind = in_array(scan) ? JSON_ARRAY_END : JSON_OBJECT_END;
    *token = (struct json_token){ kind, scan->at++, 1, false };
    scan->depth--;
    after_value(scan);
    return OK;
}

static enum err read_value(struct json_scan *scan, struct json_token *token)
{
    switch (*scan->at) {
    case '"': {
        scan->at++;
        token->kind = JSON_STRING;
        enum err err = read_string(scan, token);
        if (err == OK)
            after_value(scan);
        return err;
    }
    case '{': return begin_nested(scan, token, false);
    case '[': return begin_nested(scan, token, true);
    case 't': return read_word(scan, token, JSON_TRUE, "true", 4);
    case 'f': return read_word(scan, token, JSON_FALSE, "false", 5);
    case 'n': return read_word(scan, token, JSON_NULL, "null", 4);
    default: return read_number(scan, token); /* refuses what is no digit */
    }
}

/* A key and its colon. */
static enum err read_key(struct json_scan *scan, struct json_token *token)
{
    if (*scan->at != '"')
        return fail(scan, ERR_SYNTAX);
    scan->at++;
    token->kind = JSON_KEY;
    enum err err = read_string(scan, token);
    if (err != OK)
        return err;
    skip_blanks(scan);
    if (scan->at == scan->end || *scan->at != ':')
        return fail(scan, ERR_SYNTAX);
    scan->at++;
    scan->expect = VALUE;
    return OK;
}

enum err json_next(struct json_scan *scan, struct json_token *token)
{
    struct json_token next = { 0 };
    enum err err = OK;
    if (scan->expect >= FAILED)
        return (enum err)(scan->expect - FAILED);
    skip_blanks(scan);
    if (scan->at == scan->end) {
        if (scan->expect != NOTHING)
            return fail(scan, ERR_SYNTAX);
        *token = (struct json_token){ JSON_END, scan->at, 0, false };
        return OK;
    }
    char c = *scan->at;
    if (scan->expect == COMMA_OR_END && c == ',') {
        scan->at++;
        scan->expect = in_array(scan) ? VALUE : KEY;
        skip_blanks(scan);
        if (scan->at == scan->end)
            return fail(scan, ERR_SYNTAX);
        c = *scan->at;
    }
    switch ((enum expect)scan->expect) {
    case VALUE: err = read_value(scan, &next); break;
    case VALUE_OR_ARRAY_END:
        err = c == ']' ? end_nested(scan, &next) : read_value(scan, &next);
        break;
    case KEY: err = read_key(scan, &next); break;
    case KEY_OR_OBJECT_END: err = c == '}' ? end_nested(scan, &next) : read_key(scan, &next); break;
    case COMMA_OR_END:
        err = c == (in_array(scan) ? ']' : '}') ? end_nested(scan, &next) : fail(scan, ERR_SYNTAX);
        break;
    case NOTHING:
    case FAILED: err = fail(scan, ERR_SYNTAX); break;
    }
    if (err == OK)
        *token = next;
    return err;
}

enum err json_skip(struct json_scan *scan, const struct json_token *token)
{
    struct json_token next = *token;
    if (next.kind == JSON_KEY) { /* the value of a key nobody knows */
        enum err err = json_next(scan, &next);
        if (err != OK)
            return err;
    }
    if (next.kind != JSON_OBJECT && next.kind != JSON_ARRAY)
        return OK;
    for (uint32_t outside = scan->depth - 1; scan->depth > outside;) {
        enum err err = json_next(scan, &next);
        if (err != OK)
            return err;
    }
    return OK;
}

bool json_equals(const struct json_token *token, const char *text)
{
    size_t length = strlen(text);
    if (!token->escaped)
        return token->length == length && memcmp(token->text, text, length) == 0;
    const char *at = token->text, *end = at + token->length;
    while (at < end) {
        char form[4];
        size_t more = 1;
        if (*at == '\\')
            more = unescape(&at, end, form);
        else
            form[0] = *at++;
        if (more > length || memcmp(form, text, more) != 0)
            return false;
        text += more;
        length -= more;
    }
    return length == 0;
}

/* Resolves the escapes into out, or only counts when out is NULL. */
static enum err resolve(const struct json_token *token, char *out, size_t *length)
{
    const char *at = token->text, *end = at + token->length;
    size_t count = 0;
    while (at < end) {
        char form[4];
        size_t more = 1;
        if (*at == '\\')
            more = unescape(&at, end, form);
        else
            form[0] = *at++;
        if (more == 0 || form[0] == '\0')
            return ERR_SYNTAX;
        if (out)
            memcpy(out + count, form, more);
        count += more;
    }
    *length = count;
    return OK;
}

enum err json_copy(const struct json_token *token, char *out, size_t out_size, size_t *length)
{
    size_t needed = token->length;
    enum err err = token->escaped ? resolve(token, NULL, &needed) : OK;
    if (err != OK)
        return err;
    if (needed >= out_size)
        return ERR_SIZE;
    if (token->escaped)
        err = resolve(token, out, &needed);
    else
        memcpy(out, token->text, needed);
    out[needed] = '\0';
    if (length)
        *length = needed;
    return err;
}

/* ---- writer ---- */

void json_write_init(struct json_write *write, char *out, size_t size)
{
    *write = (struct json_write){ .out = out, .size = size };
}

static void append(struct json_write *write, const char *text, size_t length)
{
    if (write->overflow || length > write->size - write->length) {
        write->overflow = true;
        return;
    }
    memcpy(write->out + write->length, text, length);
    write->length += length;
}

static inline void append_byte(struct json_write *write, char byte)
{
    if (write->overflow || write->length == write->size) {
        write->overflow = true;
        return;
    }
    write->out[write->length++] = byte;
}

/* Every value and key starts here. */
static inline void separate(struct json_write *write)
{
    if (write->comma)
        append_byte(write, ',');
    write->comma = true;
}

static void begin(struct json_write *write, char bracket)
{
    separate(write);
    append_byte(write, bracket);
    write->comma = false;
}

static void end(struct json_write *write, char bracket)
{
    append_byte(write, bracket);
    write->comma = true;
}

void json_object_begin(struct json_write *write) { begin(write, '{'); }
void json_object_end(struct json_write *write) { end(write, '}'); }
void json_array_begin(struct json_write *write) { begin(write, '['); }
void json_array_end(struct json_write *write) { end(write, ']'); }

void json_key(struct json_write *write, const char *key)
{
    separate(write);
    append_byte(write, '"');
    append(write, key, strlen(key));
    append(write, "\":", 2);
    write->comma = false;
}

static void append_escape(struct json_write *write, unsigned char byte)
{
    static const char letters[0x80] = { ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                        ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't' };
    static const char hex[] = "0123456789abcdef";
    char form[6] = { '\\', letters[byte], '0', '0', hex[byte >> 4], hex[byte & 15] };
    if (form[1] != '\0') {
        append(write, form, 2);
        return;
    }
    form[1] = 'u';
    append(write, form, 6);
}

/* What comes out is JSON whatever goes in: a byte that is not UTF-8 becomes U+FFFD. */
void json_string_n(struct json_write *write, const char *text, size_t length)
{
    const char *at = text, *stop = text + length;
    separate(write);
    append_byte(write, '"');
    for (;;) {
        const char *plain = at;
        at = skip_plain(at, stop);
        if (at > plain)
            append(write, plain, (size_t)(at - plain));
        if (at == stop)
            break;
        if ((unsigned char)*at < 0x80) {
            append_escape(write, (unsigned char)*at++);
            continue;
        }
        size_t sequence = utf8_length(at, stop);
        if (sequence > 0)
            append(write, at, sequence);
        else
            append(write, "\xef\xbf\xbd", 3);
        at += sequence > 0 ? sequence : 1;
    }
    append_byte(write, '"');
}

void json_string(struct json_write *write, const char *text)
{
    json_string_n(write, text, strlen(text));
}

void json_raw(struct json_write *write, const char *text, size_t length)
{
    separate(write);
    append(write, text, length);
}

void json_bool(struct json_write *write, bool value)
{
    json_raw(write, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json_write *write) { json_raw(write, "null", 4); }

void json_num(struct json_write *write, int64_t value, int scale)
{
    char text[NUM_TEXT_MAX];
    json_raw(write, text, num_format(value, scale, text));
}

void json_i64(struct json_write *write, int64_t value) { json_num(write, value, 0); }

void json_u64(struct json_write *write, uint64_t value)
{
    char text[24], *at = text + sizeof text;
    do
        *--at = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    json_raw(write, at, (size_t)(text + sizeof text - at));
}

void json_amount(struct json_write *write, i128 amount)
{
    char text[AMOUNT_TEXT_MAX];
    json_raw(write, text, amount_format(amount, text));
}

/* Most doubles we write are prices and ratios with few decimals. A decimal of at most 15 digits
 * that reads back as the value is the only one, hence the shortest, and exact arithmetic finds it. */
static bool write_short_decimal(struct json_write *write, double value)
{
    double scaled = value * 1e8;
    if (!(fabs(scaled) < 1e15))
        return false;
    int64_t digits = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    if ((double)digits / 1e8 != value || (digits == 0 && signbit(value)))
        return false;
    json_num(write, digits, 8);
    return true;
}

void json_double(struct json_write *write, double value)
{
    char text[40];
    if (!isfinite(value)) {
        json_null(write);
        return;
    }
    if (write_short_decimal(write, value))
        return;
    int precision = 15;
    do
        (void)snprintf(text, sizeof text, "%.*g", precision, value);
    while (strtod(text, NULL) != value && ++precision <= 17);
    json_raw(write, text, strlen(text));
}

#include "data/row.h"
#include <assert.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "base/num.h"
#include "data/timestamp.h"
#include "model/order.h"

#define VALUE_SHOWN_MAX 40 /* of a bad value, in a sentence */

enum type {
    TYPE_NONE,
    TIME_TEXT,
    TIME_MS,
    TIME_NS,
    PRICE,
    QTY,
    ID,
    FLAG,
    BUY_SELL,
    SNAPSHOT_DELTA,
    BID_ASK,
    TIME_S,
    PRICE_E4,
    ORDER_ACTION,
    ORDER_SIDE,
    TYPE_COUNT
};

static const uint8_t type_of_field[FIELD_COUNT] = {
#define X(name, type) [name] = type,
    FIELDS(X)
#undef X
};

static bool is_time(enum type type)
{
    return type == TIME_TEXT || type == TIME_MS || type == TIME_NS || type == TIME_S;
}

/* What a value must be, for sentences. */
static const char *const expected[TYPE_COUNT] = {
    [TIME_TEXT] = "a date or time such as 2012-01-31 23:05:00",
    [TIME_MS] = "a time in whole milliseconds since 1970",
    [TIME_NS] = "a time in whole nanoseconds since 1970",
    [PRICE] = "a price",
    [QTY] = "a quantity",
    [ID] = "a whole number",
    [FLAG] = "0 or 1",
    [BUY_SELL] = "buy or sell",
    [SNAPSHOT_DELTA] = "snapshot or delta",
    [BID_ASK] = "b or a",
    [TIME_S] = "a time in seconds after midnight",
    [PRICE_E4] = "a price in whole 1/10000",
    [ORDER_ACTION] = "one of A C M T F R, or 1 to 7",
    [ORDER_SIDE] = "one of B A N, or 1 or -1",
};

/* Words and what they mean. */
static const struct word {
    uint8_t type, value;
    const char *text;
} words[] = {
    { FLAG, 0, "0" },
    { FLAG, 1, "1" },
    { FLAG, 0, "false" },
    { FLAG, 1, "true" },
    { BUY_SELL, SIDE_BUY, "buy" },
    { BUY_SELL, SIDE_SELL, "sell" },
    { BID_ASK, SIDE_BUY, "b" },
    { BID_ASK, SIDE_SELL, "a" },
    { SNAPSHOT_DELTA, BOOK_SNAPSHOT, "snapshot" },
    { SNAPSHOT_DELTA, BOOK_DELTA, "delta" },
    { ORDER_ACTION, ACTION_ADD, "A" }, /* Databento's letters */
    { ORDER_ACTION, ACTION_CUT, "C" },
    { ORDER_ACTION, ACTION_CHANGE, "M" },
    { ORDER_ACTION, ACTION_TRADE, "T" },
    { ORDER_ACTION, ACTION_FILL, "F" },
    { ORDER_ACTION, ACTION_CLEAR, "R" },
    { ORDER_ACTION, ACTION_ADD, "1" }, /* LOBSTER's numbers */
    { ORDER_ACTION, ACTION_CUT, "2" },
    { ORDER_ACTION, ACTION_DELETE, "3" },
    { ORDER_ACTION, ACTION_EXECUTE, "4" },
    { ORDER_ACTION, ACTION_HIDDEN, "5" },
    { ORDER_ACTION, ACTION_TRADE, "6" }, /* cross: an auction's print */
    { ORDER_ACTION, ACTION_HALT, "7" },
    { ORDER_SIDE, SIDE_BUY, "B" },
    { ORDER_SIDE, SIDE_SELL, "A" },
    { ORDER_SIDE, SIDE_NONE, "N" },
    { ORDER_SIDE, SIDE_BUY, "1" },
    { ORDER_SIDE, SIDE_SELL, "-1" },
};

static enum err read_word(enum type type, const char *text, size_t length, int64_t *out)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct word *word = &words[i];
        if (word->type == type && strlen(word->text) == length &&
            strncasecmp(word->text, text, length) == 0) {
            *out = word->value;
            return OK;
        }
    }
    return ERR_SYNTAX;
}

static enum err read_whole(const char *text, size_t length, uint64_t *out)
{
    uint64_t value = 0;
    if (length == 0)
        return ERR_SYNTAX;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return ERR_SYNTAX;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
            return ERR_RANGE;
    }
    *out = value;
    return OK;
}

static enum err read_time(enum type type, const char *text, size_t length, int64_t *out)
{
    if (type == TIME_TEXT)
        return timestamp_parse(text, length, out);
    if (type == TIME_S) {
        struct decimal seconds;
        enum err read = decimal_read(text, length, &seconds);
        if (read == OK && seconds.negative)
            read = ERR_RANGE;
        return read == OK ? decimal_to_num(&seconds, 9, out) : read;
    }
    uint64_t value = 0;
    enum err err = read_whole(text, length, &value);
    uint64_t unit = type == TIME_MS ? NS_PER_MS : 1;
    if (err != OK)
        return err;
    if (value > (uint64_t)INT64_MAX / unit)
        return ERR_RANGE;
    *out = (int64_t)(value * unit);
    return OK;
}

/* More than DECIMAL_DIGITS_MAX digits are only read if they are noise, which is for decimal_clean
 * to say: so it is ERR_PRECISION here. */
static enum err read_number(struct row_reader *reader, enum type type, const char *text,
                            size_t length, int64_t *out)
{
    struct decimal decimal;
    enum err err = decimal_read(text, length, &decimal);
    if (err != OK)
        return err;
    if (type == PRICE_E4 && length == 2 && memcmp(text, "-1", 2) == 0) {
        *out = 0; /* LOBSTER's trading halt */
        return OK;
    }
    if (type == PRICE_E4 && decimal.digits > 0)
        decimal.exponent -= 4;
    if (decimal.negative)
        return ERR_RANGE;
    int scale = type != QTY ? reader->price_scale : reader->qty_scale;
    err = decimal_to_num(&decimal, scale, out);
    if (err != ERR_PRECISION || !decimal_clean(&decimal))
        return err;
    err = decimal_to_num(&decimal, scale, out);
    reader->cleaned += err == OK;
    return err;
}

static enum err read_value(struct row_reader *reader, enum type type, const char *text,
                           size_t length, int64_t *out)
{
    uint64_t id = 0;
    enum err err;
    switch (type) {
    case TIME_TEXT:
    case TIME_MS:
    case TIME_S:
    case TIME_NS: return read_time(type, text, length, out);
    case PRICE:
    case PRICE_E4:
    case QTY: return read_number(reader, type, text, length, out);
    case ID:
        err = read_whole(text, length, &id);
        *out = (int64_t)id;
        return err;
    case FLAG:
    case BUY_SELL:
    case SNAPSHOT_DELTA:
    case ORDER_ACTION:
    case ORDER_SIDE:
    case BID_ASK: return read_word(type, text, length, out);
    case TYPE_NONE:
    case TYPE_COUNT: break;
    }
    assert(!"a field has a type");
    return ERR_STATE;
}

static const struct layout_column *column_of(const struct layout *layout, enum field field)
{
    const struct layout_column *column = layout->columns;
    while (column->name && column->field != field)
        column++;
    assert(column->name);
    return column;
}

/* Printable ASCII only: a sentence must not carry a file's control bytes to a terminal. */
static void shown(const char *text, size_t length, char *out)
{
    size_t count = length < VALUE_SHOWN_MAX ? length : VALUE_SHOWN_MAX;
    for (size_t i = 0; i < count; i++)
        out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    strcpy(out + count, count < length ? "..." : "");
}

static enum err value_error(const struct row_reader *reader, uint64_t line, enum field field,
                            const char *text, size_t length, enum err err, struct errtext *detail)
{
    enum type type = type_of_field[field];
    const char *name = column_of(reader->binding.layout, field)->name;
    unsigned long long at = line;
    char value[VALUE_SHOWN_MAX + 4];
    shown(text, length, value);
    if (length == 0)
        return errtext_set(detail, ERR_SYNTAX, "%s:%llu: column '%s' is empty", reader->file, at,
                           name);
    if (err == ERR_RANGE && text[0] == '-')
        return errtext_set(detail, err, "%s:%llu: column '%s' is negative: '%s'", reader->file, at,
                           name, value);
    if (err == ERR_RANGE)
        return errtext_set(detail, err, "%s:%llu: column '%s' is too large: '%s'", reader->file, at,
                           name, value);
    if (err == ERR_PRECISION)
        return errtext_set(
            detail, err, "%s:%llu: column '%s' has more than %d decimal places: '%s'", reader->file,
            at, name, type != QTY ? reader->price_scale : reader->qty_scale, value);
    return errtext_set(detail, err, "%s:%llu: column '%s' must be %s, not '%s'", reader->file, at,
                       name, expected[type], value);
}

enum err row_read_field(struct row_reader *reader, enum field field, const char *text,
                        size_t length, struct row *row, struct errtext *detail)
{
    enum type type = type_of_field[field];
    if (length == 0 && column_of(reader->binding.layout, field)->need == COLUMN_OPTIONAL)
        return OK;
    int64_t value = 0;
    enum err err = read_value(reader, type, text, length, &value);
    if (err != OK)
        return value_error(reader, row->line, field, text, length, err, detail);
    if (field == FIELD_PRICE_E4)
        field = FIELD_PRICE;
    row->value[field] = value;
    row->present |= UINT32_C(1) << field;
    if (is_time(type))
        row->ts_ns = value;
    return OK;
}

enum err row_read(struct row_reader *reader, const char *text, size_t length, uint64_t line,
                  struct row *out, struct errtext *detail)
{
    const struct binding *binding = &reader->binding;
    const char *at = text, *end = text + length;
    size_t index = 0;
    memset(out, 0, sizeof *out);
    out->line = line;
    for (;; index++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        if (index < binding->column_count && binding->field[index] != FIELD_NONE) {
            enum err err =
                row_read_field(reader, binding->field[index], at, (size_t)(stop - at), out, detail);
            if (err != OK)
                return err;
        }
        if (!comma)
            break;
        at = comma + 1;
    }
    if (index + 1 != binding->column_count)
        return errtext_set(detail, ERR_SYNTAX, "%s:%llu: the row has %zu columns, the header %zu",
                           reader->file, (unsigned long long)line, index + 1,
                           binding->column_count);
    return OK;
}

bool field_number_scale(enum field field, const struct row_reader *reader, int *scale)
{
    switch ((enum type)type_of_field[field]) {
    case TIME_MS:
    case TIME_S: *scale = 9; return true;
    case PRICE: *scale = reader->price_scale; return true;
    case QTY: *scale = reader->qty_scale; return true;
    case TIME_NS:
    case ID:
    case FLAG: *scale = 0; return true;
    case TIME_TEXT: /* these are no numbers, or stand for something else */
    case PRICE_E4:
    case BUY_SELL:
    case SNAPSHOT_DELTA:
    case BID_ASK:
    case ORDER_ACTION:
    case ORDER_SIDE:
    case TYPE_NONE:
    case TYPE_COUNT: break;
    }
    return false;
}

bool field_is_time(enum field field) { return is_time((enum type)type_of_field[field]); }

bool row_time(const struct binding *binding, const char *text, size_t length, int64_t *out_ns)
{
    const char *at = text, *end = text + length;
    for (size_t index = 0; index < binding->column_count; index++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        enum type type = type_of_field[binding->field[index]];
        if (is_time(type))
            return read_time(type, at, (size_t)(stop - at), out_ns) == OK;
        if (!comma)
            break;
        at = comma + 1;
    }
    return false;
}

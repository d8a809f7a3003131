/* Texts to values, by the row of the key. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "net/listen.h"
#include "ops/config_internal.h"

static const struct {
    const char *suffix;
    int64_t factor;
} byte_units[] = { { "", 1 },          { "B", 1 },         { "KiB", 1 << 10 },
                   { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { "TiB", INT64_C(1) << 40 } },
  time_units[] = { { "ns", 1 },
                   { "us", NS_PER_US },
                   { "ms", NS_PER_MS },
                   { "s", NS_PER_S },
                   { "m", 60 * NS_PER_S },
                   { "h", 3600 * NS_PER_S },
                   { "d", 86400 * NS_PER_S } };

static enum err parse_whole(const char *text, size_t length, int64_t *out)
{
    if (length == 0 || strspn(text, "-0123456789") < length)
        return ERR_SYNTAX; /* 1e3 is for decimals */
    return num_parse(text, length, 0, out);
}

static enum err parse_bytes(const char *text, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    const char *suffix = text + digits + strspn(text + digits, " ");
    for (size_t i = 0; i < sizeof byte_units / sizeof byte_units[0]; i++) {
        int64_t count;
        if (strcmp(suffix, byte_units[i].suffix) != 0)
            continue;
        enum err err = parse_whole(text, digits, &count);
        return err ? err : num_mul(count, byte_units[i].factor, out);
    }
    return ERR_SYNTAX;
}

enum err config_parse_duration(const char *text, int64_t *out_ns)
{
    size_t digits = strspn(text, "0123456789");
    const char *suffix = text + digits + strspn(text + digits, " ");
    for (size_t i = 0; i < sizeof time_units / sizeof time_units[0]; i++) {
        int64_t count;
        if (strcmp(suffix, time_units[i].suffix) != 0)
            continue;
        enum err err = parse_whole(text, digits, &count);
        return err ? err : num_mul(count, time_units[i].factor, out_ns);
    }
    return ERR_SYNTAX;
}

static enum err parse_bool(const char *text, int64_t *out)
{
    static const char *const words[] = { "false", "true", "0", "1", "no", "yes", "off", "on" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = i & 1;
            return OK;
        }
    }
    return ERR_SYNTAX;
}

static enum err parse_choice(const char *choices, const char *text, int64_t *out)
{
    size_t length = strlen(text);
    for (int64_t index = 0; *choices; index++) {
        size_t width = strcspn(choices, "|");
        if (width == length && strncasecmp(choices, text, width) == 0) {
            *out = index;
            return OK;
        }
        choices += width + (choices[width] == '|');
    }
    return ERR_SYNTAX;
}

int config_digits(enum config_key key)
{
    const struct config_row *row = config_row(key);
    assert(row->type == CONFIG_DECIMAL);
    bool ratio = strcmp(row->unit, "bps") == 0 || strcmp(row->unit, "percent") == 0;
    return ratio ? 4 : CONFIG_DECIMAL_SCALE_MAX;
}

static enum err parse_decimal(enum config_key key, const char *text, int64_t *out)
{
    int64_t coarse;
    enum err err = num_parse(text, strlen(text), config_digits(key), &coarse);
    return err ? err : num_parse(text, strlen(text), CONFIG_DECIMAL_SCALE_MAX, out);
}

static enum err parse_number(enum config_key key, const char *text, int64_t *out)
{
    const struct config_row *row = config_row(key);
    switch (row->type) {
    case CONFIG_BOOL: return parse_bool(text, out);
    case CONFIG_INT: return parse_whole(text, strlen(text), out);
    case CONFIG_DECIMAL: return parse_decimal(key, text, out);
    case CONFIG_ENUM: return parse_choice(row->choices, text, out);
    case CONFIG_BYTES: return parse_bytes(text, out);
    case CONFIG_DURATION: return config_parse_duration(text, out);
    case CONFIG_TEXT:
    case CONFIG_LIST: break;
    }
    *out = 0;
    return OK;
}

static enum err check_range(enum config_key key, int64_t number)
{
    const struct config_row *row = config_row(key);
    int64_t limit;
    if (*row->low) {
        enum err err = parse_number(key, row->low, &limit);
        assert(err == OK); /* a bad row is our mistake */
        if (number < limit)
            return ERR_RANGE;
    }
    if (*row->high) {
        enum err err = parse_number(key, row->high, &limit);
        assert(err == OK);
        if (number > limit)
            return ERR_RANGE;
    }
    return OK;
}

/* What an item must be beside a text. */
static enum err check_item(const struct config_row *row, const char *item)
{
    struct errtext unused;
    bool is_address = strcmp(row->unit, "address:port") == 0;
    return is_address ? listen_check(item, &unused) : OK;
}

static enum err parse_list(const struct config_row *row, const char *text, struct keep *keep,
                           struct config_value *out)
{
    const char *items[CONFIG_LIST_MAX];
    size_t count = 0;
    for (const char *at = text;; at++) {
        at += strspn(at, " \t");
        size_t width = strcspn(at, ","), length = width;
        while (length && strchr(" \t", at[length - 1]))
            length--;
        if (length == 0)
            return ERR_SYNTAX;
        if (count == CONFIG_LIST_MAX)
            return ERR_FULL;
        items[count] = keep_text(keep, at, length);
        enum err err = check_item(row, items[count++]);
        if (err)
            return err;
        at += width;
        if (!*at)
            break;
    }
    out->items = keep_bytes(keep, count * sizeof *items);
    if (!out->items)
        return ERR_MEMORY;
    memcpy(out->items, items, count * sizeof *items);
    out->item_count = count;
    const char *joined = items[0];
    for (size_t i = 1; i < count; i++)
        joined = keep_format(keep, "%s, %s", joined, items[i]);
    out->text = joined;
    return OK;
}

enum err config_value_parse(enum config_key key, const char *text, struct keep *keep,
                            struct config_value *out)
{
    const struct config_row *row = config_row(key);
    if (row->type == CONFIG_LIST)
        return parse_list(row, text, keep, out);
    if (row->type == CONFIG_TEXT && !*text && *row->fallback)
        return ERR_SYNTAX; /* "" means "none" only where none is the default */
    int64_t number = 0;
    enum err err = parse_number(key, text, &number);
    if (!err)
        err = check_range(key, number);
    if (err)
        return err;
    out->number = number;
    out->text = keep_text(keep, text, strlen(text));
    return OK;
}

static const char *const nouns[] = {
    [CONFIG_BOOL] = "true or false",
    [CONFIG_INT] = "a whole number",
    [CONFIG_DECIMAL] = "a decimal number",
    [CONFIG_TEXT] = "a text",
    [CONFIG_ENUM] = "one of ",
    [CONFIG_BYTES] = "a size such as 1048576, 64MiB or 1GiB",
    [CONFIG_DURATION] = "a duration such as 250ms, 2s, 1m, 1h or 1d",
    [CONFIG_LIST] = "a list of",
};

const char *config_expected(enum config_key key, char *out, size_t size)
{
    const struct config_row *row = config_row(key);
    size_t length = (size_t)snprintf(out, size, "%s", nouns[row->type]);
    if (row->type == CONFIG_ENUM) {
        for (const char *at = row->choices; *at && length + 3 < size; at++)
            length += (size_t)snprintf(out + length, size - length, *at == '|' ? ", " : "%c", *at);
        return out;
    }
    if (row->type == CONFIG_LIST)
        length += (size_t)snprintf(out + length, size - length, " `%s`, separated by commas",
                                   *row->unit ? row->unit : "texts");
    if (*row->low)
        length += (size_t)snprintf(out + length, size - length,
                                   *row->high ? " from %s" : ", at least %s", row->low);
    if (*row->high)
        length += (size_t)snprintf(out + length, size - length,
                                   *row->low ? " to %s" : ", at most %s", row->high);
    if (row->type == CONFIG_INT || row->type == CONFIG_DECIMAL)
        length +=
            (size_t)snprintf(out + length, size - length, *row->unit ? " %s" : "%s", row->unit);
    if (row->type == CONFIG_DECIMAL)
        (void)snprintf(out + length, size - length, ", at most %d digits after the point",
                       config_digits(key));
    return out;
}

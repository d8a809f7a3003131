#include "data/cells.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/num.h"
#include "data/timestamp.h"

#define VALUE_LIMIT 9.2e18 /* a little below what an int64 holds */

struct number {
    int64_t value; /* without the point */
    int places;
    bool zero_at_end;
};

/* Plain decimals only: what a number prints as again. No exponent, no "007", no "-0". */
static bool read_number(const char *text, size_t length, struct number *out)
{
    size_t at = length > 0 && text[0] == '-' ? 1 : 0, start = at;
    int64_t value = 0;
    size_t point = 0;
    for (; at < length; at++) {
        if (text[at] == '.' && point == 0 && at > start && at + 1 < length) {
            point = at;
            continue;
        }
        if (text[at] < '0' || text[at] > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[at] - '0', &value))
            return false;
    }
    size_t whole = (point ? point : length) - start;
    size_t places = point ? length - point - 1 : 0;
    if (whole == 0 || places > NUM_SCALE_MAX || (whole > 1 && text[start] == '0') ||
        (start > 0 && value == 0))
        return false;
    *out = (struct number){ .value = start > 0 ? -value : value,
                            .places = (int)places,
                            .zero_at_end = places > 0 && text[length - 1] == '0' };
    return true;
}

static void look_at_number(struct cells *cells, const char *text, size_t length)
{
    struct number number;
    if (length == 0)
        return; /* an empty cell is CELL_EMPTY */
    if (!read_number(text, length, &number)) {
        cells->no_number = true;
        return;
    }
    if (!cells->any || number.places < cells->places_min)
        cells->places_min = (uint8_t)number.places;
    if (number.places > cells->places_max)
        cells->places_max = (uint8_t)number.places;
    double magnitude =
        num_to_double(number.value < 0 ? -number.value : number.value, number.places);
    if (magnitude > cells->magnitude)
        cells->magnitude = magnitude;
    cells->not_short |= number.zero_at_end;
    cells->any = true;
}

/* How a time is written: 2012-01-31[ T]hh:mm[:ss[.f]][Z|+hh:mm]. */
static bool time_form(const char *text, size_t length, struct columns_column *form)
{
    memset(form, 0, sizeof *form);
    form->type = CELL_TIME;
    if (length < 10)
        return false;
    if (length == 10)
        return true;
    size_t at = 16;
    form->separator = text[10];
    if (length < at)
        return false;
    if (length > at && text[at] == ':') {
        form->seconds = 1;
        at += 3;
    }
    if (length > at && text[at] == '.')
        for (at++; at < length && text[at] >= '0' && text[at] <= '9'; at++)
            form->places++;
    size_t suffix = length > at ? length - at : 0;
    if (at > length || suffix >= sizeof form->suffix || form->places > 9)
        return false;
    memcpy(form->suffix, text + at, suffix);
    if (suffix == 6) {
        int hours = (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
        int minutes = (text[at + 4] - '0') * 10 + (text[at + 5] - '0');
        form->offset_s = (text[at] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
        if (form->offset_s > 86400 || form->offset_s < -86400)
            return false;
    }
    return true;
}

static void look_at_time(struct cells *cells, const char *text, size_t length)
{
    struct columns_column form;
    int64_t ns = 0;
    char again[COLUMNS_CELL_ROOM];
    bool good = timestamp_parse(text, length, &ns) == OK && time_form(text, length, &form);
    if (good && !cells->has_time) {
        cells->time = form;
        cells->has_time = true;
    }
    good = good && memcmp(&form, &cells->time, sizeof form) == 0 &&
           cell_text(&form, ns, 0, again) == length && memcmp(again, text, length) == 0;
    cells->no_time = !good;
}

static int find_word(const struct cells *cells, const char *text, size_t length)
{
    for (uint32_t i = 0; i < cells->words; i++)
        if (strncmp(cells->word[i], text, length) == 0 && cells->word[i][length] == 0)
            return (int)i;
    return -1;
}

static void look_at_word(struct cells *cells, const char *text, size_t length)
{
    if (length >= COLUMNS_WORD_MAX) {
        cells->no_word = true;
    } else if (find_word(cells, text, length) < 0) {
        if (cells->words == COLUMNS_WORDS_MAX)
            cells->no_word = true;
        else
            memcpy(cells->word[cells->words++], text, length); /* zeroed: ends with NUL */
    }
}

void cells_look(struct cells *cells, const char *text, size_t length)
{
    cells->count++;
    if (!cells->no_number)
        look_at_number(cells, text, length);
    if (!cells->no_time)
        look_at_time(cells, text, length);
    if (!cells->no_word)
        look_at_word(cells, text, length);
}

/* All values fit an int64 with the places of the finest. */
static bool fits(const struct cells *cells)
{
    return !cells->any || cells->places_min == cells->places_max ||
           cells->magnitude * (double)num_pow10(cells->places_max) < VALUE_LIMIT;
}

void cells_choose(const struct cells *cells, struct columns_column *out)
{
    if (!cells->no_number && fits(cells)) {
        out->type = CELL_NUMBER;
        out->scale = out->places = cells->places_max;
        out->style = cells->places_min == cells->places_max ? STYLE_FIXED
                     : cells->not_short                     ? STYLE_EACH
                                                            : STYLE_SHORT;
    } else if (!cells->no_time && cells->has_time) {
        char name[sizeof out->name];
        memcpy(name, out->name, sizeof name);
        *out = cells->time;
        memcpy(out->name, name, sizeof name);
    } else if (!cells->no_word && cells->words > 0) {
        out->type = CELL_WORD;
        out->words = (uint16_t)cells->words;
    } else {
        out->type = CELL_TEXT;
    }
}

void cells_encode(const struct cells *cells, const struct columns_column *column, const char *text,
                  size_t length, int64_t *value, uint8_t *code)
{
    struct number number;
    *value = CELL_EMPTY;
    *code = 0;
    switch ((enum cell_type)column->type) {
    case CELL_NUMBER:
        if (length == 0 || !read_number(text, length, &number))
            return;
        *value = number.value * num_pow10(column->scale - number.places);
        *code = (uint8_t)number.places;
        return;
    case CELL_TIME:
        if (timestamp_parse(text, length, value) != OK)
            *value = CELL_EMPTY;
        return;
    case CELL_WORD: {
        int word = find_word(cells, text, length);
        assert(word >= 0);
        *code = (uint8_t)word;
        return;
    }
    case CELL_TEXT:
    case CELL_TYPE_COUNT: return;
    }
}

static size_t number_text(const struct columns_column *column, int64_t value, uint8_t code,
                          char *room)
{
    size_t length = num_format(value, column->scale, room);
    if (column->style == STYLE_SHORT)
        return length;
    size_t places = column->style == STYLE_FIXED ? column->places : code;
    char *point = memchr(room, '.', length);
    size_t has = point ? (size_t)(room + length - point) - 1 : 0;
    if (!point && places > 0)
        room[length++] = '.';
    for (; has < places; has++)
        room[length++] = '0';
    return length;
}

static size_t time_text(const struct columns_column *column, int64_t value, char *room)
{
    char whole[TIMESTAMP_TEXT_MAX];
    int64_t offset_ns = column->offset_s * NS_PER_S, local_ns;
    if (__builtin_add_overflow(value, offset_ns, &local_ns))
        local_ns = value;
    int64_t fraction = ((local_ns % NS_PER_S) + NS_PER_S) % NS_PER_S;
    (void)timestamp_format(local_ns, whole); /* 2012-01-31T23:05:00... */
    if (!column->separator) {
        memcpy(room, whole, 10);
        return 10;
    }
    size_t length = column->seconds ? 19 : 16;
    memcpy(room, whole, length);
    room[10] = column->separator;
    if (column->places > 0)
        length +=
            (size_t)snprintf(room + length, COLUMNS_CELL_ROOM - length, ".%0*lld", column->places,
                             (long long)(fraction / num_pow10(9 - column->places)));
    return length + (size_t)(stpcpy(room + length, column->suffix) - (room + length));
}

size_t cell_text(const struct columns_column *column, int64_t value, uint8_t code, char *room)
{
    if (value == CELL_EMPTY)
        return 0;
    return column->type == CELL_TIME ? time_text(column, value, room)
                                     : number_text(column, value, code, room);
}

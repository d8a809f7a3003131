#include "data/timestamp.h"
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include "base/clock.h"

#define SECONDS_PER_DAY INT64_C(86400)
#define YEAR_MIN 1678
#define YEAR_MAX 2261

/* Eras of 400 years; the year begins in March, so that the leap day is its last. */
int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    assert(month >= 1 && month <= 12);
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static unsigned days_in_month(int64_t year, unsigned month)
{
    static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

struct text {
    const char *at, *end;
};

/* Exactly `count` digits. */
static bool take_digits(struct text *text, int count, int64_t *out)
{
    if (text->end - text->at < count)
        return false;
    int64_t value = 0;
    for (int i = 0; i < count; i++, text->at++) {
        if (*text->at < '0' || *text->at > '9')
            return false;
        value = value * 10 + (*text->at - '0');
    }
    *out = value;
    return true;
}

static bool take_char(struct text *text, char expected)
{
    if (text->at == text->end || *text->at != expected)
        return false;
    text->at++;
    return true;
}

static bool take_fraction(struct text *text, int64_t *out_ns)
{
    int64_t unit = NS_PER_S;
    int64_t ns = 0;
    const char *start = text->at;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
        if (unit == 1)
            return false;
        unit /= 10;
        ns += unit * (*text->at++ - '0');
    }
    *out_ns = ns;
    return text->at > start;
}

static bool take_clock(struct text *text, int64_t *seconds, int64_t *ns)
{
    int64_t hour, minute, second = 0;
    if (!take_digits(text, 2, &hour) || !take_char(text, ':') || !take_digits(text, 2, &minute))
        return false;
    if (take_char(text, ':')) {
        if (!take_digits(text, 2, &second))
            return false;
        if (take_char(text, '.') && !take_fraction(text, ns))
            return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

/* "Z", "+hh:mm", "-hh:mm" or nothing. */
static bool take_offset(struct text *text, int64_t *seconds)
{
    *seconds = 0;
    if (text->at == text->end || take_char(text, 'Z'))
        return true;
    int64_t sign = take_char(text, '-') ? -1 : 1;
    int64_t hour, minute;
    if (sign > 0 && !take_char(text, '+'))
        return false;
    if (!take_digits(text, 2, &hour) || !take_char(text, ':') || !take_digits(text, 2, &minute))
        return false;
    *seconds = sign * (hour * 3600 + minute * 60);
    return hour < 24 && minute < 60;
}

enum err timestamp_parse(const char *text, size_t length, int64_t *out_ns)
{
    struct text rest = { text, text + length };
    int64_t year, month, day, seconds = 0, ns = 0, offset = 0;
    if (!take_digits(&rest, 4, &year) || !take_char(&rest, '-') || !take_digits(&rest, 2, &month) ||
        !take_char(&rest, '-') || !take_digits(&rest, 2, &day))
        return ERR_SYNTAX;
    if (rest.at < rest.end) {
        if (!take_char(&rest, ' ') && !take_char(&rest, 'T'))
            return ERR_SYNTAX;
        if (!take_clock(&rest, &seconds, &ns) || !take_offset(&rest, &offset) || rest.at < rest.end)
            return ERR_SYNTAX;
    }
    if (month < 1 || month > 12 || day < 1)
        return ERR_SYNTAX;
    if (year < YEAR_MIN || year > YEAR_MAX)
        return ERR_RANGE;
    if (day > (int64_t)days_in_month(year, (unsigned)month))
        return ERR_SYNTAX;
    int64_t days = days_from_civil(year, (unsigned)month, (unsigned)day);
    int64_t total = days * SECONDS_PER_DAY + seconds - offset;
    if (total < days_from_civil(YEAR_MIN, 1, 1) * SECONDS_PER_DAY ||
        total >= days_from_civil(YEAR_MAX + 1, 1, 1) * SECONDS_PER_DAY)
        return ERR_RANGE; /* the offset led out of the years */
    *out_ns = total * NS_PER_S + ns;
    return OK;
}

size_t timestamp_format(int64_t ts_ns, char *out)
{
    int64_t ns = ts_ns % NS_PER_S;
    int64_t seconds = ts_ns / NS_PER_S;
    if (ns < 0) {
        ns += NS_PER_S;
        seconds--;
    }
    int64_t second_of_day = seconds % SECONDS_PER_DAY;
    second_of_day += second_of_day < 0 ? SECONDS_PER_DAY : 0;
    int64_t days = (seconds - second_of_day) / SECONDS_PER_DAY + 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153; /* March is 0 */
    int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);

    int length =
        snprintf(out, TIMESTAMP_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, (int)month,
                 (int)(day_of_year - (153 * shifted + 2) / 5 + 1), (int)(second_of_day / 3600),
                 (int)(second_of_day / 60 % 60), (int)(second_of_day % 60));
    char *tail = out + length;
    size_t room = TIMESTAMP_TEXT_MAX - (size_t)length;
    if (ns == 0)
        length += snprintf(tail, room, "Z");
    else if (ns % NS_PER_MS == 0)
        length += snprintf(tail, room, ".%03dZ", (int)(ns / NS_PER_MS));
    else if (ns % NS_PER_US == 0)
        length += snprintf(tail, room, ".%06dZ", (int)(ns / NS_PER_US));
    else
        length += snprintf(tail, room, ".%09dZ", (int)ns);
    assert(length > 0 && length < TIMESTAMP_TEXT_MAX);
    return (size_t)length;
}

/*
 * data/timestamp.h - dates and times of files as nanoseconds since 1970-01-01 UTC, and back.
 *
 * Civil-date arithmetic of the proleptic Gregorian calendar (Hinnant, "chrono-Compatible Low-Level
 * Date Algorithms"); libc and its time zones are not asked, so a result never depends on the
 * machine.
 */
#ifndef DATA_TIMESTAMP_H
#define DATA_TIMESTAMP_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/*
 * "2012-01-31", "2012-01-31 23:05", "2012-01-31T23:05:00", with up to nine digits of fraction, with
 * "Z" or an offset "+00:00" at the end; no offset means UTC. Years 1678..2261: what int64
 * nanoseconds hold. ERR_SYNTAX, ERR_RANGE.
 */
MUST_USE enum err timestamp_parse(const char *text, size_t length, int64_t *out_ns);

/* "2012-01-31T23:05:00Z", with the fraction (3, 6 or 9 digits) only where there is one. out has
 * TIMESTAMP_TEXT_MAX bytes; returns the length. */
#define TIMESTAMP_TEXT_MAX 40
size_t timestamp_format(int64_t ts_ns, char *out);

/* Days since 1970-01-01 of a civil date; month 1..12, day 1..31. */
int64_t days_from_civil(int64_t year, unsigned month, unsigned day);

#endif

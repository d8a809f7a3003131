#include "base/clock.h"
#include <assert.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    int failed = clock_gettime(id, &now);
    assert(!failed);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_wall_ns(void) { return read_clock(CLOCK_REALTIME); }

int64_t clock_monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t clock_process_cpu_ns(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

static char *put_digits(char *at, int64_t value, int width)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + width;
}

/* Days to year, month, day: Howard Hinnant, "chrono-compatible low-level date algorithms". By hand
 * because gmtime_r takes a lock, and every log line comes here. */
size_t clock_format(int64_t wall_ns, char *out)
{
    int64_t ms = wall_ns / NS_PER_MS - (wall_ns % NS_PER_MS < 0);
    int64_t days = ms / 86400000 - (ms % 86400000 < 0), of_day = ms - days * 86400000;
    int64_t shifted = days + 719468; /* since 0000-03-01; positive for every int64 of ns */
    int64_t era = shifted / 146097, day_of_era = shifted % 146097;
    int64_t leaps = day_of_era / 1460 - day_of_era / 36524 + day_of_era / 146096;
    int64_t year = (day_of_era - leaps) / 365;
    int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * from_march + 2) / 5 + 1;
    int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    year += era * 400 + (month <= 2);

    static const char form[] = "0000-00-00T00:00:00.000Z";
    memcpy(out, form, sizeof form);
    (void)put_digits(out, year, 4);
    (void)put_digits(out + 5, month, 2);
    (void)put_digits(out + 8, day, 2);
    (void)put_digits(out + 11, of_day / 3600000, 2);
    (void)put_digits(out + 14, of_day / 60000 % 60, 2);
    (void)put_digits(out + 17, of_day / 1000 % 60, 2);
    (void)put_digits(out + 20, of_day % 1000, 3);
    return sizeof form - 1;
}

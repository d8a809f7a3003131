/*
 * base/clock.h - the only place that asks the machine for the time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include <stddef.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* UTC since 1970-01-01. */
int64_t clock_wall_ns(void);

/* Since some fixed point; never steps. For timeouts and latencies. */
int64_t clock_monotonic_ns(void);

/* CPU time of the whole process, all threads. */
int64_t clock_process_cpu_ns(void);

/* RFC 3339 in UTC with milliseconds, "2026-01-02T03:04:05.678Z"; out has CLOCK_TEXT_MAX bytes. */
#define CLOCK_TEXT_MAX 32
size_t clock_format(int64_t wall_ns, char *out);

#endif

/*
 * base/log.h - structured log lines: an event name, then key=value pairs. Never a secret.
 *
 *   2026-01-02T03:04:05.678Z info venue_connected venue=paper rtt_ms=3
 *
 * Any thread may log; a line is one write(2) to stderr or to the file of log_open. Values with
 * blanks, quotes or control bytes are the caller's to pass through log_quote.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_LEVEL_COUNT };
#define LOG_LINE_MAX 2048 /* a longer line is cut and ends in "..." */

void log_set_level(enum log_level level);
/* Appends to this file from now on; again with the same path after it was renamed (rotation).
 * ERR_IO. One thread at a time. */
MUST_USE enum err log_open(const char *path);
/* "debug", "info", "warning", "error" (any case). ERR_NOT_FOUND. */
MUST_USE enum err log_level_parse(const char *text, enum log_level *out);

void log_line(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define log_debug(event, ...) log_line(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...) log_line(LOG_INFO, event, __VA_ARGS__)
#define log_warning(event, ...) log_line(LOG_WARNING, event, __VA_ARGS__)
#define log_error(event, ...) log_line(LOG_ERROR, event, __VA_ARGS__)

/* Quotes text for a value: "a b" with JSON escapes; cut to fit. Returns out. */
const char *log_quote(const char *text, size_t length, char *out, size_t out_size);

/* Lines that were at least `level`, since start: for metrics. */
unsigned long log_count(enum log_level level);

#endif

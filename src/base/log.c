#include "base/log.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "base/clock.h"

static const char *const level_names[LOG_LEVEL_COUNT] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};
static atomic_int lowest_level = LOG_INFO;
static atomic_int out_fd = STDERR_FILENO;
static atomic_ulong counts[LOG_LEVEL_COUNT];

void log_set_level(enum log_level level)
{
    assert((unsigned)level < LOG_LEVEL_COUNT);
    atomic_store_explicit(&lowest_level, (int)level, memory_order_relaxed);
}

enum err log_level_parse(const char *text, enum log_level *out)
{
    for (int level = 0; level < LOG_LEVEL_COUNT; level++) {
        if (strcasecmp(text, level_names[level]) == 0) {
            *out = (enum log_level)level;
            return OK;
        }
    }
    return ERR_NOT_FOUND;
}

enum err log_open(const char *path)
{
    int fresh = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fresh < 0)
        return ERR_IO;
    int current = atomic_load(&out_fd);
    if (current == STDERR_FILENO) {
        atomic_store(&out_fd, fresh);
        return OK;
    }
    /* Another thread may be inside write(current): the number must go on meaning the log. */
    int failed = dup3(fresh, current, O_CLOEXEC) < 0;
    (void)close(fresh);
    return failed ? ERR_IO : OK;
}

/* One line stays one line, whatever a value holds. */
static void blank_control_bytes(char *at, const char *end)
{
    for (; at < end; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
    assert((unsigned)level < LOG_LEVEL_COUNT);
    if ((int)level < atomic_load_explicit(&lowest_level, memory_order_relaxed))
        return;
    atomic_fetch_add_explicit(&counts[level], 1, memory_order_relaxed);

    int saved_errno = errno;
    char line[LOG_LINE_MAX + 1]; /* vsnprintf wants a NUL; '\n' takes its place */
    size_t length = clock_format(clock_wall_ns(), line);
    int more = snprintf(line + length, sizeof line - length, " %s %s ", level_names[level], event);
    assert(more > 0 && (size_t)more < sizeof line - length); /* event names are ours, and short */
    length += (size_t)more;

    va_list args;
    va_start(args, format);
    more = vsnprintf(line + length, sizeof line - length, format, args);
    va_end(args);
    size_t start = length, room = LOG_LINE_MAX - 1 - length;
    if (more > 0 && (size_t)more > room) {
        length = LOG_LINE_MAX - 1;
        memcpy(line + length - 3, "...", 3);
    } else {
        length += more > 0 ? (size_t)more : 0;
    }
    blank_control_bytes(line + start, line + length);
    if (length == start)
        length--; /* no values: no blank at the end */
    line[length++] = '\n';

    /* A log that cannot be written has nobody to tell. */
    ssize_t written;
    do
        written = write(atomic_load_explicit(&out_fd, memory_order_relaxed), line, length);
    while (written < 0 && errno == EINTR);
    errno = saved_errno;
}

/* The escape of one byte, or its own form; returns the length. */
static size_t quote_byte(unsigned char byte, char out[8])
{
    static const char short_forms[] = "\"\"\\\\\nn\rr\tt";
    for (const char *at = short_forms; *at; at += 2) {
        if ((unsigned char)at[0] == byte) {
            out[0] = '\\';
            out[1] = at[1];
            return 2;
        }
    }
    if (byte < 0x20 || byte == 0x7f)
        return (size_t)snprintf(out, 8, "\\u%04x", byte);
    out[0] = (char)byte;
    return 1;
}

const char *log_quote(const char *text, size_t length, char *out, size_t out_size)
{
    assert(out_size >= 3); /* two quotes and NUL */
    size_t at = 0;
    out[at++] = '"';
    for (size_t i = 0; i < length; i++) {
        char form[8];
        size_t more = quote_byte((unsigned char)text[i], form);
        if (at + more > out_size - 2)
            break;
        memcpy(out + at, form, more);
        at += more;
    }
    out[at++] = '"';
    out[at] = '\0';
    return out;
}

unsigned long log_count(enum log_level level)
{
    assert((unsigned)level < LOG_LEVEL_COUNT);
    unsigned long sum = 0;
    for (int i = (int)level; i < LOG_LEVEL_COUNT; i++)
        sum += atomic_load_explicit(&counts[i], memory_order_relaxed);
    return sum;
}

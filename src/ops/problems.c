#include "ops/problems.h"
#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 1024
#define SOURCE_LINE_MAX 120 /* more of a line is not shown */
#define LAST_LINE_ROOM 64   /* kept for "and N more" */

void problems_init(struct problems *problems, char *out, size_t size)
{
    assert(out && size > LAST_LINE_ROOM);
    *problems = (struct problems){ .out = out, .size = size };
    out[0] = '\0';
}

/* A problem is told whole or only counted: half a sentence helps nobody. */
static void tell(struct problems *problems, const char *message)
{
    size_t length = strlen(message);
    problems->count++;
    if (problems->count > PROBLEMS_MAX ||
        problems->length + length + LAST_LINE_ROOM >= problems->size) {
        problems->hidden++;
        return;
    }
    memcpy(problems->out + problems->length, message, length + 1);
    problems->length += length;
}

static const char *find_line(const struct problems *problems, unsigned line, size_t *length)
{
    const char *at = problems->text, *end = at ? at + problems->text_length : NULL;
    for (unsigned current = 1; at && current < line; current++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (!at || at >= end)
        return NULL;
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *length = (size_t)((stop ? stop : end) - at);
    if (*length && at[*length - 1] == '\r')
        --*length;
    return at;
}

static void show_line(const struct problems *problems, unsigned line, unsigned column, char *out,
                      size_t size)
{
    size_t length = 0;
    const char *text = find_line(problems, line, &length);
    out[0] = '\0';
    if (!text || length == 0)
        return;
    char shown[SOURCE_LINE_MAX + 1];
    length = length < SOURCE_LINE_MAX ? length : SOURCE_LINE_MAX;
    for (size_t i = 0; i < length; i++) /* a terminal is not to obey what a file says */
        shown[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
    shown[length] = '\0';
    bool pointed = column > 0 && column <= SOURCE_LINE_MAX;
    (void)snprintf(out, size, "%6u | %s\n%s%*s%s", line, shown, pointed ? "       | " : "",
                   pointed ? (int)column - 1 : 0, "", pointed ? "^\n" : "");
}

void problems_at(struct problems *problems, unsigned line, unsigned column, const char *format, ...)
{
    char message[MESSAGE_MAX], source[2 * SOURCE_LINE_MAX + 64], whole[MESSAGE_MAX + 1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    show_line(problems, line, column, source, sizeof source);
    (void)snprintf(whole, sizeof whole, "%.300s:%u:%u: %s\n%s",
                   problems->file ? problems->file : "configuration", line, column ? column : 1,
                   message, source);
    tell(problems, whole);
}

void problems_add(struct problems *problems, const char *where, const char *format, ...)
{
    char message[MESSAGE_MAX], whole[MESSAGE_MAX + 512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    (void)snprintf(whole, sizeof whole, "%.400s: %s\n", where, message);
    tell(problems, whole);
}

void problems_end(struct problems *problems)
{
    if (problems->hidden)
        (void)snprintf(problems->out + problems->length, problems->size - problems->length,
                       "and %u more\n", problems->hidden);
}

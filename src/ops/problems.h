/*
 * ops/problems.h - what is wrong with a configuration, all of it at once, for a person.
 *
 *   tradewind.yaml:12:3: log.levle: no such key; did you mean log.level?
 *      12 |   levle: info
 *         |   ^
 */
#ifndef OPS_PROBLEMS_H
#define OPS_PROBLEMS_H
#include <stddef.h>

#define PROBLEMS_MAX 100 /* told in full; what is beyond is counted */

struct problems {
    char *out; /* borrows */
    size_t size, length;
    unsigned count, hidden;
    const char *file; /* borrows: name and text of the file that lines are shown from */
    const char *text;
    size_t text_length;
};

void problems_init(struct problems *problems, char *out, size_t size);

/* A mistake in the file; line and column count from 1, column 0 = the whole line. */
void problems_at(struct problems *problems, unsigned line, unsigned column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A mistake elsewhere: `where` is "--set log.level=x" or "environment TRADEWIND_X". */
void problems_add(struct problems *problems, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says how many were left out. Call once, at the end. */
void problems_end(struct problems *problems);

#endif

/*
 * app/progress.h - a progress line on a terminal for work that takes longer than a second.
 *
 * Silent when stderr is not a terminal and for quick work; redrawn at most ten times a second.
 */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H
#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *label;    /* borrows: "verify" */
    const char *unit;     /* borrows: "records" */
    uint64_t total, done; /* total 0 = not known: no bar, no ETA */
    int64_t start_ns, drawn_ns;
    bool terminal, shown;
};

void progress_begin(struct progress *progress, const char *label, const char *unit, uint64_t total);
void progress_set(struct progress *progress, uint64_t done);
/* Takes the line away, so that what is printed next stands alone. */
void progress_end(struct progress *progress);

/* The line at a time, for tests; returns out. */
const char *progress_text(const struct progress *progress, int64_t now_ns, char *out, int size);

#endif

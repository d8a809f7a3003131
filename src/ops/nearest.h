/*
 * ops/nearest.h - the name somebody probably meant.
 */
#ifndef OPS_NEAREST_H
#define OPS_NEAREST_H
#include <stddef.h>

/* Keeps the best candidate so far. Start with { .wanted = text }. */
struct nearest {
    const char *wanted; /* borrows */
    const char *best;   /* borrows; NULL: nothing is near enough to be worth saying */
    unsigned distance;
};
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif

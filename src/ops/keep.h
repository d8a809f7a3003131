/*
 * ops/keep.h - texts that live as long as what they belong to, freed all at once.
 *
 * Only for start-up work. Running out of memory is remembered, not told at each call: every call
 * then gives "", and the owner looks at `failed` once at the end.
 */
#ifndef OPS_KEEP_H
#define OPS_KEEP_H
#include <stdbool.h>
#include <stddef.h>

struct keep_block;
struct keep {
    struct keep_block *first;
    bool failed;
};

/* size_bytes zeroed, 8-aligned; NULL when memory is out. */
void *keep_bytes(struct keep *keep, size_t size_bytes);
/* A NUL-terminated copy. Never NULL. */
const char *keep_text(struct keep *keep, const char *text, size_t length);
const char *keep_format(struct keep *keep, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void keep_release(struct keep *keep);

#endif

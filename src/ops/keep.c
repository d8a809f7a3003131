#include "ops/keep.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_FORMAT_MAX 1024 /* a longer formatted text is cut */

struct keep_block {
    struct keep_block *next;
    uint64_t bytes[]; /* 8-aligned */
};

void *keep_bytes(struct keep *keep, size_t size_bytes)
{
    struct keep_block *block = calloc(1, sizeof *block + size_bytes);
    if (!block) {
        keep->failed = true;
        return NULL;
    }
    block->next = keep->first;
    keep->first = block;
    return block->bytes;
}

const char *keep_text(struct keep *keep, const char *text, size_t length)
{
    char *copy = keep_bytes(keep, length + 1);
    if (!copy)
        return "";
    memcpy(copy, text, length);
    return copy;
}

const char *keep_format(struct keep *keep, const char *format, ...)
{
    char text[KEEP_FORMAT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return keep_text(keep, text, strlen(text));
}

void keep_release(struct keep *keep)
{
    while (keep->first) {
        struct keep_block *next = keep->first->next;
        free(keep->first);
        keep->first = next;
    }
}

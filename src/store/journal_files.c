/* Names, lists and windows: what the writer, the readers and the checker need of a directory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "store/journal_format.h"

#define WINDOW_BYTES ((size_t)256 << 10)

void segment_name(uint64_t first_seq, char out[SEGMENT_NAME_MAX])
{
    (void)snprintf(out, SEGMENT_NAME_MAX, "%020llu" SEGMENT_SUFFIX, (unsigned long long)first_seq);
}

bool segment_name_parse(const char *name, const char *suffix, uint64_t *first_seq)
{
    uint64_t value = 0;
    for (int i = 0; i < 20; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(name[i] - '0'), &value))
            return false;
    }
    if (strcmp(name + 20, suffix) != 0)
        return false;
    *first_seq = value;
    return true;
}

enum err store_path(const char *directory, const char *name, char out[STORE_PATH_MAX])
{
    int length = snprintf(out, STORE_PATH_MAX, "%s/%s", directory, name);
    return length > 0 && length < STORE_PATH_MAX ? OK : ERR_SIZE;
}

void window_init(struct window *window, const struct file_ops *file, int handle)
{
    *window = (struct window){ .file = file, .handle = handle };
}

void window_release(struct window *window)
{
    free(window->bytes);
    window->bytes = NULL;
    window->capacity = window->size = 0;
}

void window_forget(struct window *window) { window->size = 0; }

static enum err window_load(struct window *window, uint64_t offset, size_t wanted)
{
    size_t capacity = wanted > WINDOW_BYTES ? FRAME_BYTES_MAX : WINDOW_BYTES;
    assert(wanted <= FRAME_BYTES_MAX);
    window->size = 0;
    if (capacity > window->capacity) {
        uint8_t *bytes = malloc(capacity);
        if (!bytes)
            return ERR_MEMORY;
        free(window->bytes);
        window->bytes = bytes;
        window->capacity = capacity;
    }
    size_t got = 0;
    enum err err = window->file->read(window->file->self, window->handle, offset, window->bytes,
                                      window->capacity, &got);
    if (err != OK)
        return err;
    window->offset = offset;
    window->size = got;
    return OK;
}

enum err window_at(struct window *window, uint64_t offset, size_t wanted, const uint8_t **at,
                   size_t *room)
{
    bool inside = window->size > 0 && offset >= window->offset &&
                  offset - window->offset <= window->size &&
                  window->size - (size_t)(offset - window->offset) >= wanted;
    if (!inside) {
        enum err err = window_load(window, offset, wanted);
        if (err != OK)
            return err;
    }
    *at = window->bytes + (offset - window->offset);
    *room = window->size - (size_t)(offset - window->offset);
    return OK;
}

enum err segment_list_add(struct segment_list *list, uint64_t first_seq)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        uint64_t *grown = realloc(list->first_seqs, capacity * sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        list->first_seqs = grown;
        list->capacity = capacity;
    }
    list->first_seqs[list->count++] = first_seq;
    return OK;
}

void segment_list_drop_first(struct segment_list *list)
{
    assert(list->count > 0);
    list->count--;
    memmove(list->first_seqs, list->first_seqs + 1, list->count * sizeof *list->first_seqs);
}

void segment_list_release(struct segment_list *list)
{
    free(list->first_seqs);
    *list = (struct segment_list){ 0 };
}

struct listing {
    struct segment_list *list;
    const char *suffix;
    enum err err;
};

static void list_entry(void *context, const char *name)
{
    struct listing *listing = context;
    uint64_t first_seq;
    if (listing->err == OK && segment_name_parse(name, listing->suffix, &first_seq))
        listing->err = segment_list_add(listing->list, first_seq);
}

static int by_seq(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

enum err segment_list_load(const struct file_ops *file, const char *directory, const char *suffix,
                           struct segment_list *list)
{
    struct listing listing = { .list = list, .suffix = suffix };
    list->count = 0;
    enum err err = file->list(file->self, directory, list_entry, &listing);
    if (err == OK)
        err = listing.err;
    if (err == OK && list->count > 1)
        qsort(list->first_seqs, list->count, sizeof *list->first_seqs, by_seq);
    return err;
}

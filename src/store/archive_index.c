#include "store/archive_index.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"

#define INDEX_MAGIC UINT64_C(0x3158444e49445754) /* "TWDINDX1" */
#define INDEX_VERSION 1

/* Slots are read in pieces; a piece never leaves its sector. */
#define PIECE 32u

static uint64_t level_slots(unsigned level) { return INDEX_FIRST_SLOTS << (2 * level); }

static uint64_t level_offset(unsigned level)
{
    uint64_t offset = INDEX_HEADER_BYTES;
    for (unsigned i = 0; i < level; i++)
        offset += level_slots(i) * sizeof(struct index_slot);
    return offset;
}

static void cache_drop(struct index *index)
{
    for (unsigned level = 0; level < INDEX_LEVELS_CACHED; level++) {
        free(index->cache[level]);
        index->cache[level] = NULL;
    }
}

/* The table in memory, read once; NULL when it is too large or there is no memory: then it is read in
 * pieces. */
static enum err cached(struct index *index, unsigned level, struct index_slot **table)
{
    *table = NULL;
    if (level >= INDEX_LEVELS_CACHED)
        return OK;
    size_t size = level_slots(level) * sizeof(struct index_slot), got = 0;
    if (!index->cache[level]) {
        struct index_slot *slots = calloc(1, size);
        if (!slots)
            return OK;
        enum err err = index->file->read(index->file->self, index->handle, level_offset(level),
                                         slots, size, &got);
        if (err != OK) {
            free(slots);
            return err;
        }
        index->cache[level] = slots;
    }
    *table = index->cache[level];
    return OK;
}

static uint64_t header_checksum(const struct index_header *header)
{
    return hash_bytes(header, offsetof(struct index_header, checksum));
}

static enum err header_write(struct index *index)
{
    index->header.checksum = header_checksum(&index->header);
    return index->file->write(index->file->self, index->handle, 0, &index->header,
                              sizeof index->header);
}

enum err index_open(struct index *index, const struct file_ops *file, const char *path,
                    bool *usable)
{
    size_t got = 0;
    *index = (struct index){ .file = file };
    enum err err = file->open(file->self, path, FILE_WRITE, &index->handle);
    if (err != OK)
        return err;
    index->has_handle = true;
    err = file->read(file->self, index->handle, 0, &index->header, sizeof index->header, &got);
    if (err != OK)
        return err;
    const struct index_header *header = &index->header;
    *usable = got == sizeof *header && header->magic == INDEX_MAGIC &&
              header->version == INDEX_VERSION && header->checksum == header_checksum(header) &&
              header->levels >= 1 && header->levels <= INDEX_LEVELS_MAX;
    /* A table that the header does not know of may hold offsets that are older than what will be
     * put into the tables before it; it begins again from zeros. */
    return *usable ? file->truncate(file->self, index->handle, level_offset(header->levels)) : OK;
}

void index_close(struct index *index)
{
    cache_drop(index);
    if (index->has_handle)
        (void)index->file->close(index->file->self, index->handle);
    index->has_handle = false;
}

/* The old header must be gone from the disk before new slots come: it would vouch for them. */
enum err index_reset(struct index *index)
{
    const struct file_ops *file = index->file;
    index->header =
        (struct index_header){ .magic = INDEX_MAGIC, .version = INDEX_VERSION, .levels = 1 };
    cache_drop(index);
    enum err err = file->truncate(file->self, index->handle, 0);
    if (err == OK)
        err = file->sync(file->self, index->handle);
    if (err == OK)
        err = file->truncate(file->self, index->handle, level_offset(1));
    return err;
}

enum err index_checkpoint(struct index *index, uint64_t covered_bytes, uint64_t covered_block,
                          uint64_t covered_mark)
{
    const struct file_ops *file = index->file;
    enum err err = file->sync(file->self, index->handle);
    if (err != OK)
        return err;
    index->header.covered_bytes = covered_bytes;
    index->header.covered_block = covered_block;
    index->header.covered_mark = covered_mark;
    err = header_write(index);
    return err == OK ? file->sync(file->self, index->handle) : err;
}

/* Where a probe of one table ended. */
struct probe {
    uint64_t at;     /* offset of the slot in the file */
    uint64_t offset; /* what it holds; 0 = it is free */
};

static enum err probe_level(struct index *index, unsigned level, uint64_t fingerprint,
                            index_match *match, void *context, struct probe *out)
{
    uint64_t slots = level_slots(level), base = level_offset(level);
    uint64_t place = fingerprint & (slots - 1);
    struct index_slot *table;
    enum err err = cached(index, level, &table);
    if (err != OK)
        return err;
    for (uint64_t seen = 0; seen < slots;) {
        struct index_slot read[PIECE] = { 0 };
        const struct index_slot *piece = table ? table + place : read;
        uint64_t count = PIECE - place % PIECE;
        size_t got;
        if (!table)
            err =
                index->file->read(index->file->self, index->handle, base + place * sizeof piece[0],
                                  read, (size_t)count * sizeof piece[0], &got);
        if (err != OK)
            return err;
        for (uint64_t i = 0; i < count; i++) {
            bool same = false;
            if (piece[i].offset != 0 && piece[i].fingerprint == fingerprint) {
                err = match(context, piece[i].offset, &same);
                if (err != OK)
                    return err;
            }
            if (same || piece[i].offset == 0) {
                *out = (struct probe){ .at = base + (place + i) * sizeof piece[0],
                                       .offset = piece[i].offset };
                return OK;
            }
        }
        seen += count;
        place = (place + count) & (slots - 1);
    }
    return ERR_FULL;
}

enum err index_find(struct index *index, uint64_t fingerprint, index_match *match, void *context,
                    uint64_t *offset)
{
    for (unsigned level = index->header.levels; level-- > 0;) {
        struct probe probe;
        enum err err = probe_level(index, level, fingerprint, match, context, &probe);
        if (err != OK && err != ERR_FULL)
            return err;
        if (err == OK && probe.offset != 0) {
            *offset = probe.offset;
            return OK;
        }
    }
    return ERR_NOT_FOUND;
}

/* Two thirds full: the next table, zeros without a write. */
static enum err grow_when_full(struct index *index)
{
    unsigned last = index->header.levels - 1;
    if (index->header.used[last] * 3 < level_slots(last) * 2)
        return OK;
    if (index->header.levels == INDEX_LEVELS_MAX)
        return ERR_FULL;
    enum err err = index->file->truncate(index->file->self, index->handle,
                                         level_offset(index->header.levels + 1));
    if (err == OK)
        index->header.levels++;
    return err;
}

enum err index_put(struct index *index, uint64_t fingerprint, index_match *match, void *context,
                   uint64_t offset)
{
    struct probe probe;
    enum err err = grow_when_full(index);
    if (err != OK)
        return err;
    unsigned last = index->header.levels - 1;
    err = probe_level(index, last, fingerprint, match, context, &probe);
    if (err != OK)
        return err;
    struct index_slot slot = { .fingerprint = fingerprint, .offset = offset };
    err = index->file->write(index->file->self, index->handle, probe.at, &slot, sizeof slot);
    if (last < INDEX_LEVELS_CACHED && index->cache[last]) {
        if (err == OK)
            index->cache[last][(probe.at - level_offset(last)) / sizeof slot] = slot;
        else
            cache_drop(index); /* what the file holds now is not known */
    }
    /* A slot that survived a crash the header did not is counted again: at worst the next table
     * comes a little early. */
    if (err == OK && (probe.offset == 0 || probe.offset == offset))
        index->header.used[last]++;
    return err;
}

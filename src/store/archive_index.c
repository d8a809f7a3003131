#include "store/archive_index.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"

#define INDEX_MAGIC UINT64_C(0x3158444e49445754) /* "TWDINDX1" */
#define INDEX_VERSION 2

/* Slots are read in pieces; a piece never leaves its sector. */
#define PIECE 32u
/* Tables in memory are written by whole pages. */
#define STRIPE (4096 / sizeof(struct index_slot))
static_assert(INDEX_FIRST_SLOTS % STRIPE == 0, "a table is whole stripes");

static uint64_t level_slots(unsigned level)
{
    assert(level <= INDEX_LEVELS_MAX);
    return INDEX_FIRST_SLOTS << (2 * level);
}

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
        free(index->cache[level].slots);
        index->cache[level] = (struct index_table){ 0 };
    }
}

/* The table in memory, read once; NULL when it is too large or there is no memory: then it is read in
 * pieces. */
static enum err cached(struct index *index, unsigned level, struct index_table **out)
{
    *out = NULL;
    if (level >= INDEX_LEVELS_CACHED)
        return OK;
    struct index_table *table = &index->cache[level];
    uint64_t count = level_slots(level);
    size_t size = count * sizeof(struct index_slot), got = 0;
    if (!table->slots) {
        struct index_slot *slots = calloc(1, size + count / STRIPE * sizeof *table->changed);
        if (!slots)
            return OK;
        enum err err = index->file->read(index->file->self, index->handle, level_offset(level),
                                         slots, size, &got);
        if (err != OK) {
            free(slots);
            return err;
        }
        *table = (struct index_table){ .slots = slots, .changed = (bool *)(slots + count) };
    }
    *out = table;
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

static enum err level_flush(struct index *index, unsigned level)
{
    const struct index_table *table = &index->cache[level];
    uint64_t stripes = table->slots ? level_slots(level) / STRIPE : 0;
    for (uint64_t at = 0, end; at < stripes; at = end) {
        end = at + 1;
        if (!table->changed[at])
            continue;
        while (end < stripes && table->changed[end])
            end++;
        const struct index_slot *slots = table->slots + at * STRIPE;
        enum err err = index->file->write(index->file->self, index->handle,
                                          level_offset(level) + at * STRIPE * sizeof *slots, slots,
                                          (size_t)((end - at) * STRIPE * sizeof *slots));
        if (err != OK)
            return err;
        memset(table->changed + at, 0, (size_t)(end - at) * sizeof *table->changed);
    }
    return OK;
}

enum err index_flush(struct index *index)
{
    enum err err = OK;
    for (unsigned level = 0; err == OK && level < INDEX_LEVELS_CACHED; level++)
        err = level_flush(index, level);
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
    uint64_t place;  /* of the slot in the table */
    uint64_t offset; /* what it holds; 0 = it is free */
};

/* The slots from `place` to the end of their piece: in memory, or read into `room`. */
static enum err piece_at(struct index *index, unsigned level, uint64_t place,
                         struct index_slot room[PIECE], const struct index_slot **piece)
{
    struct index_table *table;
    size_t got, size = (PIECE - place % PIECE) * sizeof room[0];
    enum err err = cached(index, level, &table);
    if (err == OK && table) {
        *piece = table->slots + place;
        return OK;
    }
    memset(room, 0, size);
    *piece = room;
    return err != OK
               ? err
               : index->file->read(index->file->self, index->handle,
                                   level_offset(level) + place * sizeof room[0], room, size, &got);
}

static enum err probe_level(struct index *index, unsigned level, uint64_t fingerprint,
                            index_match *match, void *context, struct probe *out)
{
    uint64_t slots = level_slots(level);
    uint64_t place = fingerprint & (slots - 1);
    for (uint64_t seen = 0; seen < slots;) {
        struct index_slot room[PIECE];
        const struct index_slot *piece;
        uint64_t count = PIECE - place % PIECE;
        enum err err = piece_at(index, level, place, room, &piece);
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
                *out = (struct probe){ .place = place + i, .offset = piece[i].offset };
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

static enum err slot_write(struct index *index, unsigned level, uint64_t place,
                           struct index_slot slot)
{
    struct index_table *table;
    enum err err = cached(index, level, &table);
    if (err != OK)
        return err;
    if (!table)
        return index->file->write(index->file->self, index->handle,
                                  level_offset(level) + place * sizeof slot, &slot, sizeof slot);
    table->slots[place] = slot;
    table->changed[place / STRIPE] = true;
    return OK;
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
    if (err == OK)
        err = slot_write(index, last, probe.place,
                         (struct index_slot){ .fingerprint = fingerprint, .offset = offset });
    /* A slot that survived a crash the header did not is counted again: at worst the next table
     * comes a little early. */
    if (err == OK && (probe.offset == 0 || probe.offset == offset))
        index->header.used[last]++;
    return err;
}

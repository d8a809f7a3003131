#include "store/snapshot.h"
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/log.h"
#include "store/journal_format.h" /* names, lists, paths */

#define SNAPSHOT_MAGIC UINT64_C(0x3150414e53445754) /* "TWDSNAP1" */
#define SNAPSHOT_VERSION 1
#define SNAPSHOT_SUFFIX ".tws"
#define SNAPSHOT_TEMPORARY "snapshot.tmp"
#define CHUNK_BYTES ((size_t)1 << 20)
#define PAGE_BYTES ((size_t)4096)

struct snapshot_header {
    uint64_t magic;
    uint32_t version, header_bytes;
    uint32_t engine_version, layout;
    uint64_t seq, instance_id, state_hash, arena_bytes;
    uint64_t chunks; /* that follow; a chunk of zeros is left out */
    uint64_t reserved[7];
    uint64_t checksum;
};
static_assert(sizeof(struct snapshot_header) == 128, "the snapshot header is 128 bytes");

struct chunk_header {
    uint64_t
        checksum; /* of the bytes, seeded with seq and place: a chunk of another file is none */
    uint64_t index;
    uint64_t size_bytes;
};

static uint64_t chunk_checksum(const void *bytes, size_t size_bytes, uint64_t seq, uint64_t index)
{
    return hash_bytes_seeded(bytes, size_bytes, hash_u64(seq) + index);
}

/* Reading an untouched page of the arena maps the kernel's one zero page: cheap, and unlike
 * mincore() right for pages that were swapped out. */
static bool all_zero(const uint8_t *bytes, size_t size_bytes)
{
    return size_bytes == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size_bytes - 1) == 0);
}

static size_t chunk_size(uint64_t arena_bytes, uint64_t index)
{
    uint64_t left = arena_bytes - index * CHUNK_BYTES;
    return left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
}

static uint64_t chunk_count(uint64_t arena_bytes)
{
    return (arena_bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
}

static enum err write_chunks(const struct file_ops *file, int handle,
                             const struct snapshot_info *info, const uint8_t *arena,
                             uint64_t *written)
{
    uint64_t offset = sizeof(struct snapshot_header);
    for (uint64_t i = 0; i < chunk_count(info->arena_bytes); i++) {
        const uint8_t *bytes = arena + i * CHUNK_BYTES;
        size_t size = chunk_size(info->arena_bytes, i);
        if (all_zero(bytes, size))
            continue;
        struct chunk_header chunk = { .checksum = chunk_checksum(bytes, size, info->seq, i),
                                      .index = i,
                                      .size_bytes = size };
        enum err err = file->write(file->self, handle, offset, &chunk, sizeof chunk);
        if (err == OK)
            err = file->write(file->self, handle, offset + sizeof chunk, bytes, size);
        if (err != OK)
            return err;
        offset += sizeof chunk + size;
        (*written)++;
    }
    return OK;
}

/* The header is written last, when the number of chunks is known. */
static enum err write_file(const struct file_ops *file, const char *path,
                           const struct snapshot_info *info, const void *arena)
{
    struct snapshot_header header = { .magic = SNAPSHOT_MAGIC,
                                      .version = SNAPSHOT_VERSION,
                                      .header_bytes = sizeof header,
                                      .engine_version = info->engine_version,
                                      .layout = info->layout,
                                      .seq = info->seq,
                                      .instance_id = info->instance_id,
                                      .state_hash = info->state_hash,
                                      .arena_bytes = info->arena_bytes };
    int handle;
    enum err err = file->open(file->self, path, FILE_WRITE, &handle);
    if (err != OK)
        return err;
    err = file->truncate(file->self, handle, 0);
    if (err == OK)
        err = write_chunks(file, handle, info, arena, &header.chunks);
    header.checksum = hash_bytes(&header, offsetof(struct snapshot_header, checksum));
    if (err == OK)
        err = file->write(file->self, handle, 0, &header, sizeof header);
    if (err == OK)
        err = file->sync(file->self, handle);
    enum err closed = file->close(file->self, handle);
    return err != OK ? err : closed;
}

static void snapshot_path(const char *directory, uint64_t seq, char out[STORE_PATH_MAX])
{
    char name[SEGMENT_NAME_MAX];
    segment_name(seq, name);
    memcpy(name + 20, SNAPSHOT_SUFFIX, sizeof SNAPSHOT_SUFFIX);
    if (store_path(directory, name, out) != OK)
        out[0] = 0;
}

enum err snapshot_write(const struct file_ops *file, const char *directory,
                        const struct snapshot_info *info, const void *arena, struct errtext *detail)
{
    char temporary[STORE_PATH_MAX], path[STORE_PATH_MAX];
    snapshot_path(directory, info->seq, path);
    enum err err = store_path(directory, SNAPSHOT_TEMPORARY, temporary);
    if (err == OK)
        err = file->make_directory(file->self, directory);
    if (err == OK)
        err = write_file(file, temporary, info, arena);
    if (err == OK)
        err = file->rename(file->self, temporary, path);
    else
        (void)file->remove(file->self, temporary);
    if (err == OK)
        err = file->sync_directory(file->self, directory);
    if (err != OK)
        return errtext_set(detail, err,
                           "snapshot %s was not written: %s; trading goes on, "
                           "recovery will read more journal",
                           path, err_text(err));
    return OK;
}

/* Copies page by page and leaves zero pages untouched: the arena is mostly zero and stays so. */
static void copy_pages(uint8_t *to, const uint8_t *from, size_t size_bytes)
{
    for (size_t at = 0; at < size_bytes; at += PAGE_BYTES) {
        size_t size = size_bytes - at < PAGE_BYTES ? size_bytes - at : PAGE_BYTES;
        if (!all_zero(from + at, size))
            memcpy(to + at, from + at, size);
    }
}

struct load {
    const struct file_ops *file;
    int handle;
    uint8_t *arena;
    uint64_t arena_bytes;
    uint8_t *chunk;  /* CHUNK_BYTES */
    uint8_t *loaded; /* one byte per chunk of the arena: was written to */
};

static enum err read_all(const struct load *load, uint64_t offset, void *out, size_t size_bytes)
{
    size_t got = 0;
    enum err err = load->file->read(load->file->self, load->handle, offset, out, size_bytes, &got);
    return err == OK && got < size_bytes ? ERR_CORRUPT : err;
}

static enum err load_chunks(struct load *load, const struct snapshot_header *header)
{
    uint64_t offset = sizeof *header;
    uint64_t next = 0; /* indices rise: a chunk comes once */
    for (uint64_t i = 0; i < header->chunks; i++) {
        struct chunk_header chunk;
        enum err err = read_all(load, offset, &chunk, sizeof chunk);
        if (err != OK)
            return err;
        if (chunk.index < next || chunk.index >= chunk_count(load->arena_bytes) ||
            chunk.size_bytes != chunk_size(load->arena_bytes, chunk.index))
            return ERR_CORRUPT;
        err = read_all(load, offset + sizeof chunk, load->chunk, (size_t)chunk.size_bytes);
        if (err != OK)
            return err;
        if (chunk.checksum !=
            chunk_checksum(load->chunk, (size_t)chunk.size_bytes, header->seq, chunk.index))
            return ERR_CORRUPT;
        load->loaded[chunk.index] = 1;
        copy_pages(load->arena + chunk.index * CHUNK_BYTES, load->chunk, (size_t)chunk.size_bytes);
        next = chunk.index + 1;
        offset += sizeof chunk + chunk.size_bytes;
    }
    return OK;
}

static enum err load_open(struct load *load, uint64_t seq, uint32_t layout,
                          struct snapshot_info *info)
{
    struct snapshot_header header;
    enum err err = read_all(load, 0, &header, sizeof header);
    if (err != OK)
        return err;
    if (header.magic != SNAPSHOT_MAGIC || header.seq != seq ||
        header.checksum != hash_bytes(&header, offsetof(struct snapshot_header, checksum)))
        return ERR_CORRUPT;
    if (header.version != SNAPSHOT_VERSION || header.layout != layout ||
        header.arena_bytes != load->arena_bytes)
        return ERR_VERSION; /* of another engine: not damaged, not ours */
    err = load_chunks(load, &header);
    if (err != OK) {
        for (uint64_t i = 0; i < chunk_count(load->arena_bytes); i++)
            if (load->loaded[i])
                memset(load->arena + i * CHUNK_BYTES, 0, chunk_size(load->arena_bytes, i));
        memset(load->loaded, 0, (size_t)chunk_count(load->arena_bytes));
        return err;
    }
    *info = (struct snapshot_info){ .seq = header.seq,
                                    .instance_id = header.instance_id,
                                    .state_hash = header.state_hash,
                                    .engine_version = header.engine_version,
                                    .layout = header.layout,
                                    .arena_bytes = header.arena_bytes };
    return OK;
}

static enum err load_one(struct load *load, const char *directory, uint64_t seq, uint32_t layout,
                         struct snapshot_info *info)
{
    char path[STORE_PATH_MAX];
    snapshot_path(directory, seq, path);
    enum err err = load->file->open(load->file->self, path, FILE_READ, &load->handle);
    if (err != OK)
        return err;
    err = load_open(load, seq, layout, info);
    (void)load->file->close(load->file->self, load->handle);
    return err;
}

enum err snapshot_load(const struct file_ops *file, const char *directory, uint32_t layout,
                       void *arena, uint64_t arena_bytes, struct snapshot_info *info,
                       unsigned *skipped, struct errtext *detail)
{
    struct segment_list list = { 0 };
    struct load load = { .file = file, .arena = arena, .arena_bytes = arena_bytes };
    *skipped = 0;
    enum err err = segment_list_load(file, directory, SNAPSHOT_SUFFIX, &list);
    if (err == OK) {
        load.chunk = malloc(CHUNK_BYTES);
        load.loaded = calloc((size_t)chunk_count(arena_bytes) + 1, 1);
        err = load.chunk && load.loaded ? ERR_NOT_FOUND : ERR_MEMORY;
    }
    for (size_t i = list.count; err == ERR_NOT_FOUND && i-- > 0;) {
        enum err why = load_one(&load, directory, list.first_seqs[i], layout, info);
        if (why == OK) {
            err = OK;
            break;
        }
        (*skipped)++;
        log_warning("snapshot_passed_over", "seq=%llu why=%s",
                    (unsigned long long)list.first_seqs[i], err_name(why));
    }
    if (err == ERR_NOT_FOUND)
        (void)errtext_set(detail, err,
                          "no usable snapshot in %s (%u passed over): the state is "
                          "made from the journal alone",
                          directory, *skipped);
    free(load.chunk);
    free(load.loaded);
    segment_list_release(&list);
    return err;
}

enum err snapshot_trim(const struct file_ops *file, const char *directory, unsigned keep)
{
    struct segment_list list = { 0 };
    char path[STORE_PATH_MAX];
    enum err err = segment_list_load(file, directory, SNAPSHOT_SUFFIX, &list);
    for (size_t i = 0; err == OK && i + keep < list.count; i++) {
        snapshot_path(directory, list.first_seqs[i], path);
        err = file->remove(file->self, path);
    }
    segment_list_release(&list);
    return err;
}

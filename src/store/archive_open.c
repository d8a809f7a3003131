/* Opening the archive: cut a tear, refuse damage, and bring the index up to the file. */
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "store/archive_internal.h"
#include "store/journal_format.h" /* paths, windows */

static enum err damaged(uint64_t offset, struct errtext *detail)
{
    return errtext_set(detail, ERR_CORRUPT,
                       ARCHIVE_NAME ", byte %llu: damaged; nothing was changed; restore the file "
                                    "from a backup (the index is rebuilt by itself)",
                       (unsigned long long)offset);
}

static enum err header_make(struct archive *archive)
{
    const struct file_ops *file = archive->file;
    struct archive_header header = { .magic = ARCHIVE_MAGIC,
                                     .version = ARCHIVE_VERSION,
                                     .order_bytes = sizeof(struct order) };
    header.checksum = hash_bytes(&header, offsetof(struct archive_header, checksum));
    enum err err = file->truncate(file->self, archive->handle, 0);
    if (err == OK)
        err = file->write(file->self, archive->handle, 0, &header, sizeof header);
    return err == OK ? file->sync(file->self, archive->handle) : err;
}

/* The whole block at offset, rows and all? ERR_END: no. */
static enum err block_at(struct window *window, uint64_t offset, struct archive_block *block)
{
    const uint8_t *at;
    size_t room;
    enum err err = window_at(window, offset, sizeof *block, &at, &room);
    if (err != OK)
        return err;
    if (room < sizeof *block)
        return ERR_END;
    memcpy(block, at, sizeof *block);
    if (block->magic != ARCHIVE_BLOCK_MAGIC || block->synced_bytes > offset ||
        block->checksum != block_checksum(block, offset))
        return ERR_END;
    for (uint32_t i = 0; i < block->count; i++) {
        struct archive_row row;
        uint64_t place = offset + sizeof *block + i * sizeof row;
        err = window_at(window, place, sizeof row, &at, &room);
        if (err != OK)
            return err;
        if (room < sizeof row)
            return ERR_END;
        memcpy(&row, at, sizeof row);
        if (row.checksum != row_checksum(&row.order, place))
            return ERR_END;
    }
    return OK;
}

/* Does a block follow that was written when `offset` was known to be on the disk? (journal.md) */
static enum err damage_follows(struct window *window, uint64_t offset, bool *damage)
{
    *damage = false;
    for (uint64_t at = offset;; at += 8) {
        struct archive_block block;
        const uint8_t *bytes;
        size_t room;
        enum err err = window_at(window, at, sizeof block, &bytes, &room);
        if (err != OK)
            return err;
        if (room < sizeof block)
            return OK;
        memcpy(&block, bytes, sizeof block);
        if (block.magic == ARCHIVE_BLOCK_MAGIC && block.checksum == block_checksum(&block, at) &&
            block.synced_bytes > offset) {
            *damage = true;
            return OK;
        }
    }
}

/* Walks blocks from `from`; the end is behind the last whole commit. */
static enum err find_end(struct archive *archive, uint64_t from, struct errtext *detail)
{
    struct window window;
    struct archive_block block;
    uint64_t offset = from;
    bool damage = false;
    window_init(&window, archive->file, archive->handle);
    enum err err;
    archive->end_bytes = from;
    while ((err = block_at(&window, offset, &block)) == OK) {
        offset += sizeof block + block.count * sizeof(struct archive_row);
        if (block.commit) {
            archive->end_bytes = offset;
            archive->written_seq = block.seq;
        }
    }
    if (err == ERR_END)
        err = damage_follows(&window, offset, &damage);
    window_release(&window);
    return err == OK && damage ? damaged(offset, detail) : err;
}

/* The index's claim holds when the block it names is the one that stands there. */
static enum err claim_holds(struct archive *archive, bool *holds)
{
    const struct index_header *claim = &archive->index.header;
    struct archive_block block;
    size_t got;
    *holds = false;
    enum err err = archive->file->read(archive->file->self, archive->handle, claim->covered_block,
                                       &block, sizeof block, &got);
    if (err != OK)
        return err;
    if (claim->covered_block < sizeof(struct archive_header) || got < sizeof block ||
        block.magic != ARCHIVE_BLOCK_MAGIC || block.checksum != claim->covered_mark ||
        block.checksum != block_checksum(&block, claim->covered_block))
        return OK;
    uint64_t end = claim->covered_block + sizeof block + block.count * sizeof(struct archive_row);
    *holds = end == claim->covered_bytes && block.commit;
    if (*holds) {
        archive->written_seq = block.seq;
        archive->indexed_bytes = claim->covered_bytes;
        archive->indexed_block = claim->covered_block;
        archive->indexed_mark = claim->covered_mark;
    }
    return OK;
}

static enum err open_rows(struct archive *archive, const char *directory, struct errtext *detail)
{
    const struct file_ops *file = archive->file;
    char path[STORE_PATH_MAX];
    struct archive_header header = { 0 };
    uint64_t size_bytes = 0;
    size_t got = 0;
    enum err err = store_path(directory, ARCHIVE_NAME, path);
    if (err == OK)
        err = file->open(file->self, path, FILE_WRITE, &archive->handle);
    if (err != OK)
        return err;
    archive->has_handle = true;
    err = file->size(file->self, archive->handle, &size_bytes);
    if (err == OK)
        err = file->read(file->self, archive->handle, 0, &header, sizeof header, &got);
    if (err != OK)
        return err;
    bool good = got == sizeof header && header.magic == ARCHIVE_MAGIC &&
                header.checksum == hash_bytes(&header, offsetof(struct archive_header, checksum));
    if (good && (header.version != ARCHIVE_VERSION || header.order_bytes != sizeof(struct order)))
        return errtext_set(detail, ERR_VERSION,
                           ARCHIVE_NAME " has format version %u: start the tradewind that wrote it",
                           header.version);
    if (good)
        return OK;
    if (size_bytes > sizeof header) /* rows come only after the header is durable */
        return damaged(0, detail);
    return header_make(archive);
}

static enum err open_index(struct archive *archive, const char *directory, struct errtext *detail)
{
    char path[STORE_PATH_MAX];
    bool usable = false;
    enum err err = store_path(directory, ARCHIVE_INDEX_NAME, path);
    if (err == OK)
        err = index_open(&archive->index, archive->file, path, &usable);
    archive->indexed_bytes = sizeof(struct archive_header);
    if (err == OK && usable)
        err = claim_holds(archive, &usable);
    if (err == OK && !usable)
        err = index_reset(&archive->index);
    if (err == OK)
        err = find_end(archive, archive->indexed_bytes, detail);
    return err;
}

/* Cuts what no commit covers, durably, before anything is written there again (journal_recover.c
 * says why); the sync adopts what an earlier process wrote and did not live to sync. */
static enum err start(struct archive *archive, const char *directory, struct errtext *detail)
{
    const struct file_ops *file = archive->file;
    archive->block = calloc(1, archive_block_bytes_max());
    if (!archive->block)
        return ERR_MEMORY;
    enum err err = file->make_directory(file->self, directory);
    if (err == OK)
        err = open_rows(archive, directory, detail);
    if (err == OK)
        err = open_index(archive, directory, detail);
    if (err == OK)
        err = file->truncate(file->self, archive->handle, archive->end_bytes);
    if (err == OK)
        err = file->sync(file->self, archive->handle);
    if (err == OK)
        err = file->sync_directory(file->self, directory);
    if (err == OK)
        err = archive_catch_up(archive);
    if (err == OK && archive->rows_since_checkpoint > 0)
        err = archive_checkpoint(archive);
    archive->written_bytes = archive->end_bytes;
    atomic_init(&archive->seq, archive->written_seq);
    return err;
}

enum err archive_open(const struct file_ops *file, const char *directory, struct archive **out,
                      struct errtext *detail)
{
    struct archive *archive = calloc(1, sizeof *archive);
    if (!archive)
        return ERR_MEMORY;
    archive->file = file;
    (void)pthread_mutex_init(&archive->lock, NULL);
    if (detail)
        detail->text[0] = 0;
    enum err err = start(archive, directory, detail);
    if (err != OK) {
        archive->failed = true;
        archive_close(archive);
        if (detail && detail->text[0] == 0)
            (void)errtext_set(detail, err, "the order archive in %s cannot be opened: %s",
                              directory, err_text(err));
        return err;
    }
    *out = archive;
    return OK;
}

/* Rows that were applied and not committed are not kept: the journal has them. */
void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    if (!archive->failed && archive->rows_since_checkpoint > 0 &&
        archive->indexed_bytes == archive->end_bytes && archive_checkpoint(archive) != OK)
        archive->failed = true; /* the next open puts the rows in again */
    index_close(&archive->index);
    if (archive->has_handle)
        (void)archive->file->close(archive->file->self, archive->handle);
    (void)pthread_mutex_destroy(&archive->lock);
    free(archive->block);
    free(archive);
}

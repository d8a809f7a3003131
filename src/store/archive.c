#include "store/archive.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "model/event.h"
#include "store/archive_internal.h"

/* Every done order of the largest batch fits. */
#define ROWS_MAX (BATCH_BYTES_MAX / (EVENT_HEADER_BYTES + sizeof(struct order)) + 1)
/* The index is made durable after so many rows: what a crash costs at the next open, a fraction of a
 * second. Keys are scattered, so a table is written nearly whole each time. */
#define CHECKPOINT_ROWS 65536u
#define ROWS_PER_READ 64u /* of rows that are put into the index; look-ups wait that long at most */

uint64_t row_checksum(const struct order *order, uint64_t offset)
{
    return hash_bytes_seeded(order, sizeof *order, offset);
}

uint64_t block_checksum(const struct archive_block *block, uint64_t offset)
{
    return hash_bytes_seeded((const uint8_t *)block + sizeof block->checksum,
                             sizeof *block - sizeof block->checksum, offset);
}

static enum err row_read(struct archive *archive, uint64_t offset, struct order *order)
{
    struct archive_row row;
    size_t got = 0;
    enum err err =
        archive->file->read(archive->file->self, archive->handle, offset, &row, sizeof row, &got);
    if (err != OK)
        return err;
    if (got < sizeof row || row.checksum != row_checksum(&row.order, offset))
        return ERR_CORRUPT;
    *order = row.order;
    return OK;
}

/* What is looked for: one of the three keys. */
enum key_kind { KEY_ID = 1, KEY_CLIENT, KEY_VENUE };
struct key {
    struct archive *archive;
    enum key_kind kind;
    uint64_t id;
    uint16_t account;
    const char *text;
    struct order found;
};

static uint64_t key_fingerprint(const struct key *key)
{
    uint64_t seed = hash_u64(((uint64_t)key->kind << 32) + key->account);
    if (key->kind == KEY_ID)
        return hash_bytes_seeded(&key->id, sizeof key->id, seed);
    return hash_bytes_seeded(key->text, strlen(key->text), seed);
}

static enum err key_match(void *context, uint64_t offset, bool *same)
{
    struct key *key = context;
    enum err err = row_read(key->archive, offset, &key->found);
    if (err != OK)
        return err;
    const struct order *order = &key->found;
    switch (key->kind) {
    case KEY_ID: *same = order->id == key->id; break;
    case KEY_CLIENT:
        *same = order->account == key->account && strcmp(order->client_order_id, key->text) == 0;
        break;
    case KEY_VENUE:
        *same = order->account == key->account && strcmp(order->venue_order_id, key->text) == 0;
        break;
    }
    return OK;
}

static enum err key_find(struct key *key, struct order *out)
{
    uint64_t offset;
    (void)pthread_mutex_lock(&key->archive->lock);
    enum err err = index_find(&key->archive->index, key_fingerprint(key), key_match, key, &offset);
    (void)pthread_mutex_unlock(&key->archive->lock);
    if (err == OK)
        *out = key->found;
    return err;
}

/* Under the lock. */
static enum err row_index(struct archive *archive, const struct order *order, uint64_t offset)
{
    struct key keys[] = {
        { .archive = archive, .kind = KEY_ID, .id = order->id },
        { .archive = archive,
          .kind = KEY_CLIENT,
          .account = order->account,
          .text = order->client_order_id },
        { .archive = archive,
          .kind = KEY_VENUE,
          .account = order->account,
          .text = order->venue_order_id },
    };
    uint64_t before;
    /* A row that is put in again after a crash is no new order, nor is a later image. The header
     * speaks of the rows it covers, so what comes after it is counted by this look-up too. */
    bool is_new = order->id > archive->index.header.newest_id;
    if (!is_new) {
        enum err err =
            index_find(&archive->index, key_fingerprint(&keys[0]), key_match, &keys[0], &before);
        if (err != OK && err != ERR_NOT_FOUND)
            return err;
        is_new = err == ERR_NOT_FOUND || before == offset;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].kind != KEY_ID && keys[i].text[0] == 0)
            continue;
        enum err err =
            index_put(&archive->index, key_fingerprint(&keys[i]), key_match, &keys[i], offset);
        if (err != OK)
            return err;
    }
    archive->index.header.orders += is_new;
    if (order->id > archive->index.header.newest_id)
        archive->index.header.newest_id = order->id;
    return OK;
}

/* The rows of one block that are not in the index yet. */
static enum err block_index(struct archive *archive, uint64_t offset, uint32_t count)
{
    struct archive_row rows[ROWS_PER_READ];
    while (archive->indexed_rows < count) {
        uint64_t left = count - archive->indexed_rows;
        size_t now = left < ROWS_PER_READ ? (size_t)left : ROWS_PER_READ, got = 0;
        uint64_t at =
            offset + sizeof(struct archive_block) + archive->indexed_rows * sizeof rows[0];
        enum err err = archive->file->read(archive->file->self, archive->handle, at, rows,
                                           now * sizeof rows[0], &got);
        if (err == OK && got < now * sizeof rows[0])
            err = ERR_CORRUPT;
        (void)pthread_mutex_lock(&archive->lock);
        for (size_t i = 0; err == OK && i < now; i++, at += sizeof rows[0]) {
            err = rows[i].checksum == row_checksum(&rows[i].order, at)
                      ? row_index(archive, &rows[i].order, at)
                      : ERR_CORRUPT;
            archive->indexed_rows += err == OK;
            archive->rows_since_checkpoint += err == OK;
        }
        (void)pthread_mutex_unlock(&archive->lock);
        if (err != OK)
            return err;
    }
    return OK;
}

enum err archive_catch_up(struct archive *archive)
{
    const struct file_ops *file = archive->file;
    while (archive->indexed_bytes < archive->end_bytes) {
        struct archive_block block;
        size_t got;
        uint64_t offset = archive->indexed_bytes;
        enum err err = file->read(file->self, archive->handle, offset, &block, sizeof block, &got);
        if (err != OK)
            return err;
        if (got < sizeof block || block.checksum != block_checksum(&block, offset))
            return ERR_CORRUPT;
        err = block_index(archive, offset, block.count);
        if (err != OK)
            return err;
        archive->indexed_block = offset;
        archive->indexed_mark = block.checksum;
        archive->indexed_bytes += sizeof block + block.count * sizeof(struct archive_row);
        archive->indexed_rows = 0;
    }
    return OK;
}

enum err archive_checkpoint(struct archive *archive)
{
    (void)pthread_mutex_lock(&archive->lock);
    enum err err = index_flush(&archive->index);
    (void)pthread_mutex_unlock(&archive->lock);
    /* Without the lock: look-ups must not wait for a disk, and the claim is nothing they read. */
    if (err == OK)
        err = index_checkpoint(&archive->index, archive->indexed_bytes, archive->indexed_block,
                               archive->indexed_mark);
    if (err == OK)
        archive->rows_since_checkpoint = 0;
    return err;
}

/* Writes the rows that wait as one block; `seq` is its claim. */
static enum err block_write(struct archive *archive, uint64_t seq, bool commit)
{
    struct archive_block *block = archive->block;
    uint64_t offset = archive->written_bytes;
    for (uint32_t i = 0; i < archive->rows; i++) {
        struct archive_row *row = (struct archive_row *)(block + 1) + i;
        row->checksum = row_checksum(&row->order, offset + sizeof *block + i * sizeof *row);
    }
    *block = (struct archive_block){ .magic = ARCHIVE_BLOCK_MAGIC,
                                     .count = archive->rows,
                                     .seq = seq,
                                     .synced_bytes = archive->end_bytes,
                                     .commit = commit };
    block->checksum = block_checksum(block, offset);
    size_t size = sizeof *block + archive->rows * sizeof(struct archive_row);
    enum err err = archive->file->write(archive->file->self, archive->handle, offset, block, size);
    if (err == ERR_NO_SPACE)
        return err;
    if (err != OK) {
        archive->failed = true;
        return ERR_IO;
    }
    archive->written_bytes += size;
    archive->written_seq = seq;
    archive->rows = 0;
    return OK;
}

static bool is_kept(const struct event *event)
{
    return event->kind == EVENT_ORDER &&
           order_state_is_done(((const struct order *)event_body_const(event))->state);
}

enum err archive_apply(struct archive *archive, const void *batch, size_t size_bytes)
{
    uint32_t done = 0;
    if (archive->failed)
        return ERR_IO;
    for (const struct event *at = NULL; (at = batch_next(batch, size_bytes, at)) != NULL;)
        done += is_kept(at);
    assert(done <= ROWS_MAX);
    if (archive->rows + done > ROWS_MAX) {
        enum err err = block_write(archive, archive->written_seq, false);
        if (err != OK)
            return err;
    }
    for (const struct event *at = NULL; (at = batch_next(batch, size_bytes, at)) != NULL;) {
        if (!is_kept(at))
            continue;
        struct archive_row *row = (struct archive_row *)(archive->block + 1) + archive->rows++;
        row->order = *(const struct order *)event_body_const(at);
    }
    return OK;
}

enum err archive_commit(struct archive *archive, uint64_t seq)
{
    if (archive->failed)
        return ERR_IO;
    assert(seq >= archive->written_seq);
    if (archive->rows > 0 || seq != archive->written_seq) {
        enum err err = block_write(archive, seq, true);
        if (err != OK)
            return err;
    }
    if (archive->end_bytes < archive->written_bytes) {
        if (archive->file->sync(archive->file->self, archive->handle) != OK) {
            archive->failed = true; /* never tried again: see journal.c */
            return ERR_IO;
        }
        archive->end_bytes = archive->written_bytes;
    }
    enum err err = archive_catch_up(archive);
    if (err == OK && archive->rows_since_checkpoint >= CHECKPOINT_ROWS)
        err = archive_checkpoint(archive);
    if (err != OK)
        return err;
    atomic_store_explicit(&archive->seq, seq, memory_order_release);
    return OK;
}

uint64_t archive_seq(const struct archive *archive)
{
    return atomic_load_explicit(&archive->seq, memory_order_acquire);
}

enum err archive_find_id(struct archive *archive, uint64_t order_id, struct order *out)
{
    struct key key = { .archive = archive, .kind = KEY_ID, .id = order_id };
    return key_find(&key, out);
}

enum err archive_find_key(struct archive *archive, uint16_t account, const char *client_order_id,
                          struct order *out)
{
    struct key key = {
        .archive = archive, .kind = KEY_CLIENT, .account = account, .text = client_order_id
    };
    return key_find(&key, out);
}

enum err archive_find_venue(struct archive *archive, uint16_t account, const char *venue_order_id,
                            struct order *out)
{
    struct key key = {
        .archive = archive, .kind = KEY_VENUE, .account = account, .text = venue_order_id
    };
    return key_find(&key, out);
}

uint64_t archive_count(const struct archive *archive)
{
    struct archive *locked = (struct archive *)(uintptr_t)archive;
    (void)pthread_mutex_lock(&locked->lock);
    uint64_t orders = archive->index.header.orders;
    (void)pthread_mutex_unlock(&locked->lock);
    return orders;
}

size_t archive_block_bytes_max(void)
{
    return sizeof(struct archive_block) + ROWS_MAX * sizeof(struct archive_row);
}

#include "store/disk.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/rng.h"

#define SECTOR 512u

static struct disk *of(void *self) { return self; }

/* Only the last part of a path counts: there is one directory. */
static const char *leaf(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static struct disk_entry *entry_find(struct disk_entry *entries, const char *name)
{
    for (int i = 0; i < DISK_NAMES_MAX; i++)
        if (entries[i].inode >= 0 && strcmp(entries[i].name, name) == 0)
            return &entries[i];
    return NULL;
}

static void entry_set(struct disk_entry *entries, const char *name, int inode)
{
    struct disk_entry *entry = entry_find(entries, name);
    for (int i = 0; !entry && i < DISK_NAMES_MAX; i++)
        entry = entries[i].inode < 0 ? &entries[i] : NULL;
    assert(entry && strlen(name) < DISK_NAME_MAX);
    memcpy(entry->name, name, strlen(name) + 1);
    entry->inode = inode;
}

static void entry_move(struct disk_entry *entries, const struct disk_rename *move)
{
    struct disk_entry *from = move->from[0] ? entry_find(entries, move->from) : NULL;
    if (move->from[0] && !from)
        return; /* what it followed was lost */
    if (from)
        from->inode = -1;
    if (move->to[0])
        entry_set(entries, move->to, move->inode);
}

static void note_move(struct disk *disk, const char *from, const char *to, int inode)
{
    assert(disk->move_count < DISK_CHANGES_MAX);
    struct disk_rename *move = &disk->moves[disk->move_count++];
    *move = (struct disk_rename){ .inode = inode };
    memcpy(move->from, from, strlen(from));
    memcpy(move->to, to, strlen(to));
    entry_move(disk->now, move);
}

/* Counts a call that changes the disk; false when the power is gone. */
static bool powered(struct disk *disk)
{
    disk->calls++;
    if (disk->calls_until && disk->calls >= disk->calls_until)
        disk->dead = true;
    return !disk->dead;
}

static void grow(uint8_t **bytes, uint64_t from, uint64_t to)
{
    if (to <= from)
        return;
    *bytes = realloc(*bytes, to);
    assert(*bytes);
    memset(*bytes + from, 0, to - from);
}

static void change_apply(struct disk_inode *inode, const struct disk_change *change)
{
    uint64_t end = change->bytes ? change->offset + change->size_bytes : change->offset;
    if (!change->bytes && end < inode->size)
        inode->size = end;
    grow(&inode->bytes, inode->size, end);
    inode->size = end > inode->size ? end : inode->size;
    if (change->bytes)
        memcpy(inode->bytes + change->offset, change->bytes, change->size_bytes);
}

static void note_change(struct disk_inode *inode, uint64_t offset, const void *bytes, uint64_t size)
{
    if (inode->change_count == inode->change_capacity) {
        inode->change_capacity = inode->change_capacity ? 2 * inode->change_capacity : 16;
        inode->changes = realloc(inode->changes, inode->change_capacity * sizeof *inode->changes);
        assert(inode->changes);
    }
    struct disk_change *change = &inode->changes[inode->change_count++];
    *change = (struct disk_change){ .offset = offset, .size_bytes = size };
    if (bytes) {
        change->bytes = malloc(size + 1);
        assert(change->bytes);
        memcpy(change->bytes, bytes, size);
    }
    change_apply(inode, change);
}

static void make_durable(struct disk_inode *inode)
{
    for (size_t i = 0; i < inode->change_count; i++)
        free(inode->changes[i].bytes);
    inode->change_count = 0;
    free(inode->durable);
    inode->durable = malloc(inode->size + 1);
    assert(inode->durable);
    if (inode->size)
        memcpy(inode->durable, inode->bytes, inode->size);
    inode->durable_size = inode->size;
}

uint64_t disk_used(const struct disk *disk)
{
    uint64_t used = 0;
    for (int i = 0; i < DISK_NAMES_MAX; i++)
        if (disk->now[i].inode >= 0)
            used += disk->inodes[disk->now[i].inode].size;
    return used;
}

static bool room_for(struct disk *disk, const struct disk_inode *inode, uint64_t end)
{
    return !disk->bytes_max || end <= inode->size ||
           disk_used(disk) + (end - inode->size) <= disk->bytes_max;
}

static enum err disk_open(void *self, const char *path, enum file_mode mode, int *file)
{
    struct disk *disk = of(self);
    struct disk_entry *entry = entry_find(disk->now, leaf(path));
    if (disk->dead)
        return ERR_IO;
    if (!entry && mode == FILE_READ)
        return ERR_NOT_FOUND;
    if (!entry) {
        if (!powered(disk))
            return ERR_IO;
        assert(disk->inode_count < DISK_INODES_MAX);
        note_move(disk, "", leaf(path), disk->inode_count++);
        entry = entry_find(disk->now, leaf(path));
    }
    for (int i = 0; i < DISK_HANDLES_MAX; i++) {
        if (disk->handles[i] == 0) {
            disk->handles[i] = entry->inode + 1;
            *file = i;
            return OK;
        }
    }
    assert(!"too many open files: one is not closed");
    return ERR_IO;
}

static struct disk_inode *inode_of(struct disk *disk, int file)
{
    assert(file >= 0 && file < DISK_HANDLES_MAX && disk->handles[file] > 0);
    return &disk->inodes[disk->handles[file] - 1];
}

static enum err disk_close(void *self, int file)
{
    (void)inode_of(of(self), file);
    of(self)->handles[file] = 0;
    return OK;
}

static enum err disk_size(void *self, int file, uint64_t *size_bytes)
{
    *size_bytes = inode_of(of(self), file)->size;
    return of(self)->dead ? ERR_IO : OK;
}

static enum err disk_read(void *self, int file, uint64_t offset, void *data, size_t size_bytes,
                          size_t *got)
{
    const struct disk_inode *inode = inode_of(of(self), file);
    if (of(self)->dead)
        return ERR_IO;
    uint64_t left = offset < inode->size ? inode->size - offset : 0;
    *got = left < size_bytes ? (size_t)left : size_bytes;
    if (*got)
        memcpy(data, inode->bytes + offset, *got);
    return OK;
}

/* A full disk takes what still fits, as write(2) does. */
static enum err disk_write(void *self, int file, uint64_t offset, const void *data,
                           size_t size_bytes)
{
    struct disk *disk = of(self);
    struct disk_inode *inode = inode_of(disk, file);
    enum err err = OK;
    if (disk->dead)
        return ERR_IO;
    bool alive = powered(disk);
    if (!room_for(disk, inode, offset + size_bytes)) {
        uint64_t used = disk_used(disk);
        uint64_t end = inode->size + (used < disk->bytes_max ? disk->bytes_max - used : 0);
        size_bytes = end > offset ? (size_t)(end - offset) : 0;
        err = ERR_NO_SPACE;
    }
    if (size_bytes)
        note_change(inode, offset, data, size_bytes);
    return alive ? err : ERR_IO;
}

static enum err disk_truncate(void *self, int file, uint64_t size_bytes)
{
    struct disk_inode *inode = inode_of(of(self), file);
    if (of(self)->dead)
        return ERR_IO;
    bool alive = powered(of(self));
    if (!room_for(of(self), inode, size_bytes))
        return ERR_NO_SPACE;
    if (size_bytes != inode->size)
        note_change(inode, size_bytes, NULL, 0);
    return alive ? OK : ERR_IO;
}

static enum err disk_reserve(void *self, int file, uint64_t size_bytes)
{
    return size_bytes > inode_of(of(self), file)->size ? disk_truncate(self, file, size_bytes) : OK;
}

static enum err disk_sync(void *self, int file)
{
    struct disk *disk = of(self);
    struct disk_inode *inode = inode_of(disk, file);
    if (!powered(disk))
        return ERR_IO;
    disk->syncs++;
    if (disk->sync_fails) {
        disk->sync_fails = false;
        return ERR_IO;
    }
    if (!disk->sync_lies)
        make_durable(inode);
    return OK;
}

static enum err disk_sync_directory(void *self, const char *path)
{
    struct disk *disk = of(self);
    (void)path;
    if (!powered(disk))
        return ERR_IO;
    if (!disk->sync_lies) {
        memcpy(disk->durable, disk->now, sizeof disk->now);
        disk->move_count = 0;
    }
    return OK;
}

static enum err disk_rename(void *self, const char *from, const char *to)
{
    struct disk *disk = of(self);
    struct disk_entry *entry = entry_find(disk->now, leaf(from));
    if (disk->dead)
        return ERR_IO;
    if (!entry)
        return ERR_NOT_FOUND;
    bool alive = powered(disk);
    note_move(disk, leaf(from), leaf(to), entry->inode);
    return alive ? OK : ERR_IO;
}

static enum err disk_remove(void *self, const char *path)
{
    struct disk *disk = of(self);
    if (disk->dead)
        return ERR_IO;
    if (!entry_find(disk->now, leaf(path)))
        return ERR_NOT_FOUND;
    bool alive = powered(disk);
    note_move(disk, leaf(path), "", -1);
    return alive ? OK : ERR_IO;
}

static enum err disk_make_directory(void *self, const char *path)
{
    (void)path;
    return of(self)->dead ? ERR_IO : OK;
}

static enum err disk_list(void *self, const char *path,
                          void (*each)(void *context, const char *name), void *context)
{
    (void)path;
    if (of(self)->dead)
        return ERR_IO;
    for (int i = 0; i < DISK_NAMES_MAX; i++)
        if (of(self)->now[i].inode >= 0)
            each(context, of(self)->now[i].name);
    return OK;
}

struct disk *disk_new(void)
{
    struct disk *disk = calloc(1, sizeof *disk);
    assert(disk);
    for (int i = 0; i < DISK_NAMES_MAX; i++)
        disk->now[i].inode = disk->durable[i].inode = -1;
    disk->ops = (struct file_ops){ .self = disk,
                                   .open = disk_open,
                                   .close = disk_close,
                                   .size = disk_size,
                                   .read = disk_read,
                                   .write = disk_write,
                                   .truncate = disk_truncate,
                                   .reserve = disk_reserve,
                                   .sync = disk_sync,
                                   .sync_directory = disk_sync_directory,
                                   .rename = disk_rename,
                                   .remove = disk_remove,
                                   .make_directory = disk_make_directory,
                                   .list = disk_list };
    return disk;
}

void disk_free(struct disk *disk)
{
    for (int i = 0; i < disk->inode_count; i++) {
        struct disk_inode *inode = &disk->inodes[i];
        make_durable(inode);
        free(inode->bytes);
        free(inode->durable);
        free(inode->changes);
    }
    free(disk);
}

void disk_process_dies(struct disk *disk)
{
    memset(disk->handles, 0, sizeof disk->handles);
    disk->calls = disk->calls_until = 0;
    disk->dead = false;
}

/* The file as the first `count` changes since the last sync left it; the caller frees the bytes. */
static struct disk_inode state_after(const struct disk_inode *inode, size_t count)
{
    struct disk_inode state = { 0 };
    grow(&state.bytes, 0, inode->durable_size + 1);
    if (inode->durable_size)
        memcpy(state.bytes, inode->durable, inode->durable_size);
    state.size = inode->durable_size;
    for (size_t i = 0; i < count; i++)
        change_apply(&state, &inode->changes[i]);
    return state;
}

/* Which of the states 0..changes a sector or size has: the ends are likelier than chance. */
static size_t choose(uint64_t *seed, size_t changes)
{
    uint64_t roll = rng_below(seed, 4);
    return roll == 0 ? 0 : roll == 1 ? changes : (size_t)rng_below(seed, changes + 1);
}

/* Sectors are dealt out state by state, so that memory stays at one copy. */
static void inode_power_cut(struct disk_inode *inode, uint64_t *seed)
{
    if (inode->change_count == 0)
        return;
    size_t changes = inode->change_count;
    uint64_t longest = inode->durable_size;
    for (size_t i = 0; i < changes; i++) {
        uint64_t end = inode->changes[i].offset + inode->changes[i].size_bytes;
        longest = end > longest ? end : longest;
    }
    size_t sectors = (size_t)(longest / SECTOR + 1);
    size_t *chosen = malloc(sectors * sizeof *chosen);
    uint8_t *bytes = calloc(sectors, SECTOR);
    assert(chosen && bytes);
    bool mild = rng_below(seed, 3) == 0; /* one cut for all: the order was kept */
    size_t common = choose(seed, changes);
    for (size_t i = 0; i < sectors; i++)
        chosen[i] = mild ? common : choose(seed, changes);
    size_t size_state = mild ? common : choose(seed, changes);
    uint64_t size = 0;
    struct disk_inode state = state_after(inode, 0);
    for (size_t count = 0; count <= changes; count++) {
        if (count > 0)
            change_apply(&state, &inode->changes[count - 1]);
        size = count == size_state ? state.size : size;
        for (size_t i = 0; i < sectors; i++) {
            uint64_t start = (uint64_t)i * SECTOR;
            if (chosen[i] != count || start >= state.size)
                continue;
            uint64_t room = state.size - start;
            memcpy(bytes + start, state.bytes + start, room < SECTOR ? (size_t)room : SECTOR);
        }
    }
    free(state.bytes);
    free(chosen);
    free(inode->bytes);
    inode->bytes = bytes;
    inode->size = size;
    make_durable(inode);
}

void disk_power_cut(struct disk *disk, uint64_t *seed)
{
    for (int i = 0; i < disk->inode_count; i++)
        inode_power_cut(&disk->inodes[i], seed);
    bool ordered = rng_below(seed, 2) == 0;
    size_t prefix = (size_t)rng_below(seed, disk->move_count + 1);
    for (size_t i = 0; i < disk->move_count; i++)
        if (ordered ? i < prefix : rng_below(seed, 2) == 0)
            entry_move(disk->durable, &disk->moves[i]);
    memcpy(disk->now, disk->durable, sizeof disk->now);
    disk->move_count = 0;
    disk_process_dies(disk);
}

struct disk_inode *disk_file(struct disk *disk, const char *name)
{
    struct disk_entry *entry = entry_find(disk->now, name);
    return entry ? &disk->inodes[entry->inode] : NULL;
}

void disk_put(struct disk *disk, const char *name, const void *bytes, uint64_t size_bytes)
{
    struct disk_entry *entry = entry_find(disk->now, name);
    if (!entry) {
        assert(disk->inode_count < DISK_INODES_MAX);
        note_move(disk, "", name, disk->inode_count++);
        entry = entry_find(disk->now, name);
    }
    struct disk_inode *inode = &disk->inodes[entry->inode];
    note_change(inode, 0, NULL, 0);
    if (size_bytes)
        note_change(inode, 0, bytes, size_bytes);
    make_durable(inode);
    (void)disk_sync_directory(disk, "");
}

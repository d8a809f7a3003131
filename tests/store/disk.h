/*
 * tests/store/disk.h - a disk in memory behind struct file_ops, with a page cache that can be lost.
 *
 * Writes are seen at once and are durable only after sync; names only after sync_directory. A power
 * cut keeps, per 512-byte sector of every file, any state between the last sync and now, chosen by
 * seed; likewise sizes, and any subset of the unsynced changes of directories. Beside it: a budget
 * of bytes (disk full) and of calls (the power goes), and syncs that fail or lie.
 */
#ifndef TESTS_STORE_DISK_H
#define TESTS_STORE_DISK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "store/file_ops.h"

#define DISK_INODES_MAX 512
#define DISK_NAMES_MAX 64
#define DISK_CHANGES_MAX 4096
#define DISK_HANDLES_MAX 32
#define DISK_NAME_MAX 64

struct disk_change { /* of one file, since its last sync */
    uint64_t offset, size_bytes;
    uint8_t *bytes; /* NULL: a truncate to offset */
};
struct disk_inode {
    uint8_t *bytes, *durable;
    uint64_t size, durable_size;
    struct disk_change *changes;
    size_t change_count, change_capacity;
};
struct disk_entry {
    char name[DISK_NAME_MAX];
    int inode; /* -1: free */
};
struct
    disk_rename { /* of a directory, since its last sync; from empty: created, to empty: removed */
    char from[DISK_NAME_MAX], to[DISK_NAME_MAX];
    int inode;
};
struct disk {
    struct file_ops ops;
    struct disk_inode inodes[DISK_INODES_MAX];
    int inode_count;
    struct disk_entry now[DISK_NAMES_MAX], durable[DISK_NAMES_MAX];
    struct disk_rename moves[DISK_CHANGES_MAX];
    size_t move_count;
    int handles[DISK_HANDLES_MAX]; /* inode + 1; 0: free */

    uint64_t calls;       /* that change something */
    uint64_t calls_until; /* the power goes at this one; 0 = never */
    bool dead;
    uint64_t bytes_max; /* room; 0 = no limit */
    bool sync_lies;     /* answers OK and does nothing */
    bool sync_fails;    /* answers ERR_IO once, then OK: as Linux does */
    uint64_t syncs;
};

struct disk *disk_new(void);
void disk_free(struct disk *disk);
/* Loses what was not synced, as the seed says, and gives power again. Handles are gone. */
void disk_power_cut(struct disk *disk, uint64_t *seed);
/* The process dies, the machine lives: handles are gone, files stay. */
void disk_process_dies(struct disk *disk);
/* The bytes of a file now; NULL when it is not there. For tests that damage them. */
struct disk_inode *disk_file(struct disk *disk, const char *name);
/* Makes the file exactly these bytes, durably. */
void disk_put(struct disk *disk, const char *name, const void *bytes, uint64_t size_bytes);
uint64_t disk_used(const struct disk *disk);

#endif

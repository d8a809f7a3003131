/*
 * Goal: any bytes as a segment: the reader, the checker, the dump and the recovering writer neither
 * crash nor read past them, and what the recovery left is read without complaint.
 *
 * The first byte chooses: as they are; behind a good header; or as the records of a good frame, so
 * that record checks are reached without guessing a checksum.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "store/journal.h"
#include "store/journal_format.h"
#include "store/journal_tool.h"

#define FILE_MAX ((size_t)1 << 20)
#define NAME "00000000000000000001.twj"

/* One file in memory; everything else is not there. */
static uint8_t content[FILE_MAX];
static size_t content_size;
static bool exists;

static enum err mem_open(void *self, const char *path, enum file_mode mode, int *file)
{
    (void)self;
    const char *slash = strrchr(path, '/');
    if (strcmp(slash ? slash + 1 : path, NAME) != 0 || (!exists && mode == FILE_READ))
        return ERR_NOT_FOUND;
    exists = true;
    *file = 3;
    return OK;
}
static enum err mem_close(void *self, int file)
{
    (void)self;
    (void)file;
    return OK;
}
static enum err mem_size(void *self, int file, uint64_t *size)
{
    (void)self;
    (void)file;
    *size = content_size;
    return OK;
}
static enum err mem_read(void *self, int file, uint64_t offset, void *data, size_t size,
                         size_t *got)
{
    (void)self;
    (void)file;
    size_t left = offset < content_size ? content_size - (size_t)offset : 0;
    *got = left < size ? left : size;
    if (*got)
        memcpy(data, content + offset, *got);
    return OK;
}
static enum err mem_write(void *self, int file, uint64_t offset, const void *data, size_t size)
{
    (void)self;
    (void)file;
    if (offset > FILE_MAX || size > FILE_MAX - offset)
        return ERR_NO_SPACE;
    memcpy(content + offset, data, size);
    content_size = offset + size > content_size ? (size_t)offset + size : content_size;
    return OK;
}
static enum err mem_truncate(void *self, int file, uint64_t size)
{
    (void)self;
    (void)file;
    if (size > FILE_MAX)
        return ERR_NO_SPACE;
    if (size > content_size)
        memset(content + content_size, 0, (size_t)size - content_size);
    content_size = (size_t)size;
    return OK;
}
static enum err mem_reserve(void *self, int file, uint64_t size)
{
    return size > content_size ? mem_truncate(self, file, size) : OK;
}
static enum err mem_sync(void *self, int file)
{
    (void)self;
    (void)file;
    return OK;
}
static enum err mem_path(void *self, const char *path)
{
    (void)self;
    (void)path;
    return OK;
}
static enum err mem_remove(void *self, const char *path)
{
    (void)path;
    exists = false;
    return mem_truncate(self, 0, 0);
}
static enum err mem_rename(void *self, const char *from, const char *to)
{
    (void)from;
    return mem_path(self, to);
}
static enum err mem_list(void *self, const char *path, void (*each)(void *, const char *),
                         void *context)
{
    (void)self;
    (void)path;
    if (exists)
        each(context, NAME);
    return OK;
}

static const struct file_ops ops = {
    .open = mem_open,
    .close = mem_close,
    .size = mem_size,
    .read = mem_read,
    .write = mem_write,
    .truncate = mem_truncate,
    .reserve = mem_reserve,
    .sync = mem_sync,
    .sync_directory = mem_path,
    .rename = mem_rename,
    .remove = mem_remove,
    .make_directory = mem_path,
    .list = mem_list,
};

static void each_line(void *context, const char *line, size_t length)
{
    *(size_t *)context += length + strlen(line);
}

static void arrange(const uint8_t *data, size_t size)
{
    uint8_t mode = data[0] % 3;
    struct segment_header header;
    size_t start = 0;
    data++;
    size--;
    if (mode > 0) {
        segment_header_make(&header, 1, 1, 0);
        memcpy(content, &header, sizeof header);
        start = sizeof header;
    }
    if (mode == 2 && size >= 8) {
        uint32_t records = 1 + data[0] % 8;
        size_t body = (size - 1) / 8 * 8;
        _Alignas(8) static uint8_t built[FILE_MAX];
        memcpy(built + sizeof(struct frame), data + 1, body);
        if (body > 0)
            frame_make((struct frame *)(void *)built, 1, records, (uint32_t)body, start);
        memcpy(content + start, built, sizeof(struct frame) + body);
        content_size = start + sizeof(struct frame) + body;
        return;
    }
    memcpy(content + start, data, size);
    content_size = start + size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct journal_verify_report verify;
    struct journal_report report;
    struct errtext detail;
    struct journal *journal;
    size_t lines = 0;
    if (size < 1 || size > 65536)
        return 0;
    exists = true;
    arrange(data, size);
    (void)!journal_verify(&ops, "j", &verify, &detail);
    (void)!journal_dump(&ops, "j", 0, UINT64_MAX, true, each_line, &lines, &detail);
    (void)!journal_dump(&ops, "j", 0, UINT64_MAX, false, each_line, &lines, &detail);
    struct journal_config config = {
        .directory = "j", .file = &ops, .segment_bytes = 16384, .instance_id = 1
    };
    if (journal_open(&config, &journal, &report, &detail) != OK)
        return 0;
    journal_close(journal);
    if (journal_verify(&ops, "j", &verify, &detail) != OK || verify.last_seq != report.last_seq ||
        verify.torn_bytes != 0)
        abort();
    return 0;
}

/*
 * Columnar files from strangers. Random bytes never get past a checksum, so the input is taken as a
 * small file whose checksums are mended: what remains is what a file made with bad will can do.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "data/columns.h"
#include "data/feed.h"

#define FILE_MAX (1u << 20)

/* Right sizes and checksums, where the tables can be found. */
static void mend(uint8_t *file, size_t size)
{
    struct columns_header *header = (struct columns_header *)(void *)file;
    memcpy(header->magic, COLUMNS_MAGIC, sizeof header->magic);
    header->version = COLUMNS_VERSION;
    header->header_bytes = sizeof *header;
    header->file_bytes = size;
    header->block_rows = COLUMNS_BLOCK_ROWS;
    header->rows %= 3 * COLUMNS_BLOCK_ROWS;
    header->blocks = (uint32_t)((header->rows + COLUMNS_BLOCK_ROWS - 1) / COLUMNS_BLOCK_ROWS);
    header->columns %= 16;
    header->words %= 16;
    header->gaps %= 16;
    uint64_t chunks = (uint64_t)header->columns * header->blocks;
    uint64_t meta = header->columns * sizeof(struct columns_column) +
                    (uint64_t)header->words * COLUMNS_WORD_MAX +
                    chunks * sizeof(struct columns_place) +
                    header->gaps * sizeof(struct columns_gap);
    if (meta + sizeof *header > size)
        return;
    header->meta_bytes = meta;
    header->meta_offset = size - meta;
    uint8_t *places = file + header->meta_offset + header->columns * sizeof(struct columns_column) +
                      (size_t)header->words * COLUMNS_WORD_MAX;
    for (uint64_t i = 0; i < chunks; i++) {
        struct columns_place place;
        memcpy(&place, places + i * sizeof place, sizeof place);
        if (place.offset <= header->meta_offset &&
            place.bytes <= header->meta_offset - place.offset)
            place.hash = hash_bytes(file + place.offset, place.bytes);
        memcpy(places + i * sizeof place, &place, sizeof place);
    }
    header->meta_hash = hash_bytes(file + header->meta_offset, meta);
    header->hash = hash_bytes(header, offsetof(struct columns_header, hash));
}

static void read_cells(const struct columns *columns)
{
    const struct columns_header *header = columns_header(columns);
    struct errtext detail;
    for (uint32_t block = 0; block < header->blocks; block++)
        for (uint32_t i = 0; i < header->columns; i++) {
            struct columns_chunk chunk;
            char room[COLUMNS_CELL_ROOM];
            size_t length = 0, sum = 0;
            if (columns_chunk(columns, i, block, &chunk, &detail) != OK)
                continue;
            for (uint32_t row = 0; row < chunk.count; row++) {
                const char *text = columns_cell(columns, &chunk, row, room, &length);
                sum += length > 0 ? (uint8_t)text[length - 1] : 0u;
            }
            __asm__ volatile("" : : "r"(sum));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct columns *columns = NULL;
    struct feed *feed = NULL;
    struct errtext detail;
    if (size < 2 || size > FILE_MAX)
        return 0;
    bool honest = data[0] & 1; /* as it is, or mended */
    size_t file_size = (size - 1) & ~(size_t)7;
    if (file_size < sizeof(struct columns_header) && !honest)
        return 0;
    uint8_t *file = aligned_alloc(8, file_size + 8);
    if (!file)
        return 0;
    memcpy(file, data + 1, file_size);
    if (!honest)
        mend(file, file_size);
    if (columns_open_memory("fuzz", file, file_size, &columns, &detail) == OK) {
        read_cells(columns);
        columns_close(columns);
    }
    if (feed_open_columns_memory("fuzz", file, file_size, &feed, &detail) == OK) {
        const struct event *event = NULL;
        while (feed_next(feed, &event, &detail) == OK)
            if (event_check(event, event->length) != OK)
                abort(); /* every event given is a sound record */
        feed_close(feed);
    }
    free(file);
    return 0;
}

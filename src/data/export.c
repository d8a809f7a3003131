/* data/export.c - a columnar file back as CSV. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "data/transfer.h"

static enum err write_header(const struct columns *columns, FILE *file)
{
    bool good = true;
    uint32_t count = columns_header(columns)->columns;
    for (uint32_t i = 0; i < count; i++)
        good &= fputs(columns_column(columns, i)->name, file) >= 0 &&
                putc(i + 1 < count ? ',' : '\n', file) != EOF;
    return good ? OK : ERR_IO;
}

static enum err write_block(const struct columns *columns, const struct columns_chunk *chunks,
                            uint32_t columns_count, FILE *file)
{
    char room[COLUMNS_CELL_ROOM];
    for (uint32_t row = 0; row < chunks[0].count; row++)
        for (uint32_t i = 0; i < columns_count; i++) {
            size_t length = 0;
            const char *text = columns_cell(columns, &chunks[i], row, room, &length);
            if (fwrite(text, 1, length, file) != length ||
                putc(i + 1 < columns_count ? ',' : '\n', file) == EOF)
                return ERR_IO;
        }
    return OK;
}

enum err data_export(const struct columns *columns, FILE *file,
                     void (*progress)(void *context, int pass, uint64_t rows, uint64_t total),
                     void *context, struct errtext *detail)
{
    const struct columns_header *header = columns_header(columns);
    struct columns_chunk *chunks = calloc(header->columns, sizeof *chunks);
    if (!chunks)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    bool damaged = false;
    enum err err = write_header(columns, file);
    for (uint32_t block = 0; block < header->blocks && err == OK; block++) {
        for (uint32_t i = 0; i < header->columns && err == OK; i++) {
            err = columns_chunk(columns, i, block, &chunks[i], detail);
            damaged = err != OK;
        }
        if (err == OK)
            err = write_block(columns, chunks, header->columns, file);
        if (progress)
            progress(context, 1, (uint64_t)block * COLUMNS_BLOCK_ROWS, header->rows);
    }
    free(chunks);
    if (err == OK && fflush(file) != 0)
        err = ERR_IO;
    if (err == OK || damaged)
        return err;
    return errtext_set(detail, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO,
                       "the CSV could not be written: %s", strerror(errno));
}

/*
 * data/columns.h - the columnar file (.twc): every column of a market-data file as numbers, with what
 * is needed to write its text again to the byte. docs/formats/columns.md is the format.
 *
 * A file is written once and then only read: mapped read-only and shared, so any number of workers use
 * one copy in memory. Header and directory are checked when it is opened, a chunk (one column of one
 * block of rows) when it is first asked for. A reader may be used by several threads.
 */
#ifndef DATA_COLUMNS_H
#define DATA_COLUMNS_H
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define COLUMNS_MAGIC "TWDCOLS1"
#define COLUMNS_VERSION 1
#define COLUMNS_MAX 256
#define COLUMNS_BLOCK_ROWS 16384
#define COLUMNS_GAPS_MAX (1u << 20)
#define COLUMNS_WORDS_MAX 255 /* different words of a column */
#define COLUMNS_WORD_MAX 32   /* with NUL */
#define COLUMNS_TEXT_CHUNK_MAX (64u << 20)
#define CELL_EMPTY INT64_MIN /* a number or time without a value */

enum cell_type { CELL_NUMBER = 1, CELL_TIME, CELL_WORD, CELL_TEXT, CELL_TYPE_COUNT };

/* How a number was written. */
enum cell_style {
    STYLE_SHORT = 1, /* no zeros at the end: 2.5 */
    STYLE_FIXED,     /* always `places` digits behind the point: 2.50 */
    STYLE_EACH,      /* as many as the byte beside the value says */
    STYLE_COUNT
};

struct columns_column {
    char name[64];   /* as in the header line */
    uint8_t type;    /* enum cell_type */
    uint8_t style;   /* CELL_NUMBER: enum cell_style */
    uint8_t scale;   /* CELL_NUMBER: value * 10^-scale */
    uint8_t places;  /* CELL_NUMBER, STYLE_FIXED; CELL_TIME: digits of the fraction */
    char separator;  /* CELL_TIME: between date and clock; 0 = only a date */
    uint8_t seconds; /* CELL_TIME: 1 = the clock has them */
    uint16_t words;  /* CELL_WORD: how many */
    uint32_t first_word;
    int32_t offset_s; /* CELL_TIME: what the suffix means */
    char suffix[8];   /* CELL_TIME: "", "Z", "+00:00" */
    uint8_t reserved[40];
};
static_assert(sizeof(struct columns_column) == 128, "a stored row");

/* A hole in time. What is known to be missing must not be taken for a time in which nothing was
 * traded. */
enum gap_kind { GAP_UNKNOWN = 0, GAP_MISSING, GAP_NO_TRADE, GAP_KIND_COUNT };
struct columns_gap {
    int64_t from_ns,
        to_ns;     /* from the first missing moment to the first that is there again; UTC */
    uint64_t bars; /* missing; 0 = not counted */
    uint8_t kind;
    uint8_t reserved[7];
};
static_assert(sizeof(struct columns_gap) == 32, "a stored row");

struct columns_header {
    char magic[8];
    uint32_t version, header_bytes;
    uint64_t file_bytes, rows;
    uint64_t meta_offset, meta_bytes, meta_hash; /* directory: columns, words, chunks, gaps */
    uint32_t columns, words, blocks, block_rows, gaps;
    int32_t utc_offset_s; /* of the clock of the file's times: UTC = time - offset */
    int64_t first_ns, last_ns, interval_ns; /* UTC; interval: usual step of bars, else 0 */
    uint64_t skipped;                       /* bad rows of the source that were left out */
    uint64_t source_hash;                   /* XXH3-64 of all lines, each with its newline */
    char layout[32], source[64], time_zone[40];
    char symbol[24], base[16], quote[16];
    int64_t tick_step, lot_step; /* in 10^-price_scale, 10^-qty_scale */
    uint8_t kind;                /* enum feed_kind */
    uint8_t price_scale, qty_scale, clean_price_scale, clean_qty_scale;
    uint8_t written_price_places, written_qty_places;
    uint8_t reserved[41];
    uint64_t hash; /* of all before */
};
static_assert(sizeof(struct columns_header) == 384, "a stored row");

/* ---- reading ---- */

struct columns;

/* ERR_NOT_FOUND, ERR_DENIED, ERR_IO, ERR_CORRUPT, ERR_VERSION, ERR_MEMORY, ERR_UNSUPPORTED (no such
 * file). The file must not change while it is open: it is replaced by a rename, never rewritten. */
MUST_USE enum err columns_open(const char *path, struct columns **out, struct errtext *detail);
/* The same from memory that is 8-aligned; borrows name and data. */
MUST_USE enum err columns_open_memory(const char *name, const void *data, size_t size_bytes,
                                      struct columns **out, struct errtext *detail);
void columns_close(struct columns *columns);
/* True when the file begins as a columnar file does. */
bool columns_is_one(const char *path);

const struct columns_header *columns_header(const struct columns *columns);
const struct columns_column *columns_column(const struct columns *columns, uint32_t column);
const char *columns_word(const struct columns *columns, uint32_t column, uint32_t code);
const struct columns_gap *columns_gaps(const struct columns *columns); /* header's `gaps` of them */

struct columns_chunk { /* borrows from the file */
    const struct columns_column *column;
    uint32_t count;        /* rows */
    const int64_t *values; /* CELL_NUMBER, CELL_TIME */
    const uint8_t *codes;  /* CELL_WORD: the word; STYLE_EACH: the places */
    const uint32_t *ends;  /* CELL_TEXT: of each cell in text */
    const char *text;
};
/* One column of one block; checked the first time. ERR_CORRUPT. */
MUST_USE enum err columns_chunk(const struct columns *columns, uint32_t column, uint32_t block,
                                struct columns_chunk *out, struct errtext *detail);
/* The text of a cell as it was imported, not NUL-terminated: borrowed from the file, or written to
 * room (COLUMNS_CELL_ROOM bytes). */
#define COLUMNS_CELL_ROOM 64
const char *columns_cell(const struct columns *columns, const struct columns_chunk *chunk,
                         uint32_t row, char *room, size_t *length);

/* ---- writing ---- */

struct columns_writer;

/* Makes path.new; `words` belongs to the columns. Copies all it is given. ERR_IO, ERR_DENIED,
 * ERR_NOT_FOUND, ERR_NO_SPACE, ERR_MEMORY, ERR_SIZE. */
MUST_USE enum err columns_writer_open(const char *path, const struct columns_column *columns,
                                      uint32_t count, const char (*words)[COLUMNS_WORD_MAX],
                                      struct columns_writer **out, struct errtext *detail);
/* A cell of the row begun; then columns_writer_row. `code` as in a chunk; text for CELL_TEXT. */
MUST_USE enum err columns_writer_cell(struct columns_writer *writer, uint32_t column, int64_t value,
                                      uint8_t code, const char *text, size_t length,
                                      struct errtext *detail);
MUST_USE enum err columns_writer_row(struct columns_writer *writer, struct errtext *detail);
/* Writes the directory and the header (head's descriptive fields; sizes and hashes are filled in),
 * syncs and renames to path. The writer is gone after it, also on an error: path is what it was. */
MUST_USE enum err columns_writer_finish(struct columns_writer *writer,
                                        const struct columns_header *head,
                                        const struct columns_gap *gaps, uint32_t gap_count,
                                        struct errtext *detail);
void columns_writer_abandon(struct columns_writer *writer);

/* ---- shared by both ---- */

struct columns_place { /* where a chunk lies: rows of the directory, block by block */
    uint64_t offset, bytes, hash;
};

/* Text of a number or time; returns its length. room: COLUMNS_CELL_ROOM. */
size_t cell_text(const struct columns_column *column, int64_t value, uint8_t code, char *room);

#endif

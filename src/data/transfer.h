/*
 * data/transfer.h - from CSV into a columnar file, and back to the same text.
 *
 * An import reads the file three times (scales; rows and how each column is written; values), so a file
 * of any size takes the same memory. A bad row ends it with file:line and reason, or is left out and
 * counted when asked for. Line ends become "\n"; otherwise export gives back every byte.
 */
#ifndef DATA_TRANSFER_H
#define DATA_TRANSFER_H
#include <stdbool.h>
#include <stdio.h>
#include "data/columns.h"
#include "data/feed.h"

#define IMPORT_COMPLAINTS_MAX 8
#define IMPORT_MISSING_MAX 64

struct import_config {
    const char *path;   /* .csv, .csv.gz, .csv.zst */
    const char *ask;    /* bars: path is the bid side, this the ask side; or NULL */
    const char *source; /* what to note as the source; NULL: the name of path */
    const char *layout; /* NULL: detect */
    const char *out;
    const char *symbol;     /* "ETH/BTC"; NULL = not said */
    const char *tick, *lot; /* steps of price and quantity; NULL: the finest seen */
    const char
        *time_zone; /* name for people, or an offset "-05:00" of the file's clock; NULL: UTC */
    bool skip_bad;
    enum gap_kind gaps_are;                         /* holes between bars */
    struct columns_gap missing[IMPORT_MISSING_MAX]; /* known to be missing, whatever the kind */
    uint32_t missing_count;
    void (*progress)(void *context, int pass, uint64_t rows, uint64_t total); /* or NULL */
    void *context;
};

struct import_report {
    char layout[32];
    enum feed_kind kind;
    uint64_t rows, skipped;
    uint32_t gaps;
    struct errtext complaints[IMPORT_COMPLAINTS_MAX]; /* of the first skipped rows */
};

MUST_USE enum err data_import(const struct import_config *config, struct import_report *report,
                              struct errtext *detail);

/* All rows as CSV. ERR_IO, ERR_NO_SPACE. */
MUST_USE enum err data_export(const struct columns *columns, FILE *file,
                              void (*progress)(void *context, int pass, uint64_t rows,
                                               uint64_t total),
                              void *context, struct errtext *detail);

/* "+05:30", "-05:00": seconds east of UTC. False: is none. */
bool utc_offset_parse(const char *text, int32_t *out_s);

#endif

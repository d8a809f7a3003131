/*
 * data/row.h - one line of a file as numbers, in the scales of the feed.
 */
#ifndef DATA_ROW_H
#define DATA_ROW_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "data/decimal.h"
#include "data/layout.h"

struct row {
    uint64_t line;
    int64_t ts_ns;
    uint32_t present;           /* bit per field that has a value */
    int64_t value[FIELD_COUNT]; /* ticks, lots, ids (as bits), enum side, enum book_action */
};

struct row_reader {
    const char *file; /* for sentences */
    struct binding binding;
    uint8_t price_scale, qty_scale;
    uint64_t cleaned; /* values whose floating-point noise was taken away */
};

/* Reads a line; on an error the sentence names file, line, column and value. ERR_SYNTAX,
 * ERR_RANGE, ERR_PRECISION. */
MUST_USE enum err row_read(struct row_reader *reader, const char *text, size_t length,
                           uint64_t line, struct row *out, struct errtext *detail);

/* Reads one value of a row. The same errors. */
MUST_USE enum err row_read_field(struct row_reader *reader, enum field field, const char *text,
                                 size_t length, struct row *row, struct errtext *detail);
/* Decimals in which a number of the field is meant (a time in ms or ns: 0); false where
 * only its text tells what it stands for. */
bool field_number_scale(enum field field, const struct row_reader *reader, int *scale);
bool field_is_time(enum field field);

/* Only the time of a line; false if it cannot be read. */
bool row_time(const struct binding *binding, const char *text, size_t length, int64_t *out_ns);

static inline bool row_has(const struct row *row, enum field field)
{
    return (row->present >> field & 1u) != 0;
}

/* What the first pass learns of prices and quantities. */
struct scale_scan {
    struct scale_range {
        int places, clean_places; /* as needed; without floating-point noise */
        int written;              /* digits behind the point, zeros too: how its source writes */
        double magnitude;         /* the largest */
        bool too_long;            /* a value has more digits than can be read as written */
    } price, qty;
};

/* Looks at a line; what cannot be read is left to row_read to complain about. */
void scale_scan_line(struct scale_scan *scan, const struct binding *binding, const char *text,
                     size_t length);

/* The scale to read with: as written if all values fit an int64 so, else without noise. False when
 * neither fits. */
bool scale_choose(const struct scale_range *range, uint8_t *scale, uint8_t *clean_scale);

#endif

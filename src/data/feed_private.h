/*
 * data/feed_private.h - the inside of a feed, shared by feed.c (files and rows), make.c (single-row
 * events) and book.c (messages of many rows).
 */
#ifndef DATA_FEED_PRIVATE_H
#define DATA_FEED_PRIVATE_H
#include <stdalign.h>
#include "data/check.h"
#include "data/columns.h"
#include "data/feed.h"
#include "data/lines.h"
#include "data/row.h"

/* Deltas that wait for a snapshot: an hour of a busy market. */
#define BOOK_KEPT_BYTES_MAX (256u << 20)

struct book_keeper {
    bool has_snapshot, bridged;
    uint64_t last_id; /* of the snapshot, then of the last delta given */
    uint8_t *kept;    /* deltas before the snapshot: struct message and levels each */
    size_t kept_size, kept_capacity, kept_at;
};

struct feed {
    struct lines *lines;         /* NULL: a columnar file */
    struct column_rows *rows_of; /* NULL: lines */
    struct row_checker checker;
    struct row_reader reader;
    struct row row; /* the last one read; has_row: not used yet */
    bool has_row;
    enum err ahead; /* the row read ahead could not be read: told at the next call */
    struct errtext ahead_detail;
    uint64_t rows;
    uint8_t clean_price_scale, clean_qty_scale;
    uint8_t written_price_places, written_qty_places;
    int64_t bar_interval_ns;
    enum err failed; /* an error stays */
    struct errtext failure;
    struct book_keeper book;
    alignas(64) uint8_t event[EVENT_HEADER_BYTES + sizeof(struct book_head) +
                              2 * BOOK_LEVELS_MAX * sizeof(struct book_level)];
};

/* Opens any layout, also those that have no events. */
MUST_USE enum err feed_open_rows(const char *path, const char *layout, struct feed **out,
                                 struct errtext *detail);
/* The same from lines; takes them. */
MUST_USE enum err feed_open_lines(struct lines *lines, const char *layout, struct feed **out,
                                  struct errtext *detail);
/* ERR_UNSUPPORTED with a sentence for layouts without events. */
MUST_USE enum err feed_check_kind(const struct feed *feed, struct errtext *detail);

/* Rows of a columnar file (feed_columns.c). */
struct column_rows;
/* Takes columns, also on an error; borrows name. */
MUST_USE enum err column_rows_start(struct feed *feed, struct columns *columns, const char *name,
                                    const char *layout, struct errtext *detail);
MUST_USE enum err column_rows_next(struct feed *feed, struct errtext *detail);
uint64_t column_rows_total(const struct column_rows *rows); /* 0 for NULL */
const struct columns *column_rows_file(const struct column_rows *rows);
void column_rows_close(struct column_rows *rows);

/* Makes feed->row the next row, if it is not there already. ERR_END and the row's errors. */
MUST_USE enum err feed_load(struct feed *feed, struct errtext *detail);

/* Starts the feed's event anew: zeroed header and body. */
struct event *feed_event(struct feed *feed, uint16_t kind, size_t body_bytes, int64_t ts_ns);

/* "file:line: " and the sentence. */
enum err feed_error(const struct feed *feed, uint64_t line, struct errtext *detail, enum err err,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* One event each: OK, ERR_END or an error. */
MUST_USE enum err make_trade(struct feed *feed, struct errtext *detail);
MUST_USE enum err make_quote(struct feed *feed, struct errtext *detail);
MUST_USE enum err make_bar(struct feed *feed, struct errtext *detail);
MUST_USE enum err make_book(struct feed *feed, struct errtext *detail);
void book_keeper_release(struct book_keeper *keeper);

#endif

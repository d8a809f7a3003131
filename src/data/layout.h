/*
 * data/layout.h - how the columns of a file are meant. A layout is one file (layout_<name>.c) and
 * one row in registry.c; a file is recognised by the names in its header line, in any order and any
 * case, and columns that no layout names are passed over.
 */
#ifndef DATA_LAYOUT_H
#define DATA_LAYOUT_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "data/feed.h"

/* What a value is. name, type: how its text is read (row.c). */
#define FIELDS(X)                                                                                  \
    X(FIELD_TIME_TEXT, TIME_TEXT) /* "2012-01-31 23:05:00+00:00" */                                \
    X(FIELD_TIME_MS, TIME_MS)                                                                      \
    X(FIELD_TIME_NS, TIME_NS)                                                                      \
    X(FIELD_OPEN, PRICE)                                                                           \
    X(FIELD_HIGH, PRICE)                                                                           \
    X(FIELD_LOW, PRICE)                                                                            \
    X(FIELD_CLOSE, PRICE)                                                                          \
    X(FIELD_VOLUME, QTY)                                                                           \
    X(FIELD_BID, PRICE)                                                                            \
    X(FIELD_BID_QTY, QTY)                                                                          \
    X(FIELD_ASK, PRICE)                                                                            \
    X(FIELD_ASK_QTY, QTY)                                                                          \
    X(FIELD_PRICE, PRICE)                                                                          \
    X(FIELD_QTY, QTY)                                                                              \
    X(FIELD_TRADE_ID, ID)                                                                          \
    X(FIELD_BUYER_IS_MAKER, FLAG) /* 1: the seller took */                                         \
    X(FIELD_TAKER_SIDE, BUY_SELL)                                                                  \
    X(FIELD_EVENT, SNAPSHOT_DELTA)                                                                 \
    X(FIELD_FIRST_ID, ID)                                                                          \
    X(FIELD_LAST_ID, ID)                                                                           \
    X(FIELD_PREV_ID, ID)                                                                           \
    X(FIELD_SIDE, BID_ASK)                                                                         \
    X(FIELD_TIME_S, TIME_S)       /* seconds after midnight, with a fraction */                    \
    X(FIELD_PRICE_E4, PRICE_E4)   /* whole 1/10000; becomes FIELD_PRICE */                         \
    X(FIELD_ACTION, ORDER_ACTION) /* enum order_action */                                          \
    X(FIELD_ORDER_SIDE, ORDER_SIDE)                                                                \
    X(FIELD_ORDER_ID, ID)                                                                          \
    X(FIELD_FLAGS, ID)                                                                             \
    X(FIELD_SEQUENCE, ID)

enum field {
    FIELD_NONE = 0,
#define X(name, type) name,
    FIELDS(X)
#undef X
        FIELD_COUNT
};

/* What a row of an order-by-order file says (orders_replay.h). */
enum order_action {
    ACTION_ADD = 1,
    ACTION_CUT,     /* quantity is the amount taken away */
    ACTION_DELETE,  /* all of it */
    ACTION_CHANGE,  /* new price and new quantity */
    ACTION_EXECUTE, /* a visible order traded: quantity is the amount */
    ACTION_TRADE,   /* told apart from the book, which other rows change */
    ACTION_HIDDEN,  /* a trade of what the book never showed */
    ACTION_FILL,    /* of a resting order; a cut or change follows */
    ACTION_CLEAR,
    ACTION_HALT
};

enum column_need {
    COLUMN_REQUIRED = 1, /* named by the header, a value in every row */
    COLUMN_OPTIONAL,     /* may be missing in the header, or empty in a row */
};

struct layout_column {
    const char *name;
    enum field field; /* FIELD_NONE: only helps to recognise the layout */
    enum column_need need;
};

#define LAYOUT_COLUMNS_MAX 12
struct layout {
    const char *name, *about;
    enum feed_kind kind;
    struct layout_column columns[LAYOUT_COLUMNS_MAX]; /* ends at a NULL name */
};

/* registry.c: all rows, NULL at the end. */
extern const struct layout *const layouts[];

#define FILE_COLUMNS_MAX 256

/* Where a file's columns go. */
struct binding {
    const struct layout *layout;
    size_t column_count;             /* of the file */
    uint8_t field[FILE_COLUMNS_MAX]; /* enum field of each column of the file */
    uint32_t bound;                  /* bit per field that the file has */
};

/* Chooses the layout (or takes the named one) for a header line. `where` stands before the
 * sentence, "file:1". ERR_UNSUPPORTED (no layout fits; the sentence names the nearest and what it
 * lacks), ERR_NOT_FOUND (no such layout), ERR_SYNTAX (a column twice), ERR_LIMIT. */
MUST_USE enum err binding_make(const char *header, size_t length, const char *name,
                               const char *where, struct binding *out, struct errtext *detail);

#endif

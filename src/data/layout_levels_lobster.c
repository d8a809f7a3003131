/* data/layout_levels_lobster.c - LOBSTER's book file: row i is the book after message i. It has no time;
 * it is recognised to be told what it is for. */
#include "data/layout.h"

extern const struct layout layout_levels_lobster;
const struct layout layout_levels_lobster = {
    .name = "levels_lobster",
    .about = "LOBSTER's book after each message: goes with a message file",
    .kind = FEED_LEVELS,
    .columns = {
        { "ask1_1e4", FIELD_PRICE_E4, COLUMN_REQUIRED },
        { "ask1_size", FIELD_QTY, COLUMN_REQUIRED },
        { "bid1_1e4", FIELD_NONE, COLUMN_REQUIRED },
        { "bid1_size", FIELD_NONE, COLUMN_REQUIRED },
    },
};

/* data/layout_book_recorded.c - a recorded Binance depth stream; the time is the recorder's, as its
 * snapshot has no other. Ids are U, u and (futures) pu of the venue. */
#include "data/layout.h"

extern const struct layout layout_book_recorded;
const struct layout layout_book_recorded = {
    .name = "book_recorded",
    .about = "book snapshot and deltas with first, last and previous id",
    .kind = FEED_BOOK,
    .columns = {
        { "local_ts_ns", FIELD_TIME_NS, COLUMN_REQUIRED },
        { "event", FIELD_EVENT, COLUMN_REQUIRED },
        { "first_id", FIELD_FIRST_ID, COLUMN_REQUIRED },
        { "last_id", FIELD_LAST_ID, COLUMN_REQUIRED },
        { "prev_id", FIELD_PREV_ID, COLUMN_OPTIONAL },
        { "side", FIELD_SIDE, COLUMN_REQUIRED },
        { "price", FIELD_PRICE, COLUMN_REQUIRED },
        { "qty", FIELD_QTY, COLUMN_REQUIRED },
    },
};

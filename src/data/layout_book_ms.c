/* data/layout_book_ms.c - Bybit's archive: every message has the next update id. */
#include "data/layout.h"

extern const struct layout layout_book_ms;
const struct layout layout_book_ms = {
    .name = "book_ms",
    .about = "book snapshot and deltas with one update id",
    .kind = FEED_BOOK,
    .columns = {
        { "ts_ms", FIELD_TIME_MS, COLUMN_REQUIRED },
        { "event", FIELD_EVENT, COLUMN_REQUIRED },
        { "update_id", FIELD_LAST_ID, COLUMN_REQUIRED },
        { "side", FIELD_SIDE, COLUMN_REQUIRED },
        { "price", FIELD_PRICE, COLUMN_REQUIRED },
        { "qty", FIELD_QTY, COLUMN_REQUIRED },
    },
};

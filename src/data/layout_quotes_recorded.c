/* data/layout_quotes_recorded.c - a recorded stream. Its own exchange times may be missing, so the
 * time is the recorder's. */
#include "data/layout.h"

extern const struct layout layout_quotes_recorded;
const struct layout layout_quotes_recorded = {
    .name = "quotes_recorded",
    .about = "best bid and ask as a recorder received them",
    .kind = FEED_QUOTES,
    .columns = {
        { "local_ts_ns", FIELD_TIME_NS, COLUMN_REQUIRED },
        { "exch_ts_ms", FIELD_NONE, COLUMN_OPTIONAL },
        { "match_ts_ms", FIELD_NONE, COLUMN_OPTIONAL },
        { "update_id", FIELD_NONE, COLUMN_OPTIONAL },
        { "bid", FIELD_BID, COLUMN_REQUIRED },
        { "bid_qty", FIELD_BID_QTY, COLUMN_REQUIRED },
        { "ask", FIELD_ASK, COLUMN_REQUIRED },
        { "ask_qty", FIELD_ASK_QTY, COLUMN_REQUIRED },
    },
};

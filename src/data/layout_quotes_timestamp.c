/* data/layout_quotes_timestamp.c - quote ticks with a readable time; without quantities they are
 * 0. */
#include "data/layout.h"

extern const struct layout layout_quotes_timestamp;
const struct layout layout_quotes_timestamp = {
    .name = "quotes_timestamp",
    .about = "best bid and ask, time as text",
    .kind = FEED_QUOTES,
    .columns = {
        { "timestamp", FIELD_TIME_TEXT, COLUMN_REQUIRED },
        { "bid", FIELD_BID, COLUMN_REQUIRED },
        { "bid_qty", FIELD_BID_QTY, COLUMN_OPTIONAL },
        { "ask", FIELD_ASK, COLUMN_REQUIRED },
        { "ask_qty", FIELD_ASK_QTY, COLUMN_OPTIONAL },
    },
};

/* data/layout_quotes_ms.c - quote ticks; without quantities they are 0. */
#include "data/layout.h"

extern const struct layout layout_quotes_ms;
const struct layout layout_quotes_ms = {
    .name = "quotes_ms",
    .about = "best bid and ask, milliseconds since 1970",
    .kind = FEED_QUOTES,
    .columns = {
        { "ts_ms", FIELD_TIME_MS, COLUMN_REQUIRED },
        { "bid", FIELD_BID, COLUMN_REQUIRED },
        { "bid_qty", FIELD_BID_QTY, COLUMN_OPTIONAL },
        { "ask", FIELD_ASK, COLUMN_REQUIRED },
        { "ask_qty", FIELD_ASK_QTY, COLUMN_OPTIONAL },
    },
};

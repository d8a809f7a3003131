/* data/layout_bars_ask.c - as bars_bid, the ask side: to be named. */
#include "data/layout.h"

extern const struct layout layout_bars_ask;
const struct layout layout_bars_ask = {
    .name = "bars_ask",
    .about = "the ask side of bars with both sides, time as text",
    .kind = FEED_BARS,
    .columns = {
        { "timestamp", FIELD_TIME_TEXT, COLUMN_REQUIRED },
        { "ask_open", FIELD_OPEN, COLUMN_REQUIRED },
        { "ask_high", FIELD_HIGH, COLUMN_REQUIRED },
        { "ask_low", FIELD_LOW, COLUMN_REQUIRED },
        { "ask_close", FIELD_CLOSE, COLUMN_REQUIRED },
        { "bid_open", FIELD_NONE, COLUMN_REQUIRED },
        { "bid_high", FIELD_NONE, COLUMN_REQUIRED },
        { "bid_low", FIELD_NONE, COLUMN_REQUIRED },
        { "bid_close", FIELD_NONE, COLUMN_REQUIRED },
        { "volume", FIELD_VOLUME, COLUMN_OPTIONAL },
    },
};

/* data/layout_bars_bid.c - bars with a bid and an ask side (join.h); detection takes the bid. */
#include "data/layout.h"

extern const struct layout layout_bars_bid;
const struct layout layout_bars_bid = {
    .name = "bars_bid",
    .about = "the bid side of bars with both sides, time as text",
    .kind = FEED_BARS,
    .columns = {
        { "timestamp", FIELD_TIME_TEXT, COLUMN_REQUIRED },
        { "bid_open", FIELD_OPEN, COLUMN_REQUIRED },
        { "bid_high", FIELD_HIGH, COLUMN_REQUIRED },
        { "bid_low", FIELD_LOW, COLUMN_REQUIRED },
        { "bid_close", FIELD_CLOSE, COLUMN_REQUIRED },
        { "ask_open", FIELD_NONE, COLUMN_REQUIRED },
        { "ask_high", FIELD_NONE, COLUMN_REQUIRED },
        { "ask_low", FIELD_NONE, COLUMN_REQUIRED },
        { "ask_close", FIELD_NONE, COLUMN_REQUIRED },
        { "volume", FIELD_VOLUME, COLUMN_OPTIONAL },
    },
};

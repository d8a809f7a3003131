/* data/layout_bars_timestamp.c - bars as most tools write them; the stamp is the bar's start. */
#include "data/layout.h"

extern const struct layout layout_bars_timestamp;
const struct layout layout_bars_timestamp = {
    .name = "bars_timestamp",
    .about = "bars with dates or times as text",
    .kind = FEED_BARS,
    .columns = {
        { "timestamp", FIELD_TIME_TEXT, COLUMN_REQUIRED },
        { "open", FIELD_OPEN, COLUMN_REQUIRED },
        { "high", FIELD_HIGH, COLUMN_REQUIRED },
        { "low", FIELD_LOW, COLUMN_REQUIRED },
        { "close", FIELD_CLOSE, COLUMN_REQUIRED },
        { "volume", FIELD_VOLUME, COLUMN_OPTIONAL },
    },
};

/* data/layout_bars_ms.c - bars as this program writes them (candles.h). */
#include "data/layout.h"

extern const struct layout layout_bars_ms;
const struct layout layout_bars_ms = {
    .name = "bars_ms",
    .about = "bars with milliseconds since 1970",
    .kind = FEED_BARS,
    .columns = {
        { "ts_ms", FIELD_TIME_MS, COLUMN_REQUIRED },
        { "open", FIELD_OPEN, COLUMN_REQUIRED },
        { "high", FIELD_HIGH, COLUMN_REQUIRED },
        { "low", FIELD_LOW, COLUMN_REQUIRED },
        { "close", FIELD_CLOSE, COLUMN_REQUIRED },
        { "volume", FIELD_VOLUME, COLUMN_OPTIONAL },
    },
};

/* data/layout_trades_day.c - a tape without a date: its day is taken as 1970-01-01. */
#include "data/layout.h"

extern const struct layout layout_trades_day;
const struct layout layout_trades_day = {
    .name = "trades_day",
    .about = "trades of one day, milliseconds since its midnight",
    .kind = FEED_TRADES,
    .columns = {
        { "ms_of_day", FIELD_TIME_MS, COLUMN_REQUIRED },
        { "price", FIELD_PRICE, COLUMN_REQUIRED },
        { "size", FIELD_QTY, COLUMN_REQUIRED },
    },
};

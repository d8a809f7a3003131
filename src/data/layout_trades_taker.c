/* data/layout_trades_taker.c - trade ticks that name the side of the taker. */
#include "data/layout.h"

extern const struct layout layout_trades_taker;
const struct layout layout_trades_taker = {
    .name = "trades_taker",
    .about = "trades with the taker's side as a word",
    .kind = FEED_TRADES,
    .columns = {
        { "ts_ms", FIELD_TIME_MS, COLUMN_REQUIRED },
        { "trade_id", FIELD_TRADE_ID, COLUMN_OPTIONAL },
        { "taker_side", FIELD_TAKER_SIDE, COLUMN_REQUIRED },
        { "price", FIELD_PRICE, COLUMN_REQUIRED },
        { "qty", FIELD_QTY, COLUMN_REQUIRED },
    },
};

/* data/layout_trades_ms.c - trade ticks as exchanges' archives have them. */
#include "data/layout.h"

extern const struct layout layout_trades_ms;
const struct layout layout_trades_ms = {
    .name = "trades_ms",
    .about = "trades, 1 = the buyer was the maker",
    .kind = FEED_TRADES,
    .columns = {
        { "ts_ms", FIELD_TIME_MS, COLUMN_REQUIRED },
        { "trade_id", FIELD_TRADE_ID, COLUMN_OPTIONAL },
        { "price", FIELD_PRICE, COLUMN_REQUIRED },
        { "qty", FIELD_QTY, COLUMN_REQUIRED },
        { "buyer_is_maker", FIELD_BUYER_IS_MAKER, COLUMN_REQUIRED },
    },
};

/* data/layout_trades_recorded.c - a recorded stream; the recorder's time joins it with its quotes
 * and book. */
#include "data/layout.h"

extern const struct layout layout_trades_recorded;
const struct layout layout_trades_recorded = {
    .name = "trades_recorded",
    .about = "trades as a recorder received them",
    .kind = FEED_TRADES,
    .columns = {
        { "local_ts_ns", FIELD_TIME_NS, COLUMN_REQUIRED },
        { "exch_ts_ms", FIELD_NONE, COLUMN_OPTIONAL },
        { "trade_ts_ms", FIELD_NONE, COLUMN_OPTIONAL },
        { "trade_id", FIELD_TRADE_ID, COLUMN_OPTIONAL },
        { "price", FIELD_PRICE, COLUMN_REQUIRED },
        { "qty", FIELD_QTY, COLUMN_REQUIRED },
        { "buyer_is_maker", FIELD_BUYER_IS_MAKER, COLUMN_REQUIRED },
        { "order_type", FIELD_NONE, COLUMN_OPTIONAL },
    },
};

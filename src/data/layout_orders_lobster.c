/* data/layout_orders_lobster.c - LOBSTER's message file (lobsterdata.com). It has no date: its day is
 * taken as 1970-01-01. */
#include "data/layout.h"

extern const struct layout layout_orders_lobster;
const struct layout layout_orders_lobster = {
    .name = "orders_lobster",
    .about = "LOBSTER messages: seconds after midnight, prices in 1/10000",
    .kind = FEED_ORDERS,
    .columns = {
        { "time_s", FIELD_TIME_S, COLUMN_REQUIRED },
        { "type", FIELD_ACTION, COLUMN_REQUIRED },
        { "order_id", FIELD_ORDER_ID, COLUMN_REQUIRED },
        { "size", FIELD_QTY, COLUMN_REQUIRED },
        { "price_1e4", FIELD_PRICE_E4, COLUMN_REQUIRED },
        { "direction", FIELD_ORDER_SIDE, COLUMN_REQUIRED },
    },
};

/* data/layout_orders_mbo.c - market by order, as Databento names its columns. */
#include "data/layout.h"

extern const struct layout layout_orders_mbo;
const struct layout layout_orders_mbo = {
    .name = "orders_mbo",
    .about = "order by order: add, cancel, modify, trade, fill",
    .kind = FEED_ORDERS,
    .columns = {
        { "ts_recv_ns", FIELD_TIME_NS, COLUMN_REQUIRED },
        { "ts_event_ns", FIELD_NONE, COLUMN_OPTIONAL },
        { "action", FIELD_ACTION, COLUMN_REQUIRED },
        { "side", FIELD_ORDER_SIDE, COLUMN_REQUIRED },
        { "price", FIELD_PRICE, COLUMN_OPTIONAL },
        { "size", FIELD_QTY, COLUMN_REQUIRED },
        { "order_id", FIELD_ORDER_ID, COLUMN_REQUIRED },
        { "flags", FIELD_FLAGS, COLUMN_REQUIRED },
        { "sequence", FIELD_SEQUENCE, COLUMN_OPTIONAL },
    },
};

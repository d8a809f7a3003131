/*
 * model/market.h - quotes, trades, book levels, bars: bodies of market-data events. The instrument
 * and the exchange's time stand in the event's header (source_ts_ns).
 */
#ifndef MODEL_MARKET_H
#define MODEL_MARKET_H
#include <stdint.h>

struct quote { /* best bid and ask; a side without liquidity has price 0 and quantity 0 */
    int64_t bid_ticks, bid_lots, ask_ticks, ask_lots;
};

struct trade {
    int64_t price_ticks, qty_lots;
    uint64_t trade_id;
    uint8_t aggressor; /* enum side of the taker; SIDE_NONE = not known */
    uint8_t reserved[7];
};

struct book_level {
    int64_t price_ticks, qty_lots; /* qty_lots 0 = the level is gone */
};

/* A book event: bid_count levels best first, then ask_count levels best first, follow. */
enum book_action { BOOK_SNAPSHOT = 1, BOOK_DELTA = 2 };
#define BOOK_LEVELS_MAX 1000 /* a side, in one event */
struct book_head {
    uint64_t first_update_id, last_update_id;
    uint32_t bid_count, ask_count;
    uint8_t action; /* enum book_action */
    uint8_t reserved[7];
};

/* volume in lots. start_ns inclusive, end_ns exclusive. */
struct bar {
    int64_t start_ns, end_ns;
    int64_t open_ticks, high_ticks, low_ticks, close_ticks, volume_lots;
    uint64_t trade_count;
};

#endif

/*
 * gateway/view.h - the last image of every row, for reading.
 *
 * Filled by view_apply() from images and durable batches, in the order of the sequence; never
 * computes what the engine computed. The only thing made here is the market of the last 24 hours.
 */
#ifndef GATEWAY_VIEW_H
#define GATEWAY_VIEW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gateway/lookup.h"
#include "model/event.h"

#define VIEW_INSTRUMENTS_MAX 4096
#define VIEW_ASSETS_MAX 1024
#define VIEW_ACCOUNTS_MAX 256
#define VIEW_POSITIONS_MAX 16384
#define VIEW_BALANCES_MAX 16384
#define VIEW_STRATEGIES_MAX 1024
#define VIEW_ORDERS_SLACK 1024 /* an order may be told before the one it pushes out is evicted */
#define VIEW_BUCKET_NS (INT64_C(300) * 1000000000)
#define VIEW_BUCKETS 288 /* of five minutes: a day */

struct view_order {
    struct order order;
    uint32_t older, newer; /* in the order of ids; LOOKUP_NONE at the ends */
};

struct view_market {
    struct market_row row;
    uint64_t last_trade_id;
    int64_t exchange_ts_ns, bucket; /* number of the newest five minutes */
    int64_t bucket_lots[VIEW_BUCKETS];
    int64_t shown_ns; /* stream: when its last frame was made */
    bool changed;     /* stream: since then */
};

struct view {
    struct arena arena;
    struct view_order *orders;
    uint32_t orders_max, orders_used, orders_free; /* free list through `older` */
    uint32_t newest, oldest, orders_count, open_count;
    struct lookup orders_by_id, orders_by_key, positions_by_key, balances_by_key;
    struct instrument *instruments; /* by id; id 0 = empty */
    struct asset *assets;
    struct account *accounts;
    struct view_market *markets;
    struct strategy_row *strategies;
    struct position *positions; /* dense */
    struct balance *balances;   /* dense */
    uint32_t positions_count, balances_count;
    uint32_t instruments_end, assets_end, accounts_end, strategies_end; /* one past the last used */
    struct engine_row engine;
    uint64_t seq;
    int64_t engine_ts_ns;
};

MUST_USE enum err view_init(struct view *view, uint32_t orders_max);
void view_release(struct view *view);
void view_clear(struct view *view);

/* Takes one record; kinds that change no row are ignored, ids beyond the tables too. */
void view_apply(struct view *view, const struct event *event);

/* NULL: not there. */
const struct order *view_order(const struct view *view, uint64_t order_id);
const struct order *view_order_by_key(const struct view *view, uint16_t account,
                                      const char *client_order_id);
const struct instrument *view_instrument(const struct view *view, uint32_t id);
const struct instrument *view_symbol(const struct view *view,
                                     const char *symbol); /* exact, then any case */
const struct asset *view_asset(const struct view *view, uint16_t id);
const struct account *view_account(const struct view *view, uint16_t id);
const struct view_market *view_market(const struct view *view, uint32_t instrument);
int64_t view_volume_lots(const struct view_market *market, int64_t now_ns); /* last 24 h */
/* Bid/ask middle is not used: the last trade, else the bid; 0 = none. */
int64_t view_price_ticks(const struct view_market *market);

#endif

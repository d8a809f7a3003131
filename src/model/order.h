/*
 * model/order.h - intents, orders and fills, as rows.
 *
 * These structs are stored in journals and snapshots byte for byte: little-endian, no implicit
 * padding, 8-aligned, unused bytes zero. A change is a new event version with an upcast.
 */
#ifndef MODEL_ORDER_H
#define MODEL_ORDER_H
#include <stdbool.h>
#include <stdint.h>
#include "base/num.h"

#define CLIENT_ORDER_ID_MAX 40   /* with NUL */
#define CLIENT_ORDER_ID_SHOWN 36 /* 1..36 visible ASCII characters are taken from users */
#define VENUE_ORDER_ID_MAX 40    /* with NUL */
#define TRADE_ID_MAX 32          /* with NUL */
#define REASON_MAX 64            /* with NUL */

enum side { SIDE_NONE = 0, SIDE_BUY, SIDE_SELL };

enum order_type { /* FIX OrdType (40) in words */
                  ORDER_TYPE_NONE = 0,
                  ORDER_LIMIT,
                  ORDER_MARKET,
                  ORDER_STOP,
                  ORDER_STOP_LIMIT,
                  ORDER_MARKET_IF_TOUCHED,
                  ORDER_LIMIT_IF_TOUCHED,
                  ORDER_TRAILING_STOP,
                  ORDER_TRAILING_STOP_LIMIT,
                  ORDER_TYPE_COUNT
};

enum time_in_force { /* FIX TimeInForce (59) */
                     TIF_NONE = 0,
                     TIF_GTC,
                     TIF_GTD,
                     TIF_IOC,
                     TIF_FOK,
                     TIF_DAY,
                     TIF_AT_OPEN, /* held here until the next bar opens, then sent as it is (FIX 2: OPG) */
                     TIF_COUNT
};

enum order_flag {
    ORDER_POST_ONLY = 1,
    ORDER_REDUCE_ONLY = 2,
    ORDER_EMULATED = 4,       /* waits in the engine for its trigger */
    ORDER_TRIGGERED = 8,      /* was emulated; sent as what it became */
    ORDER_SENT_ONCE = 16,     /* left through the out gate at least once */
    ORDER_CANCEL_WANTED = 32, /* a cancel came before the venue knew the order */
    ORDER_TARGET = 64         /* market: to the size on this side, through zero if need be */
};

/* How an intent says its size. */
enum size_mode {
    SIZE_LOTS = 0,        /* qty_lots */
    SIZE_EQUITY_FRACTION, /* floor(fraction * free quote balance / (price * (1 + taker fee))) whole
                             lot_steps, when it is sent; fraction in size_e9 */
    SIZE_VALUE_FRACTION /* floor(fraction * value of the account / price) whole lot_steps, when it is
                             asked for; the balance is looked at when it is sent */
};

enum position_side { POSITION_NET = 0, POSITION_LONG, POSITION_SHORT };

enum order_state {
    ORDER_NONE = 0, /* never a real state: an empty cell of the table */
    ORDER_NEW,      /* known, not sent: waits for its trigger or for the out gate */
    ORDER_SENT,
    ORDER_OPEN,
    ORDER_AMENDING,
    ORDER_CANCELLING,
    ORDER_UNKNOWN, /* sent, no answer: exposure stays until the venue proves otherwise */
    ORDER_FILLED,
    ORDER_CANCELLED,
    ORDER_EXPIRED,
    ORDER_DENIED,   /* by our risk gate: never left the house */
    ORDER_REJECTED, /* by the venue */
    ORDER_STATE_COUNT
};

/* What somebody wants. The account, instrument and strategy stand in the event's header. */
struct intent {
    uint64_t request_id;    /* whoever waits for the answer; 0 = nobody */
    int64_t valid_until_ns; /* 0 = entries: engine default; reducing orders: none */
    int64_t expire_ns;      /* TIF_GTD */
    int64_t qty_lots, price_ticks, stop_ticks, trail_ticks, display_lots;
    int64_t size_e9;    /* SIZE_EQUITY_FRACTION */
    uint64_t body_hash; /* of the request as the user meant it; idempotency */
    uint8_t side, type, tif, flags;
    uint8_t size_mode, position_side, reserved[2];
    char client_order_id[CLIENT_ORDER_ID_MAX];
};

/* The row image of one order: EVENT_ORDER carries it whole. */
struct order {
    uint64_t id;        /* the sequence number of the event that carried the intent */
    uint64_t last_seq;  /* of the last event that changed the row */
    uint64_t parent_id; /* 0 = none */
    int64_t created_ns, updated_ns, valid_until_ns, expire_ns;
    int64_t qty_lots;    /* > 0 once sized; changed only by an accepted amend */
    int64_t filled_lots; /* sum of fills; above qty_lots only after an overfill */
    int64_t price_ticks; /* MARKET: the worst price that is accepted, 0 = any */
    int64_t stop_ticks, trail_ticks, display_lots;
    int64_t amend_qty_lots, amend_price_ticks; /* ORDER_AMENDING: what was asked for */
    int64_t size_e9;
    row_i128 cost_tick_lots;               /* sum over fills of price_ticks * qty_lots */
    row_i128 reserved;                     /* amount held back for it, of reserved_asset */
    row_i128 denial_limit, denial_nearest; /* ORDER_DENIED: scaled as the rule's unit says */
    uint64_t body_hash;
    uint32_t instrument;
    uint16_t account, venue, strategy, reserved_asset;
    uint16_t denial; /* enum risk_code when ORDER_DENIED, or of what a target lost; else 0 */
    uint8_t side, type, tif, flags;
    uint8_t state, size_mode, position_side;
    uint8_t padding[3];
    char client_order_id[CLIENT_ORDER_ID_MAX];
    char venue_order_id[VENUE_ORDER_ID_MAX];
    char reason[REASON_MAX]; /* the venue's words, or ours; empty when there is none */
};

/* True once only a late fill can still change the order. */
static inline bool order_state_is_done(uint8_t state) { return state >= ORDER_FILLED; }

/* What is still to be filled; never negative. */
static inline int64_t order_open_lots(const struct order *order)
{
    int64_t open = order->qty_lots - order->filled_lots;
    return order_state_is_done(order->state) || open < 0 ? 0 : open;
}

enum liquidity { LIQUIDITY_UNKNOWN = 0, LIQUIDITY_MAKER, LIQUIDITY_TAKER };

/* The names used on every surface: "BUY", "LIMIT", "GTC", "OPEN". NULL-free, static. */
const char *side_name(uint8_t side);
const char *order_type_name(uint8_t type);
const char *tif_name(uint8_t tif);
const char *order_state_name(uint8_t state);
/* Any case; NONE (0) when the text names nothing. */
uint8_t side_parse(const char *text);
uint8_t order_type_parse(const char *text);
uint8_t tif_parse(const char *text);

#endif

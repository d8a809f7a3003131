/*
 * model/event.h - everything that happens, as records.
 *
 * A record is a 64-byte header and a body, little-endian, its length a multiple of 8, body bytes
 * without meaning zero. Inputs are told to the engine; outcomes are derived by it. Every record in
 * a journal has the next sequence number; cause_seq names the input (or outcome) it follows from.
 *
 * EVENT_KINDS is the one list: name, number, version, class, smallest body, sentence. A number is
 * never used again. A changed body is version + 1 with an upcast row in store/upcast.c.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include "base/err.h"
#include "model/account.h"
#include "model/instrument.h"
#include "model/market.h"
#include "model/order.h"

#define EVENT_BODY_MAX 65536u
#define EVENT_HEADER_BYTES 64u

struct event {
    uint32_t length; /* header + body, multiple of 8 */
    uint16_t kind, version;
    uint64_t seq;
    int64_t engine_ts_ns; /* max(previous, now) when it was applied */
    int64_t source_ts_ns; /* the exchange's or sender's time; 0 = none */
    uint64_t cause_seq;   /* 0 = came from outside */
    uint32_t instrument;
    uint16_t account, venue, strategy;
    uint16_t flags; /* enum event_flag */
    uint32_t reserved;
    int64_t received_ns; /* monotonic, when the first byte of its cause came in; 0 = not known */
    /* body follows */
};
static_assert(sizeof(struct event) == EVENT_HEADER_BYTES, "the header is 64 bytes");

enum event_flag {
    EVENT_LAST = 1,    /* the last record of its batch */
    EVENT_NO_SYNC = 2, /* market data: rides along, asks for no sync of its own */
    EVENT_REPLAY = 4   /* market data from history: warms strategies, trades nothing */
};

/* ---- bodies of inputs ---- */

struct order_ref { /* cancel and amend: by id, or by the client's id when id is 0 */
    uint64_t request_id;
    uint64_t order_id;
    char client_order_id[CLIENT_ORDER_ID_MAX];
};
struct order_amend {
    struct order_ref ref;
    int64_t qty_lots;    /* new total; 0 = unchanged */
    int64_t price_ticks; /* 0 = unchanged */
};
struct cash_adjust {
    uint64_t request_id;
    row_i128 amount; /* signed */
    uint16_t asset;
    uint8_t kind; /* enum ledger_kind */
    uint8_t reserved[5];
    char evidence[64];
};
struct halt_command {
    uint64_t request_id;
    uint8_t level;       /* enum halt_level; HALT_NONE resumes */
    uint8_t cancel_open; /* cancel every open order too */
    uint8_t reserved[6];
    char reason[64];
};
struct session_start {    /* one at every start of the daemon, the first input of its life */
    uint64_t instance_id; /* 40 bits */
    uint32_t engine_version;
    uint32_t reserved;
    char build[40];
};
struct seq_cursor {
    uint64_t seq;
};
struct clock_step {
    int64_t step_ns;
};

/* What a venue says of one of our orders. Which fields count depends on the kind. */
struct venue_report {
    uint64_t order_id;
    int64_t price_ticks, qty_lots; /* FILL: this fill; AMEND: the new total and price */
    row_i128 fee;                  /* FILL: amount of fee_asset; negative = rebate */
    uint16_t fee_asset;
    uint8_t liquidity; /* FILL: enum liquidity */
    uint8_t side;      /* FILL: enum side: lets a fill of a foreign order be booked */
    uint8_t reserved[4];
    char trade_id[TRADE_ID_MAX]; /* FILL: repeats are dropped by it */
    char venue_order_id[VENUE_ORDER_ID_MAX];
    char reason[REASON_MAX];
};

/* Risk limits of one scope; a limit of 0 is off. Amounts in the account's base currency. */
struct risk_limits {
    row_i128 order_notional_max, position_notional_max;
    int64_t order_qty_max_e8, position_qty_max_e8; /* base units * 10^8: same for all instruments */
    int64_t price_collar_e9;                       /* 0.2 = 200000000 */
    uint32_t order_rate_max;                       /* intents a second */
    uint32_t open_orders_max;
    int64_t entry_valid_ns; /* valid_until of an entry that names none */
};

#define STRATEGY_NAME_MAX 32
#define STRATEGY_PARAMS_MAX 16
struct strategy_start {
    uint64_t request_id;
    char type[STRATEGY_NAME_MAX]; /* a row of the registry: "sma_cross_long" */
    char name[STRATEGY_NAME_MAX]; /* this instance */
    int64_t bar_interval_ns;
    int64_t size_e9; /* SIZE_EQUITY_FRACTION: fraction; SIZE_LOTS: unused */
    int64_t size_lots;
    uint8_t size_mode;
    uint8_t fill_at_open; /* its orders are TIF_AT_OPEN */
    uint8_t param_count;
    uint8_t skips_first; /* it is not asked about the first bar with a value of every indicator */
    uint8_t reserved[4];
    double params[STRATEGY_PARAMS_MAX]; /* in the order of the descriptor */
};
struct strategy_ref {
    uint64_t request_id;
    char name[STRATEGY_NAME_MAX];
    char reason[64];
};

/* ---- bodies of outcomes ---- */

struct send_order {    /* for the out gate: hand this order to the venue */
    uint64_t order_id; /* its image is in the same batch, as for all sends */
    char venue_client_id[CLIENT_ORDER_ID_MAX]; /* derived from instance and order id */
};
struct send_cancel {
    uint64_t order_id;
};
struct send_amend {
    uint64_t order_id;
}; /* amend_qty_lots, amend_price_ticks */

struct fill { /* a booked fill, told with what is needed to show it */
    uint64_t order_id;
    int64_t price_ticks, qty_lots;
    row_i128 fee, realised; /* realised: what this fill added to the position's realised PnL */
    uint16_t fee_asset;
    uint8_t side, liquidity, position_side;
    uint8_t reserved[3];
    char trade_id[TRADE_ID_MAX];
    char client_order_id[CLIENT_ORDER_ID_MAX];
};

enum discrepancy_code { /* the world surprised us; entries freeze where it says so */
                        DISCREPANCY_NONE = 0,
                        DISCREPANCY_UNEXPECTED_MOVE, /* a report the order table has no move for */
                        DISCREPANCY_FILL_AFTER_END,  /* booked; freezes entries */
                        DISCREPANCY_OVERFILL,        /* booked; freezes entries */
                        DISCREPANCY_UNKNOWN_ORDER,   /* a report for an order nobody knows */
                        DISCREPANCY_COUNT
};
const char *discrepancy_name(uint8_t code);
struct discrepancy {
    uint64_t order_id;
    uint16_t report_kind; /* enum event_kind of the report */
    uint8_t code;
    uint8_t reserved[5];
    char detail[64];
};
struct command_result { /* the answer to an input that had a request_id */
    uint64_t request_id;
    uint64_t order_id; /* 0 = none */
    uint16_t err;      /* enum err; ERR_DUPLICATE, ERR_EXISTS (= the first answer again) ... */
    uint16_t denial;   /* enum risk_code */
    uint32_t reserved;
};

/* Row image of a running strategy; its flat state follows by EVENT_STRATEGY_STATE patches. */
enum strategy_status { STRATEGY_EMPTY = 0, STRATEGY_RUNNING, STRATEGY_STOPPED, STRATEGY_FAILED };
struct strategy_row {
    struct strategy_start start;
    uint32_t instrument;
    uint16_t id, account;
    uint8_t status;
    uint8_t reserved[7];
    int64_t position_lots;   /* its own share of the position */
    row_i128 cost, realised; /* likewise, amounts in quote */
    uint64_t bars, orders, fills;
    uint32_t state_bytes, state_offset;
    char reason[64];
};
struct strategy_patch { /* `size` bytes at `offset` of the strategy's state follow */
    uint32_t offset, size;
};
struct timer_row { /* a timer that waits; deadline 0 = it is gone */
    int64_t deadline_ns;
    uint64_t id;
    uint64_t subject; /* order id or strategy id */
    uint64_t tag;     /* the strategy's own */
    uint32_t kind;    /* engine/timer.h */
    uint32_t reserved;
};

/* Last prices and the bar being made, per instrument: market_apply() keeps it from inputs. */
struct market_row {
    uint32_t instrument;
    uint32_t reserved;
    struct quote quote;
    int64_t quote_ts_ns;
    int64_t last_ticks, last_lots, last_ts_ns;
    uint64_t trades;
    struct bar bar; /* start_ns 0 = none yet */
};

/* What belongs to no row. */
struct engine_row {
    uint64_t seq;         /* of the last record */
    int64_t engine_ts_ns; /* of the last record */
    uint64_t inputs;
    uint64_t instance_id;
    uint64_t archive_seq; /* closed orders up to here are in the archive */
    uint64_t next_timer_id;
    uint64_t orders_evicted;
    uint32_t engine_version;
    uint32_t orders_open;
};

#define EVENT_INPUT 0
#define EVENT_VENUE 1  /* an input from a venue: never refused, never dropped */
#define EVENT_MARKET 2 /* an input: market data */
#define EVENT_OUTCOME 3
#define EVENT_IMAGE 4 /* an outcome that is a row image: recovery copies it */

/*  name, number, version, class, smallest body bytes, sentence */
#define EVENT_KINDS(X)                                                                             \
    X(EVENT_SESSION_START, 1, 1, INPUT, sizeof(struct session_start), "the daemon started")        \
    X(EVENT_ASSET_DEFINE, 2, 1, INPUT, sizeof(struct asset), "an asset was defined")               \
    X(EVENT_INSTRUMENT_DEFINE, 3, 1, INPUT, sizeof(struct instrument), "an instrument got rules")  \
    X(EVENT_ACCOUNT_OPEN, 4, 1, INPUT, sizeof(struct account), "an account was opened")            \
    X(EVENT_CASH_ADJUST, 5, 1, INPUT, sizeof(struct cash_adjust), "money was put in or taken out") \
    X(EVENT_RISK_LIMITS, 6, 1, INPUT, sizeof(struct risk_limits), "risk limits were set")          \
    X(EVENT_ORDER_SUBMIT, 7, 1, INPUT, sizeof(struct intent), "an order was asked for")            \
    X(EVENT_ORDER_CANCEL, 8, 1, INPUT, sizeof(struct order_ref), "a cancel was asked for")         \
    X(EVENT_ORDER_AMEND, 9, 1, INPUT, sizeof(struct order_amend), "an amend was asked for")        \
    X(EVENT_CANCEL_ALL, 10, 1, INPUT, sizeof(struct order_ref), "all open orders are to go")       \
    X(EVENT_HALT, 11, 1, INPUT, sizeof(struct halt_command), "trading was halted or resumed")      \
    X(EVENT_STRATEGY_START, 12, 1, INPUT, sizeof(struct strategy_start), "a strategy was started") \
    X(EVENT_STRATEGY_STOP, 13, 1, INPUT, sizeof(struct strategy_ref), "a strategy was stopped")    \
    X(EVENT_TIMER, 14, 1, INPUT, 0, "time passed: due timers ran")                                 \
    X(EVENT_CLOCK_STEP, 15, 1, INPUT, sizeof(struct clock_step), "the wall clock was set")         \
    X(EVENT_ARCHIVE_CURSOR, 16, 1, INPUT, sizeof(struct seq_cursor), "the archive is durable")     \
    X(EVENT_ORDER_RESTORE, 17, 1, INPUT, sizeof(struct order), "an evicted order came back")       \
    X(EVENT_VENUE_ACCEPT, 32, 1, VENUE, sizeof(struct venue_report), "the venue took the order")   \
    X(EVENT_VENUE_REJECT, 33, 1, VENUE, sizeof(struct venue_report), "the venue refused it")       \
    X(EVENT_VENUE_FILL, 34, 1, VENUE, sizeof(struct venue_report), "the venue filled it")          \
    X(EVENT_VENUE_CANCEL, 35, 1, VENUE, sizeof(struct venue_report), "the venue cancelled it")     \
    X(EVENT_VENUE_CANCEL_REJECT, 36, 1, VENUE, sizeof(struct venue_report),                        \
      "cancel came too late")                                                                      \
    X(EVENT_VENUE_AMEND, 37, 1, VENUE, sizeof(struct venue_report), "the venue amended it")        \
    X(EVENT_VENUE_AMEND_REJECT, 38, 1, VENUE, sizeof(struct venue_report), "amend was refused")    \
    X(EVENT_VENUE_EXPIRE, 39, 1, VENUE, sizeof(struct venue_report), "the order expired there")    \
    X(EVENT_VENUE_TIMEOUT, 40, 1, VENUE, sizeof(struct venue_report), "no answer in time")         \
    X(EVENT_QUOTE, 64, 1, MARKET, sizeof(struct quote), "best bid and ask")                        \
    X(EVENT_TRADE, 65, 1, MARKET, sizeof(struct trade), "a trade in the market")                   \
    X(EVENT_BOOK, 66, 1, MARKET, sizeof(struct book_head), "order book levels")                    \
    X(EVENT_BAR_OPEN, 67, 1, MARKET, sizeof(struct bar), "a bar began: only its open counts")      \
    X(EVENT_BAR, 68, 1, MARKET, sizeof(struct bar), "a finished bar from outside")                 \
    X(EVENT_ORDER, 128, 1, IMAGE, sizeof(struct order), "an order as it is now")                   \
    X(EVENT_POSITION, 129, 1, IMAGE, sizeof(struct position), "a position as it is now")           \
    X(EVENT_BALANCE, 130, 1, IMAGE, sizeof(struct balance), "a balance as it is now")              \
    X(EVENT_ACCOUNT, 131, 1, IMAGE, sizeof(struct account), "an account as it is now")             \
    X(EVENT_STRATEGY, 132, 1, IMAGE, sizeof(struct strategy_row), "a strategy as it is now")       \
    X(EVENT_STRATEGY_STATE, 133, 1, IMAGE, sizeof(struct strategy_patch), "its state changed")     \
    X(EVENT_TIMER_ROW, 134, 1, IMAGE, sizeof(struct timer_row), "a timer was set or is gone")      \
    X(EVENT_ENGINE, 135, 1, IMAGE, sizeof(struct engine_row), "counters of the engine")            \
    X(EVENT_ORDER_EVICTED, 136, 1, IMAGE, sizeof(struct seq_cursor), "an order left the memory")   \
    X(EVENT_MARKET_ROW, 137, 1, IMAGE, sizeof(struct market_row), "last prices as they are now")   \
    X(EVENT_ASSET, 138, 1, IMAGE, sizeof(struct asset), "an asset as it is now")                   \
    X(EVENT_INSTRUMENT, 139, 1, IMAGE, sizeof(struct instrument), "an instrument's rules now")     \
    X(EVENT_LIMITS, 140, 1, IMAGE, sizeof(struct risk_limits), "an account's risk limits now")     \
    X(EVENT_RATE, 141, 1, IMAGE, sizeof(struct rate_row), "an account's order rate as it is now")  \
    X(EVENT_INTENT, 160, 1, OUTCOME, sizeof(struct intent), "a strategy wants an order")           \
    X(EVENT_SEND_ORDER, 161, 1, OUTCOME, sizeof(struct send_order), "to the venue: new order")     \
    X(EVENT_SEND_CANCEL, 162, 1, OUTCOME, sizeof(struct send_cancel), "to the venue: cancel")      \
    X(EVENT_SEND_AMEND, 163, 1, OUTCOME, sizeof(struct send_amend), "to the venue: amend")         \
    X(EVENT_FILL, 164, 1, OUTCOME, sizeof(struct fill), "a fill was booked")                       \
    X(EVENT_LEDGER, 165, 1, OUTCOME, sizeof(struct ledger_entry), "money moved")                   \
    X(EVENT_DISCREPANCY, 166, 1, OUTCOME, sizeof(struct discrepancy), "the world surprised us")    \
    X(EVENT_BAR_CLOSED, 167, 1, OUTCOME, sizeof(struct bar), "a bar was finished here")            \
    X(EVENT_SIGNAL, 168, 1, OUTCOME, sizeof(struct signal), "a strategy gave a signal")            \
    X(EVENT_RESULT, 169, 1, OUTCOME, sizeof(struct command_result), "answer to a command")

enum event_kind {
    EVENT_NONE = 0,
#define X(name, number, version, class, bytes, about) name = number,
    EVENT_KINDS(X)
#undef X
        EVENT_KIND_MAX = 256
};

/* A signal body; what a strategy thinks, for people, pages and other programs. */
struct signal {
    double confidence; /* 0..1 */
    double value;
    int8_t direction; /* -1 sell, 0 hold, 1 buy */
    uint8_t reserved[7];
    char feature[STRATEGY_NAME_MAX];
};

static inline void *event_body(struct event *event)
{
    return (uint8_t *)event + EVENT_HEADER_BYTES;
}
static inline const void *event_body_const(const struct event *event)
{
    return (const uint8_t *)event + EVENT_HEADER_BYTES;
}
static inline uint32_t event_length(size_t body_bytes)
{
    return (uint32_t)((EVENT_HEADER_BYTES + body_bytes + 7u) & ~(size_t)7u);
}

/* The enum name without "EVENT_": "ORDER_SUBMIT"; "UNKNOWN" for others. */
const char *event_kind_name(uint16_t kind);
/* INPUT, VENUE, MARKET, OUTCOME, IMAGE; -1 for an unknown kind. */
int event_kind_class(uint16_t kind);
uint16_t event_kind_version(uint16_t kind); /* 0 for an unknown kind */
static inline bool event_is_input(uint16_t kind) { return kind < 128; }

/* A record that can be read safely: known kind and version, lengths right, strings terminated.
 * `room` is what lies in memory from the header on. ERR_CORRUPT, ERR_VERSION. */
MUST_USE enum err event_check(const struct event *event, size_t room);

/*
 * A batch: one input and all its outcomes, back to back, in one buffer. The engine fills it; the
 * journal stores it whole or not at all.
 */
#define BATCH_BYTES_MAX (4u << 20)
struct batch {
    uint8_t *bytes; /* borrows; 8-aligned */
    size_t size, capacity;
    uint32_t count;
};

/* Appends a zeroed record with room for body_bytes; asserts when the batch is full: the engine
 * bounds what one input can cause. */
struct event *batch_add(struct batch *batch, uint16_t kind, size_t body_bytes);

/* Walks records: NULL at the end. *at starts NULL. */
static inline const struct event *batch_next(const void *bytes, size_t size, const struct event *at)
{
    const uint8_t *next = at ? (const uint8_t *)at + at->length : (const uint8_t *)bytes;
    return next < (const uint8_t *)bytes + size ? (const struct event *)next : NULL;
}

#endif

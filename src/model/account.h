/*
 * model/account.h - accounts, balances, positions and ledger entries, as rows (see model/order.h on
 * their bytes).
 */
#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H
#include <stdint.h>
#include "base/num.h"

#define ACCOUNT_NAME_MAX 24

enum venue_cap { /* order types and flags a venue does itself; the engine emulates the rest */
                 VENUE_CAP_STOP = 1,
                 VENUE_CAP_STOP_LIMIT = 2,
                 VENUE_CAP_TRAILING = 4,
                 VENUE_CAP_IF_TOUCHED = 8,
                 VENUE_CAP_AMEND = 16,
                 VENUE_CAP_POST_ONLY = 32,
                 VENUE_CAP_REDUCE_ONLY = 64,
                 VENUE_CAP_ICEBERG = 128,
                 VENUE_CAP_DEDUPES = 256 /* a resent client id is not a second order */
};

enum account_mode {
    ACCOUNT_MODE_NONE = 0,
    ACCOUNT_PAPER,
    ACCOUNT_TESTNET,
    ACCOUNT_LIVE,
    ACCOUNT_BACKTEST
};

/* Trading halts, from mild to hard; one ladder for person and breaker. */
enum halt_level { HALT_NONE = 0, HALT_ENTRIES /* reducing orders and cancels pass */ };

struct account {
    uint16_t id; /* 1..accounts_max-1 */
    uint16_t venue;
    uint16_t base_currency; /* asset id: limits and equity are told in it */
    uint8_t mode, hedging;  /* hedging: long and short positions apart */
    uint8_t halt;           /* enum halt_level */
    uint8_t reserved[3];
    uint32_t venue_caps; /* enum venue_cap: what the venue does itself */
    uint32_t open_orders;
    uint32_t discrepancies; /* surprises since start; each was told as an event */
    uint64_t intents, denials, fills;
    char name[ACCOUNT_NAME_MAX];
    char halt_reason[64];
};

/* Orders that passed the gate in the current window of one second. */
struct rate_row {
    int64_t window_start_ns;
    uint32_t count;
    uint16_t account;
    uint16_t reserved;
};

/* Amounts of one asset in one account. free = total - reserved. */
struct balance {
    uint16_t account, asset;
    uint32_t padding;
    uint64_t last_seq;
    row_i128 total, reserved;
};

/*
 * One position: (account, instrument, position_side). A netting account uses POSITION_NET only.
 * Entry cost is kept exactly; the average entry price is cost / quantity, made for display.
 */
struct position {
    uint16_t account;
    uint8_t position_side;
    uint8_t reserved;
    uint32_t instrument;
    uint64_t last_seq;
    int64_t updated_ns;
    int64_t qty_lots;                      /* signed: long > 0 */
    int64_t open_buy_lots, open_sell_lots; /* open and UNKNOWN orders, as if they all filled */
    uint64_t fills;
    row_i128 cost; /* amount in quote: what the open quantity was entered for, signed like qty */
    row_i128 realised; /* amount in quote, before fees */
    row_i128 fees;     /* amount in quote of fees paid in quote; other fee assets are in balances */
    row_i128 bought_notional, sold_notional;
    int64_t bought_lots, sold_lots;
};

/* Strategy ids with a meaning of their own. */
#define STRATEGY_MANUAL 0      /* a person or a bot through the API */
#define STRATEGY_FOREIGN 65535 /* not from this house: another client of the same account */

enum ledger_kind {
    LEDGER_NONE = 0,
    LEDGER_TRADE,
    LEDGER_FEE,
    LEDGER_REBATE,
    LEDGER_FUNDING,
    LEDGER_INTEREST,
    LEDGER_SETTLEMENT,
    LEDGER_DIVIDEND,
    LEDGER_SPLIT,
    LEDGER_SYMBOL_CHANGE,
    LEDGER_EXPIRY,
    LEDGER_TRANSFER,
    LEDGER_ADJUSTMENT, /* with evidence: start balances, corrections by a person */
    LEDGER_KIND_COUNT
};
const char *ledger_kind_name(uint8_t kind);

/* One double entry: `amount` moves from `from` to `to` (account ids; LEDGER_WORLD is outside).
 * The sum over all accounts and the world is zero for every asset, always. */
#define LEDGER_WORLD 0
struct ledger_entry {
    uint16_t from, to, asset;
    uint8_t kind;
    uint8_t reserved;
    uint32_t instrument; /* 0 = none */
    uint32_t padding;
    uint64_t order_id; /* 0 = none */
    row_i128 amount;   /* > 0 */
};

#endif

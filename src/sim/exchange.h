/*
 * sim/exchange.h - a matching engine: the exchange inside the paper venue, the fill model of a
 * backtest, the core of the emulators.
 *
 * Price-time priority, one FIFO per price. Pure: time is told, chance is seeded, memory is the
 * caller's. Everything that happens comes out of one function, the sink, in order.
 *
 * Two kinds of liquidity meet here. *Orders* are ours (submit, cancel, amend). *The street* is the
 * market outside, told by quotes, book levels, trades or bars; our resting orders queue behind the
 * street quantity that stood at their price when they arrived, our aggressive orders take from the
 * street and what they took stays taken until the street is told anew.
 */
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/instrument.h"
#include "model/market.h"
#include "model/order.h"

enum sim_event_kind {
    SIM_ACCEPTED,
    SIM_REJECTED,
    SIM_FILL,
    SIM_CANCELLED,
    SIM_EXPIRED,
    SIM_CANCEL_REJECTED,
    SIM_AMENDED,
    SIM_AMEND_REJECTED,
    SIM_TRIGGERED /* a stop became live */
};
enum sim_reason { /* with REJECTED, CANCELLED, EXPIRED, *_REJECTED */
                  SIM_REASON_NONE = 0,
                  SIM_WOULD_CROSS,   /* post-only */
                  SIM_NO_LIQUIDITY,  /* market order or IOC remainder, FOK not fillable */
                  SIM_NOT_REDUCING,  /* reduce-only with nothing to reduce */
                  SIM_SELF_TRADE,    /* self-trade prevention took it */
                  SIM_UNKNOWN_ORDER, /* cancel or amend of what is not there (any more) */
                  SIM_DUPLICATE_ID,
                  SIM_BAD_ORDER, /* price, quantity, type or TIF not allowed by the instrument */
                  SIM_BOOK_FULL,
                  SIM_TIME_UP /* GTD, DAY */
};
const char *sim_reason_text(enum sim_reason reason); /* "post_only_would_cross" ... */

enum sim_self_trade {
    SIM_STP_NONE,
    SIM_STP_CANCEL_NEWEST,
    SIM_STP_CANCEL_OLDEST,
    SIM_STP_CANCEL_BOTH
};

#define SIM_OWNERS_MAX 1024 /* owners whose position was told, a sim */

/* One event a trade, whoever its two sides are: the taker's order and the maker's, each one of ours
 * or 0, the street. Of the fields that a kind does not name, nothing can be said. */
struct sim_event {
    enum sim_event_kind kind;
    enum sim_reason reason;
    uint64_t order_id;             /* FILL: the taker's */
    int64_t ts_ns;                 /* when it is seen by the owner: with the answer's latency leg */
    int64_t price_ticks, qty_lots; /* FILL: this fill. AMENDED: the new total and price */
    int64_t open_lots;             /* what is left of the order. FILL: of the taker's */
    uint8_t side;                  /* of the order. FILL: of the taker's */
    /* FILL only */
    uint64_t maker_id;
    int64_t maker_open_lots;
    uint64_t trade_id;   /* 1, 2, ... per exchange, never reused; the two sides share it */
    i128 fee, maker_fee; /* in the quote asset; negative = rebate */
};
/* Borrows the event. It must not call the sim: what it answers comes after it returned. */
typedef void sim_sink(void *context, const struct sim_event *event);

/* A trade as the owner of one order sees it. */
struct sim_fill {
    uint64_t order_id;
    int64_t open_lots;
    i128 fee;
    uint8_t side, liquidity;
};
/* The sides of a FILL that are orders, the maker's first. Returns how many: 1 or 2. */
int sim_fills(const struct sim_event *event, struct sim_fill fills[2]);

struct sim_order {
    uint64_t id;    /* the owner's, never reused */
    uint64_t owner; /* account: self-trade prevention, reduce-only; 0 = nobody's */
    int64_t price_ticks, stop_ticks, qty_lots, display_lots /* iceberg; 0 = all */;
    int64_t expire_ns; /* TIF_GTD, TIF_DAY */
    uint8_t side, type, tif;
    bool post_only, reduce_only;
    uint8_t reserved[3]; /* 0 */
};

struct sim_config {
    uint64_t seed;
    uint32_t orders_max; /* live orders; one more is rejected with SIM_BOOK_FULL */
    uint32_t levels_max; /* price levels with liquidity, both sides */
    enum sim_self_trade self_trade;
    int64_t latency_to_ns, latency_from_ns; /* mean of the order and the answer leg */
    int64_t latency_jitter_ns;              /* uniform 0..jitter is added to each, seeded */
    uint64_t first_trade_id;                /* continues after a restart; 0 = 1 */
    bool bars; /* the street is told by bars: market, IOC, FOK and AT_OPEN orders wait for the next
                  open. Without it so from the first bar on */
};

struct sim; /* one instrument's exchange, inside the caller's block */
size_t sim_size(const struct sim_config *config);
/* block: 64-aligned, sim_size() bytes; borrowed while in use. instrument: copied. */
MUST_USE enum err sim_init(void *block, const struct sim_config *config,
                           const struct instrument *instrument, sim_sink *sink, void *context,
                           struct sim **out);

/* Orders. With latency legs they act when sim_advance() reaches their arrival. */
void sim_submit(struct sim *sim, const struct sim_order *order, int64_t now_ns);
void sim_cancel(struct sim *sim, uint64_t order_id, int64_t now_ns);
void sim_amend(struct sim *sim, uint64_t order_id, int64_t price_ticks, int64_t qty_lots,
               int64_t now_ns);
/* Puts back an order that rested before a restart: no checks, no ACCEPTED, behind the street. */
void sim_restore(struct sim *sim, const struct sim_order *order, int64_t filled_lots);
/* For reduce-only: the owner's signed position. */
void sim_set_position(struct sim *sim, uint64_t owner, int64_t qty_lots);

/* The street. */
void sim_quote(struct sim *sim, const struct quote *quote, int64_t now_ns);
void sim_trade(struct sim *sim, const struct trade *trade, int64_t now_ns);
void sim_level(struct sim *sim, uint8_t side, int64_t price_ticks, int64_t qty_lots,
               int64_t now_ns);
void sim_book_clear(struct sim *sim, int64_t now_ns); /* before a snapshot's levels */
/* Bars: at the open, market orders and crossed limits fill at it; over the bar, resting limits that
 * it reaches fill at their price (better at the open), stops trigger. Quantity is bounded by
 * nothing but the order: bars say nothing about depth; the report says so. */
void sim_bar_open(struct sim *sim, int64_t open_ticks, int64_t now_ns);
void sim_bar(struct sim *sim, const struct bar *bar, int64_t now_ns);
/* For a caller who wants to act inside a bar, after sim_bar_open() and instead of sim_bar(): the price
 * goes from where it is to there. */
void sim_bar_move(struct sim *sim, int64_t to_ticks, int64_t now_ns);

/* Delivers what is due: latency legs, GTD and DAY ends. sim_next_deadline: INT64_MAX = none. */
void sim_advance(struct sim *sim, int64_t now_ns);
int64_t sim_next_deadline(const struct sim *sim);

/* Looks. best: 0 when the side is empty (orders and street together). */
int64_t sim_best_ticks(const struct sim *sim, uint8_t side);
int64_t sim_depth_lots(const struct sim *sim, uint8_t side, int64_t price_ticks);
uint32_t sim_live_orders(const struct sim *sim);
uint64_t sim_state_hash(const struct sim *sim);

#endif

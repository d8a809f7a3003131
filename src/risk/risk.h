/*
 * risk/risk.h - the gate: every submit and every amend passes all rules, or is denied by one.
 *
 * A rule is one file with one `const struct risk_rule` and one row in RISK_RULES. Rules are pure and see
 * only the view that the engine prepared; the first denial ends the check. Codes are stable: they
 * are stored in journals and told to programs. Cancels never come here; orders that only reduce a
 * position pass the rules that bound size and exposure.
 */
#ifndef RISK_RISK_H
#define RISK_RISK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/num.h"
#include "model/event.h"

/* X(rule, code): the order is the order of checking; a code is never used again. */
#define RISK_RULES(X)                                                                              \
    X(trading_halt, 1)                                                                             \
    X(price_filter, 2)                                                                             \
    X(lot_size, 3)                                                                                 \
    X(min_notional, 4)                                                                             \
    X(reduce_only, 5)                                                                              \
    X(order_qty, 6)                                                                                \
    X(order_notional, 7)                                                                           \
    X(price_collar, 8)                                                                             \
    X(position_qty, 9)                                                                             \
    X(position_notional, 10)                                                                       \
    X(open_orders, 11)                                                                             \
    X(order_rate, 12)                                                                              \
    X(balance, 13)

enum risk_code {
    RISK_PASS = 0,
#define X(rule, code) RISK_##rule = code,
    RISK_RULES(X)
#undef X
        RISK_NO_PRICE = 14, /* a market order, and no price is known to value it */
    RISK_CODE_MAX
};

enum risk_unit { /* how a denial's numbers are to be read */
                 RISK_UNIT_NONE,
                 RISK_UNIT_TICKS,
                 RISK_UNIT_LOTS,
                 RISK_UNIT_QUOTE /* amount */,
                 RISK_UNIT_BASE_OR_QUOTE /* amount of order.reserved_asset */,
                 RISK_UNIT_COUNT
};

struct risk_view {             /* prepared by the engine; borrowed */
    const struct order *order; /* the candidate; for an amend with the new price and quantity */
    const struct instrument *instrument;
    const struct account *account; /* its open_orders count the candidate */
    const struct position *position;
    const struct risk_limits *limits;
    int64_t engine_ts_ns;
    int64_t value_ticks;   /* what the order is valued at: limit price, else the protection price */
    int64_t market_ticks;  /* best opposite price, else last; 0 = not known */
    i128 notional;         /* at value_ticks */
    i128 needed;           /* to be reserved, of order->reserved_asset */
    i128 free;             /* what is free of it, the order's own present reserve included */
    int64_t own_open_lots; /* amend: what the order itself already counts in open_buy/sell_lots */
    uint32_t orders_this_second; /* that passed the gate */
    bool reducing;               /* can only bring the position nearer to zero */
    bool amending;               /* passed the gate before: it is one of the open orders already */
};

struct risk_denial { /* scaled as the rule's units say */
    uint16_t code;
    i128 limit, nearest;
};

struct risk_rule {
    const char *name;    /* the code as text */
    const char *problem; /* what is wrong and the limit's name: a sentence without its end */
    const char *remedy;  /* what helps where no other number does; else NULL */
    enum risk_unit limit_unit, nearest_unit;
    /* False: denied, with limit and nearest set. */
    bool (*allows)(const struct risk_view *view, struct risk_denial *denial);
};

/* RISK_PASS, or the code of the first rule that denies, also in denial->code. */
uint16_t risk_check(const struct risk_view *view, struct risk_denial *denial);

/* "min_notional"; "" for RISK_PASS, "unknown" for no code of ours. */
const char *risk_code_name(uint16_t code);

/* The sentence of a DENIED order: what is wrong, the limit, and the nearest allowed value or what else helps.
 * Returns the length. */
#define RISK_TEXT_MAX 256
size_t risk_denial_text(const struct order *order, const struct instrument *instrument, char *out,
                        size_t size);

/* Rows in order; count. */
const struct risk_rule *const *risk_rules(size_t *count);

#endif

/*
 * tradewind/strategy.h - the C interface of strategies, stable and append-only.
 *
 * A strategy is one descriptor: its parameters, how many bytes of state it wants, and what it does when
 * something happens. The state is one flat block without pointers: the engine owns it, keeps it in every
 * snapshot and gives it back after a restart. A strategy sees only that block and its context; it reads no
 * clock, opens no file, allocates nothing. The same object trades live and in a backtest.
 *
 * Prices and quantities come twice: exactly, in ticks and lots of the instrument, and as doubles for
 * indicators. Orders are asked for exactly.
 */
#ifndef TRADEWIND_STRATEGY_H
#define TRADEWIND_STRATEGY_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TW_STRATEGY_ABI 1u
#define TW_PARAMS_MAX 16
#define TW_INDICATORS_MAX 16

struct tw_context; /* the engine's; valid during one callback */

enum tw_side { TW_BUY = 1, TW_SELL = 2 };
enum tw_order_type { TW_LIMIT = 1, TW_MARKET = 2, TW_STOP = 3, TW_STOP_LIMIT = 4 };

struct tw_instrument {
    char symbol[24];
    uint8_t price_scale, qty_scale; /* ticks are 10^-price_scale, lots 10^-qty_scale */
    uint8_t reserved[6];
    int64_t tick_step, lot_step, qty_min_lots;
};
struct tw_bar {
    int64_t start_ns, end_ns; /* UTC; end exclusive */
    int64_t open_ticks, high_ticks, low_ticks, close_ticks, volume_lots;
    double open, high, low, close, volume;
};
struct tw_trade {
    int64_t ts_ns, price_ticks, qty_lots;
    double price, qty;
    uint8_t aggressor; /* enum tw_side; 0 = not known */
    uint8_t reserved[7];
};
struct tw_quote {
    int64_t ts_ns, bid_ticks, bid_lots, ask_ticks, ask_lots;
    double bid, ask;
};
struct tw_fill {
    uint64_t order_id;
    int64_t price_ticks, qty_lots, open_lots; /* open_lots: what is left of the order */
    uint8_t side;
    uint8_t reserved[7];
};
struct tw_order_event {
    uint64_t order_id;
    uint8_t state; /* 3 open, 7 filled, 8 cancelled, 9 expired, 10 denied, 11 rejected */
    uint8_t reserved[7];
};
struct tw_intent {
    uint8_t side, type; /* enum tw_side, enum tw_order_type */
    uint8_t post_only, reduce_only;
    uint8_t
        target; /* market orders: 1 = go to the size on this side; what its position has against it is
                       closed by the same order, through zero */
    uint8_t reserved[3];
    int64_t qty_lots;    /* 0 = the size this strategy was configured with */
    int64_t price_ticks; /* limit types */
    int64_t stop_ticks;  /* stop types */
};
struct tw_signal {
    int32_t direction; /* -1 sell, 0 hold, 1 buy */
    int32_t reserved;
    double confidence; /* 0..1 */
    double value;
    char feature[32];
};

/* What a context offers. New functions are added at the end; size tells how many there are. */
struct tw_api {
    uint32_t size;
    uint32_t reserved;
    const struct tw_instrument *(*instrument)(struct tw_context *context);
    double (*param)(struct tw_context *context, uint32_t index); /* in the descriptor's order */
    int64_t (*now_ns)(struct tw_context *context);        /* of the event that is being told */
    int64_t (*position_lots)(struct tw_context *context); /* its own share, signed */
    uint32_t (*open_orders)(struct tw_context *context);  /* its own */
    /* The id of the order, or 0: denied, or not trading now (warming up, stopped). */
    uint64_t (*order)(struct tw_context *context, const struct tw_intent *intent);
    int (*cancel)(struct tw_context *context,
                  uint64_t order_id); /* 0 = no such open order of mine */
    void (*signal)(struct tw_context *context, const struct tw_signal *signal);
    /* Indicators by name, opened in start() only: "sma", or with one of its outputs "macd.signal" (without,
     * the first one). The engine feeds them each finished bar before bar() is called. Parameters in the order
     * of docs/indicators.md; those left out have their default. -1: unknown name, bad parameter or too
     * many. */
    int (*indicator)(struct tw_context *context, const char *name, const double *params,
                     uint32_t param_count);
    /* Its value `ago` bars back (0 = this bar, 1 = the one before); NaN until warm. */
    double (*value)(struct tw_context *context, int indicator, uint32_t ago);
    /* Calls timer() once, at or after at_ns. 0 = no timer left. */
    int (*timer)(struct tw_context *context, int64_t at_ns, uint64_t tag);
};

struct tw_param {
    const char *name, *about;
    double default_value, low, high;
};

struct tw_strategy {
    uint32_t abi;         /* TW_STRATEGY_ABI */
    uint32_t struct_size; /* sizeof(struct tw_strategy) */
    const char *name;     /* "sma_cross_long" */
    const char *about;    /* one sentence */
    uint32_t state_bytes; /* of its own state; zeroed before start() */
    uint32_t param_count;
    const struct tw_param *params;
    /* Each may be NULL. start(): 0 = ready, else refused. */
    int (*start)(const struct tw_api *api, struct tw_context *context, void *state);
    void (*bar)(const struct tw_api *api, struct tw_context *context, void *state,
                const struct tw_bar *bar);
    void (*trade)(const struct tw_api *api, struct tw_context *context, void *state,
                  const struct tw_trade *trade);
    void (*quote)(const struct tw_api *api, struct tw_context *context, void *state,
                  const struct tw_quote *quote);
    void (*order)(const struct tw_api *api, struct tw_context *context, void *state,
                  const struct tw_order_event *event);
    void (*fill)(const struct tw_api *api, struct tw_context *context, void *state,
                 const struct tw_fill *fill);
    void (*timer)(const struct tw_api *api, struct tw_context *context, void *state, uint64_t tag);
    void (*stop)(const struct tw_api *api, struct tw_context *context, void *state);
    uint32_t
        traits; /* TW_SHORTS: it sells what it does not hold; it needs an account that lets it */
    uint32_t reserved;
};
#define TW_SHORTS 1u

/* A library of your own exports this one function; the descriptor it gives, and all that it points to, must
 * stay as they are while the library is loaded. Built-in strategies are rows of a table and have none. */
__attribute__((visibility("default"))) const struct tw_strategy *tw_strategy(void);

#ifdef __cplusplus
}
#endif
#endif

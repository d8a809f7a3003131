/*
 * tests/strategy/stage.h - a strategy on a stage: its indicators have the values that the test says, its
 * orders and signals are written down, fills come when the test says so.
 */
#ifndef TESTS_STRATEGY_STAGE_H
#define TESTS_STRATEGY_STAGE_H
#include <stdbool.h>
#include <stdint.h>
#include "strategy/strategy_registry.h"

#define STAGE_MAX 256

struct tw_context {
    const struct tw_strategy *strategy;
    struct tw_instrument instrument; /* prices in cents, quantities in thousandths */
    double params[TW_PARAMS_MAX];
    _Alignas(16) uint8_t state[16384];
    int64_t now_ns, position_lots;
    struct {
        const char *name;
        double now, before;
    } indicators[TW_INDICATORS_MAX];
    int indicator_count;
    struct tw_intent orders[STAGE_MAX]; /* id = index + 1 */
    bool done[STAGE_MAX];
    uint32_t order_count, signal_count, timer_count;
    struct tw_signal last_signal;
    int64_t timer_ns;
    bool warming;        /* orders are not taken */
    bool refuses_limits; /* limit orders are denied */
};

/* "name" with "param=1 other=2" instead of defaults; returns what start() returns. */
int stage_start(struct tw_context *stage, const char *name, const char *params);
/* Values of the indicator opened as number `index`, which must be of that name: of the bar before, and of
 * this one. */
void stage_value(struct tw_context *stage, int index, const char *name, double before, double now);
/* A bar of a minute that opens, and ends, at this close. Returns the orders it caused. */
uint32_t stage_bar(struct tw_context *stage, double close);
/* The whole of order `id`, at that price. */
void stage_fill(struct tw_context *stage, uint64_t id, double price);
/* The last order is a market order of that side; fills it. */
void stage_expect_market(struct tw_context *stage, enum tw_side side, double price);
uint32_t stage_open_orders(const struct tw_context *stage);
/* The open order of that side and type, as a price (its limit, else its stop); 0 = none. */
double stage_resting(const struct tw_context *stage, enum tw_side side, enum tw_order_type type);
/* Lets the timer that waits run. */
void stage_timer(struct tw_context *stage);

#endif

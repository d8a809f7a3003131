/*
 * backtest/run.h - one run: the engine, the exchange and the wire between them. Private to the layer.
 */
#ifndef BACKTEST_RUN_H
#define BACKTEST_RUN_H
#include "backtest/plan.h"
#include "backtest/trades.h"
#include "sim/exchange.h"

#define RUN_ACCOUNT 1
#define RUN_VENUE 1
#define RUN_INSTRUMENT 1
#define RUN_ANSWERS_MAX 32768u       /* waiting answers of the exchange; a power of two */
#define RUN_STEPS_PER_BAR_MAX 100000 /* inputs that one bar, or one event of ticks, may cause */

struct run {
    const struct backtest_config *config;
    const struct plan *plan;
    struct engine *engine;
    struct sim *sim;
    struct batch batch;
    struct sim_event *answers; /* a ring: positions only grow */
    uint32_t answer_head, answer_tail;
    bool answers_lost, warm;
    struct trade_book trades;
    uint32_t bar;   /* the one that is running, from 0 */
    int64_t bar_ns; /* its start */
    uint32_t steps;
    uint16_t flags; /* of what is told: EVENT_REPLAY for the bars before the first */
    uint64_t intents_archived;
    uint64_t sent;                 /* orders that went to the exchange */
    int64_t close_ticks, start_ns; /* of the bar before; 0 = none */
    struct backtest_result *result;
    struct errtext *detail;
};

/* The exchange's sink: the answer waits until run_drain(). */
void run_hear(void *context, const struct sim_event *event);
/* One input to the engine; what it decides goes to the exchange and into the result. */
MUST_USE enum err run_tell(struct run *run, uint16_t kind, const void *body, size_t size,
                           int64_t now_ns);
/* Tells the engine every answer that waits; what it decides on them may bring more. */
MUST_USE enum err run_drain(struct run *run);
/* One input and all that follows from it. */
MUST_USE enum err run_step(struct run *run, uint16_t kind, const void *body, size_t size,
                           int64_t now_ns);
/* Lets time pass: timers of the engine and what is due at the exchange, in their order. */
MUST_USE enum err run_advance(struct run *run, int64_t to_ns);
/* What is closed may leave the engine's memory as soon as room is wanted. */
MUST_USE enum err run_archive(struct run *run, int64_t now_ns);
/* Looks, after a point was added, whether the strategy knows all it wants. */
void run_mark_warm(struct run *run);

/* ticks.c: the file of trades, quotes or a book, from its first event to its last. */
MUST_USE enum err run_ticks(struct run *run);

#endif

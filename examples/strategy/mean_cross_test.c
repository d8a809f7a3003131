/* mean_cross_test.c - when does it trade? Drives the strategy with closes that you write down, through a small
 * stand-in for the engine: market orders fill whole at the next bar's open, "sma" is the only indicator. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tradewind/strategy.h"

#define BARS_MAX 1000
#define SIZE_LOTS 10 /* of an order that names no size */
#define BAR_NS 60000000000

/* ---- the stand-in ---- */

struct tw_context {
    const struct tw_strategy *strategy;
    double params[TW_PARAMS_MAX];
    double closes[BARS_MAX];
    uint32_t bars;
    int32_t periods[TW_INDICATORS_MAX]; /* of the averages it opened */
    int indicators;
    struct tw_intent waiting; /* an order that the next open fills; qty_lots 0 = none */
    int64_t position_lots;
    uint64_t orders;
    int starting;
};

static const struct tw_instrument *instrument(struct tw_context *context)
{
    static const struct tw_instrument shares = {
        .symbol = "TEST", .price_scale = 2, .tick_step = 1, .lot_step = 1, .qty_min_lots = 1
    };
    (void)context;
    return &shares;
}
static double param(struct tw_context *context, uint32_t index)
{
    assert(index < context->strategy->param_count);
    return context->params[index];
}
static int64_t now_ns(struct tw_context *context) { return context->bars * BAR_NS; }
static int64_t position_lots(struct tw_context *context) { return context->position_lots; }
static uint32_t open_orders(struct tw_context *context) { return context->waiting.qty_lots > 0; }
static uint64_t order(struct tw_context *context, const struct tw_intent *intent)
{
    assert(intent->type == TW_MARKET); /* this stand-in knows no others */
    if (context->starting || context->waiting.qty_lots > 0)
        return 0;
    context->waiting = *intent;
    if (intent->qty_lots == 0)
        context->waiting.qty_lots = SIZE_LOTS;
    return ++context->orders;
}
static int cancel(struct tw_context *context, uint64_t order_id)
{
    int waits = context->waiting.qty_lots > 0 && order_id == context->orders;
    if (waits)
        context->waiting.qty_lots = 0;
    return waits;
}
static void signal_told(struct tw_context *context, const struct tw_signal *signal)
{
    (void)context;
    assert(signal->direction >= -1 && signal->direction <= 1);
}
static int indicator(struct tw_context *context, const char *name, const double *values,
                     uint32_t count)
{
    if (!context->starting || strcmp(name, "sma") != 0 || count != 1 || values[0] < 1 ||
        context->indicators == TW_INDICATORS_MAX)
        return -1;
    context->periods[context->indicators] = (int32_t)values[0];
    return context->indicators++;
}
static double value(struct tw_context *context, int handle, uint32_t ago)
{
    assert(handle >= 0 && handle < context->indicators);
    uint32_t period = (uint32_t)context->periods[handle];
    if (context->bars < period + ago)
        return NAN;
    double sum = 0;
    for (uint32_t i = 0; i < period; i++)
        sum += context->closes[context->bars - 1 - ago - i];
    return sum / period;
}
static int timer(struct tw_context *context, int64_t at_ns, uint64_t tag)
{
    (void)context, (void)at_ns, (void)tag;
    return 0; /* none left */
}

static const struct tw_api api = { sizeof(struct tw_api),
                                   0,
                                   instrument,
                                   param,
                                   now_ns,
                                   position_lots,
                                   open_orders,
                                   order,
                                   cancel,
                                   signal_told,
                                   indicator,
                                   value,
                                   timer };

static void fill_at_open(struct tw_context *context, void *state, double price)
{
    struct tw_intent filled = context->waiting;
    if (filled.qty_lots == 0)
        return;
    context->waiting.qty_lots = 0;
    context->position_lots += filled.side == TW_BUY ? filled.qty_lots : -filled.qty_lots;
    struct tw_fill told = { .order_id = context->orders,
                            .price_ticks = llround(price * 100),
                            .qty_lots = filled.qty_lots,
                            .side = filled.side };
    if (context->strategy->fill)
        context->strategy->fill(&api, context, state, &told);
}

/* A bar that is its close and nothing else. What the strategy asks for with it: 0 nothing, 1 buy, -1 sell. */
static int tell(struct tw_context *context, void *state, double close)
{
    assert(context->bars < BARS_MAX);
    fill_at_open(context, state, close);
    int64_t ticks = llround(close * 100), start_ns = context->bars * BAR_NS;
    struct tw_bar bar = { .start_ns = start_ns,
                          .end_ns = start_ns + BAR_NS,
                          .open_ticks = ticks,
                          .high_ticks = ticks,
                          .low_ticks = ticks,
                          .close_ticks = ticks,
                          .open = close,
                          .high = close,
                          .low = close,
                          .close = close };
    context->closes[context->bars++] = close;
    uint64_t orders = context->orders;
    context->strategy->bar(&api, context, state, &bar);
    if (context->orders == orders)
        return 0;
    return context->waiting.side == TW_BUY ? 1 : -1;
}

/* A fresh run with these parameters; gives its state, to be freed, or NULL when start() refuses. */
static void *begin(struct tw_context *context, const double *params)
{
    const struct tw_strategy *strategy = tw_strategy();
    memset(context, 0, sizeof *context);
    context->strategy = strategy;
    for (uint32_t i = 0; i < strategy->param_count; i++)
        context->params[i] = params ? params[i] : strategy->params[i].default_value;
    void *state = calloc(1, strategy->state_bytes + 1);
    assert(state);
    context->starting = 1;
    int refused = strategy->start && strategy->start(&api, context, state) != 0;
    context->starting = 0;
    if (!refused)
        return state;
    free(state);
    return NULL;
}

/* ---- what it should do: change this with the strategy ---- */

static void it_trades_here_and_nowhere_else(void)
{
    static const double params[] = { 3, 0.05, 1 }; /* the average of three, five percent */
    static const struct {
        double close;
        int asks;
    } bars[] = {
        { 100, 0 },  { 150, 0 }, /* not warm: two bars are no average of three */
        { 125, 0 },              /* exactly at the average of 100, 150, 125 */
        { 160, 1 },              /* 10 % above 145: buys */
        { 165, 0 },              /* filled; one entry is enough */
        { 158, 0 },              /* below 161, but not by 5 % */
        { 130, -1 },             /* 14 % below 151: sells */
        { 120, 0 },  { 118, 0 }, /* flat again, and nothing to buy on the way down */
    };
    struct tw_context context;
    void *state = begin(&context, params);
    assert(state);
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        int asks = tell(&context, state, bars[i].close);
        if (asks != bars[i].asks)
            fprintf(stderr, "bar %zu, close %g: asked %d, wanted %d\n", i, bars[i].close, asks,
                    bars[i].asks);
        assert(asks == bars[i].asks);
    }
    assert(context.position_lots == 0);
    free(state);
}

static void it_holds_as_long_as_it_was_told(void)
{
    static const double params[] = { 2, 0.05, 3 };
    static const double closes[] = { 100, 120, 100, 80, 60 };
    static const int asks[] = { 0, 1, 0, 0, -1 };
    struct tw_context context;
    void *state = begin(&context, params);
    assert(state);
    for (size_t i = 0; i < sizeof closes / sizeof closes[0]; i++)
        assert(tell(&context, state, closes[i]) == asks[i]);
    free(state);
}

static void it_starts_with_its_defaults_and_stays_out_of_a_flat_market(void)
{
    struct tw_context context;
    void *state = begin(&context, NULL);
    assert(state);
    for (int i = 0; i < 200; i++)
        assert(tell(&context, state, 50) == 0);
    free(state);
}

int main(void)
{
    it_trades_here_and_nowhere_else();
    it_holds_as_long_as_it_was_told();
    it_starts_with_its_defaults_and_stays_out_of_a_flat_market();
    puts("mean_cross: as it should");
    return 0;
}

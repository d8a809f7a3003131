/* strategy/sma_cross_bracket.c - buys when the fast average crosses above the slow one and leaves at a stop
 * or a target, both percentages of the close that gave the signal. The two rest at the exchange; what one
 * of them fills, the other loses: reduce-only, and cancelled when nothing is left. */
#include "strategy/parts.h"

enum { FAST, SLOW, STOP, TARGET };

struct state {
    int32_t fast, slow;           /* indicator handles */
    uint64_t entry, stop, target; /* orders */
    int64_t stop_ticks, target_ticks;
    int64_t filled_lots; /* of the entry */
};

static const struct tw_param params[] = {
    { "fast", "bars of the fast average", 10, 1, 5000 },
    { "slow", "bars of the slow average", 30, 2, 10000 },
    { "stop", "stop, as a part of the close at the signal", 0.97, 0.01, 0.9999 },
    { "target", "target, as a part of the close at the signal", 1.06, 1.0001, 3 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double fast = api->param(context, FAST), slow = api->param(context, SLOW);
    if (fast >= slow)
        return -1;
    state->fast = api->indicator(context, "sma", &fast, 1);
    state->slow = api->indicator(context, "sma", &slow, 1);
    return state->fast < 0 || state->slow < 0 ? -1 : 0;
}

/* Where two exits cannot rest side by side the target was refused: then the close is asked. */
static void watch_target(const struct tw_api *api, struct tw_context *context, struct state *state,
                         const struct tw_bar *told)
{
    if (state->target != 0 || api->position_lots(context) <= 0 ||
        told->close_ticks < state->target_ticks)
        return;
    say(api, context, -1, told->close, "target");
    api->cancel(context, state->stop);
    leave(api, context);
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double fast = api->value(context, state->fast, 0), slow = api->value(context, state->slow, 0);
    int cross = crossed(api->value(context, state->fast, 1), fast,
                        api->value(context, state->slow, 1), slow);
    watch_target(api, context, state, told);
    if (cross <= 0 || api->position_lots(context) != 0 || api->open_orders(context) > 0)
        return;
    const struct tw_instrument *instrument = api->instrument(context);
    state->stop_ticks = to_ticks(instrument, told->close * api->param(context, STOP));
    state->target_ticks = to_ticks(instrument, told->close * api->param(context, TARGET));
    state->stop = state->target = 0;
    state->filled_lots = 0;
    say(api, context, 1, fast - slow, "sma_spread");
    state->entry = enter(api, context, TW_BUY);
}

/* Sized to what has been filled: with more of the entry, anew. */
static void protect(const struct tw_api *api, struct tw_context *context, struct state *state)
{
    struct tw_intent stop = { .side = TW_SELL,
                              .type = TW_STOP,
                              .reduce_only = 1,
                              .qty_lots = state->filled_lots,
                              .stop_ticks = state->stop_ticks };
    struct tw_intent target = { .side = TW_SELL,
                                .type = TW_LIMIT,
                                .reduce_only = 1,
                                .qty_lots = state->filled_lots,
                                .price_ticks = state->target_ticks };
    api->cancel(context, state->stop);
    api->cancel(context, state->target);
    state->stop = api->order(context, &stop);
    state->target = api->order(context, &target);
    if (state->stop == 0) /* refused: nothing would protect it */
        leave(api, context);
}

static void fill(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_fill *told)
{
    struct state *state = memory;
    if (told->order_id == state->entry) {
        state->filled_lots += told->qty_lots;
        protect(api, context, state);
    } else if (api->position_lots(context) == 0) {
        api->cancel(context, told->order_id == state->stop ? state->target : state->stop);
    }
}

const struct tw_strategy strategy_sma_cross_bracket = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "sma_cross_bracket",
    .about = "buys where the fast moving average crosses above the slow one; leaves at a stop or a "
             "target",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .fill = fill,
};

/* strategy/trend_following.c - long after the fast average crossed above the slow one, out after it crossed
 * below. With the ATR stop a stop order rests so many true ranges below the entry; it is withdrawn before
 * the rule leaves by itself. */
#include "strategy/parts.h"

enum { FAST, SLOW, USE_EMA, USE_STOP, ATR, DISTANCE };

struct state {
    int32_t fast, slow, atr;
    int32_t padding;
    uint64_t entry, stop; /* orders */
    int64_t filled_lots;  /* of the entry */
    double atr_value;     /* at the signal */
};

static const struct tw_param params[] = {
    { "fast_period", "bars of the fast average", 10, 1, 5000 },
    { "slow_period", "bars of the slow average", 20, 2, 10000 },
    { "use_ema", "1: exponential averages, 0: simple", 1, 0, 1 },
    { "use_atr_stop", "1: a stop below the entry", 0, 0, 1 },
    { "atr_period", "bars of the average true range", 14, 1, 1000 },
    { "atr_multiplier", "true ranges from the entry to the stop", 2, 0.1, 50 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double fast = api->param(context, FAST), slow = api->param(context, SLOW);
    double atr = api->param(context, ATR);
    const char *average = api->param(context, USE_EMA) != 0 ? "ema" : "sma";
    if (fast >= slow)
        return -1;
    state->fast = api->indicator(context, average, &fast, 1);
    state->slow = api->indicator(context, average, &slow, 1);
    state->atr = api->indicator(context, "atr", &atr, 1);
    return state->fast < 0 || state->slow < 0 || state->atr < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double fast = api->value(context, state->fast, 0), slow = api->value(context, state->slow, 0);
    int cross = crossed(api->value(context, state->fast, 1), fast,
                        api->value(context, state->slow, 1), slow);
    int64_t held = api->position_lots(context);
    double atr = api->value(context, state->atr, 0);
    (void)told;
    if (cross > 0 && held == 0 && api->open_orders(context) == 0 && !isnan(atr)) {
        state->atr_value = atr;
        state->filled_lots = 0;
        state->stop = 0;
        say(api, context, 1, fast - slow, "trend");
        state->entry = enter(api, context, TW_BUY);
    } else if (cross < 0 && held > 0) {
        say(api, context, -1, fast - slow, "trend");
        api->cancel(context, state->stop);
        leave(api, context);
    }
}

static void fill(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_fill *told)
{
    struct state *state = memory;
    if (told->order_id != state->entry || api->param(context, USE_STOP) == 0)
        return;
    const struct tw_instrument *instrument = api->instrument(context);
    double distance = state->atr_value * api->param(context, DISTANCE);
    int64_t stop_ticks = told->price_ticks - to_ticks(instrument, distance);
    state->filled_lots += told->qty_lots;
    api->cancel(context, state->stop);
    state->stop = api->order(context, &(struct tw_intent){ .side = TW_SELL,
                                                           .type = TW_STOP,
                                                           .reduce_only = 1,
                                                           .qty_lots = state->filled_lots,
                                                           .stop_ticks = stop_ticks });
    if (state->stop == 0) /* refused: nothing would protect it */
        leave(api, context);
}

const struct tw_strategy strategy_trend_following = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "trend_following",
    .about = "follows crosses of two averages, with a stop by the average true range if wanted",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .fill = fill,
};

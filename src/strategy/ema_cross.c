/* strategy/ema_cross.c - long while the fast exponential average is above the slow one. */
#include "strategy/parts.h"

enum { FAST, SLOW };

struct state {
    int32_t fast, slow;
};

static const struct tw_param params[] = {
    { "fast", "bars of the fast average", 10, 1, 5000 },
    { "slow", "bars of the slow average", 20, 2, 10000 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double fast = api->param(context, FAST), slow = api->param(context, SLOW);
    if (fast >= slow)
        return -1;
    state->fast = api->indicator(context, "ema", &fast, 1);
    state->slow = api->indicator(context, "ema", &slow, 1);
    return state->fast < 0 || state->slow < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double fast = api->value(context, state->fast, 0), slow = api->value(context, state->slow, 0);
    int cross = crossed(api->value(context, state->fast, 1), fast,
                        api->value(context, state->slow, 1), slow);
    (void)told;
    be_long(api, context, cross, fast - slow, "ema_spread");
}

const struct tw_strategy strategy_ema_cross = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "ema_cross",
    .about = "long while the fast exponential average is above the slow one",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

/* strategy/sma_cross_long.c - buys when the fast average crosses above the slow one, sells all when it
 * crosses below. Long or flat, never more than one entry. A touch is not a cross: both sides of it are
 * strict, as in the usual definition (fast[i-1] < slow[i-1] and fast[i] > slow[i]). */
#include "strategy/parts.h"

enum { FAST, SLOW };

struct state {
    int32_t fast, slow; /* indicator handles */
};

static const struct tw_param params[] = {
    { "fast", "bars of the fast average", 10, 1, 5000 },
    { "slow", "bars of the slow average", 30, 2, 10000 },
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

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double fast = api->value(context, state->fast, 0), slow = api->value(context, state->slow, 0);
    int cross = crossed(api->value(context, state->fast, 1), fast,
                        api->value(context, state->slow, 1), slow);
    (void)told;
    be_long(api, context, cross, fast - slow, "sma_spread");
}

const struct tw_strategy strategy_sma_cross_long = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "sma_cross_long",
    .about = "long while the fast moving average is above the slow one",
    .state_bytes = sizeof(struct state),
    .param_count = 2,
    .params = params,
    .start = start,
    .bar = bar,
};

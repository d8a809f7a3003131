/* strategy/stochastic.c - buys where %K crosses above %D among the low values, leaves where it crosses below
 * among the high ones. */
#include "strategy/parts.h"

enum { K, D, OVERBOUGHT, OVERSOLD };
#define SLOWING 3 /* bars that %K is averaged over */

struct state {
    int32_t k, d;
};

static const struct tw_param params[] = {
    { "k", "bars of the window", 14, 1, 5000 },
    { "d", "bars that %K is averaged over", 3, 1, 1000 },
    { "overbought_level", "leaves only above", 80, 0, 100 },
    { "oversold_level", "buys only below", 20, 0, 100 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    const double given[] = { api->param(context, K), SLOWING, api->param(context, D) };
    if (api->param(context, OVERSOLD) >= api->param(context, OVERBOUGHT))
        return -1;
    state->k = api->indicator(context, "stoch.k", given, 3);
    state->d = api->indicator(context, "stoch.d", given, 3);
    return state->k < 0 || state->d < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double k = api->value(context, state->k, 0), d = api->value(context, state->d, 0);
    double k_before = api->value(context, state->k, 1);
    int cross = crossed(k_before, k, api->value(context, state->d, 1), d);
    bool far_enough = cross > 0 ? k_before < api->param(context, OVERSOLD)
                                : k_before > api->param(context, OVERBOUGHT);
    (void)told;
    be_long(api, context, far_enough ? cross : 0, k, "stochastic_k");
}

const struct tw_strategy strategy_stochastic = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "stochastic",
    .about = "buys low and leaves high where the two lines of the stochastic cross",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

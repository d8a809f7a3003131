/* strategy/pov.c - one quantity as a constant part of what the market trades. */
#include "strategy/execution.h"

enum { RATE = EXECUTION_OWN };

struct state {
    struct execution execution;
    double volume;           /* of the market since it began, base units */
    int32_t trades, padding; /* 1: single trades are told, bars only repeat them */
};

static const struct tw_param params[] = {
    EXECUTION_PARAMS,
    { "participation", "part of the market's volume", 0.1, 1e-6, 1 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    return execution_start(api, context, &state->execution);
}

static void seen(const struct tw_api *api, struct tw_context *context, struct state *state,
                 double volume)
{
    double scale = pow(10, api->instrument(context)->qty_scale);
    double total = (double)state->execution.total_lots / scale;
    state->volume += volume;
    double share = state->volume * api->param(context, RATE) / total;
    if (state->execution.filled_lots < state->execution.total_lots &&
        !execution_reach(api, context, &state->execution, share))
        state->volume = 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    if (!state->trades)
        seen(api, context, state, told->volume);
}

static void trade(const struct tw_api *api, struct tw_context *context, void *memory,
                  const struct tw_trade *told)
{
    struct state *state = memory;
    state->trades = 1;
    seen(api, context, state, told->qty);
}

static void fill(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_fill *told)
{
    struct state *state = memory;
    (void)api;
    (void)context;
    state->execution.filled_lots += told->qty_lots;
}

const struct tw_strategy strategy_pov = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "pov",
    .about = "buys or sells a quantity as a constant part of the market volume",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .trade = trade,
    .fill = fill,
    .traits = TW_SHORTS,
};

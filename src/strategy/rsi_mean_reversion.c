/* strategy/rsi_mean_reversion.c - buys what has fallen too far by Wilder's index, and leaves when the index
 * has come back to above its middle. */
#include "strategy/parts.h"

enum { PERIOD, BUY, LEAVE };

struct state {
    int32_t rsi;
};

static const struct tw_param params[] = {
    { "period", "bars of the relative strength index", 14, 2, 1000 },
    { "buy", "buys below", 30, 0, 100 },
    { "leave", "leaves above", 55, 0, 100 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double period = api->param(context, PERIOD);
    if (api->param(context, BUY) >= api->param(context, LEAVE))
        return -1;
    state->rsi = api->indicator(context, "rsi", &period, 1);
    return state->rsi < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double rsi = api->value(context, state->rsi, 0);
    int wants = rsi < api->param(context, BUY) ? 1 : rsi > api->param(context, LEAVE) ? -1 : 0;
    (void)told;
    be_long(api, context, wants, rsi, "rsi");
}

const struct tw_strategy strategy_rsi_mean_reversion = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "rsi_mean_reversion",
    .about =
        "buys when the relative strength index is low, leaves when it is back above its middle",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

/* strategy/rsi.c - buys oversold, sells overbought, by Wilder's index. */
#include "strategy/parts.h"

enum { PERIOD, OVERBOUGHT, OVERSOLD };

struct state {
    int32_t rsi;
};

static const struct tw_param params[] = {
    { "rsi_period", "bars of the relative strength index", 14, 2, 1000 },
    { "overbought_level", "leaves above", 70, 0, 100 },
    { "oversold_level", "buys below", 30, 0, 100 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double period = api->param(context, PERIOD);
    if (api->param(context, OVERSOLD) >= api->param(context, OVERBOUGHT))
        return -1;
    state->rsi = api->indicator(context, "rsi", &period, 1);
    return state->rsi < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double rsi = api->value(context, state->rsi, 0);
    int wants = rsi < api->param(context, OVERSOLD)     ? 1
                : rsi > api->param(context, OVERBOUGHT) ? -1
                                                        : 0;
    (void)told;
    be_long(api, context, wants, rsi, "rsi");
}

const struct tw_strategy strategy_rsi = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "rsi",
    .about = "buys oversold and leaves overbought by the relative strength index",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

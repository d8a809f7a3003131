/* strategy/bollinger_breakout.c - buys a close above the upper band, leaves at a close below the middle. */
#include "strategy/parts.h"

enum { PERIOD, WIDTH };

struct state {
    int32_t upper, middle;
};

static const struct tw_param params[] = {
    { "period", "bars of the middle band", 20, 2, 5000 },
    { "width", "standard deviations between the bands", 2, 0.1, 10 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    const double given[] = { api->param(context, PERIOD), api->param(context, WIDTH) };
    state->upper = api->indicator(context, "bb.upper", given, 2);
    state->middle = api->indicator(context, "bb.mid", given, 2);
    return state->upper < 0 || state->middle < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double upper = api->value(context, state->upper, 0);
    double middle = api->value(context, state->middle, 0);
    int wants = told->close > upper ? 1 : told->close < middle ? -1 : 0;
    be_long(api, context, wants, told->close - middle, "above_middle");
}

const struct tw_strategy strategy_bollinger_breakout = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "bollinger_breakout",
    .about = "buys a close above the upper Bollinger band, leaves below the middle",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

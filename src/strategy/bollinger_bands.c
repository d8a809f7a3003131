/* strategy/bollinger_bands.c - against the move: buys a close below the lower band, leaves above the upper
 * one. */
#include "strategy/parts.h"

enum { PERIOD, WIDTH };

struct state {
    int32_t upper, lower;
};

static const struct tw_param params[] = {
    { "period", "bars of the middle band", 20, 2, 5000 },
    { "std_dev", "standard deviations between the bands", 2, 0.1, 10 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    const double given[] = { api->param(context, PERIOD), api->param(context, WIDTH) };
    state->upper = api->indicator(context, "bb.upper", given, 2);
    state->lower = api->indicator(context, "bb.lower", given, 2);
    return state->upper < 0 || state->lower < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double upper = api->value(context, state->upper, 0);
    double lower = api->value(context, state->lower, 0);
    int wants = told->close < lower ? 1 : told->close > upper ? -1 : 0;
    /* 0 at the lower band, 1 at the upper one */
    double at = upper > lower ? (told->close - lower) / (upper - lower) : 0.5;
    be_long(api, context, wants, at, "percent_b");
}

const struct tw_strategy strategy_bollinger_bands = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "bollinger_bands",
    .about = "buys a close below the lower Bollinger band, leaves above the upper one",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

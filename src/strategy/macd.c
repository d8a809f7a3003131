/* strategy/macd.c - long while the difference of two averages is above its own average. */
#include "strategy/parts.h"

enum { FAST, SLOW, SIGNAL };

struct state {
    int32_t macd, signal;
};

static const struct tw_param params[] = {
    { "fast", "bars of the fast average", 12, 1, 5000 },
    { "slow", "bars of the slow average", 26, 2, 10000 },
    { "signal", "bars of the signal line", 9, 1, 5000 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    const double given[] = { api->param(context, FAST), api->param(context, SLOW),
                             api->param(context, SIGNAL) };
    if (given[FAST] >= given[SLOW])
        return -1;
    state->macd = api->indicator(context, "macd", given, 3);
    state->signal = api->indicator(context, "macd.signal", given, 3);
    return state->macd < 0 || state->signal < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double macd = api->value(context, state->macd, 0),
           signal = api->value(context, state->signal, 0);
    int cross = crossed(api->value(context, state->macd, 1), macd,
                        api->value(context, state->signal, 1), signal);
    (void)told;
    be_long(api, context, cross, macd - signal, "macd_histogram");
}

const struct tw_strategy strategy_macd = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "macd",
    .about = "long while the MACD line is above its signal line",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

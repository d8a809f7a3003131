/* strategy/mean_reversion.c - the close, in standard deviations from its mean: bought when far below, left
 * when back; sold short when far above, if that is wanted. */
#include "strategy/parts.h"

enum { LOOKBACK, ENTRY, EXIT, SHORT };

struct state {
    int32_t mean, deviation;
};

static const struct tw_param params[] = {
    { "lookback_period", "bars of mean and deviation", 20, 2, 5000 },
    { "entry_threshold", "enters so many deviations from the mean", 2, 0.1, 10 },
    { "exit_threshold", "leaves so near to the mean", 0.5, 0, 10 },
    { "enable_short", "1: sells short above the mean, too", 0, 0, 1 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double lookback = api->param(context, LOOKBACK);
    if (api->param(context, EXIT) >= api->param(context, ENTRY))
        return -1;
    state->mean = api->indicator(context, "sma", &lookback, 1);
    state->deviation = api->indicator(context, "stddev", &lookback, 1);
    return state->mean < 0 || state->deviation < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double deviation = api->value(context, state->deviation, 0);
    double z = (told->close - api->value(context, state->mean, 0)) / deviation;
    double entry = api->param(context, ENTRY), leaves = api->param(context, EXIT);
    int64_t held = api->position_lots(context);
    if (!(deviation > 0) || isnan(z) || api->open_orders(context) > 0)
        return; /* flat prices have no scale */
    if (held == 0 && z < -entry) {
        say(api, context, 1, z, "z_score");
        enter(api, context, TW_BUY);
    } else if (held == 0 && z > entry && api->param(context, SHORT) != 0) {
        say(api, context, -1, z, "z_score");
        enter(api, context, TW_SELL);
    } else if ((held > 0 && z >= -leaves) || (held < 0 && z <= leaves)) {
        say(api, context, held > 0 ? -1 : 1, z, "z_score");
        leave(api, context);
    }
}

const struct tw_strategy strategy_mean_reversion = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "mean_reversion",
    .about = "buys far below the mean by z-score and leaves near it; short above if wanted",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .traits = TW_SHORTS,
};

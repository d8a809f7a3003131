/* strategy/momentum.c - goes with a move that is large enough and not overdone, and leaves when it is gone. */
#include "strategy/parts.h"

enum { ROC, RSI, OVERBOUGHT, OVERSOLD, THRESHOLD, USE_FILTER, SHORT };

struct state {
    int32_t roc, rsi;
};

static const struct tw_param params[] = {
    { "roc_period", "bars of the rate of change", 14, 1, 1000 },
    { "rsi_period", "bars of the relative strength index", 14, 2, 1000 },
    { "rsi_overbought", "no buying above", 70, 50, 100 },
    { "rsi_oversold", "no short selling below", 30, 0, 50 },
    { "momentum_threshold", "rate of change that is a move: 0.02 = 2 %", 0.02, 0, 1 },
    { "use_rsi_filter", "1: the index is looked at", 1, 0, 1 },
    { "allow_short", "1: goes with falls, too", 0, 0, 1 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double roc = api->param(context, ROC), rsi = api->param(context, RSI);
    state->roc = api->indicator(context, "rocp", &roc, 1);
    state->rsi = api->indicator(context, "rsi", &rsi, 1);
    return state->roc < 0 || state->rsi < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double roc = api->value(context, state->roc, 0), rsi = api->value(context, state->rsi, 0);
    double threshold = api->param(context, THRESHOLD);
    bool filter = api->param(context, USE_FILTER) != 0;
    int64_t held = api->position_lots(context);
    (void)told;
    if (isnan(roc) || isnan(rsi) || api->open_orders(context) > 0)
        return;
    if (held == 0 && roc > threshold && !(filter && rsi > api->param(context, OVERBOUGHT))) {
        say(api, context, 1, roc, "rate_of_change");
        enter(api, context, TW_BUY);
    } else if (held == 0 && roc < -threshold && api->param(context, SHORT) != 0 &&
               !(filter && rsi < api->param(context, OVERSOLD))) {
        say(api, context, -1, roc, "rate_of_change");
        enter(api, context, TW_SELL);
    } else if ((held > 0 && roc < 0) || (held < 0 && roc > 0)) {
        say(api, context, held > 0 ? -1 : 1, roc, "rate_of_change");
        leave(api, context);
    }
}

const struct tw_strategy strategy_momentum = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "momentum",
    .about = "goes with moves above a threshold unless they are overdone, leaves when they turn",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .traits = TW_SHORTS,
};

/* strategy/weighted.c - votes of price against its average and of the relative strength index, weighted. The
 * true range has no direction and so no vote: its weight is what the other two leave, and nothing is
 * decided before it is known. */
#include "strategy/parts.h"

enum { W_EMA, W_RSI, W_ATR, EMA, RSI, ATR };

struct state {
    int32_t ema, rsi, atr;
};

static const struct tw_param params[] = {
    { "ema_weight", "of price above or below its average", 0.4, 0, 1 },
    { "rsi_weight", "of the index below 30 or above 70", 0.4, 0, 1 },
    { "atr_weight", "of the true range: no direction", 0.2, 0, 1 },
    { "ema_period", "bars of the average", 20, 1, 5000 },
    { "rsi_period", "bars of the index", 14, 2, 1000 },
    { "atr_period", "bars of the true range", 14, 1, 1000 },
};
#define RSI_BUYS 30
#define RSI_SELLS 70

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double ema = api->param(context, EMA), rsi = api->param(context, RSI);
    double atr = api->param(context, ATR);
    if (api->param(context, W_EMA) + api->param(context, W_RSI) <= 0)
        return -1; /* nobody would vote */
    state->ema = api->indicator(context, "ema", &ema, 1);
    state->rsi = api->indicator(context, "rsi", &rsi, 1);
    state->atr = api->indicator(context, "atr", &atr, 1);
    return state->ema < 0 || state->rsi < 0 || state->atr < 0 ? -1 : 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double ema = api->value(context, state->ema, 0), rsi = api->value(context, state->rsi, 0);
    int by_ema = told->close > ema ? 1 : told->close < ema ? -1 : 0;
    int by_rsi = rsi < RSI_BUYS ? 1 : rsi > RSI_SELLS ? -1 : 0;
    if (isnan(ema) || isnan(rsi) || isnan(api->value(context, state->atr, 0)))
        return;
    double score = api->param(context, W_EMA) * by_ema + api->param(context, W_RSI) * by_rsi;
    be_long(api, context, score > 0 ? 1 : score < 0 ? -1 : 0, score, "weighted_score");
}

const struct tw_strategy strategy_weighted = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "weighted",
    .about = "weighted votes of price against its average and of the relative strength index",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

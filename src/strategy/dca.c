/* strategy/dca.c - buys for the same amount of money every so many bars, whatever the price; leaves all at
 * once at a profit, if one is named. */
#include "strategy/parts.h"

enum { INTERVAL, AMOUNT, PROFIT };

struct state {
    int64_t bars; /* since the last buying */
    int64_t lots; /* bought since it was flat */
    double paid;  /* for them */
};

static const struct tw_param params[] = {
    { "interval_bars", "bars between two buyings", 24, 1, 1000000 },
    { "amount", "money for each, in the quote asset", 100, 1e-9, 1e12 },
    { "take_profit_pct", "sells all so many percent above what was paid; 0 = never", 0, 0, 10000 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    state->bars = (int64_t)api->param(context, INTERVAL); /* the first bar buys */
    return 0;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    const struct tw_instrument *instrument = api->instrument(context);
    double goal = api->param(context, PROFIT), scale = pow(10, instrument->qty_scale);
    if (api->position_lots(context) <= 0) {
        state->paid = 0;
        state->lots = 0;
    }
    double worth = (double)state->lots / scale * told->close;
    if (goal > 0 && state->lots > 0 && worth >= state->paid * (1 + goal / 100)) {
        say(api, context, -1, worth / state->paid - 1, "profit");
        leave(api, context);
        return;
    }
    if (state->bars++ < (int64_t)api->param(context, INTERVAL))
        return;
    int64_t lots = to_lots(instrument, api->param(context, AMOUNT) / told->close);
    if (lots < instrument->qty_min_lots || lots <= 0)
        return; /* the amount buys less than the least there is: it waits for a lower price */
    state->bars = 1;
    say(api, context, 1, told->close, "interval");
    api->order(context, &(struct tw_intent){ .side = TW_BUY, .type = TW_MARKET, .qty_lots = lots });
}

static void fill(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_fill *told)
{
    struct state *state = memory;
    if (told->side != TW_BUY)
        return;
    const struct tw_instrument *instrument = api->instrument(context);
    state->lots += told->qty_lots;
    state->paid += (double)told->qty_lots * (double)told->price_ticks /
                   pow(10, instrument->qty_scale + instrument->price_scale);
}

const struct tw_strategy strategy_dca = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "dca",
    .about = "buys for the same amount of money at regular intervals",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .fill = fill,
};

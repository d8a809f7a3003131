/* strategy/grid.c - a ladder of prices: below the market each step has a bid; where one is bought, an offer
 * stands one step higher; where that is sold, the bid comes back. Steps are equal distances or equal
 * ratios. Leaves all when the range is left for good by the stop, or when the profit is made. */
#include "strategy/parts.h"

#define STEPS_MAX 100

enum { UPPER, LOWER, COUNT, INVESTMENT, MODE, TAKE_PROFIT, STOP_LOSS };

struct rung {
    uint64_t order;      /* that stands for it; 0 = none */
    int64_t price_ticks; /* of its bid */
    int64_t lots, held_lots;
};
struct state {
    struct rung rungs[STEPS_MAX]; /* lowest first; the offer of one is at the price of the next */
    int64_t top_ticks;
    int32_t count, done; /* done: it left for good */
    double cash;         /* what trading brought so far */
    int32_t begun, padding;
};

static const struct tw_param params[] = {
    { "upper_price", "highest price of the ladder; must be given", 0, 0, 1e12 },
    { "lower_price", "lowest price of the ladder; must be given", 0, 0, 1e12 },
    { "grid_count", "steps", 10, 1, STEPS_MAX },
    { "total_investment", "money for all steps together, in the quote asset", 1000, 1e-9, 1e12 },
    { "grid_mode", "0: equal distances, 1: equal ratios", 0, 0, 1 },
    { "take_profit_pct", "leaves at so many percent profit on the investment; 0 = never", 0, 0,
      1e6 },
    { "stop_loss_pct", "leaves so many percent below the lowest price; 0 = never", 0, 0, 99.9 },
};

/* step 0 is the lowest price, step `count` the highest */
static double price_at(const struct tw_api *api, struct tw_context *context, int32_t step,
                       int32_t count)
{
    double low = api->param(context, LOWER), high = api->param(context, UPPER);
    double share = (double)step / count;
    return api->param(context, MODE) != 0 ? low * pow(high / low, share)
                                          : low + (high - low) * share;
}

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    const struct tw_instrument *instrument = api->instrument(context);
    double low = api->param(context, LOWER), high = api->param(context, UPPER);
    if (!(low > 0 && high > low))
        return -1;
    state->count = (int32_t)api->param(context, COUNT);
    state->top_ticks = to_ticks(instrument, high);
    for (int32_t i = 0; i < state->count; i++) {
        double price = price_at(api, context, i, state->count);
        state->rungs[i].price_ticks = to_ticks(instrument, price);
        state->rungs[i].lots =
            to_lots(instrument, api->param(context, INVESTMENT) / state->count / price);
        if (state->rungs[i].lots < instrument->qty_min_lots || state->rungs[i].lots == 0 ||
            (i > 0 && state->rungs[i].price_ticks <= state->rungs[i - 1].price_ticks))
            return -1; /* a step buys less than the least there is, or two are one price */
    }
    return 0;
}

static void bid(const struct tw_api *api, struct tw_context *context, struct rung *rung)
{
    struct tw_intent intent = { .side = TW_BUY,
                                .type = TW_LIMIT,
                                .qty_lots = rung->lots - rung->held_lots,
                                .price_ticks = rung->price_ticks };
    rung->order = api->order(context, &intent);
}

static void offer(const struct tw_api *api, struct tw_context *context, struct state *state,
                  int32_t index)
{
    struct rung *rung = &state->rungs[index];
    struct tw_intent intent = { .side = TW_SELL,
                                .type = TW_LIMIT,
                                .reduce_only = 1,
                                .qty_lots = rung->held_lots,
                                .price_ticks = index + 1 < state->count
                                                   ? state->rungs[index + 1].price_ticks
                                                   : state->top_ticks };
    rung->order = api->order(context, &intent);
}

static void leave_for_good(const struct tw_api *api, struct tw_context *context,
                           struct state *state, double value, const char *why)
{
    state->done = 1;
    say(api, context, -1, value, why);
    for (int32_t i = 0; i < state->count; i++)
        if (state->rungs[i].order)
            api->cancel(context, state->rungs[i].order);
    leave(api, context);
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    const struct tw_instrument *instrument = api->instrument(context);
    double held = (double)api->position_lots(context) / pow(10, instrument->qty_scale);
    double profit = state->cash + held * told->close;
    double goal = api->param(context, TAKE_PROFIT) / 100 * api->param(context, INVESTMENT);
    double stop = api->param(context, LOWER) * (1 - api->param(context, STOP_LOSS) / 100);
    if (state->done)
        return;
    if (goal > 0 && profit >= goal) {
        leave_for_good(api, context, state, profit, "profit");
    } else if (api->param(context, STOP_LOSS) > 0 && told->close < stop) {
        leave_for_good(api, context, state, told->close, "stop");
    } else if (!state->begun) {
        state->begun = 1;
        say(api, context, 1, told->close, "grid");
        for (int32_t i = 0; i < state->count; i++)
            if (state->rungs[i].price_ticks < told->close_ticks)
                bid(api, context, &state->rungs[i]);
    } else {
        /* steps above the price get their bid once it is above them */
        for (int32_t i = 0; i < state->count; i++) {
            struct rung *rung = &state->rungs[i];
            if (rung->order == 0 && rung->held_lots > 0)
                offer(api, context, state, i);
            else if (rung->order == 0 && rung->price_ticks < told->close_ticks)
                bid(api, context, rung);
        }
    }
}

/* What ended without a fill is asked for again at the next bar. */
static void order(const struct tw_api *api, struct tw_context *context, void *memory,
                  const struct tw_order_event *told)
{
    struct state *state = memory;
    (void)api;
    (void)context;
    for (int32_t i = 0; i < state->count && told->state > 7; i++)
        if (state->rungs[i].order == told->order_id)
            state->rungs[i].order = 0;
}

static void fill(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_fill *told)
{
    struct state *state = memory;
    const struct tw_instrument *instrument = api->instrument(context);
    double worth = (double)told->qty_lots * (double)told->price_ticks /
                   pow(10, instrument->qty_scale + instrument->price_scale);
    state->cash += told->side == TW_BUY ? -worth : worth;
    for (int32_t i = 0; i < state->count && !state->done; i++) {
        struct rung *rung = &state->rungs[i];
        if (rung->order != told->order_id)
            continue;
        rung->held_lots += told->side == TW_BUY ? told->qty_lots : -told->qty_lots;
        if (told->open_lots > 0)
            return; /* the rest is still there */
        say(api, context, told->side == TW_BUY ? -1 : 1, (double)(i + 1), "grid_step");
        if (told->side == TW_BUY)
            offer(api, context, state, i);
        else
            bid(api, context, rung);
        return;
    }
}

/* Nobody would answer their fills, and a ladder that begins again has its own. What it holds it keeps. */
static void stop(const struct tw_api *api, struct tw_context *context, void *memory)
{
    const struct state *state = memory;
    for (int32_t i = 0; i < state->count; i++)
        if (state->rungs[i].order)
            api->cancel(context, state->rungs[i].order);
}

const struct tw_strategy strategy_grid = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "grid",
    .about = "bids and offers on a ladder of prices: buys each step down, sells each step up",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .order = order,
    .fill = fill,
    .stop = stop,
};

/* strategy/market_making.c - a bid and an offer around the middle of the market. What it holds moves both
 * prices against more of it, and a moving market widens them. */
#include "strategy/quoting.h"

#define MEMORY 0.94 /* of the moving average of moves: the decay of RiskMetrics */

enum { SPREAD, SIZE, INVENTORY, SKEW, INTERVAL, NARROWEST, WIDEST, VOLATILITY, SHORT };

struct state {
    struct quoting quoting;
    double moves; /* average size of the middle's relative move between two looks */
    int32_t quoted, padding;
};

static const struct tw_param params[] = {
    { "base_spread", "between bid and offer, as a part of the price", 0.001, 0, 1 },
    { "order_size", "of each side, base units", 0.1, 1e-12, 1e12 },
    { "max_inventory", "largest position either way, base units", 10, 0, 1e12 },
    { "inventory_skew_factor", "spreads that a full inventory moves both prices", 0.5, 0, 10 },
    { "quote_refresh_interval_ms", "between two looks", 1000, 0, 86400000 },
    { "min_spread", "never narrower", 0.0005, 0, 1 },
    { "max_spread", "never wider", 0.01, 0, 1 },
    { "volatility_adjustment", "how many average moves the spread grows by", 1, 0, 100 },
    { "allow_short", "0: offers only what it holds", 1, 0, 1 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    (void)state;
    return api->param(context, NARROWEST) <= api->param(context, WIDEST) ? 0 : -1;
}

static void refresh(const struct tw_api *api, struct tw_context *context, struct state *state,
                    double mid)
{
    struct quoting *quoting = &state->quoting;
    int64_t now_ns = api->now_ns(context);
    double interval_ns = api->param(context, INTERVAL) * NS_PER_MS;
    if (quoting->quoted_ns && (double)(now_ns - quoting->quoted_ns) < interval_ns)
        return;
    if (quoting->quoted_ns)
        state->moves = MEMORY * state->moves + (1 - MEMORY) * fabs(mid / quoting->mid - 1);
    quoting->quoted_ns = now_ns;
    quoting->mid = mid;
    double spread = api->param(context, SPREAD) + api->param(context, VOLATILITY) * state->moves;
    spread = fmin(fmax(spread, api->param(context, NARROWEST)), api->param(context, WIDEST));
    double most = api->param(context, INVENTORY);
    double full = most > 0 ? inventory_of(api, context) / most : 0; /* -1..1 */
    double middle = mid * (1 - api->param(context, SKEW) * full * spread);
    struct wanted wanted = { .bid = middle * (1 - spread / 2),
                             .ask = middle * (1 + spread / 2),
                             .size = api->param(context, SIZE),
                             .inventory_max = most,
                             .shorts = api->param(context, SHORT) != 0 };
    say(api, context, 0, spread, "spread");
    quote_both(api, context, quoting, &wanted);
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    if (!state->quoted) /* without quotes the close is the best there is */
        refresh(api, context, state, told->close);
}

static void quote(const struct tw_api *api, struct tw_context *context, void *memory,
                  const struct tw_quote *told)
{
    struct state *state = memory;
    if (told->bid_ticks <= 0 || told->ask_ticks <= 0)
        return; /* half a market has no middle */
    state->quoted = 1;
    refresh(api, context, state, (told->bid + told->ask) / 2);
}

static void order(const struct tw_api *api, struct tw_context *context, void *memory,
                  const struct tw_order_event *told)
{
    struct state *state = memory;
    (void)api;
    (void)context;
    quoting_order(&state->quoting, told);
}

static void stop(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    api->cancel(context, state->quoting.bid);
    api->cancel(context, state->quoting.ask);
}

const struct tw_strategy strategy_market_making = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "market_making",
    .about = "quotes both sides around the middle, skewed by what it holds",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .quote = quote,
    .order = order,
    .stop = stop,
    .traits = TW_SHORTS,
};

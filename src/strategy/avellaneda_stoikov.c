/* strategy/avellaneda_stoikov.c - quotes by Avellaneda and Stoikov (2008), "High-frequency trading in a limit
 * order book": around r = s - q g v t, at a distance of g v t / 2 + ln(1 + g / k) / g to each side, where s
 * is the middle, q the inventory in order sizes, g the aversion to risk, v the variance of the middle per
 * second, t the seconds to the horizon, k how fast the chance of a fill falls with the distance. The
 * horizon rolls: when it is reached, the next one begins. Prices are those of the instrument, so g and k
 * have units: k about one over a usual spread. */
#include "strategy/quoting.h"

#define MEMORY 0.97 /* of the moving average of squared moves */

enum { AVERSION, DECAY, HORIZON, SIZE, INVENTORY, INTERVAL, SHORT };

struct state {
    struct quoting quoting;
    double variance; /* of the middle, per second */
    int32_t quoted, looks;
};

static const struct tw_param params[] = {
    { "risk_aversion", "g: how much inventory is disliked", 0.1, 1e-9, 1e6 },
    { "order_decay", "k: how fast fills get rarer with distance", 1.5, 1e-9, 1e6 },
    { "horizon_s", "seconds that inventory is held at most in thought", 3600, 1, 86400 },
    { "order_size", "of each side, base units", 0.1, 1e-12, 1e12 },
    { "max_inventory", "largest position either way, base units", 10, 0, 1e12 },
    { "quote_refresh_interval_ms", "between two looks", 1000, 0, 86400000 },
    { "allow_short", "0: offers only what it holds", 1, 0, 1 },
};
#define LOOKS_MIN 10 /* before a variance is believed */

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    (void)state;
    return api->param(context, SIZE) <= api->param(context, INVENTORY) ? 0 : -1;
}

static void learn(struct state *state, double mid, int64_t now_ns)
{
    struct quoting *quoting = &state->quoting;
    double seconds = (double)(now_ns - quoting->quoted_ns) / 1e9, move = mid - quoting->mid;
    if (quoting->quoted_ns && seconds > 0) {
        double now = move * move / seconds;
        state->variance = state->looks ? MEMORY * state->variance + (1 - MEMORY) * now : now;
        state->looks++;
    }
    quoting->quoted_ns = now_ns;
    quoting->mid = mid;
}

static void refresh(const struct tw_api *api, struct tw_context *context, struct state *state,
                    double mid)
{
    int64_t now_ns = api->now_ns(context);
    double interval_ns = api->param(context, INTERVAL) * NS_PER_MS;
    if (state->quoting.quoted_ns && (double)(now_ns - state->quoting.quoted_ns) < interval_ns)
        return;
    learn(state, mid, now_ns);
    if (state->looks < LOOKS_MIN)
        return;
    double g = api->param(context, AVERSION), horizon = api->param(context, HORIZON);
    double left = horizon - fmod((double)now_ns / 1e9, horizon);
    double risk = g * state->variance * left;
    double held = inventory_of(api, context) / api->param(context, SIZE);
    double middle = mid - held * risk;
    double distance = risk / 2 + log1p(g / api->param(context, DECAY)) / g;
    struct wanted wanted = { .bid = fmin(middle - distance, mid),
                             .ask = fmax(middle + distance, mid),
                             .size = api->param(context, SIZE),
                             .inventory_max = api->param(context, INVENTORY),
                             .shorts = api->param(context, SHORT) != 0 };
    say(api, context, 0, middle, "reservation_price");
    quote_both(api, context, &state->quoting, &wanted);
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

const struct tw_strategy strategy_avellaneda_stoikov = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "avellaneda_stoikov",
    .about = "quotes by Avellaneda and Stoikov: reservation price and optimal distance",
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

/* mean_cross.c - a strategy for Tradewind: buys when the close rises above its average by more than a band,
 * sells all when it falls below by as much. `make test` tries it out, `make` makes mean_cross.so of it. */
#include <math.h>
#include <string.h>
#include "tradewind/strategy.h"

/* What can be set from outside: --param bars=50. The order is that of the table below. */
enum { BARS, BAND, HOLD };

static const struct tw_param params[] = {
    { "bars", "bars of the average", 20, 2, 1000 },
    { "band", "how far from the average, as a part of it", 0.01, 0, 0.5 },
    { "hold", "bars to hold at least", 1, 1, 1000 },
};

/* All that is remembered between calls: one flat block, zeroed before start(), saved and restored by the
 * engine. No pointers, no globals. */
struct state {
    int32_t average; /* indicator handle */
    uint32_t bars_held;
};

/* Opens indicators and checks the parameters against each other; anything but 0 refuses to start. */
static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    double bars = api->param(context, BARS);
    state->average = api->indicator(context, "sma", &bars, 1);
    return state->average < 0 ? -1 : 0;
}

/* Says what it thinks: shown and recorded, it trades nothing. */
static void say(const struct tw_api *api, struct tw_context *context, int direction, double value)
{
    struct tw_signal signal = { .direction = direction, .confidence = 1, .value = value };
    strncpy(signal.feature, "distance", sizeof signal.feature - 1);
    api->signal(context, &signal);
}

/* After every finished bar. Indicators have seen it already; market orders fill at the next open. */
static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    double average = api->value(context, state->average, 0); /* NaN until warm */
    double distance = told->close / average - 1;
    double band = api->param(context, BAND);
    int64_t held = api->position_lots(context);
    state->bars_held = held > 0 ? state->bars_held + 1 : 0;
    if (isnan(distance) || api->open_orders(context) > 0)
        return;
    if (held == 0 && distance > band) {
        say(api, context, 1, distance);
        /* qty_lots 0: the size it was configured with */
        api->order(context, &(struct tw_intent){ .side = TW_BUY, .type = TW_MARKET });
    } else if (distance < -band && state->bars_held >= api->param(context, HOLD)) {
        say(api, context, -1, distance);
        api->order(context,
                   &(struct tw_intent){
                       .side = TW_SELL, .type = TW_MARKET, .reduce_only = 1, .qty_lots = held });
    }
}

static const struct tw_strategy descriptor = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "mean_cross",
    .about = "long while the close is above its average by more than a band",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
};

const struct tw_strategy *tw_strategy(void) { return &descriptor; }

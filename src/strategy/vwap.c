/* strategy/vwap.c - one quantity along the day's usual volume, so that its price is near the volume-weighted
 * one. The curve is the volume of each hour of the day (UTC) as it was seen so far, in history and since;
 * hours that were never seen count as the average hour. */
#include "strategy/execution.h"

#define HOURS 24
#define HOUR_NS INT64_C(3600000000000)

enum { DURATION = EXECUTION_OWN };

struct state {
    struct execution execution;
    double volume[HOURS]; /* mean of a bar's volume by the hour of its begin */
    double bars[HOURS];
};

static const struct tw_param params[] = {
    EXECUTION_PARAMS,
    { "duration_s", "seconds until all is done", 3600, 1, 2592000 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    return execution_start(api, context, &state->execution);
}

static double weight_of(const struct state *state, int64_t hour)
{
    double sum = 0, known = 0;
    if (state->bars[hour] > 0)
        return state->volume[hour];
    for (int i = 0; i < HOURS; i++) {
        sum += state->bars[i] > 0 ? state->volume[i] : 0;
        known += state->bars[i] > 0;
    }
    return sum > 0 ? sum / known : 1;
}

/* What the curve says is traded from one moment to another, hour by hour. */
static double expected(const struct state *state, int64_t from_ns, int64_t to_ns)
{
    double sum = 0;
    while (from_ns < to_ns) {
        int64_t hour = from_ns / HOUR_NS, end_ns = (hour + 1) * HOUR_NS;
        end_ns = end_ns < to_ns ? end_ns : to_ns;
        sum += weight_of(state, hour % HOURS) * (double)(end_ns - from_ns) / (double)HOUR_NS;
        from_ns = end_ns;
    }
    return sum;
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    struct execution *execution = &state->execution;
    int64_t hour = told->start_ns / HOUR_NS % HOURS, now_ns = api->now_ns(context);
    state->bars[hour] += 1;
    state->volume[hour] += (told->volume - state->volume[hour]) / state->bars[hour];
    if (execution->begun_ns == 0)
        execution->begun_ns = now_ns;
    int64_t end_ns = execution->begun_ns + (int64_t)(api->param(context, DURATION) * NS_PER_S);
    double all = expected(state, execution->begun_ns, end_ns);
    int64_t next_ns =
        now_ns + (told->end_ns - told->start_ns); /* until then nothing is asked again */
    double passed = expected(state, execution->begun_ns, next_ns < end_ns ? next_ns : end_ns);
    double share = all > 0 && next_ns < end_ns ? passed / all : 1;
    if (execution->filled_lots < execution->total_lots &&
        !execution_reach(api, context, execution, share))
        execution->begun_ns = 0;
}

static void fill(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_fill *told)
{
    struct state *state = memory;
    (void)api;
    (void)context;
    state->execution.filled_lots += told->qty_lots;
}

const struct tw_strategy strategy_vwap = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "vwap",
    .about = "buys or sells a quantity along the usual volume of the day",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .fill = fill,
    .traits = TW_SHORTS,
};

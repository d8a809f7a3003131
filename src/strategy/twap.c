/* strategy/twap.c - one quantity in equal parts at equal distances of time. */
#include "strategy/execution.h"

enum { DURATION = EXECUTION_OWN, SLICES };

struct state {
    struct execution execution;
    int64_t slice; /* parts that are due */
};

static const struct tw_param params[] = {
    EXECUTION_PARAMS,
    { "duration_s", "seconds from the first part to the end", 3600, 1, 31536000 },
    { "slices", "parts", 12, 1, 10000 },
};

static int start(const struct tw_api *api, struct tw_context *context, void *memory)
{
    struct state *state = memory;
    return execution_start(api, context, &state->execution);
}

/* Part n of N is due at its begin: the first at once, the last one slice before the end. */
static void due(const struct tw_api *api, struct tw_context *context, struct state *state)
{
    double slices = api->param(context, SLICES);
    double slice_ns = api->param(context, DURATION) * NS_PER_S / slices;
    double passed_ns = (double)(api->now_ns(context) - state->execution.begun_ns);
    int64_t slice = (int64_t)fmin(floor(passed_ns / slice_ns) + 1, slices);
    state->slice = slice > state->slice ? slice : state->slice;
    if (!execution_reach(api, context, &state->execution, (double)state->slice / slices)) {
        state->execution.begun_ns = state->slice = 0;
        return;
    }
    if (state->execution.filled_lots < state->execution.total_lots) {
        int64_t at_ns = state->execution.begun_ns + (int64_t)((double)state->slice * slice_ns);
        int64_t soon_ns = api->now_ns(context) + (int64_t)slice_ns; /* a late part is tried again */
        api->timer(context, at_ns > api->now_ns(context) ? at_ns : soon_ns, 0);
    }
}

static void bar(const struct tw_api *api, struct tw_context *context, void *memory,
                const struct tw_bar *told)
{
    struct state *state = memory;
    (void)told;
    if (state->execution.begun_ns)
        return; /* the timer goes on */
    state->execution.begun_ns = api->now_ns(context);
    due(api, context, state);
}

static void timer(const struct tw_api *api, struct tw_context *context, void *memory, uint64_t tag)
{
    (void)tag;
    due(api, context, memory);
}

static void fill(const struct tw_api *api, struct tw_context *context, void *memory,
                 const struct tw_fill *told)
{
    struct state *state = memory;
    (void)api;
    (void)context;
    state->execution.filled_lots += told->qty_lots;
}

const struct tw_strategy strategy_twap = {
    .abi = TW_STRATEGY_ABI,
    .struct_size = sizeof(struct tw_strategy),
    .name = "twap",
    .about = "buys or sells a quantity in equal parts over time",
    .state_bytes = sizeof(struct state),
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .start = start,
    .bar = bar,
    .fill = fill,
    .timer = timer,
    .traits = TW_SHORTS,
};

/* indicator/cmf.c - Chaikin's money flow. */
#include "indicator/flow.h"

struct state {
    struct sum flow, volume;
    double values[]; /* of flow, volume */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + 2 * (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->flow.window.size = state->volume.window.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double flow = sum_push(&state->flow, state->values, flow_volume(bar));
    double volume = sum_push(&state->volume, state->values + state->flow.window.size, bar->volume);
    out[0] = !sum_full(&state->flow) ? NAN : volume != 0 ? flow / volume : 0;
}

static const struct indicator_param params[] = { PERIOD(20, 1) };
static const struct indicator_output outputs[] = { { "value", "cmf_{period}" } };

const struct indicator indicator_cmf = {
    .name = "cmf",
    .about = "Chaikin money flow, -1 to 1",
    .formula = "sum(volume * ((close - low) - (high - close)) / (high - low)) / sum(volume)",
    .convention = "0 without volume; a bar without range flows neither way",
    .source = "TTR CMF; Chaikin",
    INDICATOR_TABLES,
};

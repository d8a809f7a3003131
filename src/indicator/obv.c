/* indicator/obv.c - Granville's on balance volume. */
#include "indicator/core.h"

enum { SEED_VOLUME = 0, SEED_ZERO = 1 };

struct state {
    double before, sum;
    uint32_t began, seed;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->seed = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    if (!state->began)
        state->sum = state->seed == SEED_VOLUME ? bar->volume : 0;
    else if (bar->close > state->before)
        state->sum += bar->volume;
    else if (bar->close < state->before)
        state->sum -= bar->volume;
    state->before = bar->close;
    state->began = true;
    out[0] = state->sum;
}

static const struct indicator_param params[] = {
    { "seed", "what the sum begins with", SEED_VOLUME, SEED_VOLUME, SEED_ZERO, true,
      "volume zero" },
};
static const struct indicator_output outputs[] = { { "value", "obv" } };

const struct indicator indicator_obv = {
    .name = "obv",
    .about = "on balance volume",
    .formula = "sum of the volume of bars that closed higher less that of bars that closed lower",
    .convention = "seed=volume begins with the first volume (TA-Lib), seed=zero with 0 (Tulip)",
    .source = "TA-Lib OBV; Granville (1963)",
    INDICATOR_TABLES,
};

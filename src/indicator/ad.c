/* indicator/ad.c - Chaikin's accumulation and distribution line. */
#include "indicator/flow.h"

struct state {
    double sum;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    (void)memory;
    (void)params;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    state->sum += flow_volume(bar);
    out[0] = state->sum;
}

static const struct indicator_output outputs[] = { { "value", "ad" } };

const struct indicator indicator_ad = {
    .name = "ad",
    .about = "accumulation and distribution line",
    .formula = "sum of volume * ((close - low) - (high - close)) / (high - low)",
    .convention = "a bar without range adds nothing",
    .source = "TA-Lib AD; Chaikin",
    INDICATOR_NO_PARAMS,
};

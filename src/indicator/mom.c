/* indicator/mom.c - change of the close over `period` bars. */
#include "indicator/core.h"

struct state {
    struct window closes;
    double values[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->closes.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    bool full = window_full(&state->closes);
    double oldest = window_push(&state->closes, state->values, bar->close);
    out[0] = NAN;
    if (full)
        out[0] = bar->close - oldest;
}

static const struct indicator_param params[] = { PERIOD(10, 1) };
static const struct indicator_output outputs[] = { { "value", "mom_{period}" } };

const struct indicator indicator_mom = {
    .name = "mom",
    .about = "change of the close over `period` bars",
    .formula = "close - close[period]",
    .source = "TA-Lib MOM",
    INDICATOR_TABLES,
};

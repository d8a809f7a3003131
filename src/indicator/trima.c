/* indicator/trima.c - triangular moving average: a simple average of a simple average. */
#include "indicator/core.h"

struct state {
    struct sum inner, outer;
    double values[]; /* of inner, outer */
};

static uint32_t size_inner(double period) { return ((uint32_t)period + 1) / 2; }
static uint32_t size_outer(double period) { return (uint32_t)period / 2 + 1; }

static size_t state_bytes(const double *params)
{
    uint32_t count = size_inner(params[0]) + size_outer(params[0]);
    return sizeof(struct state) + count * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->inner.window.size = size_inner(params[0]);
    state->outer.window.size = size_outer(params[0]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    out[0] = NAN;
    sum_push(&state->inner, state->values, bar->close);
    if (!sum_full(&state->inner))
        return;
    sum_push(&state->outer, state->values + state->inner.window.size, sum_mean(&state->inner));
    if (sum_full(&state->outer))
        out[0] = sum_mean(&state->outer);
}

static const struct indicator_param params[] = { PERIOD(20, 1) };
static const struct indicator_output outputs[] = { { "value", "trima_{period}" } };

const struct indicator indicator_trima = {
    .name = "trima",
    .about = "triangular moving average of the close",
    .formula =
        "SMA(SMA(close, a), b), a = b = (period + 1) / 2 for odd periods, a = period / 2 and "
        "b = a + 1 for even ones",
    .source = "TA-Lib TRIMA",
    INDICATOR_TABLES,
};

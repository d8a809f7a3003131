/* indicator/var.c - variance of the close. */
#include "indicator/spread.h"

struct state {
    struct moments moments;
    double inverse;
    double closes[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->moments.window.size = (uint32_t)params[0];
    state->inverse = divisor_inverse(params[0], params[1]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    moments_push(&state->moments, state->closes, bar->close);
    out[0] = NAN;
    if (moments_full(&state->moments))
        out[0] = moments_spread(&state->moments) * state->inverse;
}

static const struct indicator_param params[] = { PERIOD(20, 1), DIVISOR_PARAM };
static const struct indicator_output outputs[] = {
    { "value", "var_{period} var_sample_{period}?divisor=sample" },
};

const struct indicator indicator_var = {
    .name = "var",
    .about = "variance of the close",
    .formula = "mean((close - mean(close))^2)",
    .convention = "divisor=population divides by N (TA-Lib), divisor=sample by N - 1 (TTR)",
    .source = "TA-Lib VAR",
    INDICATOR_TABLES,
};

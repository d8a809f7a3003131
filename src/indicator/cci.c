/* indicator/cci.c - Lambert's commodity channel index. The mean deviation is from a mean that moves with
 * every bar, so each bar looks at its whole window. */
#include "indicator/core.h"

struct state {
    struct moments typical;
    double values[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->typical.window.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    uint32_t size = state->typical.window.size;
    double now = typical_price(bar), deviation = 0;
    moments_push(&state->typical, state->values, now);
    out[0] = NAN;
    if (!moments_full(&state->typical))
        return;
    double mean = moments_mean(&state->typical);
    for (uint32_t i = 0; i < size; i++)
        deviation += fabs(state->values[i] - mean);
    out[0] = deviation != 0 ? (now - mean) / (0.015 * deviation / size) : 0;
}

static const struct indicator_param params[] = { PERIOD(20, 1) };
static const struct indicator_output outputs[] = { { "value", "cci_{period}" } };

const struct indicator indicator_cci = {
    .name = "cci",
    .about = "commodity channel index of the typical price",
    .formula = "(tp - SMA(tp)) / (0.015 * mean(|tp - SMA(tp)|)), tp = (high + low + close) / 3",
    .convention = "0 when nothing deviates",
    .source = "TA-Lib CCI; Lambert (1980)",
    INDICATOR_TABLES,
};

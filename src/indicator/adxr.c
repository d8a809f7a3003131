/* indicator/adxr.c - average directional index rating: the mean of ADX and of an earlier one. */
#include "indicator/directional.h"

struct state {
    struct adx adx;
    struct window past; /* period - 1 values of adx */
    double values[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    adx_init(&state->adx, params[0]);
    state->past.size = (uint32_t)params[0] - 1;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    out[0] = NAN;
    if (!adx_push(&state->adx, bar))
        return;
    double now = state->adx.mean.value;
    bool full = window_full(&state->past);
    double past = window_push(&state->past, state->values, now);
    if (full)
        out[0] = (now + past) / 2;
}

static const struct indicator_param params[] = { PERIOD(14, 2) };
static const struct indicator_output outputs[] = { { "value", "adxr_{period}" } };

const struct indicator indicator_adxr = {
    .name = "adxr",
    .about = "average directional index rating, 0 to 100",
    .formula = "(adx + adx[period - 1]) / 2",
    .source = "TA-Lib ADXR; Wilder (1978)",
    INDICATOR_TABLES,
};

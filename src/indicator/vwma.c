/* indicator/vwma.c - volume weighted moving average of the close. */
#include "indicator/core.h"

struct state {
    struct sum paid, volume, plain;
    double values[]; /* of paid, volume, plain */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + 3 * (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->paid.window.size = state->volume.window.size = (uint32_t)params[0];
    state->plain.window.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    uint32_t size = state->plain.window.size;
    double price = bar->close;
    double paid = sum_push(&state->paid, state->values, price * bar->volume);
    double volume = sum_push(&state->volume, state->values + size, bar->volume);
    double plain = sum_push(&state->plain, state->values + (size_t)2 * size, price);
    out[0] = !sum_full(&state->plain) ? NAN : volume != 0 ? paid / volume : plain / size;
}

static const struct indicator_param params[] = {
    PERIOD(20, 1),
};
static const struct indicator_output outputs[] = {
    { "value", "vwma_{period}" },
};

const struct indicator indicator_vwma = {
    .name = "vwma",
    .about = "volume weighted moving average of the close",
    .formula = "sum(close * volume) / sum(volume)",
    .convention = "the plain mean of a window without volume",
    .source = "Tulip vwma",
    INDICATOR_TABLES,
};

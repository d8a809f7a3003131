/* indicator/wilders.c - Wilder's smoothing of the close. */
#include "indicator/core.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct ema);
}

static void init(void *memory, const double *params) { wilder_init(memory, params[0]); }

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct ema *state = memory;
    out[0] = ema_push(state, bar->close) ? state->value : NAN;
}

static const struct indicator_param params[] = { PERIOD(20, 1) };
static const struct indicator_output outputs[] = { { "value", "wilders_{period} rma_{period}" } };

const struct indicator indicator_wilders = {
    .name = "wilders",
    .about = "Wilder's moving average of the close",
    .formula = "w += (close - w) / period",
    .convention = "begins with the mean of the first `period` closes",
    .source = "Wilder, New Concepts in Technical Trading Systems (1978); Tulip wilders",
    INDICATOR_TABLES,
};

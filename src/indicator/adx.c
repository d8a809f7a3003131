/* indicator/adx.c - average directional index. */
#include "indicator/directional.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct adx);
}

static void init(void *memory, const double *params) { adx_init(memory, params[0]); }

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct adx *state = memory;
    out[0] = adx_push(state, bar) ? state->mean.value : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 2) };
static const struct indicator_output outputs[] = { { "value", "adx_{period}" } };

const struct indicator indicator_adx = {
    .name = "adx",
    .about = "average directional index, 0 to 100",
    .formula = "a += (dx - a) / period",
    .convention = "begins with the mean of the first `period` values of dx",
    .source = "TA-Lib ADX; Wilder (1978)",
    INDICATOR_TABLES,
};

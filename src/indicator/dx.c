/* indicator/dx.c - directional movement index, 0 to 100. */
#include "indicator/directional.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct directional);
}

static void init(void *memory, const double *params) { directional_init(memory, params[0]); }

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct directional *state = memory;
    directional_push(state, bar);
    out[0] = directional_di_warm(state) ? directional_dx(state) : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 2) };
static const struct indicator_output outputs[] = { { "value", "dx_{period}" } };

const struct indicator indicator_dx = {
    .name = "dx",
    .about = "directional movement index, 0 to 100",
    .formula = "100 * |plus_di - minus_di| / (plus_di + minus_di)",
    .convention =
        "sums begin with period - 1 bars; equal moves both ways count for neither (TA-Lib)",
    .source = "TA-Lib DX; Wilder (1978)",
    INDICATOR_TABLES,
};

/* indicator/plus_dm.c - smoothed upward directional movement. */
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
    out[0] = directional_dm_warm(state) ? state->plus : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 2) };
static const struct indicator_output outputs[] = { { "value", "plus_dm_{period}" } };

const struct indicator indicator_plus_dm = {
    .name = "plus_dm",
    .about = "smoothed upward directional movement",
    .formula = "sum of the rises of the high that exceed the fall of the low, Wilder-smoothed",
    .convention =
        "sums begin with period - 1 bars; equal moves both ways count for neither (TA-Lib)",
    .source = "TA-Lib PLUS_DM; Wilder (1978)",
    INDICATOR_TABLES,
};

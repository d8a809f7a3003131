/* indicator/minus_dm.c - smoothed downward directional movement. */
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
    out[0] = directional_dm_warm(state) ? state->minus : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 2) };
static const struct indicator_output outputs[] = { { "value", "minus_dm_{period}" } };

const struct indicator indicator_minus_dm = {
    .name = "minus_dm",
    .about = "smoothed downward directional movement",
    .formula = "sum of the falls of the low that exceed the rise of the high, Wilder-smoothed",
    .convention =
        "sums begin with period - 1 bars; equal moves both ways count for neither (TA-Lib)",
    .source = "TA-Lib MINUS_DM; Wilder (1978)",
    INDICATOR_TABLES,
};

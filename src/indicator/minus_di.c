/* indicator/minus_di.c - downward directional indicator. */
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
    out[0] = directional_di_warm(state) ? directional_di(state, state->minus) : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 2) };
static const struct indicator_output outputs[] = { { "value", "minus_di_{period}" } };

const struct indicator indicator_minus_di = {
    .name = "minus_di",
    .about = "downward directional indicator",
    .formula = "100 * minus_dm / smoothed true range",
    .convention =
        "sums begin with period - 1 bars; equal moves both ways count for neither (TA-Lib)",
    .source = "TA-Lib MINUS_DI; Wilder (1978)",
    INDICATOR_TABLES,
};

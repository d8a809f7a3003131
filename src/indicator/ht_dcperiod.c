/* indicator/ht_dcperiod.c - length of the dominant cycle, in bars. */
#include "indicator/hilbert.h"

#define START 12 /* bars before the transform begins, as in TA-Lib */
#define WARM 33  /* bars until a value is told */

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct hilbert);
}

static void init(void *memory, const double *params)
{
    struct hilbert *state = memory;
    (void)params;
    state->start = START;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct hilbert *state = memory;
    hilbert_push(state, bar->close);
    out[0] = state->bar >= WARM ? state->smooth_period : NAN;
}

static const struct indicator_output outputs[] = {
    { "value", "ht_dcperiod HT_DCPERIOD" },
};

const struct indicator indicator_ht_dcperiod = {
    .name = "ht_dcperiod",
    .about = "length of the dominant cycle of the close, in bars, 6 to 50",
    .formula =
        "homodyne discriminator of the Hilbert transform of the smoothed close, smoothed by 0.33",
    .convention = "no value in the first 32 bars",
    .source = "TA-Lib HT_DCPERIOD; Ehlers, Rocket Science for Traders (2001)",
    INDICATOR_NO_PARAMS,
};

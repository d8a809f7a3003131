/* indicator/ht_phasor.c - the two parts of the dominant cycle. */
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
    uint64_t last = (state->bar - 1) % HILBERT_LAGS;
    bool warm = state->bar >= WARM;
    out[0] = warm ? state->in_phase[last] : NAN;
    out[1] = warm ? state->quadrature[last] : NAN;
}

static const struct indicator_output outputs[] = {
    { "inphase", "ht_phasor_inphase HT_PHASOR_inphase" },
    { "quadrature", "ht_phasor_quadrature HT_PHASOR_quadrature" },
};

const struct indicator indicator_ht_phasor = {
    .name = "ht_phasor",
    .about = "in-phase and quadrature parts of the dominant cycle of the close",
    .formula = "quadrature = Hilbert transform of the detrended smoothed close, inphase = the "
               "detrended one 3 bars ago",
    .convention = "no value in the first 32 bars",
    .source = "TA-Lib HT_PHASOR; Ehlers, Rocket Science for Traders (2001)",
    INDICATOR_NO_PARAMS,
};

/* indicator/apo.c - absolute price oscillator of the close. */
#include "indicator/pair.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct pair);
}

static void init(void *memory, const double *params)
{
    pair_init(memory, params[0], params[1], params[2]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct pair *state = memory;
    out[0] = NAN;
    if (!pair_push(state, bar->close))
        return;
    out[0] = state->fast.value - state->slow.value;
}

static const struct indicator_param params[] = { PAIR_PARAMS(12, 26), PAIR_SEED(PAIR_SMA) };
static const struct indicator_output outputs[] = { { "value", "apo_{fast}_{slow}" } };

const struct indicator indicator_apo = {
    .name = "apo",
    .about = "absolute price oscillator of the close",
    .formula = "EMA(close, fast) - EMA(close, slow)",
    .convention = PAIR_CONVENTION,
    .source = "TA-Lib APO",
    INDICATOR_TABLES,
};

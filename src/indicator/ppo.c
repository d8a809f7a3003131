/* indicator/ppo.c - percentage price oscillator of the close. */
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
    if (state->slow.value == 0)
        out[0] = 0;
    else
        out[0] = 100 * (state->fast.value / state->slow.value - 1);
}

static const struct indicator_param params[] = { PAIR_PARAMS(12, 26), PAIR_SEED(PAIR_EARLY) };
static const struct indicator_output outputs[] = { { "value", "ppo_{fast}_{slow}" } };

const struct indicator indicator_ppo = {
    .name = "ppo",
    .about = "percentage price oscillator of the close",
    .formula = "100 * (EMA(close, fast) / EMA(close, slow) - 1)",
    .convention = PAIR_CONVENTION,
    .source = "Tulip ppo, TA-Lib PPO",
    INDICATOR_TABLES,
};

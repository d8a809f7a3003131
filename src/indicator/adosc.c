/* indicator/adosc.c - Chaikin's oscillator: a fast less a slow average of the accumulation line. */
#include "indicator/flow.h"

struct state {
    struct ema fast, slow;
    double sum;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    ema_init(&state->fast, params[0], SEED_FIRST);
    ema_init(&state->slow, params[1], SEED_FIRST);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    state->sum += flow_volume(bar);
    bool fast = ema_push(&state->fast, state->sum), slow = ema_push(&state->slow, state->sum);
    out[0] = fast && slow ? state->fast.value - state->slow.value : NAN;
}

static const struct indicator_param params[] = {
    { "fast", "bars of the fast average", 3, 1, PERIOD_MAX, true, NULL },
    { "slow", "bars of the slow average", 10, 1, PERIOD_MAX, true, NULL },
};
static const struct indicator_output outputs[] = { { "value", "adosc_{fast}_{slow}" } };

const struct indicator indicator_adosc = {
    .name = "adosc",
    .about = "Chaikin oscillator",
    .formula = "EMA(ad, fast) - EMA(ad, slow)",
    .convention = "both averages begin with the first value of the line",
    .source = "TA-Lib ADOSC; Chaikin",
    INDICATOR_TABLES,
};

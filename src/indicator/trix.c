/* indicator/trix.c - change of a triple exponential average, in percent of the one before. */
#include "indicator/core.h"

struct state {
    struct ema_chain chain;
    double before;
    uint64_t warm;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    ema_chain_init(&state->chain, 3, params[0], params[1]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    out[0] = NAN;
    if (!ema_chain_push(&state->chain, bar->close))
        return;
    double now = state->chain.links[2].value;
    if (state->warm)
        out[0] = state->before != 0 ? 100 * (now / state->before - 1) : 0;
    state->before = now;
    state->warm = 1;
}

static const struct indicator_param params[] = { PERIOD(15, 1), SEED_PARAM };
static const struct indicator_output outputs[] = { { "value", "trix_{period}" } };

const struct indicator indicator_trix = {
    .name = "trix",
    .about = "one-bar change of the triple exponential average of the close, percent",
    .formula = "100 * (e3 / e3[1] - 1), e3 = EMA(EMA(EMA(close)))",
    .convention = "the change is divided by the average before, as TA-Lib (Tulip: by the new one); "
                  "0 when that is 0",
    .source = "TA-Lib TRIX; Hutson (TASC 1983)",
    INDICATOR_TABLES,
};

/* indicator/tema.c - triple exponential moving average. */
#include "indicator/core.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct ema_chain);
}

static void init(void *memory, const double *params)
{
    ema_chain_init(memory, 3, params[0], params[1]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct ema_chain *state = memory;
    const struct ema *links = state->links;
    bool warm = ema_chain_push(state, bar->close);
    out[0] = warm ? 3 * links[0].value - 3 * links[1].value + links[2].value : NAN;
}

static const struct indicator_param params[] = {
    PERIOD(20, 1),
    { "seed", "what the averages begin with", SEED_FIRST, SEED_SMA, SEED_FIRST, true,
      SEED_CHOICES },
};
static const struct indicator_output outputs[] = { { "value", "tema_{period}" } };

const struct indicator indicator_tema = {
    .name = "tema",
    .about = "triple exponential moving average of the close",
    .formula = "3 * e1 - 3 * e2 + e3, e1 = EMA(close), e2 = EMA(e1), e3 = EMA(e2)",
    .convention = "seed=first: each average begins with the first value of the one before (Tulip); "
                  "seed=sma: with the mean of its first `period` values (TA-Lib)",
    .source = "Tulip tema; Mulloy, Smoothing Data with Less Lag (TASC 1994)",
    INDICATOR_TABLES,
};

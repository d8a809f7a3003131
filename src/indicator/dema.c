/* indicator/dema.c - double exponential moving average: twice the average less the average of it. */
#include "indicator/core.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct ema_chain);
}

static void init(void *memory, const double *params)
{
    ema_chain_init(memory, 2, params[0], params[1]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct ema_chain *state = memory;
    const struct ema *links = state->links;
    out[0] = ema_chain_push(state, bar->close) ? 2 * links[0].value - links[1].value : NAN;
}

static const struct indicator_param params[] = { PERIOD(20, 1), SEED_PARAM };
static const struct indicator_output outputs[] = { { "value", "dema_{period}" } };

const struct indicator indicator_dema = {
    .name = "dema",
    .about = "double exponential moving average of the close",
    .formula = "2 * e1 - e2, e1 = EMA(close), e2 = EMA(e1)",
    .convention = "seed=sma: each average begins with the mean of the first `period` values of the "
                  "one before (TA-Lib); seed=first: with the first of them (Tulip)",
    .source = "TA-Lib DEMA; Mulloy, Smoothing Data with Faster Moving Averages (TASC 1994)",
    INDICATOR_TABLES,
};

/* indicator/ema.c - exponential moving average of the close. */
#include "indicator/core.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct ema);
}

static void init(void *memory, const double *params) { ema_init(memory, params[0], params[1]); }

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct ema *state = memory;
    out[0] = ema_push(state, bar->close) ? state->value : NAN;
}

static const struct indicator_param params[] = { PERIOD(20, 1), SEED_PARAM };
static const struct indicator_output outputs[] = { { "value", "ema_{period}" } };

const struct indicator indicator_ema = {
    .name = "ema",
    .about = "exponential moving average of the close",
    .formula = "e += (close - e) * 2 / (period + 1)",
    .convention = "seed=sma begins with the mean of the first `period` closes (TA-Lib), seed=first "
                  "with the first close (Tulip); no value before `period` closes in both",
    .source = "TA-Lib EMA",
    INDICATOR_TABLES,
};

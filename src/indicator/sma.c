/* indicator/sma.c - simple moving average of the close: the mean of the last `period` closes, NaN before
 * there are so many. The running sum is TA-Lib's: add the newest, take the mean, drop the oldest. */
#include "indicator/core.h"

struct state {
    uint32_t period, count, at, padding;
    double sum;
    double closes[]; /* the last `period`, a ring */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->period = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    state->sum += bar->close;
    if (state->count < state->period)
        state->count++;
    state->closes[state->at] = bar->close;
    state->at = state->at + 1 == state->period ? 0 : state->at + 1;
    if (state->count < state->period) {
        out[0] = NAN;
        return;
    }
    out[0] = state->sum / state->period;
    state->sum -= state->closes[state->at]; /* the oldest: it leaves before the next comes */
}

static const struct indicator_param params[] = { PERIOD(20, 1) };
static const struct indicator_output outputs[] = { { "value", "sma_{period}" } };

const struct indicator indicator_sma = {
    .name = "sma",
    .about = "simple moving average of the close",
    .formula = "mean of the last `period` closes",
    .source = "TA-Lib SMA",
    INDICATOR_TABLES,
};

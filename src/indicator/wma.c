/* indicator/wma.c - weighted moving average of the close: the newest weighs `period`, the oldest 1. */
#include "indicator/core.h"

struct state {
    struct trend trend;
    double closes[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->trend.window.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    trend_push(&state->trend, state->closes, bar->close);
    out[0] = trend_full(&state->trend) ? trend_wma(&state->trend) : NAN;
}

static const struct indicator_param params[] = { PERIOD(20, 1) };
static const struct indicator_output outputs[] = { { "value", "wma_{period}" } };

const struct indicator indicator_wma = {
    .name = "wma",
    .about = "weighted moving average of the close",
    .formula = "sum((period - k) * close[k], k = 0..period-1) / (period * (period + 1) / 2)",
    .source = "TA-Lib WMA",
    INDICATOR_TABLES,
};

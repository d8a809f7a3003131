/* indicator/linreg.c - the straight line of least squares through the last closes. */
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
    const struct trend *trend = &state->trend;
    double size = trend->window.size;
    trend_push(&state->trend, state->closes, bar->close);
    out[0] = out[1] = out[2] = out[3] = NAN;
    if (!trend_full(trend))
        return;
    /* x = 0 the oldest, size - 1 the newest; sum(x) and size * sum(x^2) - sum(x)^2 in closed form. */
    double xs = size * (size - 1) / 2, spread = size * size * (size * size - 1) / 12;
    double slope = (size * trend->weighted - xs * trend->sum) / spread;
    double start = trend->shift + (trend->sum - slope * xs) / size;
    out[0] = start + slope * (size - 1);
    out[1] = slope;
    out[2] = start;
    out[3] = start + slope * size;
}

static const struct indicator_param params[] = { PERIOD(14, 2) };
static const struct indicator_output outputs[] = {
    { "value", "linreg_{period}" },
    { "slope", "linreg_slope_{period}" },
    { "intercept", "linreg_intercept_{period}" },
    { "tsf", "tsf_{period}" },
};

const struct indicator indicator_linreg = {
    .name = "linreg",
    .about =
        "linear regression of the close: its value now, slope, first value, forecast of the next",
    .formula =
        "least squares line b + m x through the last `period` closes, x = 0..period-1: b + m "
        "(period - 1), m, b, b + m period",
    .source = "TA-Lib LINEARREG, LINEARREG_SLOPE, LINEARREG_INTERCEPT, TSF",
    INDICATOR_TABLES,
};

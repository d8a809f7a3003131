/* indicator/zlema.c - exponential average of the close put ahead by what it changed over the average's own
 * lag. */
#include "indicator/core.h"

struct state {
    struct window closes; /* lag + 1 */
    double value, alpha;
    double values[];
};

static uint32_t lag_of(double period) { return ((uint32_t)period - 1) / 2; }

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (lag_of(params[0]) + 1) * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->closes.size = lag_of(params[0]) + 1;
    state->alpha = 2 / (params[0] + 1);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    uint32_t lag = state->closes.size - 1;
    window_push(&state->closes, state->values, bar->close);
    out[0] = NAN;
    if (window_full(&state->closes)) {
        double ahead = 2 * bar->close - window_ago(&state->closes, state->values, lag);
        state->value += (ahead - state->value) * state->alpha;
    } else {
        state->value = bar->close;
    }
    if (state->closes.count >= lag)
        out[0] = state->value;
}

static const struct indicator_param params[] = { PERIOD(20, 3) };
static const struct indicator_output outputs[] = { { "value", "zlema_{period}" } };

const struct indicator indicator_zlema = {
    .name = "zlema",
    .about = "zero-lag exponential moving average of the close",
    .formula = "z += (2 * close - close[lag] - z) * 2 / (period + 1), lag = (period - 1) / 2",
    .convention = "begins with close number `lag`",
    .source = "Ehlers and Way, Zero Lag (TASC 2010); Tulip zlema",
    INDICATOR_TABLES,
};

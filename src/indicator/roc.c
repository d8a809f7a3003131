/* indicator/roc.c - rate of change of the close over `period` bars, percent. */
#include "indicator/core.h"

struct state {
    struct window closes;
    double values[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->closes.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    bool full = window_full(&state->closes);
    double oldest = window_push(&state->closes, state->values, bar->close);
    out[0] = NAN;
    if (full)
        out[0] = oldest != 0 ? 100 * (bar->close / oldest - 1) : 0;
}

static const struct indicator_param params[] = { PERIOD(10, 1) };
static const struct indicator_output outputs[] = { { "value", "roc_{period}" } };

const struct indicator indicator_roc = {
    .name = "roc",
    .about = "rate of change of the close over `period` bars, percent",
    .formula = "100 * (close / close[period] - 1)",
    .convention = "0 when the old close is 0",
    .source = "TA-Lib ROC",
    INDICATOR_TABLES,
};

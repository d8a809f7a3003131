/* indicator/tr.c - Wilder's true range. */
#include "indicator/core.h"

struct state {
    double before;
    uint64_t began;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    (void)memory;
    (void)params;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    out[0] = state->began ? true_range(bar, state->before) : NAN;
    state->before = bar->close;
    state->began = true;
}

static const struct indicator_output outputs[] = { { "value", "tr" } };

const struct indicator indicator_tr = {
    .name = "tr",
    .about = "true range",
    .formula = "max(high - low, |high - close[1]|, |low - close[1]|)",
    .convention = "none for the first bar, which has no close before it",
    .source = "TA-Lib TRANGE; Wilder (1978)",
    INDICATOR_NO_PARAMS,
};

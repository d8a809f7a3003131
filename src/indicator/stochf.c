/* indicator/stochf.c - Lane's fast stochastic. */
#include "indicator/stochastic.h"

struct state {
    struct range range;
    struct sum d;
    struct extreme_item items[]; /* then the values of d */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + range_bytes(params[0]) + (size_t)params[1] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    range_init(&state->range, params[0]);
    state->d.window.size = (uint32_t)params[1];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double *d = (double *)(state->items + (size_t)RANGE_ITEMS * state->range.high.size);
    double highest, lowest;
    out[0] = out[1] = NAN;
    if (!range_push(&state->range, state->items, bar->high, bar->low, &highest, &lowest))
        return;
    double raw = range_percent(highest, lowest, bar->close);
    sum_push(&state->d, d, raw);
    if (!sum_full(&state->d))
        return;
    out[0] = raw;
    out[1] = sum_mean(&state->d);
}

static const struct indicator_param params[] = {
    { "k", "bars of the window", 14, 1, PERIOD_MAX, true, NULL },
    { "d", "bars that %D is averaged over", 3, 1, PERIOD_MAX, true, NULL },
};
static const struct indicator_output outputs[] = {
    { "k", "stochf_k_{k} stochf_k_{k}_{d}" },
    { "d", "stochf_d_{k}_{d}" },
};

const struct indicator indicator_stochf = {
    .name = "stochf",
    .about = "fast stochastic, 0 to 100",
    .formula = "k = 100 * (close - lowest low) / (highest high - lowest low), d = SMA(k, d)",
    .convention = "both begin when d is warm; 0 when the window has no range",
    .source = "TA-Lib STOCHF; Lane",
    INDICATOR_TABLES,
};

/* indicator/stoch.c - Lane's slow stochastic. */
#include "indicator/stochastic.h"

struct state {
    struct range range;
    struct sum k, d;
    struct extreme_item items[]; /* then the values of k and of d */
};

static size_t state_bytes(const double *params)
{
    size_t values = (size_t)params[1] + (size_t)params[2];
    return sizeof(struct state) + range_bytes(params[0]) + values * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    range_init(&state->range, params[0]);
    state->k.window.size = (uint32_t)params[1];
    state->d.window.size = (uint32_t)params[2];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double *k = (double *)(state->items + (size_t)RANGE_ITEMS * state->range.high.size);
    double *d = k + state->k.window.size, highest, lowest;
    out[0] = out[1] = NAN;
    if (!range_push(&state->range, state->items, bar->high, bar->low, &highest, &lowest))
        return;
    sum_push(&state->k, k, range_percent(highest, lowest, bar->close));
    if (!sum_full(&state->k))
        return;
    double slow = sum_mean(&state->k);
    sum_push(&state->d, d, slow);
    if (!sum_full(&state->d))
        return;
    out[0] = slow;
    out[1] = sum_mean(&state->d);
}

static const struct indicator_param params[] = {
    { "k", "bars of the window", 14, 1, PERIOD_MAX, true, NULL },
    { "slow", "bars that %K is averaged over", 3, 1, PERIOD_MAX, true, NULL },
    { "d", "bars that %D is averaged over", 3, 1, PERIOD_MAX, true, NULL },
};
static const struct indicator_output outputs[] = {
    { "k", "stoch_k_{k}_{slow}_{d}" },
    { "d", "stoch_d_{k}_{slow}_{d}" },
};

const struct indicator indicator_stoch = {
    .name = "stoch",
    .about = "slow stochastic, 0 to 100",
    .formula =
        "k = SMA(100 * (close - lowest low) / (highest high - lowest low), slow), d = SMA(k, d)",
    .convention = "both begin when d is warm; 0 when the window has no range",
    .source = "TA-Lib STOCH; Lane",
    INDICATOR_TABLES,
};

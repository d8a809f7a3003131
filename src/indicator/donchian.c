/* indicator/donchian.c - Donchian's channel. */
#include "indicator/stochastic.h"

struct state {
    struct range range;
    struct extreme_item items[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + range_bytes(params[0]);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    range_init(&state->range, params[0]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    bool full = range_push(&state->range, state->items, bar->high, bar->low, &out[0], &out[2]);
    out[1] = (out[0] + out[2]) / 2;
    if (!full)
        out[0] = out[1] = out[2] = NAN;
}

static const struct indicator_param params[] = { PERIOD(20, 1) };
static const struct indicator_output outputs[] = {
    { "upper", "donchian_upper_{period}" },
    { "mid", "donchian_mid_{period}" },
    { "lower", "donchian_lower_{period}" },
};

const struct indicator indicator_donchian = {
    .name = "donchian",
    .about = "Donchian channel",
    .formula =
        "upper = highest high, lower = lowest low, mid = (upper + lower) / 2, this bar included",
    .source = "TA-Lib MAX and MIN; Donchian",
    INDICATOR_TABLES,
};

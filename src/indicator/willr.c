/* indicator/willr.c - Williams %R. */
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
    double highest, lowest;
    out[0] = NAN;
    if (range_push(&state->range, state->items, bar->high, bar->low, &highest, &lowest))
        out[0] = highest > lowest ? -100 * (highest - bar->close) / (highest - lowest) : 0;
}

static const struct indicator_param params[] = { PERIOD(14, 1) };
static const struct indicator_output outputs[] = { { "value", "willr_{period}" } };

const struct indicator indicator_willr = {
    .name = "willr",
    .about = "Williams %R, -100 to 0",
    .formula = "-100 * (highest high - close) / (highest high - lowest low)",
    .convention = "0 when the window has no range",
    .source = "TA-Lib WILLR",
    INDICATOR_TABLES,
};

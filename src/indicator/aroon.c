/* indicator/aroon.c - Chande's Aroon. */
#include "indicator/stochastic.h"

struct state {
    struct range range;
    struct extreme_item items[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + range_bytes(params[0] + 1);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    range_init(&state->range, params[0] + 1);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    uint64_t size = state->range.high.size - 1, now = state->range.high.bar;
    struct extreme_item *lows = state->items + state->range.high.size;
    uint64_t high_ago = now - extreme_push(&state->range.high, state->items, 1, bar->high)->bar;
    uint64_t low_ago = now - extreme_push(&state->range.low, lows, -1, bar->low)->bar;
    bool full = extreme_full(&state->range.high);
    double scale = 100 / (double)size;
    out[0] = full ? scale * (double)(size - low_ago) : NAN;
    out[1] = full ? scale * (double)(size - high_ago) : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 1) };
static const struct indicator_output outputs[] = {
    { "down", "aroon_down_{period}" },
    { "up", "aroon_up_{period}" },
};

const struct indicator indicator_aroon = {
    .name = "aroon",
    .about = "Aroon: how long ago the lowest low and the highest high were, 0 to 100",
    .formula = "down = 100 * (period - bars since the lowest low) / period, up likewise, over "
               "period + 1 bars",
    .convention = "of equal extremes the newest counts",
    .source = "TA-Lib AROON; Chande (TASC 1995)",
    INDICATOR_TABLES,
};

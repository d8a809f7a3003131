/* indicator/aroonosc.c - Chande's Aroon oscillator. */
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
    out[0] = full ? scale * ((double)low_ago - (double)high_ago) : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 1) };
static const struct indicator_output outputs[] = {
    { "value", "aroonosc_{period}" },
};

const struct indicator indicator_aroonosc = {
    .name = "aroonosc",
    .about = "Aroon oscillator: up less down, -100 to 100",
    .formula = "aroon up - aroon down",
    .convention = "of equal extremes the newest counts",
    .source = "TA-Lib AROONOSC; Chande (TASC 1995)",
    INDICATOR_TABLES,
};

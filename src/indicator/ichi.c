/* indicator/ichi.c - Hosoda's ichimoku lines, each told at the bar where it is known, not displaced. */
#include "indicator/stochastic.h"

#define LINES 3

struct state {
    struct range lines[LINES]; /* tenkan, kijun, span B */
    uint64_t partial;
    struct extreme_item items[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + range_bytes(params[0]) + range_bytes(params[1]) +
           range_bytes(params[2]);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    for (int i = 0; i < LINES; i++)
        range_init(&state->lines[i], params[i]);
    state->partial = params[3] != 0;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    struct extreme_item *items = state->items;
    double middle[LINES];
    for (int i = 0; i < LINES; i++) {
        double high, low;
        bool full = range_push(&state->lines[i], items, bar->high, bar->low, &high, &low);
        middle[i] = full || state->partial ? (high + low) / 2 : NAN;
        items += (size_t)RANGE_ITEMS * state->lines[i].high.size;
    }
    out[0] = middle[0];
    out[1] = middle[1];
    out[2] = (middle[0] + middle[1]) / 2;
    out[3] = middle[2];
}

static const struct indicator_param params[] = {
    { "tenkan", "bars of the turning line", 9, 1, PERIOD_MAX, true, NULL },
    { "kijun", "bars of the base line", 26, 1, PERIOD_MAX, true, NULL },
    { "span_b", "bars of span B", 52, 1, PERIOD_MAX, true, NULL },
    { "partial", "yes: windows count before they are full", 0, 0, 1, true, "no yes" },
};
static const struct indicator_output outputs[] = {
    { "tenkan", "ichi_tenkan_{tenkan}" },
    { "kijun", "ichi_kijun_{kijun}" },
    { "span_a", "ichi_spanA_unshifted ichi_spanA_{tenkan}_{kijun}_unshifted" },
    { "span_b", "ichi_spanB_{span_b}_unshifted?partial=yes" },
};

const struct indicator indicator_ichi = {
    .name = "ichi",
    .about = "ichimoku: turning line, base line, spans A and B",
    .formula =
        "tenkan, kijun and span_b = (highest high + lowest low) / 2 of their windows, span_a = "
        "(tenkan + kijun) / 2",
    .convention = "not displaced: what other charts draw 26 bars ahead stands where it is known; "
                  "partial=yes tells shorter windows at the beginning (ta, for span B)",
    .source = "ta IchimokuIndicator; Hosoda",
    INDICATOR_TABLES,
};

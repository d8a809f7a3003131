/* indicator/vwap.c - volume weighted average price since the first bar, or since the day began. */
#include "indicator/core.h"

enum { ANCHOR_FIRST = 0, ANCHOR_DAY = 1 };
#define DAY_NS 86400000000000

struct state {
    double paid, volume;
    int64_t day; /* since 1970, UTC */
    uint32_t began, anchor;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->anchor = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    int64_t day = bar->start_ns / DAY_NS - (bar->start_ns % DAY_NS < 0);
    double price = typical_price(bar);
    if (state->anchor == ANCHOR_DAY && state->began && day != state->day)
        state->paid = state->volume = 0;
    state->day = day;
    state->began = true;
    state->paid += price * bar->volume;
    state->volume += bar->volume;
    out[0] = state->volume != 0 ? state->paid / state->volume : price;
}

static const struct indicator_param params[] = {
    { "anchor", "when it begins anew", ANCHOR_FIRST, ANCHOR_FIRST, ANCHOR_DAY, true, "first day" },
};
static const struct indicator_output outputs[] = {
    { "value", "vwap_cumulative_typical vwap_daily_typical?anchor=day" },
};

const struct indicator indicator_vwap = {
    .name = "vwap",
    .about = "volume weighted average of the typical price",
    .formula = "sum(tp * volume) / sum(volume), tp = (high + low + close) / 3",
    .convention =
        "anchor=first: since the first bar, anchor=day: since 00:00 UTC; the typical price "
        "while there was no volume",
    .source = "pandas-ta vwap, technicalindicators VWAP",
    INDICATOR_TABLES,
};

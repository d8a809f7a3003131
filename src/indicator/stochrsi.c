/* indicator/stochrsi.c - the fast stochastic of the relative strength index. */
#include "indicator/momentum.h"
#include "indicator/stochastic.h"

struct state {
    struct gains gains;
    struct range range;
    struct sum d;
    struct extreme_item items[]; /* then the values of d */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + range_bytes(params[1]) + (size_t)params[2] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    gains_init(&state->gains, params[0]);
    range_init(&state->range, params[1]);
    state->d.window.size = (uint32_t)params[2];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double *d = (double *)(state->items + (size_t)RANGE_ITEMS * state->range.high.size);
    double highest, lowest;
    out[0] = out[1] = NAN;
    if (!gains_push(&state->gains, bar->close))
        return;
    double rsi = gains_rsi(&state->gains);
    if (!range_push(&state->range, state->items, rsi, rsi, &highest, &lowest))
        return;
    double raw = range_percent(highest, lowest, rsi);
    sum_push(&state->d, d, raw);
    if (!sum_full(&state->d))
        return;
    out[0] = raw;
    out[1] = sum_mean(&state->d);
}

static const struct indicator_param params[] = {
    PERIOD(14, 1),
    { "k", "bars of the stochastic's window", 14, 1, PERIOD_MAX, true, NULL },
    { "d", "bars that fastd is averaged over", 3, 1, PERIOD_MAX, true, NULL },
};
static const struct indicator_output outputs[] = {
    { "fastk", "stochrsi_fastk_{period}_{k} stochrsi_fastk_{period}_{k}_{d}" },
    { "fastd", "stochrsi_fastd_{period}_{k}_{d}" },
};

const struct indicator indicator_stochrsi = {
    .name = "stochrsi",
    .about = "fast stochastic of the RSI of the close, 0 to 100",
    .formula =
        "fastk = 100 * (rsi - lowest rsi) / (highest rsi - lowest rsi), fastd = SMA(fastk, d)",
    .convention = "both begin when fastd is warm; 0 when the window has no range",
    .source = "TA-Lib STOCHRSI; Chande and Kroll (1994)",
    INDICATOR_TABLES,
};

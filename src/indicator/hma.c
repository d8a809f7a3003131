/* indicator/hma.c - Hull's moving average: a short weighted average of twice the half-length one less the
 * full-length one. */
#include "indicator/core.h"

struct state {
    struct trend half, full, last;
    double values[]; /* of half, full, last */
};

static uint32_t size_half(double period) { return (uint32_t)period / 2; }
static uint32_t size_last(double period) { return (uint32_t)sqrt(period); }

static size_t state_bytes(const double *params)
{
    uint32_t count = size_half(params[0]) + (uint32_t)params[0] + size_last(params[0]);
    return sizeof(struct state) + count * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->half.window.size = size_half(params[0]);
    state->full.window.size = (uint32_t)params[0];
    state->last.window.size = size_last(params[0]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double *full = state->values + state->half.window.size;
    double *last = full + state->full.window.size;
    trend_push(&state->half, state->values, bar->close);
    trend_push(&state->full, full, bar->close);
    out[0] = NAN;
    if (!trend_full(&state->full))
        return;
    trend_push(&state->last, last, 2 * trend_wma(&state->half) - trend_wma(&state->full));
    if (trend_full(&state->last))
        out[0] = trend_wma(&state->last);
}

static const struct indicator_param params[] = { PERIOD(20, 2) };
static const struct indicator_output outputs[] = { { "value", "hma_{period}" } };

const struct indicator indicator_hma = {
    .name = "hma",
    .about = "Hull moving average of the close",
    .formula = "WMA(2 * WMA(close, period / 2) - WMA(close, period), sqrt(period))",
    .convention = "period / 2 and sqrt(period) without their fractions",
    .source = "Hull (2005); Tulip hma",
    INDICATOR_TABLES,
};

/* indicator/ht_trendline.c - the close averaged over the dominant cycle, so that the trend is left. A bar
 * adds up at most one cycle, HILBERT_CYCLE_MAX closes. */
#include "indicator/hilbert.h"

#define START 37 /* bars before the transform begins, as in TA-Lib */
#define WARM 64  /* bars until a value is told */
#define CLOSES (HILBERT_CYCLE_MAX + 1)

struct state {
    struct hilbert cycle;
    struct window window;
    double trend[3]; /* means of the bars before, the newest first */
    double closes[CLOSES];
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    (void)params;
    state->cycle.start = START;
    state->window.size = CLOSES;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double sum = 0;
    hilbert_push(&state->cycle, bar->close);
    window_push(&state->window, state->closes, bar->close);
    out[0] = NAN;
    if (state->cycle.bar <= START)
        return;
    uint32_t length = (uint32_t)(state->cycle.smooth_period + 0.5);
    for (uint32_t ago = 0; ago < length && ago < state->window.count; ago++)
        sum += window_ago(&state->window, state->closes, ago);
    double mean = length > 0 ? sum / length : 0;
    if (state->cycle.bar >= WARM)
        out[0] = (4 * mean + 3 * state->trend[0] + 2 * state->trend[1] + state->trend[2]) / 10;
    state->trend[2] = state->trend[1];
    state->trend[1] = state->trend[0];
    state->trend[0] = mean;
}

static const struct indicator_output outputs[] = { { "value", "ht_trendline HT_TRENDLINE" } };

const struct indicator indicator_ht_trendline = {
    .name = "ht_trendline",
    .about = "instantaneous trendline: the close averaged over the dominant cycle",
    .formula = "(4 m + 3 m[1] + 2 m[2] + m[3]) / 10, m = mean of the closes of one dominant cycle",
    .convention = "no value in the first 63 bars",
    .source = "TA-Lib HT_TRENDLINE; Ehlers, Rocket Science for Traders (2001)",
    INDICATOR_NO_PARAMS,
};

/* indicator/supertrend.c - a stop that follows the trend at a distance of average true ranges. */
#include "indicator/range.h"

struct state {
    struct atr atr;
    double factor, upper, lower, before;
    int64_t direction; /* 0: no bar yet */
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    atr_init(&state->atr, params[0], params[2]);
    state->factor = params[1];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double before = state->before, middle = (bar->high + bar->low) / 2;
    bool warm = atr_push(&state->atr, bar);
    double width = state->factor * state->atr.mean.value;
    double upper = middle + width, lower = middle - width;
    state->before = bar->close;
    out[0] = out[1] = NAN;
    if (!warm)
        return;
    if (state->direction != 0) { /* a band only comes nearer, until the close before went past it */
        upper = upper < state->upper || before > state->upper ? upper : state->upper;
        lower = lower > state->lower || before < state->lower ? lower : state->lower;
    }
    if (state->direction == 0)
        state->direction = 1;
    else if (bar->close > state->upper)
        state->direction = 1;
    else if (bar->close < state->lower)
        state->direction = -1;
    state->upper = upper;
    state->lower = lower;
    out[0] = state->direction > 0 ? lower : upper;
    out[1] = (double)state->direction;
}

static const struct indicator_param params[] = {
    PERIOD(10, 1),
    { "factor", "average true ranges from the middle of a bar to a band", 3, 0.01, 100, false,
      NULL },
    FIRST_BAR_PARAM(FIRST_SKIP),
};
static const struct indicator_output outputs[] = {
    { "value", "supertrend_{period}_{factor}" },
    { "dir", "supertrend_dir_{period}_{factor}" },
};

const struct indicator indicator_supertrend = {
    .name = "supertrend",
    .about = "Supertrend: the band behind the price, and +1 up or -1 down",
    .formula =
        "bands (high + low) / 2 +- factor * ATR, each only nearer while the close stays "
        "inside; up when the close passes the upper band of the bar before, down when the lower",
    .convention = "begins up with the first ATR; first_bar as in atr",
    .source = "pandas-ta supertrend; Seban",
    INDICATOR_TABLES,
};

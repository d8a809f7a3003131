/* indicator/kama.c - Kaufman's adaptive moving average: quick where the price goes straight, slow where it
 * goes to and fro. */
#include "indicator/core.h"

struct state {
    struct window closes;
    struct sum way;
    double value, before;
    double values[]; /* closes, then the steps of way */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + 2 * (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->closes.size = state->way.window.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    static const double fast = 2.0 / (2 + 1), slow = 2.0 / (30 + 1);
    bool full = window_full(&state->closes), any = state->closes.count > 0;
    double step = any ? fabs(bar->close - state->before) : 0;
    double oldest = window_push(&state->closes, state->values, bar->close);
    out[0] = NAN;
    if (any) {
        double way = sum_push(&state->way, state->values + state->closes.size, step);
        if (full) {
            double gone = fabs(bar->close - oldest);
            double straight = way == 0 || gone >= way ? 1 : gone / way;
            double speed = straight * (fast - slow) + slow;
            state->value += (bar->close - state->value) * speed * speed;
            out[0] = state->value;
        }
    }
    if (!full)
        state->value = bar->close; /* the average begins with the last close of the first window */
    state->before = bar->close;
}

static const struct indicator_param params[] = { PERIOD(10, 1) };
static const struct indicator_output outputs[] = { { "value", "kama_{period}" } };

const struct indicator indicator_kama = {
    .name = "kama",
    .about = "Kaufman's adaptive moving average of the close",
    .formula = "k += (close - k) * (er * (2/3 - 2/31) + 2/31)^2, er = |close - close[period]| / "
               "sum of |close - close[1]|",
    .convention = "begins with the close before its first value; er = 1 when nothing moved",
    .source = "TA-Lib KAMA; Kaufman, Smarter Trading (1995)",
    INDICATOR_TABLES,
};

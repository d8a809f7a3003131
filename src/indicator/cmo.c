/* indicator/cmo.c - Chande's momentum oscillator. */
#include "indicator/momentum.h"

enum { SUMS = 0, WILDER = 1 };

struct state {
    struct gains gains; /* `before` and what is warm in both conventions */
    struct sum up, down;
    uint32_t method, reserved;
    double values[]; /* of up, down */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + 2 * (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    gains_init(&state->gains, params[0]);
    state->up.window.size = state->down.window.size = (uint32_t)params[0];
    state->method = (uint32_t)params[1];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double change = bar->close - state->gains.before;
    bool any = state->gains.began, warm = gains_push(&state->gains, bar->close);
    double up = state->gains.up, down = state->gains.down;
    if (any && state->method == SUMS) {
        up = sum_push(&state->up, state->values, change > 0 ? change : 0);
        down =
            sum_push(&state->down, state->values + state->up.window.size, change < 0 ? -change : 0);
    }
    out[0] = !warm ? NAN : up + down != 0 ? 100 * (up - down) / (up + down) : 0;
}

static const struct indicator_param params[] = {
    PERIOD(14, 1),
    { "method", "how rises and falls are put together", SUMS, SUMS, WILDER, true, "sums wilder" },
};
static const struct indicator_output outputs[] = { { "value", "cmo_{period}" } };

const struct indicator indicator_cmo = {
    .name = "cmo",
    .about = "Chande momentum oscillator of the close, -100 to 100",
    .formula = "100 * (up - down) / (up + down), of the last `period` changes of the close",
    .convention =
        "method=sums adds the changes up (Chande, Tulip, TTR), method=wilder smooths them "
        "(TA-Lib); 0 when nothing moved",
    .source = "Tulip cmo, TA-Lib CMO; Chande, The New Technical Trader (1994)",
    INDICATOR_TABLES,
};

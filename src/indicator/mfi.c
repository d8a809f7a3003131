/* indicator/mfi.c - money flow index: a relative strength index weighed by volume. */
#include "indicator/core.h"

struct state {
    struct sum up, down;
    double before;
    uint64_t began;
    double values[]; /* of up, down */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + 2 * (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->up.window.size = state->down.window.size = (uint32_t)params[0];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    double price = typical_price(bar), before = state->before, flow = price * bar->volume;
    bool began = state->began;
    state->before = price;
    state->began = true;
    out[0] = NAN;
    if (!began)
        return;
    double up = sum_push(&state->up, state->values, price > before ? flow : 0);
    double down =
        sum_push(&state->down, state->values + state->up.window.size, price < before ? flow : 0);
    if (sum_full(&state->up))
        out[0] = up + down > 0 ? 100 * up / (up + down) : 0;
}

static const struct indicator_param params[] = { PERIOD(14, 1) };
static const struct indicator_output outputs[] = { { "value", "mfi_{period}" } };

const struct indicator indicator_mfi = {
    .name = "mfi",
    .about = "money flow index, 0 to 100",
    .formula =
        "100 * up / (up + down), sums of tp * volume of the bars whose typical price rose or "
        "fell",
    .convention = "0 without any flow (TA-Lib: without a flow of 1)",
    .source = "TA-Lib MFI; Quong and Soudack (TASC 1989)",
    INDICATOR_TABLES,
};

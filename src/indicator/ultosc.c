/* indicator/ultosc.c - Williams' ultimate oscillator: buying pressure over three windows. */
#include "indicator/core.h"

#define WINDOWS 3

struct state {
    struct sum pressure[WINDOWS], range[WINDOWS];
    double close_before;
    uint64_t began;
    double values[]; /* of pressure[0], range[0], pressure[1], ... */
};

static size_t state_bytes(const double *params)
{
    size_t count = (size_t)params[0] + (size_t)params[1] + (size_t)params[2];
    return sizeof(struct state) + 2 * count * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    for (int i = 0; i < WINDOWS; i++)
        state->pressure[i].window.size = state->range[i].window.size = (uint32_t)params[i];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    static const double weights[WINDOWS] = { 4, 2, 1 };
    double *values = state->values, before = state->close_before, result = 0;
    double low = bar->low < before ? bar->low : before;
    double high = bar->high > before ? bar->high : before;
    bool began = state->began, full = began;
    state->close_before = bar->close;
    state->began = true;
    for (int i = 0; i < WINDOWS && began; i++) {
        uint32_t size = state->range[i].window.size;
        double pressure = sum_push(&state->pressure[i], values, bar->close - low);
        double range = sum_push(&state->range[i], values + size, high - low);
        result += range != 0 ? weights[i] * pressure / range : 0;
        full = full && sum_full(&state->range[i]);
        values += (size_t)2 * size;
    }
    out[0] = full ? 100 * result / 7 : NAN;
}

static const struct indicator_param params[] = {
    { "short", "bars of the window that weighs 4", 7, 1, PERIOD_MAX, true, NULL },
    { "middle", "bars of the window that weighs 2", 14, 1, PERIOD_MAX, true, NULL },
    { "long", "bars of the window that weighs 1", 28, 1, PERIOD_MAX, true, NULL },
};
static const struct indicator_output outputs[] = { { "value", "ultosc_{short}_{middle}_{long}" } };

const struct indicator indicator_ultosc = {
    .name = "ultosc",
    .about = "ultimate oscillator, 0 to 100",
    .formula =
        "100 * (4 * a(short) + 2 * a(middle) + a(long)) / 7, a = sum(close - tl) / sum(th - tl), "
        "tl = min(low, close[1]), th = max(high, close[1])",
    .convention = "a window without range counts 0",
    .source = "TA-Lib ULTOSC; Williams (TASC 1985)",
    INDICATOR_TABLES,
};

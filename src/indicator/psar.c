/* indicator/psar.c - Wilder's parabolic stop and reverse. */
#include "indicator/core.h"

enum { METHOD_TULIP = 0, METHOD_TALIB = 1 };

struct state {
    double step, limit, speed; /* limit: the largest speed */
    double sar, extreme;
    double high[2], low[2]; /* of the bars before, the newest first */
    uint64_t bars;
    uint32_t rising, method;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->step = state->speed = params[0];
    state->limit = params[1];
    state->method = (uint32_t)params[2];
}

static double larger(double a, double b) { return a > b ? a : b; }
static double smaller(double a, double b) { return a < b ? a : b; }

static void remember(struct state *state, const struct indicator_bar *bar)
{
    state->high[1] = state->high[0];
    state->low[1] = state->low[0];
    state->high[0] = bar->high;
    state->low[0] = bar->low;
    state->bars++;
}

/* A new extreme of the trend makes the stop quicker. */
static void follow(struct state *state, const struct indicator_bar *bar)
{
    double reached = state->rising ? bar->high : bar->low;
    bool further = state->rising ? reached > state->extreme : reached < state->extreme;
    if (!further)
        return;
    state->extreme = reached;
    state->speed = smaller(state->speed + state->step, state->limit);
}

/* Tulip: the stop of this bar is moved first, kept outside the two bars before, then tested. */
static void tulip(struct state *state, const struct indicator_bar *bar, double *out)
{
    if (state->bars == 1) {
        state->rising = state->high[0] + state->low[0] <= bar->high + bar->low;
        state->extreme = state->rising ? state->high[0] : state->low[0];
        state->sar = state->rising ? state->low[0] : state->high[0];
    }
    state->sar += (state->extreme - state->sar) * state->speed;
    for (uint64_t i = 0; i < 2 && i < state->bars; i++)
        state->sar =
            state->rising ? smaller(state->sar, state->low[i]) : larger(state->sar, state->high[i]);
    follow(state, bar);
    if (state->rising ? bar->low < state->sar : bar->high > state->sar) {
        state->rising = !state->rising;
        state->speed = state->step;
        state->sar = state->extreme;
        state->extreme = state->rising ? bar->high : bar->low;
    }
    out[0] = state->sar;
}

/* Keeps the stop outside this bar and the one before. */
static void talib_clamp(struct state *state, const struct indicator_bar *bar, double high,
                        double low)
{
    state->sar = state->rising ? smaller(state->sar, smaller(low, bar->low))
                               : larger(state->sar, larger(high, bar->high));
}

/* TA-Lib: the stop that was made at the bar before is tested and told, then the next one is made. */
static void talib(struct state *state, const struct indicator_bar *bar, double *out)
{
    double high = state->high[0], low = state->low[0];
    if (state->bars == 1) {
        double up = bar->high - high, down = low - bar->low;
        state->rising = !(down > 0 && up < down);
        state->extreme = state->rising ? bar->high : bar->low;
        state->sar = state->rising ? low : high;
        high = bar->high; /* at the first bar "the one before" is itself */
        low = bar->low;
    }
    bool hit = state->rising ? bar->low <= state->sar : bar->high >= state->sar;
    if (hit) {
        state->rising = !state->rising;
        state->sar = state->extreme;
        talib_clamp(state, bar, high, low);
        out[0] = state->sar;
        state->speed = state->step;
        state->extreme = state->rising ? bar->high : bar->low;
    } else {
        out[0] = state->sar;
        follow(state, bar);
    }
    state->sar += state->speed * (state->extreme - state->sar);
    talib_clamp(state, bar, high, low);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    out[0] = NAN;
    if (state->bars && state->method == METHOD_TULIP)
        tulip(state, bar, out);
    else if (state->bars)
        talib(state, bar, out);
    remember(state, bar);
}

static const struct indicator_param params[] = {
    { "step", "what each new extreme adds to the speed", 0.02, 0.0001, 1, false, NULL },
    { "max", "the largest speed", 0.2, 0.0001, 1, false, NULL },
    { "method", "the first direction and the order of moving and testing", METHOD_TULIP,
      METHOD_TULIP, METHOD_TALIB, true, "tulip talib" },
};
static const struct indicator_output outputs[] = { { "value", "psar_{step}_{max}" } };

const struct indicator indicator_psar = {
    .name = "psar",
    .about = "parabolic stop and reverse",
    .formula = "sar += speed * (extreme - sar), never inside the last two bars; crossed, it begins "
               "anew on the other side at the extreme",
    .convention =
        "method=tulip: first direction by the middles of the first two bars; method=talib: "
        "by their directional movement",
    .source = "Tulip psar, TA-Lib SAR; Wilder (1978)",
    INDICATOR_TABLES,
};

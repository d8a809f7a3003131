/* indicator/macd.c - Appel's moving average convergence and divergence. */
#include "indicator/pair.h"

struct state {
    struct pair pair;
    struct ema signal;
};

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    double seed = params[3] == PAIR_FIRST || params[3] == PAIR_EARLY ? SEED_FIRST : SEED_SMA;
    pair_init(&state->pair, params[0], params[1], params[3]);
    ema_init(&state->signal, params[2], seed);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    if (!pair_push(&state->pair, bar->close)) {
        out[0] = out[1] = out[2] = NAN;
        return;
    }
    double macd = state->pair.fast.value - state->pair.slow.value;
    if (ema_push(&state->signal, macd)) {
        out[0] = macd;
        out[1] = state->signal.value;
        out[2] = macd - state->signal.value;
        return;
    }
    out[0] = state->pair.seed != PAIR_TALIB ? macd : NAN;
    out[1] = out[2] = NAN;
}

static const struct indicator_param params[] = {
    PAIR_PARAMS(12, 26),
    { "signal", "bars of the signal's average", 9, 1, PERIOD_MAX, true, NULL },
    PAIR_SEED(PAIR_SMA),
};
/* The names of the columns keep the conventions that most libraries agree on: for the histogram that is
 * another one than for the line and its signal. */
static const struct indicator_output outputs[] = {
    { "macd", "macd_{fast}_{slow}_{signal}" },
    { "signal", "macd_signal_{fast}_{slow}_{signal}" },
    { "hist", "macd_hist_{fast}_{slow}_{signal}?seed=first" },
};

const struct indicator indicator_macd = {
    .name = "macd",
    .about = "moving average convergence and divergence of the close",
    .formula =
        "macd = EMA(close, fast) - EMA(close, slow), signal = EMA(macd, signal), hist = macd - "
        "signal",
    .convention = PAIR_CONVENTION "; the signal begins alike, with the first lines that are told",
    .source = "TTR MACD, ta MACD, TA-Lib MACD; Appel",
    INDICATOR_TABLES,
};

/* indicator/bb.c - Bollinger's bands around the simple average of the close. */
#include "indicator/spread.h"

struct state {
    struct moments moments;
    double inverse, divisor, factor; /* 1 / period; that of the spread */
    double closes[];
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->moments.window.size = (uint32_t)params[0];
    state->inverse = 1 / params[0];
    state->factor = params[1];
    state->divisor = divisor_inverse(params[0], params[2]);
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    const struct moments *moments = &state->moments;
    moments_push(&state->moments, state->closes, bar->close);
    if (!moments_full(moments)) {
        out[0] = out[1] = out[2] = out[3] = out[4] = NAN;
        return;
    }
    double offset = moments->sum * state->inverse, middle = moments->shift + offset;
    double spread = moments->squares - moments->sum * offset;
    double half = spread > 0 ? state->factor * sqrt(spread * state->divisor) : 0;
    out[0] = middle + half;
    out[1] = middle;
    out[2] = middle - half;
    double scale = half * middle, inverse = 1 / scale; /* one division for both */
    if (scale != 0) {
        out[3] = 0.5 + 0.5 * (bar->close - middle) * (middle * inverse);
        out[4] = 2 * half * (half * inverse);
    } else {
        out[3] = half > 0 ? 0.5 + 0.5 * (bar->close - middle) / half : 0.5;
        out[4] = 0;
    }
}

static const struct indicator_param params[] = {
    PERIOD(20, 1),
    { "factor", "deviations from the middle to a band", 2, 0.01, 100, false, NULL },
    DIVISOR_PARAM,
};
static const struct indicator_output outputs[] = {
    { "upper", "bb_upper_{period}_{factor}" }, { "mid", "bb_mid_{period}_{factor}" },
    { "lower", "bb_lower_{period}_{factor}" }, { "pctb", "bb_pctb_{period}_{factor}" },
    { "width", "bb_width_{period}_{factor}" },
};

const struct indicator indicator_bb = {
    .name = "bb",
    .about = "Bollinger bands of the close",
    .formula = "mid = SMA(close), upper and lower = mid +- factor * stddev(close), pctb = (close - "
               "lower) / (upper - lower), width = (upper - lower) / mid",
    .convention = "divisor=population divides by N (TA-Lib), divisor=sample by N - 1; pctb is 0.5 "
                  "where the bands meet",
    .source = "TA-Lib BBANDS, TTR BBands; Bollinger (2001)",
    INDICATOR_TABLES,
};

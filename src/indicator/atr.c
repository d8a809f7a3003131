/* indicator/atr.c - Wilder's average true range. */
#include "indicator/range.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct atr);
}

static void init(void *memory, const double *params) { atr_init(memory, params[0], params[1]); }

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct atr *state = memory;
    out[0] = atr_push(state, bar) ? state->mean.value : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 1), FIRST_BAR_PARAM(FIRST_SKIP) };
static const struct indicator_output outputs[] = { { "value", "atr_{period}" } };

const struct indicator indicator_atr = {
    .name = "atr",
    .about = "Wilder's average true range",
    .formula = "a += (tr - a) / period",
    .convention =
        "begins with the mean of the first `period` true ranges; first_bar=skip: the first "
        "bar has none (TA-Lib), first_bar=range: it is high - low (Tulip)",
    .source = "TA-Lib ATR; Wilder (1978)",
    INDICATOR_TABLES,
};

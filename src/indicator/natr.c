/* indicator/natr.c - average true range in percent of the close. */
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
    bool warm = atr_push(state, bar);
    out[0] = !warm ? NAN : bar->close != 0 ? 100 * state->mean.value / bar->close : 0;
}

static const struct indicator_param params[] = { PERIOD(14, 1), FIRST_BAR_PARAM(FIRST_SKIP) };
static const struct indicator_output outputs[] = { { "value", "natr_{period}" } };

const struct indicator indicator_natr = {
    .name = "natr",
    .about = "average true range in percent of the close",
    .formula = "100 * ATR / close",
    .convention =
        "begins with the mean of the first `period` true ranges; first_bar=skip: the first "
        "bar has none (TA-Lib), first_bar=range: it is high - low (Tulip)",
    .source = "TA-Lib NATR; Wilder (1978)",
    INDICATOR_TABLES,
};

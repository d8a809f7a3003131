/* indicator/rsi.c - Wilder's relative strength index. */
#include "indicator/momentum.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return sizeof(struct gains);
}

static void init(void *memory, const double *params) { gains_init(memory, params[0]); }

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct gains *state = memory;
    out[0] = gains_push(state, bar->close) ? gains_rsi(state) : NAN;
}

static const struct indicator_param params[] = { PERIOD(14, 1) };
static const struct indicator_output outputs[] = { { "value", "rsi_{period}" } };

const struct indicator indicator_rsi = {
    .name = "rsi",
    .about = "relative strength index of the close, 0 to 100",
    .formula = "100 * up / (up + down), Wilder's averages of rises and falls of the close",
    .convention = "the averages begin with the mean of the first `period` changes; 0 when nothing "
                  "moved",
    .source = "TA-Lib RSI; Wilder (1978)",
    INDICATOR_TABLES,
};

/* indicator/bop.c - balance of power. */
#include "indicator/core.h"

static size_t state_bytes(const double *params)
{
    (void)params;
    return 0;
}

static void init(void *memory, const double *params)
{
    (void)memory;
    (void)params;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    double range = bar->high - bar->low;
    (void)memory;
    out[0] = range > 0 ? (bar->close - bar->open) / range : 0;
}

static const struct indicator_output outputs[] = { { "value", "bop" } };

const struct indicator indicator_bop = {
    .name = "bop",
    .about = "balance of power: how much of its range a bar kept, -1 to 1",
    .formula = "(close - open) / (high - low)",
    .convention = "0 when the bar has no range",
    .source = "TA-Lib BOP; Livshin (TASC 2001)",
    INDICATOR_NO_PARAMS,
};

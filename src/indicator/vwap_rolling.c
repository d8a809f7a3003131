/* indicator/vwap_rolling.c - volume weighted average price of the last bars. */
#include "indicator/core.h"

enum { PRICE_TYPICAL = 0, PRICE_CLOSE = 1 };

struct state {
    struct sum paid, volume, plain;
    uint64_t price;
    double values[]; /* of paid, volume, plain */
};

static size_t state_bytes(const double *params)
{
    return sizeof(struct state) + 3 * (size_t)params[0] * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    state->paid.window.size = state->volume.window.size = (uint32_t)params[0];
    state->plain.window.size = (uint32_t)params[0];
    state->price = (uint64_t)params[1];
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    uint32_t size = state->plain.window.size;
    double price = state->price == PRICE_TYPICAL ? typical_price(bar) : bar->close;
    double paid = sum_push(&state->paid, state->values, price * bar->volume);
    double volume = sum_push(&state->volume, state->values + size, bar->volume);
    double plain = sum_push(&state->plain, state->values + (size_t)2 * size, price);
    out[0] = !sum_full(&state->plain) ? NAN : volume != 0 ? paid / volume : plain / size;
}

static const struct indicator_param params[] = {
    PERIOD(20, 1),
    { "price", "what a bar's volume is taken to have cost", PRICE_TYPICAL, PRICE_TYPICAL,
      PRICE_CLOSE, true, "typical close" },
};
static const struct indicator_output outputs[] = {
    { "value", "vwap_rolling_{period}_typical vwap_rolling_{period}_close?price=close" },
};

const struct indicator indicator_vwap_rolling = {
    .name = "vwap_rolling",
    .about = "volume weighted average price of the last bars",
    .formula = "sum(price * volume) / sum(volume)",
    .convention = "the plain mean of a window without volume",
    .source = "ta VolumeWeightedAveragePrice, TTR VWAP",
    INDICATOR_TABLES,
};

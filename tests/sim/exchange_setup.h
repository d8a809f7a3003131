/* tests/sim/exchange_setup.h - a small exchange for tests: one tick is 0.01, one lot 0.00001. */
#ifndef TESTS_SIM_EXCHANGE_SETUP_H
#define TESTS_SIM_EXCHANGE_SETUP_H
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "sim/exchange.h"

static inline struct instrument plain_instrument(void)
{
    return (struct instrument){ .id = 1,
                                .version = 1,
                                .kind = INSTRUMENT_SPOT,
                                .price_scale = 2,
                                .qty_scale = 5,
                                .base_asset = 1,
                                .quote_asset = 2,
                                .settle_asset = 2,
                                .multiplier = 1,
                                .tick_step = 1,
                                .lot_step = 1,
                                .qty_min_lots = 1,
                                .qty_max_lots = 1000000000,
                                .price_max_ticks = 1000000000000,
                                .maker_fee_e9 = 200000,
                                .taker_fee_e9 = 500000,
                                .symbol = "BTCUSDT" };
}

/* Gives the exchange's block; free() it. */
static inline void *exchange_make(const struct sim_config *config,
                                  const struct instrument *instrument, sim_sink *sink,
                                  void *context, struct sim **sim)
{
    size_t size = (sim_size(config) + 63) / 64 * 64;
    void *block = aligned_alloc(64, size);
    assert(block);
    memset(block, 0x5a, size); /* the exchange may count on nothing */
    enum err err = sim_init(block, config, instrument, sink, context, sim);
    assert(!err);
    return block;
}

#endif

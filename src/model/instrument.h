/*
 * model/instrument.h - what can be traded, and by which rules.
 *
 * A *tick* is 10^-price_scale of the quote asset and a *lot* 10^-qty_scale of the base asset: the
 * finest the venue ever sends. The venue's own steps, tick_step and lot_step, are whole numbers of
 * them. So every price and quantity of the instrument is an exact int64, and
 *
 *     notional = price_ticks * qty_lots * multiplier * 10^-(price_scale + qty_scale)
 *
 * is an exact amount (model keeps price_scale + qty_scale + multiplier_scale <= 18).
 *
 * Rules are versioned: a change is a new definition of the same id with the next version, valid
 * from valid_from_ns; orders keep the id.
 */
#ifndef MODEL_INSTRUMENT_H
#define MODEL_INSTRUMENT_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/num.h"

#define SYMBOL_MAX 24     /* with NUL */
#define ASSET_CODE_MAX 16 /* with NUL */
#define FEE_SCALE 9       /* a fee rate of 0.001 is 1000000 */

enum instrument_kind {
    INSTRUMENT_NONE = 0,
    INSTRUMENT_SPOT,
    INSTRUMENT_LINEAR,
    INSTRUMENT_INVERSE,
    INSTRUMENT_FUTURE,
    INSTRUMENT_EQUITY,
    INSTRUMENT_CFD,
    INSTRUMENT_KIND_COUNT
};

/* An asset is a row of its own, so that ids are small and balances a dense table. */
struct asset {
    uint16_t id; /* 1..assets_max-1; 0 is none */
    uint8_t reserved[6];
    char code[ASSET_CODE_MAX]; /* "USDT" */
};

struct instrument {
    uint32_t id;      /* 1..instruments_max-1; 0 is none */
    uint32_t version; /* 1, 2, ... */
    int64_t valid_from_ns;
    uint16_t venue;
    uint8_t kind; /* enum instrument_kind */
    uint8_t price_scale, qty_scale, multiplier_scale;
    uint16_t base_asset, quote_asset, settle_asset;
    uint8_t reserved[4];
    int64_t multiplier; /* 10^multiplier_scale for spot: one */
    int64_t tick_step, lot_step;
    int64_t price_max_ticks; /* > 0: no order above it */
    int64_t qty_min_lots, qty_max_lots;
    int64_t maker_fee_e9, taker_fee_e9;  /* of notional; negative is a rebate */
    row_i128 notional_min, notional_max; /* amounts in the quote asset; max 0 = none */
    char symbol[SYMBOL_MAX];             /* canonical: "BTCUSDT" */
};

/* ERR_RANGE when scales, steps or bounds make no sense, or when the largest order
 * (qty_max_lots at price_max_ticks) could overflow an amount. */
MUST_USE enum err instrument_check(const struct instrument *instrument);

/* The value of qty_lots at price_ticks, an amount in the quote asset. ERR_RANGE. */
MUST_USE enum err instrument_notional(const struct instrument *instrument, int64_t price_ticks,
                                      int64_t qty_lots, i128 *out);

/* The fee on a notional, rounded up to 10^-18 (a rebate: toward zero). ERR_RANGE. */
MUST_USE enum err instrument_fee(i128 notional, int64_t fee_e9, i128 *out);

/* lots as an amount of the base asset. */
i128 instrument_base_amount(const struct instrument *instrument, int64_t qty_lots);

#endif

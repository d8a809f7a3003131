/*
 * strategy/parts.h - what most strategies do in the same words: say what they think, go in, go out.
 * Private to the layer.
 */
#ifndef STRATEGY_PARTS_H
#define STRATEGY_PARTS_H
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include "tradewind/strategy.h"

/* direction: -1 sell, 0 hold, 1 buy; value: of the feature that decided. */
static inline void say(const struct tw_api *api, struct tw_context *context, int direction,
                       double value, const char *feature)
{
    struct tw_signal signal = { .direction = direction, .confidence = 1.0, .value = value };
    strncpy(signal.feature, feature, sizeof signal.feature - 1);
    api->signal(context, &signal);
}

/* At the market, with the configured size. */
static inline uint64_t enter(const struct tw_api *api, struct tw_context *context,
                             enum tw_side side)
{
    return api->order(context, &(struct tw_intent){ .side = (uint8_t)side, .type = TW_MARKET });
}

/* The same, and what is held against it goes with the same order. */
static inline uint64_t turn(const struct tw_api *api, struct tw_context *context, enum tw_side side)
{
    return api->order(context,
                      &(struct tw_intent){ .side = (uint8_t)side, .type = TW_MARKET, .target = 1 });
}

/* All that is held, at the market. */
static inline uint64_t leave(const struct tw_api *api, struct tw_context *context)
{
    int64_t held = api->position_lots(context);
    if (held == 0)
        return 0;
    return api->order(context, &(struct tw_intent){ .side = held > 0 ? TW_SELL : TW_BUY,
                                                    .type = TW_MARKET,
                                                    .reduce_only = 1,
                                                    .qty_lots = held > 0 ? held : -held });
}

/* What a rule that is long or flat does: in when it wants in and is flat, out when it wants out and holds.
 * wants: 1 in, -1 out, 0 stay. One decision, one signal. */
static inline void be_long(const struct tw_api *api, struct tw_context *context, int wants,
                           double value, const char *feature)
{
    int64_t held = api->position_lots(context);
    if (api->open_orders(context) > 0)
        return; /* the last decision is not done yet */
    if (wants > 0 && held == 0) {
        say(api, context, 1, value, feature);
        enter(api, context, TW_BUY);
    } else if (wants < 0 && held > 0) {
        say(api, context, -1, value, feature);
        leave(api, context);
    }
}

/* 1: a crossed above b with this bar, -1: below, 0: neither. A touch is no cross: both sides are strict.
 * Anything NaN is no cross. */
static inline int crossed(double a_before, double a, double b_before, double b)
{
    return a_before < b_before && a > b ? 1 : a_before > b_before && a < b ? -1 : 0;
}

/* To whole steps of the instrument's price, to the nearest. */
static inline int64_t to_ticks(const struct tw_instrument *instrument, double price)
{
    double scale = pow(10, instrument->price_scale), step = (double)instrument->tick_step;
    return (int64_t)(floor(price * scale / step + 0.5) * step);
}

/* To whole steps of its quantity, downwards. */
static inline int64_t to_lots(const struct tw_instrument *instrument, double qty)
{
    double scale = pow(10, instrument->qty_scale), step = (double)instrument->lot_step;
    return (int64_t)(floor(qty * scale / step + 1e-9) * step);
}

#endif

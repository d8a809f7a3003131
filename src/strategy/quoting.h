/*
 * strategy/quoting.h - what market makers share: a bid and an offer that are kept where they are wanted.
 * Private to the layer.
 */
#ifndef STRATEGY_QUOTING_H
#define STRATEGY_QUOTING_H
#include "strategy/parts.h"

#define NS_PER_MS 1e6

struct quoting {
    uint64_t bid, ask; /* orders; 0 = none */
    int64_t bid_ticks, ask_ticks;
    int64_t quoted_ns; /* when both were looked at last; 0 = never */
    double mid;        /* then */
};
struct wanted { /* a price of 0: that side is not quoted */
    double bid, ask;
    double size;          /* of each, base units */
    double inventory_max; /* base units, either way */
    bool shorts;          /* it may sell what it does not hold */
};

/* In base units, signed. */
static inline double inventory_of(const struct tw_api *api, struct tw_context *context)
{
    return (double)api->position_lots(context) / pow(10, api->instrument(context)->qty_scale);
}

/* One side: stays where it is while the price is the same, else goes and comes anew. */
static inline void requote(const struct tw_api *api, struct tw_context *context, enum tw_side side,
                           int64_t price_ticks, int64_t lots, uint64_t *order, int64_t *ticks)
{
    bool wanted = lots >= api->instrument(context)->qty_min_lots && lots > 0 && price_ticks > 0;
    if (*order && wanted && *ticks == price_ticks)
        return;
    if (*order)
        api->cancel(context, *order);
    *ticks = price_ticks;
    *order = wanted ? api->order(context, &(struct tw_intent){ .side = (uint8_t)side,
                                                               .type = TW_LIMIT,
                                                               .post_only = 1,
                                                               .qty_lots = lots,
                                                               .price_ticks = price_ticks })
                    : 0;
}

/* Both sides; neither grows the inventory past its largest. */
static inline void quote_both(const struct tw_api *api, struct tw_context *context,
                              struct quoting *quoting, const struct wanted *wanted)
{
    const struct tw_instrument *instrument = api->instrument(context);
    double held = inventory_of(api, context);
    double buys = fmin(wanted->size, wanted->inventory_max - held);
    double sells = fmin(wanted->size, (wanted->shorts ? wanted->inventory_max : 0) + held);
    /* the passive side of the step: a bid is never rounded up, an offer never down */
    double scale = pow(10, instrument->price_scale), step = (double)instrument->tick_step;
    int64_t bid = (int64_t)(floor(wanted->bid * scale / step + 1e-9) * step);
    int64_t ask = (int64_t)(ceil(wanted->ask * scale / step - 1e-9) * step);
    requote(api, context, TW_BUY, bid, to_lots(instrument, fmax(buys, 0)), &quoting->bid,
            &quoting->bid_ticks);
    requote(api, context, TW_SELL, ask, to_lots(instrument, fmax(sells, 0)), &quoting->ask,
            &quoting->ask_ticks);
}

/* An order of ours that is done makes room for the next. */
static inline void quoting_order(struct quoting *quoting, const struct tw_order_event *event)
{
    if (event->state < 7)
        return;
    if (event->order_id == quoting->bid)
        quoting->bid = 0;
    if (event->order_id == quoting->ask)
        quoting->ask = 0;
}

#endif

/*
 * strategy/execution.h - what execution strategies share: a quantity that is bought or sold in parts until
 * it is done. Private to the layer.
 */
#ifndef STRATEGY_EXECUTION_H
#define STRATEGY_EXECUTION_H
#include "strategy/parts.h"

#define NS_PER_S 1e9
#define EXECUTION_PARAMS                                                                           \
    { "side", "1: buys, -1: sells", 1, -1, 1 },                                                    \
    {                                                                                              \
        "quantity", "how much, in base units; must be given", 0, 0, 1e12                           \
    }
enum { EXECUTION_SIDE, EXECUTION_QUANTITY, EXECUTION_OWN };

struct execution {
    int64_t begun_ns; /* the first thing it was told; 0 = nothing yet */
    int64_t total_lots, filled_lots;
    int64_t begun; /* 1: a part was sent */
};

/* 0, or -1: it was not told what to do. */
static inline int execution_start(const struct tw_api *api, struct tw_context *context,
                                  struct execution *execution)
{
    execution->total_lots =
        to_lots(api->instrument(context), api->param(context, EXECUTION_QUANTITY));
    return execution->total_lots > 0 && api->param(context, EXECUTION_SIDE) != 0 ? 0 : -1;
}

/* Sends what is missing to `share` of the whole. While a part is on its way nothing more is sent: what it
 * leaves comes with the next. False: it may not trade yet, for history is being told, and nothing was
 * ever sent: the work begins later. */
static inline bool execution_reach(const struct tw_api *api, struct tw_context *context,
                                   struct execution *execution, double share)
{
    const struct tw_instrument *instrument = api->instrument(context);
    int64_t left = execution->total_lots - execution->filled_lots, step = instrument->lot_step;
    int64_t lots = (int64_t)((double)execution->total_lots * fmin(share, 1) + 0.5);
    lots = (lots - execution->filled_lots) / step * step;
    lots = share >= 1 || lots > left ? left : lots;
    if (lots <= 0 || api->open_orders(context) > 0 ||
        (lots < instrument->qty_min_lots && share < 1))
        return true;
    int side = api->param(context, EXECUTION_SIDE) > 0 ? 1 : -1;
    uint64_t order = api->order(context, &(struct tw_intent){ .side = side > 0 ? TW_BUY : TW_SELL,
                                                              .type = TW_MARKET,
                                                              .qty_lots = lots });
    if (order)
        say(api, context, side, share, "share_due");
    execution->begun |= order != 0;
    return execution->begun;
}

#endif

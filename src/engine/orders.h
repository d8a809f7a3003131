/*
 * engine/orders.h - orders on their way: opening, gate, reservation, sending, cancelling, amending.
 * Private to the engine.
 */
#ifndef ENGINE_ORDERS_H
#define ENGINE_ORDERS_H
#include "engine/order.h"
#include "engine/state.h"

struct opening { /* where an intent came from */
    uint16_t account, strategy;
    uint32_t instrument;
    uint64_t order_id; /* the seq of the record that carried the intent */
};

/* What became of an intent. order_id: of the order, also of the first one with the same key. */
struct opened {
    enum err err; /* OK: there is an order (perhaps DENIED); ERR_EXISTS, ERR_DUPLICATE, ERR_RANGE,
                     ERR_NOT_FOUND, ERR_FULL, ERR_UNSUPPORTED: no new one */
    uint64_t order_id;
    uint16_t denial;
};
struct opened orders_open(struct step *step, const struct opening *from,
                          const struct intent *intent);

/* A waiting (emulated) order's moment has come: gate again where its size was not known, then send. */
void orders_release(struct step *step, struct order_slot *slot);

/* OK, ERR_STATE (done already). */
enum err orders_cancel(struct step *step, struct order_slot *slot);
void orders_end(struct step *step, struct order_slot *slot, enum order_event_kind how,
                const char *reason);
enum err orders_amend(struct step *step, struct order_slot *slot, const struct order_amend *amend,
                      uint16_t *denial);

/* Every change of a row goes between these two: exposure, reserve, counts and image follow. */
struct exposure {
    int64_t open_lots;
    i128 reserved;
    uint16_t asset;
    bool done;
};
/* What an order adds to open_buy_lots or open_sell_lots of its position. */
int64_t orders_counted_lots(const struct order *order);
struct exposure orders_before(const struct order_slot *slot);
void orders_after(struct step *step, struct order_slot *slot, const struct exposure *before);

/* Between the two, after the row moved: hold what its open part needs now. */
void orders_hold_again(struct step *step, struct order_slot *slot, const struct exposure *before);

#endif

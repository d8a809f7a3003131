/*
 * sim/state.h - everything an exchange knows, for the files of this folder only.
 *
 * exchange.c makes and shows it; submit.c lets orders in, match.c trades them, resting.c changes
 * and removes them; stops.c, street.c and bars.c are what moves them; legs.c is the way to and fro.
 */
#ifndef SIM_STATE_H
#define SIM_STATE_H
#include "sim/book.h"
#include "sim/exchange.h"
#include "sim/heap.h"

enum command_kind { COMMAND_SUBMIT, COMMAND_CANCEL, COMMAND_AMEND };

struct command {
    int64_t due_ns;
    enum command_kind kind;
    struct sim_order order; /* cancel, amend: id; amend: price_ticks, qty_lots */
};

/* A ring; head and tail only grow, positions are taken modulo the size. */
struct legs {
    struct command *commands;  /* on their way here */
    struct sim_event *answers; /* on their way back; ts_ns is when they arrive */
    uint32_t mask;
    uint64_t command_head, command_tail, answer_head, answer_tail;
    int64_t last_command_ns, last_answer_ns; /* one connection: nothing overtakes */
};

struct position {
    uint64_t owner;
    int64_t qty_lots;
};

enum careful {
    CAREFUL_LEGS = 1,     /* commands wait */
    CAREFUL_STEPS = 2,    /* tick or lot steps, or bounds of the notional */
    CAREFUL_RESTORED = 8, /* orders may stand at a price that is not allowed any more */
    CAREFUL_STREET = 4,   /* the street was told something: it may stand ahead */
};

#define WAITING 0 /* the link that anchors those waiting for the next open */

struct sim {
    struct book book;
    int64_t now_ns;
    int64_t deadline_ns; /* the earliest of legs and ends; INT64_MAX = none */
    sim_sink *sink;
    void *context;
    sim_sink *tell; /* the sink, or the leg that leads to it */
    void *tell_context;
    struct sim_event event; /* the one that is told; kept, for a kind writes only what it names */
    uint64_t next_trade_id;
    int64_t maker_fee_unit, taker_fee_unit; /* of one lot at one tick, */
    bool fees_are_short; /* when that is all it takes; else instrument_fee() each time */
    uint8_t careful;     /* enum careful: 0 lets plain orders go the short way */
    bool bars;           /* the street is told by bars */
    bool deep;           /* ... by levels: a quote then is only the best of them */
    bool street_trades;  /* then stops go by the last price, not by quotes */
    int64_t last_ticks;  /* of the last trade, ours or the street's; 0 = none */
    int64_t quote_rank[2];
    i128 notional_min, notional_max;       /* in tick-lots; max 0 = none */
    uint64_t price_max, qty_min, qty_span; /* the instrument's bounds, for one compare each */
    struct heap stops[2];                  /* BID: buy stops by price; ASK: sell stops by -price */
    struct heap ends;                      /* GTD and DAY by time */
    uint64_t arrivals;                     /* the order of what is put in a heap */
    uint32_t position_count;
    uint32_t held_level; /* being matched; NO_LEVEL = none */
    bool bar_opened;
    uint64_t rng;
    struct legs legs;
    struct sim_config config;
    struct instrument instrument;
    struct position positions[SIM_OWNERS_MAX];
};

/* Who takes liquidity. The street takes, too: then no event tells of it. */
struct taker {
    uint64_t id, owner;
    int64_t want_lots;
    int64_t limit_rank; /* on the side it takes from */
    unsigned side;      /* its own */
    bool ours, reduce_only;
    bool through; /* the street came past our price: nothing was left ahead of us */
    bool stopped; /* self-trade prevention ended it */
};

/* legs.c */
void deadline_update(struct sim *sim);
size_t legs_size(const struct sim_config *config);
void legs_init(struct sim *sim, void *block);
/* What happens to a command: at once, or when its leg has passed. */
void command_later(struct sim *sim, enum command_kind kind, const struct sim_order *order);

/* submit.c */
void order_arrive(struct sim *sim, const struct sim_order *order);
/* Matches and rests an order that is in the table but on no level: a stop that became live. */
void order_act(struct sim *sim, uint32_t slot, int64_t price_ticks);
/* On its level, behind the street. There must be room for the level. */
void order_rest(struct sim *sim, uint32_t slot);
bool level_has_room(struct sim *sim, unsigned side, int64_t rank);

/* match.c */
void match(struct sim *sim, struct taker *taker);
/* Eats at one level: the street ahead of an order, then the order. Closes an empty level. */
void match_level(struct sim *sim, struct taker *taker, uint32_t level);
bool can_fill_whole(const struct sim *sim, const struct taker *taker);
/* One order and the market outside, at a price that the market made. */
void fill_alone(struct sim *sim, uint32_t slot, int64_t price_ticks, int64_t lots,
                uint8_t liquidity);

/* resting.c */
void order_cancel(struct sim *sim, uint64_t id);
void order_amend(struct sim *sim, uint64_t id, int64_t price_ticks, int64_t qty_lots);
/* Out of the book, wherever it stands; then told. */
void order_end(struct sim *sim, uint32_t slot, enum sim_event_kind kind, enum sim_reason reason);
void order_drop(struct sim *sim, uint32_t slot);
void order_park(struct sim *sim, uint32_t slot);
void order_wait(struct sim *sim, uint32_t slot);
struct position *position_find(struct sim *sim, uint64_t owner);
int64_t reducible_lots(const struct sim *sim, uint64_t owner, unsigned side);

/* stops.c */
void stops_run(struct sim *sim);
void stop_release(struct sim *sim, uint32_t slot); /* out of its heap, and told */
bool stop_is_reached(const struct sim *sim, unsigned side, int64_t stop_ticks);

bool steps_are_met(const struct sim *sim, int64_t price_ticks, int64_t qty_lots);

static inline bool qty_is_allowed(const struct sim *sim, int64_t qty_lots)
{
    return (uint64_t)qty_lots - sim->qty_min <= sim->qty_span;
}

static inline enum sim_reason order_check_numbers(const struct sim *sim, int64_t price_ticks,
                                                  int64_t qty_lots)
{
    if ((uint64_t)price_ticks - 1 >= sim->price_max || !qty_is_allowed(sim, qty_lots))
        return SIM_BAD_ORDER;
    return !(sim->careful & CAREFUL_STEPS) || steps_are_met(sim, price_ticks, qty_lots)
               ? SIM_REASON_NONE
               : SIM_BAD_ORDER;
}

static inline unsigned order_side(const struct hot *hot) { return hot->marks & MARK_SELL; }

/* Of one price and one quantity, on its level, first come first served: nothing else to mind. */
static inline bool order_is_plain(const struct hot *hot) { return hot->marks <= MARK_SELL; }

static inline int64_t order_left(const struct sim *sim, uint32_t slot)
{
    const struct hot *hot = &sim->book.hot[slot];
    return hot->open_lots + (hot->marks & MARK_ICEBERG ? sim->book.cold[slot].hidden_lots : 0);
}

static inline void tell(struct sim *sim) { sim->tell(sim->tell_context, &sim->event); }

static inline void tell_order(struct sim *sim, enum sim_event_kind kind, enum sim_reason reason,
                              uint64_t id, int64_t price_ticks, int64_t qty_lots, int64_t open_lots,
                              unsigned side)
{
    struct sim_event *event = &sim->event;
    event->kind = kind;
    event->reason = reason;
    event->order_id = id;
    event->ts_ns = sim->now_ns;
    event->price_ticks = price_ticks;
    event->qty_lots = qty_lots;
    event->open_lots = open_lots;
    event->side = (uint8_t)(side + 1);
    tell(sim);
}

/* Time goes forward. False, and untouched, when something is due before. */
static inline bool clock_to_at_ease(struct sim *sim, int64_t now_ns)
{
    if (now_ns >= sim->deadline_ns)
        return false;
    if (now_ns > sim->now_ns)
        sim->now_ns = now_ns;
    return true;
}

/* Time goes forward; what is due before the call happens before it. */
static inline void clock_to(struct sim *sim, int64_t now_ns)
{
    if (!clock_to_at_ease(sim, now_ns))
        sim_advance(sim, now_ns);
}

#endif

#include "sim/exchange.h"
#include <string.h>
#include "base/hash.h"
#include "sim/state.h"

#define LINE 64 /* bytes of a cache line; parts of the block start on one */

static size_t lines(size_t size) { return (size + LINE - 1) / LINE * LINE; }

const char *sim_reason_text(enum sim_reason reason)
{
    static const char *const texts[] = {
        [SIM_REASON_NONE] = "",
        [SIM_WOULD_CROSS] = "post_only_would_cross",
        [SIM_NO_LIQUIDITY] = "no_liquidity",
        [SIM_NOT_REDUCING] = "not_reducing",
        [SIM_SELF_TRADE] = "self_trade_prevented",
        [SIM_UNKNOWN_ORDER] = "unknown_order",
        [SIM_DUPLICATE_ID] = "duplicate_id",
        [SIM_BAD_ORDER] = "bad_order",
        [SIM_BOOK_FULL] = "book_full",
        [SIM_TIME_UP] = "time_up",
    };
    assert((size_t)reason < sizeof texts / sizeof texts[0]);
    return texts[reason];
}

/* struct sim | book | three heaps | two position arrays | legs */
size_t sim_size(const struct sim_config *config)
{
    size_t slots = (size_t)config->orders_max + 1;
    return lines(sizeof(struct sim)) + book_size(config->orders_max, config->levels_max) +
           3 * lines(slots * sizeof(struct heap_entry)) + 2 * lines(slots * sizeof(uint32_t)) +
           lines(legs_size(config));
}

int sim_fills(const struct sim_event *event, struct sim_fill fills[2])
{
    int count = 0;
    assert(event->kind == SIM_FILL);
    if (event->maker_id)
        fills[count++] = (struct sim_fill){ .order_id = event->maker_id,
                                            .open_lots = event->maker_open_lots,
                                            .fee = event->maker_fee,
                                            .side = (uint8_t)(SIDE_BUY + SIDE_SELL - event->side),
                                            .liquidity = LIQUIDITY_MAKER };
    if (event->order_id)
        fills[count++] = (struct sim_fill){ .order_id = event->order_id,
                                            .open_lots = event->open_lots,
                                            .fee = event->fee,
                                            .side = event->side,
                                            .liquidity = LIQUIDITY_TAKER };
    return count;
}

/* What one lot at one tick costs; false unless fees of whole trades then need no rounding. */
static bool fee_unit_is_exact(const struct instrument *instrument, int64_t rate_e9, int64_t *unit)
{
    i128 notional = 0, product = 0;
    if (instrument->kind == INSTRUMENT_INVERSE ||
        instrument_notional(instrument, 1, 1, &notional) ||
        amount_mul(notional, rate_e9, &product) || product % num_pow10(FEE_SCALE) != 0 ||
        product / num_pow10(FEE_SCALE) > INT64_MAX || product / num_pow10(FEE_SCALE) < INT64_MIN)
        return false;
    *unit = (int64_t)(product / num_pow10(FEE_SCALE));
    return true;
}

static enum err notional_prepare(struct sim *sim)
{
    const struct instrument *rules = &sim->instrument;
    i128 unit;
    enum err err = instrument_notional(rules, 1, 1, &unit);
    if (err)
        return err;
    sim->notional_min = rules->notional_min > 0 ? amount_div_ceil(rules->notional_min, unit) : 0;
    sim->notional_max = rules->notional_max > 0 ? amount_div_floor(rules->notional_max, unit) : 0;
    return OK;
}

enum err sim_init(void *block, const struct sim_config *config, const struct instrument *instrument,
                  sim_sink *sink, void *context, struct sim **out)
{
    assert(block && (uintptr_t)block % LINE == 0);
    assert(sink && out);
    if (config->orders_max == 0 || config->orders_max > ORDERS_MAX || config->levels_max == 0 ||
        config->levels_max > INT32_MAX || config->self_trade > SIM_STP_CANCEL_BOTH ||
        config->latency_to_ns < 0 || config->latency_from_ns < 0 || config->latency_jitter_ns < 0)
        return ERR_RANGE;
    enum err err = instrument_check(instrument);
    if (err)
        return err;

    struct sim *sim = block;
    char *at = (char *)block + lines(sizeof *sim);
    size_t slots = (size_t)config->orders_max + 1;
    memset(sim, 0, sizeof *sim);
    sim->config = *config;
    sim->instrument = *instrument;
    err = notional_prepare(sim);
    if (err)
        return err;
    sim->price_max = (uint64_t)instrument->price_max_ticks;
    sim->qty_min = instrument->qty_min_lots > 0 ? (uint64_t)instrument->qty_min_lots : 1;
    sim->qty_span = (uint64_t)instrument->qty_max_lots - sim->qty_min;
    if (instrument->tick_step != 1 || instrument->lot_step != 1 || sim->notional_min > 0 ||
        sim->notional_max > 0)
        sim->careful |= CAREFUL_STEPS;
    sim->fees_are_short =
        instrument->price_max_ticks <= INT64_MAX / instrument->qty_max_lots &&
        fee_unit_is_exact(instrument, instrument->maker_fee_e9, &sim->maker_fee_unit) &&
        fee_unit_is_exact(instrument, instrument->taker_fee_e9, &sim->taker_fee_unit);
    sim->sink = sim->tell = sink;
    sim->context = sim->tell_context = context;
    sim->next_trade_id = config->first_trade_id ? config->first_trade_id : 1;
    sim->now_ns = INT64_MIN;
    sim->deadline_ns = INT64_MAX;
    sim->quote_rank[BID] = sim->quote_rank[ASK] = RANK_NONE;
    sim->rng = config->seed;
    sim->bars = config->bars;
    sim->held_level = NO_LEVEL;

    book_init(&sim->book, at, config->orders_max, config->levels_max);
    at += book_size(config->orders_max, config->levels_max);
    struct heap *heaps[3] = { &sim->stops[BID], &sim->stops[ASK], &sim->ends };
    for (int i = 0; i < 3; i++, at += lines(slots * sizeof(struct heap_entry)))
        *heaps[i] = (struct heap){ .entries = (void *)at, .max = config->orders_max };
    sim->stops[BID].positions = sim->stops[ASK].positions = (void *)at; /* never in both */
    at += lines(slots * sizeof(uint32_t));
    sim->ends.positions = (void *)at;
    legs_init(sim, at + lines(slots * sizeof(uint32_t)));
    *out = sim;
    return OK;
}

int64_t sim_best_ticks(const struct sim *sim, uint8_t side)
{
    int64_t rank = sim->book.sides[side - 1].best_rank;
    return rank == RANK_NONE ? 0 : rank_of(side - 1U, rank);
}

int64_t sim_depth_lots(const struct sim *sim, uint8_t side, int64_t price_ticks)
{
    uint32_t index = book_find(&sim->book, side - 1U, rank_of(side - 1U, price_ticks));
    if (index == NO_LEVEL)
        return 0;
    int64_t lots = sim->book.levels[index].street_lots;
    for (uint32_t slot = level_head(&sim->book, index); slot; slot = order_after(&sim->book, slot))
        lots += sim->book.hot[slot].open_lots;
    return lots;
}

uint32_t sim_live_orders(const struct sim *sim) { return sim->book.order_count; }

/* Of what an order is, not of the slot it happens to have. */
static uint64_t order_hash(const struct sim *sim, uint32_t slot, uint64_t seed)
{
    const struct hot *hot = &sim->book.hot[slot];
    const struct cold *cold = &sim->book.cold[slot];
    bool iceberg = hot->marks & MARK_ICEBERG, parked = hot->marks & MARK_PARKED;
    uint64_t words[] = {
        hot->id,
        hot->owner,
        (uint64_t)hot->open_lots,
        hot->marks,
        (uint64_t)hot->qty_lots,
        (uint64_t)hot->price_ticks,
        iceberg ? (uint64_t)cold->hidden_lots : 0,
        iceberg ? (uint64_t)cold->display_lots : 0,
        hot->marks & MARK_AHEAD ? (uint64_t)hot->ahead_lots : 0,
        hot->marks & MARK_EXPIRES ? (uint64_t)cold->expire_ns : 0,
        parked ? (uint64_t)cold->stop_ticks : 0,
    };
    return hash_bytes_seeded(words, sizeof words, seed);
}

static uint64_t command_hash(const struct command *command, uint64_t seed)
{
    const struct sim_order *order = &command->order;
    uint64_t words[] = { (uint64_t)command->due_ns,
                         command->kind,
                         order->id,
                         order->owner,
                         (uint64_t)order->price_ticks,
                         (uint64_t)order->stop_ticks,
                         (uint64_t)order->qty_lots,
                         (uint64_t)order->display_lots,
                         (uint64_t)order->expire_ns,
                         order->side,
                         order->type,
                         order->tif,
                         order->post_only,
                         order->reduce_only };
    return hash_bytes_seeded(words, sizeof words, seed);
}

static uint64_t answer_hash(const struct sim_event *event, uint64_t seed)
{
    uint64_t words[] = { (uint64_t)event->ts_ns,
                         event->kind,
                         event->reason,
                         event->order_id,
                         (uint64_t)event->price_ticks,
                         (uint64_t)event->qty_lots,
                         (uint64_t)event->open_lots,
                         event->side };
    uint64_t hash = hash_bytes_seeded(words, sizeof words, seed);
    if (event->kind != SIM_FILL)
        return hash;
    uint64_t trade[] = { event->trade_id, event->maker_id, (uint64_t)event->maker_open_lots,
                         (uint64_t)event->fee, (uint64_t)event->maker_fee };
    return hash_bytes_seeded(trade, sizeof trade, hash);
}

static uint64_t legs_hash(const struct sim *sim, uint64_t seed)
{
    const struct legs *legs = &sim->legs;
    int64_t last[] = { legs->last_command_ns, legs->last_answer_ns };
    uint64_t hash = hash_bytes_seeded(last, sizeof last, seed);
    for (uint64_t at = legs->command_head; at != legs->command_tail; at++)
        hash = command_hash(&legs->commands[at & legs->mask], hash);
    for (uint64_t at = legs->answer_head; at != legs->answer_tail; at++)
        hash = answer_hash(&legs->answers[at & legs->mask], hash);
    return hash;
}

uint64_t sim_state_hash(const struct sim *sim)
{
    const struct book *book = &sim->book;
    uint64_t words[] = { sim->next_trade_id,
                         sim->rng,
                         (uint64_t)sim->now_ns,
                         sim->careful,
                         (uint64_t)sim->last_ticks,
                         (uint64_t)sim->quote_rank[BID],
                         (uint64_t)sim->quote_rank[ASK],
                         (uint64_t)sim->bars << 3 | (uint64_t)sim->deep << 2 |
                             (uint64_t)sim->street_trades << 1 | sim->bar_opened };
    uint64_t hash = hash_bytes(words, sizeof words), sum = 0;

    for (unsigned side = BID; side <= ASK; side++) {
        uint32_t index;
        for (int64_t rank = book_next(book, side, INT64_MAX, &index); rank != RANK_NONE;
             rank = book_next(book, side, rank, &index)) {
            int64_t level[] = { rank, book->levels[index].street_lots };
            hash = hash_bytes_seeded(level, sizeof level, hash);
            for (uint32_t slot = level_head(book, index); slot; slot = order_after(book, slot))
                hash = order_hash(sim, slot, hash);
        }
        for (uint32_t i = 0; i < sim->stops[side].count; i++) /* a heap has no order of its own */
            sum += order_hash(sim, sim->stops[side].entries[i].slot, side);
    }
    for (uint32_t slot = order_after(book, WAITING); slot; slot = order_after(book, slot))
        hash = order_hash(sim, slot, hash);
    for (uint32_t i = 0; i < sim->position_count; i++)
        sum += hash_bytes_seeded(&sim->positions[i], sizeof sim->positions[i], hash_u64(1));
    return legs_hash(sim, hash_bytes_seeded(&sum, sizeof sum, hash));
}

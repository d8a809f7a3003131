/* data/generator.c - the events of the made-up market, moment by moment. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/num.h"
#include "base/rng.h"
#include "data/chance.h"
#include "data/generator_private.h"

#define MOVES_PER_TRADE 2.0
#define TRADE_WORTH 500.0 /* median, in the quote asset */
#define SIZE_SPREAD 0.8   /* of the logarithm */
#define LEVEL_GAP 1e-5    /* of the price */
#define STEPS_MIN 100     /* price steps between the bounds */
#define RATE_MAX 1000.0
#define SNAPSHOT_EVERY 1024 /* book events */
#define RNG_SALT UINT64_C(0x7472616465730000)

static bool config_is_sound(const struct generator_config *config)
{
    return config->low_price > 0 && config->low_price < config->start_price &&
           config->start_price < config->high_price && config->high_price < 1e15 &&
           config->high_price / config->low_price < 1e9 && config->volatility >= 0 &&
           config->volatility <= 0.01 && config->trades_per_s > 0 &&
           config->trades_per_s <= RATE_MAX && config->depth_levels > 0 &&
           config->depth_levels <= GENERATOR_DEPTH_MAX && config->start_ns >= 0 &&
           config->resume_price >= 0;
}

static double power_of_ten(uint8_t scale) { return (double)num_pow10(scale); }

int64_t generator_price_ticks(const struct generator *generator, double price)
{
    int64_t step = generator->instrument.tick_step;
    double ticks = price * generator->ticks_per_price;
    int64_t nearest = num_div_nearest((int64_t)ticks, step) * step;
    if (nearest < generator->low_ticks)
        return generator->low_ticks;
    return nearest > generator->high_ticks ? generator->high_ticks : nearest;
}

int64_t generator_qty_lots(struct generator *generator, double median_worth, double price)
{
    const struct instrument *instrument = &generator->instrument;
    int64_t step = instrument->lot_step;
    int64_t min = instrument->qty_min_lots > step ? instrument->qty_min_lots : step;
    int64_t max = instrument->qty_max_lots > 0 ? instrument->qty_max_lots : INT64_MAX / 2;
    double lots = chance_log_normal(&generator->rng, median_worth / price, SIZE_SPREAD) *
                  generator->lots_per_unit;
    int64_t whole = lots < 4e18 ? (int64_t)lots : max;
    whole = (whole > max ? max : whole) / step * step;
    return whole > min ? whole : num_div_ceil(min, step) * step;
}

/* When the next moment comes, and which kind it is; busier regimes trade more. */
static void plan(struct generator *generator)
{
    double moments_per_s = generator->config.trades_per_s * (1 + MOVES_PER_TRADE) / 1.25 *
                           walk_activity(&generator->walk);
    double wait_ns = chance_wait(&generator->rng, 1 / moments_per_s) * (double)NS_PER_S;
    generator->next_ns = generator->now_ns + EVENTS_READY_MAX + (int64_t)wait_ns;
    generator->next_is_trade = rng_unit(&generator->rng) * (1 + MOVES_PER_TRADE) < 1;
}

static void set_head(struct generator *generator, void *record, uint16_t kind, size_t body_bytes)
{
    struct event *event = record;
    memset(event, 0, sizeof *event);
    event->length = event_length(body_bytes);
    event->kind = kind;
    event->version = event_kind_version(kind);
    event->flags = EVENT_NO_SYNC;
    event->instrument = generator->instrument.id;
    event->venue = generator->instrument.venue;
    /* Events of one moment follow each other by a nanosecond: time only grows. */
    event->source_ts_ns = generator->now_ns + generator->ready;
    assert(generator->ready < EVENTS_READY_MAX);
    generator->events[generator->ready++] = event;
}

static void add_trade(struct generator *generator)
{
    int side = (int)rng_below(&generator->rng, 2); /* of the book that is hit */
    const struct book_level *top = &generator->ladder.level[side][0];
    int64_t lots = generator_qty_lots(generator, TRADE_WORTH, walk_price(&generator->walk));
    lots = lots < top->qty_lots ? lots : top->qty_lots;
    set_head(generator, generator->trade_event, EVENT_TRADE, sizeof(struct trade));
    struct trade *trade = event_body((struct event *)(void *)generator->trade_event);
    *trade = (struct trade){ .price_ticks = top->price_ticks,
                             .qty_lots = lots,
                             .trade_id = ++generator->trade_id,
                             .aggressor = side == 0 ? SIDE_SELL : SIDE_BUY };
    ladder_take(generator, side, lots);
}

static void add_book(struct generator *generator)
{
    struct event *event = (struct event *)(void *)generator->book_event;
    struct book_head *head = event_body(event);
    struct book_level *levels = (struct book_level *)(void *)(head + 1);
    bool all = generator->books % SNAPSHOT_EVERY == 0;
    uint32_t bids = ladder_changes(&generator->before, &generator->ladder, 0, all, levels);
    uint32_t asks = ladder_changes(&generator->before, &generator->ladder, 1, all, levels + bids);
    if (bids + asks == 0)
        return;
    generator->books++;
    generator->update_id++;
    set_head(generator, event, EVENT_BOOK, sizeof *head + (bids + asks) * sizeof *levels);
    *head = (struct book_head){ .first_update_id = generator->update_id,
                                .last_update_id = generator->update_id,
                                .bid_count = bids,
                                .ask_count = asks,
                                .action = all ? BOOK_SNAPSHOT : BOOK_DELTA };
}

static void add_quote(struct generator *generator)
{
    const struct book_level *bid = generator->ladder.level[0], *ask = generator->ladder.level[1];
    struct quote quote = { bid->price_ticks, bid->qty_lots, ask->price_ticks, ask->qty_lots };
    if (memcmp(&quote, &generator->quote, sizeof quote) == 0)
        return;
    generator->quote = quote;
    set_head(generator, generator->quote_event, EVENT_QUOTE, sizeof quote);
    *(struct quote *)event_body((struct event *)(void *)generator->quote_event) = quote;
}

/* A moment: the market moves, or somebody trades at the touch. When the move is too small to be
 * seen, an order comes to the top: a moment has an event, as generator_next_ts_ns promised. */
static void live(struct generator *generator)
{
    int64_t before_ns = generator->now_ns;
    generator->ready = generator->given = 0;
    generator->now_ns = generator->next_ns;
    if (generator->next_is_trade && generator->started) {
        add_trade(generator);
    } else {
        double dt_s = (double)(generator->now_ns - before_ns) / (double)NS_PER_S;
        ladder_move(generator, walk_step(&generator->walk, dt_s));
    }
    generator->started = true;
    add_book(generator);
    if (generator->ready == 0) {
        generator->before = generator->ladder;
        generator->ladder.level[rng_below(&generator->rng, 2)][0].qty_lots +=
            generator->instrument.lot_step;
        add_book(generator);
    }
    add_quote(generator);
    plan(generator);
}

enum err generator_new(const struct generator_config *config, const struct instrument *instrument,
                       struct generator **out)
{
    double ticks_per_price = power_of_ten(instrument->price_scale);
    if (!config_is_sound(config) || instrument->tick_step <= 0 || instrument->lot_step <= 0 ||
        config->high_price * ticks_per_price > 1e17)
        return ERR_RANGE;
    struct generator *generator = calloc(1, sizeof *generator);
    if (!generator)
        return ERR_MEMORY;
    generator->config = *config;
    generator->instrument = *instrument;
    generator->ticks_per_price = ticks_per_price;
    generator->lots_per_unit = power_of_ten(instrument->qty_scale);
    int64_t step = instrument->tick_step;
    generator->low_ticks =
        num_div_ceil((int64_t)(config->low_price * ticks_per_price), step) * step;
    generator->high_ticks =
        num_div_floor((int64_t)(config->high_price * ticks_per_price), step) * step;
    if ((double)generator->low_ticks < config->low_price * ticks_per_price)
        generator->low_ticks += step;
    if ((generator->high_ticks - generator->low_ticks) / step < STEPS_MIN) {
        free(generator);
        return ERR_RANGE;
    }
    int64_t gap = (int64_t)(config->start_price * LEVEL_GAP * ticks_per_price) / step * step;
    generator->gap_ticks = gap > step ? gap : step;
    walk_init(&generator->walk, config->seed, config->start_price, config->low_price,
              config->high_price, config->volatility);
    if (config->resume_price > 0)
        walk_resume(&generator->walk, config->resume_price);
    generator->rng = config->seed ^ RNG_SALT;
    generator->now_ns = generator->next_ns = config->start_ns;
    *out = generator;
    return OK;
}

void generator_free(struct generator *generator) { free(generator); }

const struct event *generator_next(struct generator *generator)
{
    if (generator->given == generator->ready)
        live(generator);
    return generator->events[generator->given++];
}

int64_t generator_next_ts_ns(const struct generator *generator)
{
    if (generator->given < generator->ready)
        return generator->events[generator->given]->source_ts_ns;
    return generator->next_ns;
}

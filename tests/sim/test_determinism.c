/*
 * Goal: the same seed gives the same events and the same state, latency legs, street and all; and
 * whatever the street does, no lot is lost: asked for = filled + left, trade ids have no gap, time
 * never goes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/hash.h"
#include "base/rng.h"
#include "sim/exchange_setup.h"

#define ORDERS 3000

struct witness {
    uint64_t hash, last_trade;
    int64_t last_ns;
    int64_t left[ORDERS + 1]; /* by id: what the last event said; -1: ended or never was */
    uint32_t live;
};

static void watch_order(struct witness *witness, const struct sim_event *event)
{
    int64_t *left = &witness->left[event->order_id];
    switch (event->kind) {
    case SIM_ACCEPTED:
        *left = event->open_lots;
        witness->live++;
        break;
    case SIM_CANCELLED:
    case SIM_EXPIRED:
        assert_int_equal(event->open_lots, *left);
        *left = -1;
        witness->live--;
        break;
    case SIM_AMENDED: *left = event->open_lots; break;
    case SIM_FILL:
    case SIM_REJECTED:
    case SIM_CANCEL_REJECTED:
    case SIM_AMEND_REJECTED:
    case SIM_TRIGGERED: break;
    }
}

static void watch_trade(struct witness *witness, const struct sim_event *event)
{
    struct sim_fill fills[2];
    int count = sim_fills(event, fills);

    assert_true(event->qty_lots > 0);
    assert_true(count == 1 || fills[0].side != fills[1].side);
    assert_int_equal(event->trade_id, witness->last_trade + 1);
    witness->last_trade++;
    for (int i = 0; i < count; i++) {
        int64_t *left = &witness->left[fills[i].order_id];
        uint64_t words[] = { fills[i].order_id, (uint64_t)fills[i].fee, fills[i].side };
        witness->hash = hash_bytes_seeded(words, sizeof words, witness->hash);
        assert_int_equal(fills[i].open_lots, *left - event->qty_lots);
        *left = fills[i].open_lots;
        witness->live -= *left == 0;
    }
}

static void watch(void *context, const struct sim_event *event)
{
    struct witness *witness = context;
    uint64_t words[] = {
        event->kind,
        event->reason,
        event->order_id,
        (uint64_t)event->ts_ns,
        (uint64_t)event->price_ticks,
        (uint64_t)event->qty_lots,
        (uint64_t)event->open_lots,
    };
    witness->hash = hash_bytes_seeded(words, sizeof words, witness->hash);
    assert_true(event->ts_ns >= witness->last_ns);
    witness->last_ns = event->ts_ns;
    if (event->kind == SIM_FILL)
        watch_trade(witness, event);
    else
        watch_order(witness, event);
}

static void random_street(struct sim *sim, uint64_t *rng, int64_t middle, int64_t now_ns)
{
    int64_t away = (int64_t)rng_below(rng, 12), lots = (int64_t)rng_below(rng, 60);
    uint8_t side = (uint8_t)(SIDE_BUY + rng_below(rng, 2));
    int64_t price = side == SIDE_BUY ? middle - away : middle + 1 + away;

    switch (rng_below(rng, 40)) {
    case 0: sim_book_clear(sim, now_ns); break;
    case 1:
    case 2:
    case 3:
        sim_quote(sim, &(struct quote){ middle - away, lots, middle + 1 + away, lots + 3 }, now_ns);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
        sim_trade(sim,
                  &(struct trade){ .price_ticks = price,
                                   .qty_lots = lots + 1,
                                   .aggressor = (uint8_t)rng_below(rng, 3) },
                  now_ns);
        break;
    default: sim_level(sim, side, price, lots, now_ns);
    }
}

static void random_command(struct sim *sim, uint64_t *rng, uint64_t id, int64_t middle,
                           int64_t now_ns)
{
    struct sim_order order = { .id = id,
                               .owner = 1 + rng_below(rng, 3),
                               .qty_lots = 1 + (int64_t)rng_below(rng, 40),
                               .price_ticks = middle + (int64_t)rng_below(rng, 24) - 12,
                               .side = (uint8_t)(SIDE_BUY + rng_below(rng, 2)),
                               .type = (uint8_t)(ORDER_LIMIT + rng_below(rng, 4)),
                               .tif = (uint8_t)(TIF_GTC + rng_below(rng, 5)) };
    order.stop_ticks = middle + (int64_t)rng_below(rng, 24) - 12;
    order.expire_ns = now_ns + 1 + (int64_t)rng_below(rng, 5000);
    order.reduce_only = rng_below(rng, 8) == 0;
    if (order.type == ORDER_LIMIT && order.tif == TIF_GTC) {
        order.post_only = rng_below(rng, 4) == 0;
        order.display_lots = rng_below(rng, 3) ? 0 : 1 + order.qty_lots / 3;
    }
    sim_submit(sim, &order, now_ns);
    if (rng_below(rng, 2))
        sim_cancel(sim, 1 + rng_below(rng, id), now_ns);
    if (rng_below(rng, 3) == 0)
        sim_amend(sim, 1 + rng_below(rng, id), middle + (int64_t)rng_below(rng, 24) - 12,
                  1 + (int64_t)rng_below(rng, 60), now_ns);
}

static uint64_t run(uint64_t seed, bool legs, bool bars, uint64_t *state)
{
    static struct witness witness;
    struct sim_config config = { .seed = seed,
                                 .orders_max = 128,
                                 .levels_max = 64,
                                 .bars = bars,
                                 .self_trade = (enum sim_self_trade)(seed % 4) };
    struct instrument instrument = plain_instrument();
    uint64_t rng = seed;
    int64_t now_ns = 0, middle = 30000;
    struct sim *sim;

    if (legs) {
        config.latency_to_ns = 300;
        config.latency_from_ns = 200;
        config.latency_jitter_ns = 150;
    }
    memset(&witness, 0, sizeof witness);
    void *block = exchange_make(&config, &instrument, watch, &witness, &sim);
    for (uint64_t owner = 1; owner <= 3; owner++)
        sim_set_position(sim, owner, 200 - 200 * (int64_t)(owner - 1));
    for (uint64_t id = 1; id <= ORDERS; id++) {
        now_ns += (int64_t)rng_below(&rng, 200);
        middle += (int64_t)rng_below(&rng, 7) - 3;
        random_command(sim, &rng, id, middle, now_ns);
        if (bars && id % 4 == 0) {
            sim_bar_open(sim, middle, now_ns);
            sim_bar(sim,
                    &(struct bar){ .open_ticks = middle,
                                   .high_ticks = middle + 9,
                                   .low_ticks = middle - 7,
                                   .close_ticks = middle + 2 },
                    now_ns);
        } else if (!bars) {
            random_street(sim, &rng, middle, now_ns);
        }
        if (!legs)
            assert_int_equal(sim_live_orders(sim), witness.live);
    }
    while (sim_next_deadline(sim) != INT64_MAX)
        sim_advance(sim, sim_next_deadline(sim));
    assert_int_equal(sim_live_orders(sim), witness.live);
    assert_true(witness.last_trade > 100); /* the walk did something */
    *state = sim_state_hash(sim);
    free(block);
    return witness.hash;
}

static void the_same_seed_is_the_same_day(void **unused)
{
    (void)unused;
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int i = 0; i < 16; i++, seed++) {
        bool legs = i & 1, bars = i & 2;
        uint64_t one, two, other;
        uint64_t events = run(seed, legs, bars, &one);
        assert_true(run(seed, legs, bars, &two) == events);
        assert_true(one == two);
        assert_true(run(seed + 1000, legs, bars, &other) != events);
        assert_true(one != other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_same_seed_is_the_same_day) };
    return cmocka_run_group_tests_name("determinism", tests, NULL, NULL);
}

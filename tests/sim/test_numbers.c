/* Goal: what numbers must hold: fees, steps and bounds, jitter, a restart, the hash of the state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sim/exchange_setup.h"

static void keep_last(void *context, const struct sim_event *event)
{
    *(struct sim_event *)context = *event;
}

/* The short way to a fee (one unit per tick and lot) and the long one must not differ. */
static void fees_are_the_instruments(void **unused)
{
    (void)unused;
    static const int64_t rates[] = { 500000, 1, 333333333, 0 };
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct sim_config config = { .orders_max = 4, .levels_max = 4 };
        struct instrument instrument = plain_instrument();
        struct sim_event last = { 0 };
        struct sim *sim;
        i128 notional, fee;
        instrument.price_scale = 8;
        instrument.qty_scale = 8;
        instrument.taker_fee_e9 = rates[i];
        void *block = exchange_make(&config, &instrument, keep_last, &last, &sim);
        sim_level(sim, SIDE_SELL, 12347, 1000, 0);
        sim_submit(
            sim,
            &(struct sim_order){
                .id = 1, .qty_lots = 777, .side = SIDE_BUY, .type = ORDER_MARKET, .tif = TIF_IOC },
            0);
        assert_int_equal(last.kind, SIM_FILL);
        assert_int_equal(instrument_notional(&instrument, 12347, 777, &notional), OK);
        assert_int_equal(instrument_fee(notional, rates[i], &fee), OK);
        assert_true(last.fee == fee);
        free(block);
    }
}

static void an_order_comes_back_after_a_restart(void **unused)
{
    (void)unused;
    struct sim_config config = { .orders_max = 4, .levels_max = 4, .first_trade_id = 1000 };
    struct instrument instrument = plain_instrument();
    struct sim_event last = { .kind = SIM_REJECTED };
    struct sim_order order = { .id = 9,
                               .price_ticks = 99,
                               .qty_lots = 5,
                               .side = SIDE_BUY,
                               .type = ORDER_LIMIT,
                               .tif = TIF_GTC };
    struct sim *sim;
    void *block = exchange_make(&config, &instrument, keep_last, &last, &sim);

    sim_level(sim, SIDE_BUY, 99, 10, 0);
    sim_restore(sim, &order, 2);
    assert_int_equal(last.kind, SIM_REJECTED); /* nothing was told */
    assert_int_equal(sim_depth_lots(sim, SIDE_BUY, 99), 13);
    assert_int_equal(sim_best_ticks(sim, SIDE_BUY), 99);
    assert_int_equal(sim_best_ticks(sim, SIDE_SELL), 0);
    sim_trade(sim, &(struct trade){ .price_ticks = 99, .qty_lots = 12, .aggressor = SIDE_SELL }, 5);
    assert_int_equal(last.kind, SIM_FILL);
    assert_int_equal(last.trade_id, 1000);
    assert_int_equal(last.qty_lots, 2);
    assert_int_equal(last.maker_id, 9);
    assert_int_equal(last.maker_open_lots, 1);
    assert_int_equal(last.order_id, 0);
    assert_int_equal(sim_live_orders(sim), 1);
    free(block);
}

/* Steps of 5 ticks and 10 lots; 1000 to 50000 tick-lots. */
static void steps_and_bounds_are_the_instruments(void **unused)
{
    (void)unused;
    static const struct {
        int64_t price_ticks, stop_ticks, qty_lots, display_lots;
        enum sim_event_kind answer;
    } orders[] = {
        { 100, 0, 10, 0, SIM_ACCEPTED },   { 101, 0, 10, 0, SIM_REJECTED },
        { 100, 0, 11, 0, SIM_REJECTED },   { 95, 0, 10, 0, SIM_REJECTED },
        { 100, 0, 500, 0, SIM_ACCEPTED },  { 100, 0, 510, 0, SIM_REJECTED },
        { 105, 0, 490, 0, SIM_REJECTED },  { 100, 0, 50, 15, SIM_REJECTED },
        { 100, 0, 50, 20, SIM_ACCEPTED },  { 100, 101, 50, 0, SIM_REJECTED },
        { 100, 110, 50, 0, SIM_ACCEPTED },
    };
    struct sim_config config = { .orders_max = 32, .levels_max = 32 };
    struct instrument instrument = plain_instrument();
    struct sim_event last = { 0 };
    struct sim *sim;
    i128 unit;
    assert_int_equal(instrument_notional(&instrument, 1, 1, &unit), OK);
    instrument.tick_step = 5;
    instrument.lot_step = 10;
    instrument.qty_min_lots = 10;
    instrument.notional_min = 1000 * unit;
    instrument.notional_max = 50000 * unit;
    void *block = exchange_make(&config, &instrument, keep_last, &last, &sim);

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct sim_order order = { .id = i + 1,
                                   .price_ticks = orders[i].price_ticks,
                                   .stop_ticks = orders[i].stop_ticks,
                                   .qty_lots = orders[i].qty_lots,
                                   .display_lots = orders[i].display_lots,
                                   .side = SIDE_BUY,
                                   .type = orders[i].stop_ticks ? ORDER_STOP_LIMIT : ORDER_LIMIT,
                                   .tif = TIF_GTC };
        sim_submit(sim, &order, 0);
        assert_int_equal(last.order_id, i + 1);
        assert_int_equal(last.kind, orders[i].answer);
        assert_int_equal(last.reason, last.kind == SIM_REJECTED ? SIM_BAD_ORDER : SIM_REASON_NONE);
    }
    sim_amend(sim, 1, 101, 10, 0);
    assert_int_equal(last.kind, SIM_AMEND_REJECTED);
    sim_amend(sim, 1, 100, 15, 0);
    assert_int_equal(last.kind, SIM_AMEND_REJECTED);
    sim_amend(sim, 1, 105, 10, 0);
    assert_int_equal(last.kind, SIM_AMENDED);
    free(block);
}

/* Each leg takes its mean and 0 to jitter more, both ends included. */
static void jitter_keeps_its_bounds(void **unused)
{
    (void)unused;
    enum { TO_NS = 100, FROM_NS = 50, JITTER_NS = 7 };
    struct sim_config config = { .seed = 7,
                                 .orders_max = 4,
                                 .levels_max = 4,
                                 .latency_to_ns = TO_NS,
                                 .latency_from_ns = FROM_NS,
                                 .latency_jitter_ns = JITTER_NS };
    struct instrument instrument = plain_instrument();
    struct sim_event last = { 0 };
    bool to_seen[JITTER_NS + 1] = { false }, from_seen[JITTER_NS + 1] = { false };
    struct sim *sim;
    void *block = exchange_make(&config, &instrument, keep_last, &last, &sim);

    for (int64_t now_ns = 1000; now_ns < 1000000; now_ns += 1000) {
        sim_cancel(sim, 1, now_ns);
        int64_t arrives_ns = sim_next_deadline(sim);
        assert_in_range(arrives_ns - now_ns, TO_NS, TO_NS + JITTER_NS);
        to_seen[arrives_ns - now_ns - TO_NS] = true;
        sim_advance(sim, arrives_ns);
        int64_t answered_ns = sim_next_deadline(sim);
        assert_in_range(answered_ns - arrives_ns, FROM_NS, FROM_NS + JITTER_NS);
        from_seen[answered_ns - arrives_ns - FROM_NS] = true;
        sim_advance(sim, answered_ns);
        assert_int_equal(last.ts_ns, answered_ns);
    }
    for (int i = 0; i <= JITTER_NS; i++)
        assert_true(to_seen[i] && from_seen[i]);
    free(block);
}

/* What is on its way counts, with all that it is. */
static void the_state_is_told_apart(void **unused)
{
    (void)unused;
    struct sim_order orders[] = {
        { .id = 1, .price_ticks = 99, .qty_lots = 1, .side = SIDE_BUY, .type = 1, .tif = TIF_GTC },
        { .id = 1, .price_ticks = 99, .qty_lots = 1, .side = SIDE_BUY, .type = 1, .tif = TIF_IOC },
        { .id = 1, .price_ticks = 99, .qty_lots = 1, .side = SIDE_BUY, .type = 2, .tif = TIF_GTC },
        { .id = 1, .price_ticks = 99, .qty_lots = 1, .side = SIDE_SELL, .type = 1, .tif = TIF_GTC },
    };
    enum { COUNT = sizeof orders / sizeof orders[0] };
    struct sim_config config = { .orders_max = 4, .levels_max = 4, .latency_to_ns = 10 };
    struct instrument instrument = plain_instrument();
    struct sim_event last;
    uint64_t hashes[COUNT + 2];

    for (int i = 0; i < COUNT + 2; i++) {
        struct sim *sim;
        void *block = exchange_make(&config, &instrument, keep_last, &last, &sim);
        sim_advance(sim, 5);
        if (i < COUNT)
            sim_submit(sim, &orders[i], 5);
        else if (i == COUNT) /* told of the street, though nothing of it stands */
            sim_level(sim, SIDE_BUY, 99, 0, 5);
        hashes[i] = sim_state_hash(sim);
        for (int j = 0; j < i; j++)
            assert_true(hashes[i] != hashes[j]);
        free(block);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fees_are_the_instruments),
        cmocka_unit_test(an_order_comes_back_after_a_restart),
        cmocka_unit_test(steps_and_bounds_are_the_instruments),
        cmocka_unit_test(jitter_keeps_its_bounds),
        cmocka_unit_test(the_state_is_told_apart),
    };
    return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}

/* Goal: money. The ledger sums to zero with the world, balances are its sums, and positions are what an exact,
 * naive model says, on a seeded walk of fills over spot and linear. */
#include "engine/ledger.h"
#include "engine/world.h"
#include <stdio.h>

static struct world world;
static int open_house(void **state)
{
    (void)state;
    world_open(&world);
    return 0;
}
static int close_house(void **state)
{
    (void)state;
    world_check_sums(&world);
    world_close(&world);
    return 0;
}

/* The model: a fraction of cost leaves with each closing lot, rounded toward zero, the last takes the rest. */
struct model {
    int64_t lots;
    i128 cost, realised; /* cost > 0: what the open quantity was entered for */
};

static i128 model_fill(struct model *model, int64_t lots, i128 worth_of_lot)
{
    i128 gain = 0;
    int64_t closing = 0;
    if (model->lots != 0 && (model->lots > 0) != (lots > 0)) {
        closing = llabs(lots) < llabs(model->lots) ? llabs(lots) : llabs(model->lots);
        i128 part = closing == llabs(model->lots)
                        ? model->cost
                        : model->cost / llabs(model->lots) * closing +
                              model->cost % llabs(model->lots) * closing / llabs(model->lots);
        i128 worth = worth_of_lot * closing;
        gain = model->lots > 0 ? worth - part : part - worth;
        model->cost -= part;
    }
    model->lots += lots;
    model->cost += worth_of_lot * (llabs(lots) - closing);
    model->realised += gain;
    return gain;
}

static void positions_are_those_of_the_naive_model(void **unused)
{
    (void)unused;
    uint64_t chance = world_seed(5);
    struct model models[3] = { 0 };
    i128 cash = amount("1000000"), btc = 0;
    world.hash_every = 97;
    for (int i = 0; i < 4000; i++) {
        uint32_t instrument = rng_below(&chance, 2) ? SPOT : PERP;
        struct model *model = &models[instrument];
        struct venue_report fill = { .order_id = 1u << 30,
                                     .price_ticks = 1 + (int64_t)rng_below(&chance, 9000000),
                                     .qty_lots = 1 + (int64_t)rng_below(&chance, 50),
                                     .side = (uint8_t)(1 + rng_below(&chance, 2)),
                                     .fee = (i128)rng_below(&chance, 1000) * 7000000001,
                                     .fee_asset = USDT };
        if (rng_below(&chance, 4) == 0 && model->lots)
            fill.qty_lots = llabs(model->lots); /* exactly flat, when the side fits */
        snprintf(fill.trade_id, sizeof fill.trade_id, "%d", i);
        int64_t lots = fill.side == SIDE_BUY ? fill.qty_lots : -fill.qty_lots;
        i128 worth_of_lot = amount_from(fill.price_ticks, 5);
        i128 gain = model_fill(model, lots, worth_of_lot);
        world_tell(&world, EVENT_VENUE_FILL, FULL, instrument, &fill, sizeof fill);

        const struct position *position =
            engine_position(world.engine, FULL, instrument, POSITION_NET);
        const struct fill *told = world_body(&world, EVENT_FILL, 0);
        assert_int_equal(position->qty_lots, model->lots);
        assert_true(position->cost == (model->lots < 0 ? -model->cost : model->cost));
        assert_true(position->realised == model->realised);
        assert_true(told->realised == gain);
        assert_true(model->lots != 0 || position->cost == 0);
        cash += instrument == PERP ? gain : -worth_of_lot * lots;
        cash -= fill.fee;
        btc += instrument == SPOT ? amount_from(lots, 3) : 0;
        assert_true(world_total(&world, FULL, USDT) == cash);
        assert_true(world_total(&world, FULL, BTC) == btc);
    }
}

static void fees_go_where_they_are_taken(void **unused)
{
    (void)unused;
    uint64_t id = world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, 300));
    struct venue_report fill = { .price_ticks = 5000000, .qty_lots = 100, .fee = amount("0.01") };
    fill.fee_asset = BNB;
    world_report(&world, EVENT_VENUE_FILL, id, fill);
    assert_amount(world_total(&world, FULL, BNB), "-0.01"); /* a fact, though none was there */
    const struct position *position = engine_position(world.engine, FULL, SPOT, POSITION_NET);
    assert_true(position->fees == 0);
    fill.fee = -amount("2.5");
    fill.fee_asset = 0; /* the quote asset */
    world_report(&world, EVENT_VENUE_FILL, id, fill);
    const struct ledger_entry *entry = world_body(&world, EVENT_LEDGER, 2);
    assert_int_equal(entry->kind, LEDGER_REBATE);
    assert_int_equal(entry->from, LEDGER_WORLD);
    assert_int_equal(((const struct fill *)world_body(&world, EVENT_FILL, 0))->fee_asset, USDT);
    assert_amount(position->fees, "-2.5");
    assert_amount(world_total(&world, FULL, USDT), "990002.5");
    fill.fee = amount("0.0001");
    fill.fee_asset = BTC; /* in the base asset: the balance has less than the position */
    world_report(&world, EVENT_VENUE_FILL, id, fill);
    assert_amount(world_total(&world, FULL, BTC), "0.2999");
    assert_int_equal(position->qty_lots, 300);
}

static void a_linear_position_moves_only_what_it_realises(void **unused)
{
    (void)unused;
    uint64_t id = world_submit(&world, FULL, PERP, limit_order(SIDE_SELL, 5000000, 100));
    assert_amount(world_reserved(&world, FULL, USDT), "5005"); /* margin 1:1 and the fee */
    world_fill(&world, id, 5000000, 100);
    assert_amount(world_total(&world, FULL, USDT), "1000000");
    assert_amount(world_total(&world, FULL, BTC), "0");
    id = world_submit(&world, FULL, PERP, limit_order(SIDE_BUY, 4000000, 100));
    assert_amount(world_reserved(&world, FULL, USDT), "4"); /* it reduces: the fee alone */
    world_fill(&world, id, 4000000, 100);
    assert_amount(world_total(&world, FULL, USDT), "1001000");
    const struct ledger_entry *entry = world_body(&world, EVENT_LEDGER, 0);
    assert_int_equal(entry->kind, LEDGER_SETTLEMENT);
}

static void cash_comes_with_evidence_or_not_at_all(void **unused)
{
    (void)unused;
    world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, 10000));
    assert_amount(world_reserved(&world, FULL, USDT), "500500");
    world_cash(&world, FULL, USDT, -amount("499501")); /* one more than is free */
    assert_int_equal(world.err, ERR_RANGE);
    world_cash(&world, FULL, USDT, -amount("499500"));
    assert_int_equal(world.err, OK);
    world_cash(&world, FULL, 7, 1);
    assert_int_equal(world.err, ERR_NOT_FOUND);
    i128 huge = AMOUNT_MAX;
    world_cash(&world, FULL, USDT, -huge - huge); /* the least there is */
    assert_int_equal(world.err, ERR_RANGE);
}

static void equity_values_what_is_held(void **unused)
{
    (void)unused;
    i128 equity;
    world_cash(&world, FULL, BTC, amount("2"));
    assert_int_equal(engine_equity(world.engine, FULL, &equity), ERR_EMPTY); /* no price yet */
    world_trade(&world, SPOT, 5000000);
    world_trade(&world, PERP, 5000000);
    uint64_t id = world_submit(&world, FULL, PERP, limit_order(SIDE_BUY, 4900000, 100));
    world_fill(&world, id, 4900000, 100);
    assert_int_equal(engine_equity(world.engine, FULL, &equity), OK);
    assert_amount(equity, "1100100");
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(positions_are_those_of_the_naive_model),
        STORY(fees_go_where_they_are_taken),
        STORY(a_linear_position_moves_only_what_it_realises),
        STORY(cash_comes_with_evidence_or_not_at_all),
        STORY(equity_values_what_is_held),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}

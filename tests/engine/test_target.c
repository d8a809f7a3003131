/* Goal: orders that name where to go or a share of what there is: through zero in one order, sized when they
 * must be, cut to what closes when the rest cannot be paid; a stop and a target share one position. */
#include "engine/world.h"

#define PRICE 5000000 /* 50000.00 */
#define COVERED 3     /* an account whose venue keeps reduce-only orders to the position */

static struct world world;
static int open_house(void **state)
{
    (void)state;
    world_open(&world);
    struct account account = { .id = COVERED,
                               .venue = 1,
                               .base_currency = USDT,
                               .mode = ACCOUNT_PAPER,
                               .venue_caps = VENUE_CAP_STOP | VENUE_CAP_REDUCE_ONLY,
                               .name = "covered" };
    world_tell(&world, EVENT_ACCOUNT_OPEN, COVERED, 0, &account, sizeof account);
    assert_int_equal(world.err, OK);
    world_cash(&world, COVERED, USDT, amount("1000000"));
    world_trade(&world, SPOT, PRICE);
    world_trade(&world, PERP, PRICE);
    return 0;
}
static int close_house(void **state)
{
    (void)state;
    world_check_sums(&world);
    world_close(&world);
    return 0;
}

/* A target order that takes its size from the account; held for the open, so that it is sent at a known
 * price. Returns its id. */
static uint64_t target(uint8_t side, uint8_t size_mode, int64_t size_e9)
{
    struct intent intent = market_order(side, 0);
    intent.tif = TIF_AT_OPEN;
    intent.flags = ORDER_TARGET;
    intent.size_mode = size_mode;
    intent.size_e9 = size_e9;
    return world_submit(&world, FULL, PERP, intent);
}
static void bar_opens(int64_t ticks)
{
    struct bar bar = { .start_ns = world.now_ns, .end_ns = world.now_ns + 60 * SECOND };
    bar.open_ticks = bar.high_ticks = bar.low_ticks = bar.close_ticks = ticks;
    world_bar(&world, PERP, EVENT_BAR_OPEN, bar);
}
static int64_t held(void) { return engine_position(world.engine, FULL, PERP, 0)->qty_lots; }

static void it_goes_through_zero_in_one_order(void **unused)
{
    (void)unused;
    uint64_t id = target(SIDE_SELL, SIZE_EQUITY_FRACTION, 500000000);
    bar_opens(PRICE);
    /* half of 1000000 with 0.1 % fee, at 50000: 9.990 */
    assert_int_equal(world_order(&world, id)->qty_lots, 9990);
    world_fill(&world, id, PRICE, 9990);
    id = target(SIDE_BUY, SIZE_EQUITY_FRACTION, 500000000);
    bar_opens(4000000);
    /* closing gains 9.99 * 10000 less 399.6 fee: half of 1099500.4 and its fee, at 40000: 13.730 */
    assert_int_equal(world_order(&world, id)->state, ORDER_SENT);
    assert_int_equal(world_order(&world, id)->qty_lots, 9990 + 13730);
    world_fill(&world, id, 4000000, 9990 + 13730);
    assert_int_equal(held(), 13730);
}

static void a_fixed_size_counts_from_where_it_stands(void **unused)
{
    (void)unused;
    uint64_t id = world_submit(&world, FULL, PERP, market_order(SIDE_SELL, 400));
    world_fill(&world, id, PRICE, 400);
    struct intent intent = market_order(SIDE_BUY, 1000);
    intent.flags = ORDER_TARGET;
    id = world_submit(&world, FULL, PERP, intent);
    assert_int_equal(world_order(&world, id)->qty_lots, 1400);
    world_fill(&world, id, PRICE, 1400);
    assert_int_equal(held(), 1000);
}

static void a_share_of_the_value_is_counted_when_asked(void **unused)
{
    (void)unused;
    uint64_t id = target(SIDE_BUY, SIZE_VALUE_FRACTION, 950000000);
    assert_int_equal(world_order(&world, id)->qty_lots, 19000); /* 950000 at 50000, no fee */
    bar_opens(5200000); /* 19 * 52000 = 988000: it can still be paid */
    assert_int_equal(world_order(&world, id)->state, ORDER_SENT);
    world_fill(&world, id, 5200000, 19000);

    id = target(SIDE_SELL, SIZE_VALUE_FRACTION, 950000000);
    assert_true(world_order(&world, id)->qty_lots > 19000 + 17000);
}

static void what_cannot_be_paid_is_refused(void **unused)
{
    (void)unused;
    uint64_t id = target(SIDE_BUY, SIZE_VALUE_FRACTION, 950000000);
    bar_opens(5300000); /* 19 * 53000 = 1007000 */
    assert_int_equal(world_order(&world, id)->state, ORDER_DENIED);
    assert_int_equal(world_order(&world, id)->denial, RISK_balance);
}

static void of_a_turn_that_cannot_be_paid_the_way_out_is_left(void **unused)
{
    (void)unused;
    uint64_t id = world_submit(&world, FULL, PERP, market_order(SIDE_SELL, 2000));
    world_fill(&world, id, PRICE, 2000);
    id = target(SIDE_BUY, SIZE_VALUE_FRACTION, 950000000);
    assert_true(world_order(&world, id)->qty_lots > 2000);
    bar_opens(5300000);
    assert_int_equal(world_order(&world, id)->state, ORDER_SENT);
    assert_int_equal(world_order(&world, id)->qty_lots, 2000);
    assert_int_equal(world_order(&world, id)->denial, RISK_balance);
    world_fill(&world, id, 5300000, 2000);
    assert_int_equal(held(), 0);
}

static void shares_are_only_given_away(void **unused)
{
    (void)unused;
    world_cash(&world, FULL, BTC, amount("2"));
    uint64_t id = world_submit(&world, FULL, SPOT, market_order(SIDE_BUY, 1000));
    world_fill(&world, id, PRICE, 1000);
    struct intent intent = market_order(SIDE_SELL, 0);
    intent.flags = ORDER_TARGET;
    intent.size_mode = SIZE_EQUITY_FRACTION;
    intent.size_e9 = 500000000;
    id = world_submit(&world, FULL, SPOT, intent);
    assert_int_equal(world_order(&world, id)->qty_lots, 1000);
}

static uint64_t protect(uint32_t instrument, uint8_t type, int64_t ticks, uint16_t account)
{
    struct intent intent = type == ORDER_STOP ? stop_order(ORDER_STOP, SIDE_SELL, ticks, 1000)
                                              : limit_order(SIDE_SELL, ticks, 1000);
    intent.flags = ORDER_REDUCE_ONLY;
    return world_submit(&world, account, instrument, intent);
}

static void a_stop_and_a_target_share_one_position(void **unused)
{
    (void)unused;
    for (uint32_t instrument = SPOT; instrument <= PERP; instrument++) {
        uint64_t id = world_submit(&world, COVERED, instrument, market_order(SIDE_BUY, 1000));
        world_fill(&world, id, PRICE, 1000);
        uint64_t stop = protect(instrument, ORDER_STOP, 4850000, COVERED);
        assert_int_equal(world.denial, RISK_PASS);
        uint64_t limit = protect(instrument, ORDER_LIMIT, 5300000, COVERED);
        assert_int_equal(world.denial, RISK_PASS);
        world_fill(&world, limit, 5300000, 1000);
        assert_int_equal(world_cancel(&world, COVERED, stop), stop);
        world_report(&world, EVENT_VENUE_CANCEL, stop, (struct venue_report){ 0 });
        (void)protect(instrument, ORDER_STOP, 4850000, COVERED); /* nothing is held */
        assert_int_equal(world.denial, RISK_reduce_only);
    }
}

static void without_such_a_venue_each_needs_its_own(void **unused)
{
    (void)unused;
    uint64_t id = world_submit(&world, FULL, SPOT, market_order(SIDE_BUY, 1000));
    world_fill(&world, id, PRICE, 1000);
    (void)protect(SPOT, ORDER_LIMIT, 5300000, FULL);
    assert_int_equal(world.denial, RISK_PASS);
    (void)protect(SPOT, ORDER_LIMIT, 5400000, FULL);
    assert_int_equal(world.denial, RISK_reduce_only);
}

static void a_target_makes_sense_only_at_the_market(void **unused)
{
    (void)unused;
    struct intent intent = limit_order(SIDE_BUY, PRICE, 100);
    intent.flags = ORDER_TARGET;
    (void)world_submit(&world, FULL, PERP, intent);
    assert_int_equal(world.err, ERR_RANGE);
    intent = market_order(SIDE_BUY, 100);
    intent.flags = ORDER_TARGET | ORDER_REDUCE_ONLY;
    (void)world_submit(&world, FULL, PERP, intent);
    assert_int_equal(world.err, ERR_RANGE);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(it_goes_through_zero_in_one_order),
        STORY(a_fixed_size_counts_from_where_it_stands),
        STORY(a_share_of_the_value_is_counted_when_asked),
        STORY(what_cannot_be_paid_is_refused),
        STORY(of_a_turn_that_cannot_be_paid_the_way_out_is_left),
        STORY(shares_are_only_given_away),
        STORY(a_stop_and_a_target_share_one_position),
        STORY(without_such_a_venue_each_needs_its_own),
        STORY(a_target_makes_sense_only_at_the_market),
    };
    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}

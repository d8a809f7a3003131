/* Goal: what a venue cannot do waits in the engine, is released by the right price, and only once. */
#include "engine/world.h"

static struct world world;
static int open_house(void **state)
{
    (void)state;
    world_open(&world);
    world_trade(&world, SPOT, 5000000);
    world_cash(&world, FULL, BTC, amount("10"));
    return 0;
}
static int close_house(void **state)
{
    (void)state;
    world_check_sums(&world);
    world_close(&world);
    return 0;
}
static const struct order *sent(void) { return world_sent(&world); }
static bool moves(int64_t price_ticks) /* true when something was sent */
{
    world_trade(&world, SPOT, price_ticks);
    return world_count(&world, EVENT_SEND_ORDER) > 0;
}

static const struct {
    const char *name;
    uint8_t type, side;
    int64_t stop_ticks, quiet_ticks, trigger_ticks;
    uint8_t becomes;
} stories[] = {
    { "a buy stop waits for a rise", ORDER_STOP, SIDE_BUY, 5100000, 5099999, 5100000,
      ORDER_MARKET },
    { "a sell stop waits for a fall", ORDER_STOP, SIDE_SELL, 4900000, 4900001, 4900000,
      ORDER_MARKET },
    { "a stop-limit becomes a limit", ORDER_STOP_LIMIT, SIDE_SELL, 4900000, 4900001, 4800000,
      ORDER_LIMIT },
    { "a buy touch waits for a fall", ORDER_MARKET_IF_TOUCHED, SIDE_BUY, 4900000, 4900001, 4900000,
      ORDER_MARKET },
    { "a sell touch waits for a rise", ORDER_LIMIT_IF_TOUCHED, SIDE_SELL, 5100000, 5099999, 5100001,
      ORDER_LIMIT },
};

static void each_type_waits_for_its_price(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        print_message("story: %s\n", stories[i].name);
        assert_false(moves(5000000));
        struct intent intent =
            stop_order(stories[i].type, stories[i].side, stories[i].stop_ticks, 100);
        if (stories[i].becomes == ORDER_LIMIT)
            intent.price_ticks = 4950000;
        uint64_t id = world_submit(&world, FULL, SPOT, intent);
        assert_int_equal(world_order(&world, id)->state, ORDER_NEW);
        assert_true(world_order(&world, id)->flags & ORDER_EMULATED);
        assert_int_equal(world_count(&world, EVENT_SEND_ORDER), 0);
        assert_false(moves(stories[i].quiet_ticks));
        assert_true(moves(stories[i].trigger_ticks));
        assert_int_equal(sent()->id, id);
        assert_int_equal(sent()->type, stories[i].becomes);
        assert_true(sent()->flags & ORDER_TRIGGERED);
        assert_false(moves(stories[i].trigger_ticks)); /* once */
    }
}

static void a_trailing_stop_follows_and_never_turns_back(void **unused)
{
    (void)unused;
    struct intent intent = { .side = SIDE_SELL,
                             .type = ORDER_TRAILING_STOP,
                             .tif = TIF_GTC,
                             .qty_lots = 100,
                             .trail_ticks = 10000 };
    uint64_t id = world_submit(&world, FULL, SPOT, intent);
    assert_false(moves(5000000));
    assert_int_equal(world_order(&world, id)->stop_ticks, 4990000);
    assert_false(moves(5050000));
    assert_int_equal(world_order(&world, id)->stop_ticks, 5040000);
    assert_false(moves(5040001));
    assert_int_equal(world_order(&world, id)->stop_ticks, 5040000);
    assert_true(moves(5040000));
    intent.type = ORDER_TRAILING_STOP_LIMIT;
    intent.side = SIDE_BUY;
    id = world_submit(&world, FULL, SPOT, intent);
    assert_false(moves(5000000));
    assert_true(moves(5010000));
    assert_int_equal(sent()->type, ORDER_LIMIT);
    assert_int_equal(sent()->price_ticks, 5010000); /* no limit named: at its stop */
}

static void a_waiting_order_expires_or_is_amended_or_cancelled(void **unused)
{
    (void)unused;
    struct intent intent = stop_order(ORDER_STOP_LIMIT, SIDE_BUY, 5100000, 100);
    intent.price_ticks = 5100000;
    intent.tif = TIF_GTD;
    intent.expire_ns = world.now_ns + 10 * SECOND;
    uint64_t id = world_submit(&world, FULL, SPOT, intent);
    assert_amount(world_reserved(&world, FULL, USDT), "5105.1");
    world_amend(&world, FULL, id, 0, 200);
    assert_int_equal(world.err, OK);
    assert_amount(world_reserved(&world, FULL, USDT), "10210.2");
    assert_int_equal(engine_next_deadline(world.engine), intent.expire_ns);
    world_time(&world, 9 * SECOND);
    assert_int_equal(world_order(&world, id)->state, ORDER_NEW);
    world_time(&world, SECOND);
    assert_int_equal(world_order(&world, id)->state, ORDER_EXPIRED);
    assert_amount(world_reserved(&world, FULL, USDT), "0");
    id = world_submit(&world, FULL, SPOT, stop_order(ORDER_STOP, SIDE_BUY, 5100000, 100));
    world_cancel(&world, FULL, id);
    assert_int_equal(world_order(&world, id)->state, ORDER_CANCELLED);
    assert_false(moves(5200000));
}

static void a_venue_that_fills_a_waiting_order_is_believed(void **unused)
{
    (void)unused;
    uint64_t id = world_submit(&world, FULL, SPOT, stop_order(ORDER_STOP, SIDE_BUY, 5100000, 100));
    world_fill(&world, id, 5000000, 10);
    assert_int_equal(world_count(&world, EVENT_DISCREPANCY), 1);
    assert_int_equal(world_order(&world, id)->state, ORDER_OPEN);
    assert_false(moves(5200000)); /* it is out there: not sent a second time */
}

static void many_triggers_go_on_by_timers(void **unused)
{
    (void)unused;
    int count = 0, steps = 0;
    world.hash_every = 0;
    for (int i = 0; i < 3000; i++)
        world_submit(&world, FULL, SPOT, stop_order(ORDER_STOP, SIDE_SELL, 4900000, 1));
    world_trade(&world, SPOT, 4800000);
    for (;; steps++) {
        assert_true(world.batch.size < BATCH_BYTES_MAX);
        count += world_count(&world, EVENT_SEND_ORDER);
        if (engine_next_deadline(world.engine) > world.now_ns)
            break;
        world_time(&world, 0);
    }
    assert_int_equal(count, 3000);
    assert_true(steps > 1);
    assert_true(engine_state_hash(world.engine) == engine_state_hash(world.shadow));
}

static void at_the_open_all_money_is_used(void **unused)
{
    (void)unused;
    struct intent intent = { .side = SIDE_BUY,
                             .type = ORDER_MARKET,
                             .tif = TIF_AT_OPEN,
                             .size_mode = SIZE_EQUITY_FRACTION,
                             .size_e9 = 1000000000 };
    uint64_t id = world_submit(&world, FULL, SPOT, intent);
    assert_int_equal(world_order(&world, id)->state, ORDER_NEW);
    assert_false(moves(5100000));
    struct bar bar = { .start_ns = world.now_ns, .end_ns = world.now_ns + 60 * SECOND };
    bar.open_ticks = bar.high_ticks = bar.low_ticks = bar.close_ticks = 4000000;
    world_bar(&world, SPOT, EVENT_BAR_OPEN, bar);
    assert_int_equal(sent()->id, id);
    assert_int_equal(sent()->qty_lots, 24975); /* floor(1000000 / (40000 * 1.001)) thousandths */
    assert_amount(world_reserved(&world, FULL, USDT), "999999"); /* 24.975 * 40000 * 1.001 */
    world_report(&world, EVENT_VENUE_ACCEPT, id, (struct venue_report){ 0 });
    assert_amount(world_reserved(&world, FULL, USDT), "999999"); /* no price of its own: kept */
    world_fill(&world, id, 4000000, 24975);
    assert_amount(world_reserved(&world, FULL, USDT), "0");
    intent.tif = TIF_IOC; /* now, at the worst price it may get */
    world_cash(&world, FULL, USDT, amount("1000000"));
    id = world_submit(&world, FULL, SPOT, intent);
    assert_int_equal(world.denial, RISK_PASS);
    assert_int_equal(world_order(&world, id)->state, ORDER_SENT);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(each_type_waits_for_its_price),
        STORY(a_trailing_stop_follows_and_never_turns_back),
        STORY(a_waiting_order_expires_or_is_amended_or_cancelled),
        STORY(a_venue_that_fills_a_waiting_order_is_believed),
        STORY(many_triggers_go_on_by_timers),
        STORY(at_the_open_all_money_is_used),
    };
    return cmocka_run_group_tests_name("emulated", tests, NULL, NULL);
}

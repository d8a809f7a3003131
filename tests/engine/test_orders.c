/* Goal: an order's way through the house, to the last digit: answers, balances, reserves, exposures. The spot
 * price is 50000.00 USDT; the taker fee 0.1 %; quantities are thousandths of a BTC. */
#include "engine/world.h"
#include <stdio.h>

static struct world world;
static int open_house(void **state)
{
    (void)state;
    world_open(&world);
    world_quote(&world, SPOT, 4999900, 5000000);
    world_quote(&world, PERP, 4999900, 5000000);
    return 0;
}
static int close_house(void **state)
{
    (void)state;
    world_check_sums(&world);
    world_close(&world);
    return 0;
}

static const struct venue_report nothing = { 0 };
static const struct position *position(void)
{
    return engine_position(world.engine, FULL, SPOT, POSITION_NET);
}
static uint64_t buy(int64_t price_ticks, int64_t qty_lots)
{
    uint64_t id = world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, price_ticks, qty_lots));
    assert_int_equal(world.err, OK);
    return id;
}
static uint8_t state_of(uint64_t id) { return world_order(&world, id)->state; }

static void a_buy_from_submit_to_last_fill(void **unused)
{
    (void)unused;
    uint64_t id = buy(5000000, 100);
    assert_int_equal(id, world_event(&world, EVENT_ORDER_SUBMIT, 0)->seq);
    const struct send_order *sent = world_body(&world, EVENT_SEND_ORDER, 0);
    assert_int_equal(world_sent(&world)->id, id);
    assert_int_equal(strncmp(sent->venue_client_id, "tw7-", 4), 0);
    assert_int_equal(state_of(id), ORDER_SENT);
    assert_amount(world_reserved(&world, FULL, USDT), "5005"); /* 0.1 * 50000, and 0.1 % */
    assert_int_equal(position()->open_buy_lots, 100);
    world_report(&world, EVENT_VENUE_ACCEPT, id, (struct venue_report){ .venue_order_id = "v1" });
    assert_int_equal(state_of(id), ORDER_OPEN);
    assert_string_equal(world_order(&world, id)->venue_order_id, "v1");
    world_report(
        &world, EVENT_VENUE_FILL, id,
        (struct venue_report){
            .price_ticks = 4990000, .qty_lots = 40, .fee = amount("1.996"), .fee_asset = USDT });
    assert_int_equal(world_count(&world, EVENT_FILL), 1);
    assert_int_equal(world_count(&world, EVENT_LEDGER), 3);       /* BTC in, USDT out, the fee */
    assert_amount(world_total(&world, FULL, USDT), "998002.004"); /* 1000000 - 1996 - 1.996 */
    assert_amount(world_total(&world, FULL, BTC), "0.04");
    assert_amount(world_reserved(&world, FULL, USDT), "3003"); /* 0.06 left */
    assert_int_equal(position()->qty_lots, 40);
    assert_int_equal(position()->open_buy_lots, 60);
    assert_amount(position()->cost, "1996");
    world_fill(&world, id, 5000000, 60);
    assert_int_equal(state_of(id), ORDER_FILLED);
    assert_amount(world_reserved(&world, FULL, USDT), "0");
    assert_amount(position()->cost, "4996");
    assert_int_equal(position()->open_buy_lots, 0);
    assert_int_equal(engine_account(world.engine, FULL)->open_orders, 0);
}

static void a_sell_holds_what_it_sells(void **unused)
{
    (void)unused;
    world_cash(&world, FULL, BTC, amount("1"));
    uint64_t id = world_submit(&world, FULL, SPOT, limit_order(SIDE_SELL, 5100000, 400));
    assert_amount(world_reserved(&world, FULL, BTC), "0.4");
    assert_int_equal(position()->open_sell_lots, 400);
    world_submit(&world, FULL, SPOT, limit_order(SIDE_SELL, 5100000, 601));
    assert_int_equal(world.denial, RISK_balance);
    world_cancel(&world, FULL, id);
    assert_int_equal(state_of(id), ORDER_CANCELLING);
    assert_amount(world_reserved(&world, FULL, BTC), "0.4"); /* until the venue says so */
    world_report(&world, EVENT_VENUE_CANCEL, id, nothing);
    assert_amount(world_reserved(&world, FULL, BTC), "0");
    world_cancel(&world, FULL, id);
    assert_int_equal(world.err, ERR_STATE);
    world_cancel(&world, PLAIN, id); /* not theirs */
    assert_int_equal(world.err, ERR_NOT_FOUND);
}

static void what_is_denied_never_leaves(void **unused)
{
    (void)unused;
    uint64_t id = buy(5000000, 20000); /* a million, and the fee is missing */
    assert_int_equal(world.denial, RISK_balance);
    assert_int_equal(state_of(id), ORDER_DENIED);
    assert_int_equal(world_count(&world, EVENT_SEND_ORDER), 0);
    assert_amount(world_order(&world, id)->denial_limit, "1000000");
    assert_true(world_order(&world, id)->denial_nearest == 19980);
    assert_int_equal(engine_account(world.engine, FULL)->denials, 1);
    assert_int_equal(position()->open_buy_lots, 0);
    buy(5000000, 19980);
    assert_int_equal(world.denial, RISK_PASS);
}

static void rejected_expired_and_unknown(void **unused)
{
    (void)unused;
    uint64_t first = buy(5000000, 10), second = buy(4900000, 10), third = buy(4800000, 10);
    world_report(&world, EVENT_VENUE_REJECT, first, (struct venue_report){ .reason = "no" });
    assert_int_equal(state_of(first), ORDER_REJECTED);
    assert_string_equal(world_order(&world, first)->reason, "no");
    world_report(&world, EVENT_VENUE_ACCEPT, second, nothing);
    world_report(&world, EVENT_VENUE_EXPIRE, second, nothing);
    assert_int_equal(state_of(second), ORDER_EXPIRED);
    world_report(&world, EVENT_VENUE_TIMEOUT, third, nothing);
    assert_int_equal(state_of(third), ORDER_UNKNOWN);
    assert_int_equal(position()->open_buy_lots, 10); /* exposure stays */
    assert_amount(world_reserved(&world, FULL, USDT), "480.48");
    world_report(&world, EVENT_VENUE_ACCEPT, third, nothing);
    assert_int_equal(state_of(third), ORDER_OPEN);
    assert_int_equal(world_count(&world, EVENT_DISCREPANCY), 0);
    world_report(&world, EVENT_VENUE_ACCEPT, 987654, nothing);
    const struct discrepancy *told = world_body(&world, EVENT_DISCREPANCY, 0);
    assert_int_equal(told->code, DISCREPANCY_UNKNOWN_ORDER);
    assert_int_equal(engine_account(world.engine, FULL)->halt, HALT_NONE);
}

static void an_amend_holds_both_until_it_is_answered(void **unused)
{
    (void)unused;
    uint64_t id = buy(5000000, 100);
    world_amend(&world, FULL, id, 0, 200);
    assert_int_equal(world.err, ERR_STATE); /* the venue has not answered yet */
    world_report(&world, EVENT_VENUE_ACCEPT, id, nothing);
    world_amend(&world, FULL, id, 4000000, 200);
    assert_int_equal(state_of(id), ORDER_AMENDING);
    assert_int_equal(world_count(&world, EVENT_SEND_AMEND), 1);
    assert_int_equal(position()->open_buy_lots, 200);
    assert_amount(world_reserved(&world, FULL, USDT), "8008"); /* 0.2 at 40000, and the fee */
    world_cancel(&world, FULL, id);                            /* the cancel overtakes the answer */
    assert_int_equal(position()->open_buy_lots, 200);
    assert_amount(world_reserved(&world, FULL, USDT), "8008");
    world_report(&world, EVENT_VENUE_AMEND, id,
                 (struct venue_report){ .price_ticks = 4000000, .qty_lots = 200 });
    world_report(&world, EVENT_VENUE_CANCEL_REJECT, id, nothing);
    assert_int_equal(state_of(id), ORDER_OPEN);
    world_amend(&world, FULL, id, 4500000, 50); /* fewer, dearer */
    assert_amount(world_reserved(&world, FULL, USDT), "8008");
    world_report(&world, EVENT_VENUE_AMEND_REJECT, id, nothing);
    assert_int_equal(position()->open_buy_lots, 200);
    world_amend(&world, FULL, id, 0, 300);
    world_report(&world, EVENT_VENUE_TIMEOUT, id, nothing);
    assert_int_equal(position()->open_buy_lots, 300); /* no answer: it may be either */
    world_amend(&world, FULL, id, 0, 100000);
    assert_int_equal(world.err, ERR_STATE);
    world_report(&world, EVENT_VENUE_CANCEL, id, nothing);
    assert_amount(world_reserved(&world, FULL, USDT), "0");
}

static void an_amend_is_gated_and_needs_a_venue_that_can(void **unused)
{
    (void)unused;
    uint64_t id = buy(5000000, 100);
    world_report(&world, EVENT_VENUE_ACCEPT, id, nothing);
    world_amend(&world, FULL, id, 0, 20000);
    assert_int_equal(world.err, ERR_DENIED);
    assert_int_equal(world.denial, RISK_balance);
    assert_int_equal(state_of(id), ORDER_OPEN);
    world_amend(&world, FULL, id, 0, 19980); /* its own reserve counts as free */
    assert_int_equal(world.err, OK);
    world_fill(&world, id, 5000000, 100);
    assert_int_equal(state_of(id), ORDER_AMENDING); /* the rest may be there */
    world_report(&world, EVENT_VENUE_AMEND_REJECT, id, nothing);
    assert_int_equal(state_of(id), ORDER_FILLED);
    struct intent intent = limit_order(SIDE_BUY, 5000000, 10);
    intent.position_side = POSITION_LONG;
    id = world_submit(&world, PLAIN, SPOT, intent);
    world_report(&world, EVENT_VENUE_ACCEPT, id, nothing);
    world_amend(&world, PLAIN, id, 0, 5);
    assert_int_equal(world.err, ERR_UNSUPPORTED);
}

static void a_client_order_id_is_used_once(void **unused)
{
    (void)unused;
    struct intent intent = named(limit_order(SIDE_BUY, 5000000, 10), "mine");
    intent.body_hash = 77;
    uint64_t id = world_submit(&world, FULL, SPOT, intent);
    assert_int_equal(world_submit(&world, FULL, SPOT, intent), id);
    assert_int_equal(world.err, ERR_EXISTS);
    assert_int_equal(world_count(&world, EVENT_SEND_ORDER), 0);
    intent.body_hash = 78;
    assert_int_equal(world_submit(&world, FULL, SPOT, intent), id);
    assert_int_equal(world.err, ERR_DUPLICATE);
    intent.position_side = POSITION_LONG;
    assert_int_not_equal(world_submit(&world, PLAIN, SPOT, intent), id); /* another account */
    assert_int_equal(world.err, OK);
    assert_ptr_equal(engine_order_by_key(world.engine, FULL, "mine"), world_order(&world, id));
}

static void intents_without_sense_are_refused(void **unused)
{
    (void)unused;
    const struct intent good = limit_order(SIDE_BUY, 5000000, 10);
    struct intent bad[16];
    size_t count = 0;
    for (size_t i = 0; i < 16; i++)
        bad[i] = good;
    bad[count++].side = 3;
    bad[count++].type = ORDER_TYPE_COUNT;
    bad[count++].tif = TIF_NONE;
    bad[count++].qty_lots = 0;
    bad[count++].qty_lots = -5;
    bad[count++].price_ticks = 0;
    bad[count++].price_ticks = -1;
    bad[count++].type = ORDER_MARKET; /* with a price */
    bad[count++].stop_ticks = 4;
    bad[count++].trail_ticks = 4;
    bad[count++].tif = TIF_GTD;
    bad[count++].expire_ns = 4;
    bad[count++].flags = ORDER_EMULATED;
    bad[count++].position_side = POSITION_LONG; /* this account nets */
    bad[count++].size_mode = 9;
    bad[count].size_mode = SIZE_EQUITY_FRACTION; /* and a quantity */
    bad[count++].size_e9 = 5;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(world_submit(&world, FULL, SPOT, bad[i]), 0);
        assert_int_equal(world.err, ERR_RANGE);
    }
    world_submit(&world, FULL, 3, good);
    assert_int_equal(world.err, ERR_NOT_FOUND);
    world_submit(&world, 3, SPOT, good);
    assert_int_equal(world.err, ERR_NOT_FOUND);
}

static void a_market_order_has_a_worst_price(void **unused)
{
    (void)unused;
    uint64_t id = world_submit(&world, FULL, SPOT, market_order(SIDE_BUY, 100));
    assert_int_equal(world_order(&world, id)->price_ticks, 5050000); /* 1 % above the ask */
    assert_amount(world_reserved(&world, FULL, USDT), "5055.05");
    world_fill(&world, id, 5000000, 100);
    id = world_submit(&world, FULL, SPOT, market_order(SIDE_SELL, 100));
    assert_int_equal(world_order(&world, id)->price_ticks, 4949901); /* 1 % below the bid */
    world_close(&world);
    world_open(&world); /* a house that knows no price */
    world_submit(&world, FULL, SPOT, market_order(SIDE_BUY, 100));
    assert_int_equal(world.denial, RISK_NO_PRICE);
}

static void a_halt_blocks_entries_only(void **unused)
{
    (void)unused;
    uint64_t id = buy(5000000, 100), other = buy(4900000, 100);
    world_fill(&world, id, 5000000, 100);
    world_halt(&world, FULL, HALT_ENTRIES, false);
    buy(5000000, 1);
    assert_int_equal(world.denial, RISK_trading_halt);
    world_submit(&world, FULL, SPOT, limit_order(SIDE_SELL, 5000000, 101)); /* through zero */
    assert_int_equal(world.denial, RISK_trading_halt);
    world_submit(&world, FULL, SPOT, limit_order(SIDE_SELL, 5000000, 100));
    assert_int_equal(world.denial, RISK_PASS);
    world_cancel(&world, FULL, other);
    assert_int_equal(world.err, OK);
    world_halt(&world, FULL, HALT_NONE, false);
    buy(5000000, 1);
    assert_int_equal(world.denial, RISK_PASS);
    world_halt(&world, 3, HALT_ENTRIES, false);
    assert_int_equal(world.err, ERR_NOT_FOUND);
}

static void a_genuine_fill_is_always_booked(void **unused)
{
    (void)unused;
    const char *const reasons[] = { "fill_after_end", "overfill" };
    uint64_t id = buy(5000000, 10), rejected = buy(5000000, 10), over = buy(5000000, 10);
    world_cancel(&world, FULL, id);
    world_report(&world, EVENT_VENUE_CANCEL, id, nothing);
    world_fill(&world, id, 5000000, 4); /* overtaken by the cancel: no surprise */
    assert_int_equal(position()->qty_lots, 4);
    assert_int_equal(world_count(&world, EVENT_DISCREPANCY), 0);
    world_report(&world, EVENT_VENUE_REJECT, rejected, nothing);
    world_fill(&world, rejected, 5000000, 4);
    assert_int_equal(position()->qty_lots, 8);
    assert_int_equal(engine_account(world.engine, FULL)->halt, HALT_ENTRIES);
    assert_string_equal(engine_account(world.engine, FULL)->halt_reason, reasons[0]);
    world_halt(&world, FULL, HALT_NONE, false);
    world_fill(&world, over, 5000000, 11);
    assert_int_equal(position()->qty_lots, 19);
    assert_string_equal(engine_account(world.engine, FULL)->halt_reason, reasons[1]);
    assert_int_equal(position()->open_buy_lots, 0);
    world_report(&world, EVENT_VENUE_FILL, 555555,
                 (struct venue_report){
                     .price_ticks = 100, .qty_lots = 1, .side = SIDE_SELL, .trade_id = "f" });
    assert_int_equal(position()->qty_lots, 18); /* another client's order: the money moved */
    assert_int_equal(world_event(&world, EVENT_FILL, 0)->strategy, STRATEGY_FOREIGN);
    world_report(&world, EVENT_VENUE_FILL, 555555,
                 (struct venue_report){
                     .price_ticks = 100, .qty_lots = 1, .side = SIDE_SELL, .trade_id = "f" });
    assert_int_equal(world.batch.count, 1); /* told twice: known */
    assert_amount(world_total(&world, FULL, BTC), "0.018");
}

static void a_fill_told_twice_counts_once(void **unused)
{
    (void)unused;
    uint64_t id = buy(5000000, 10), other = buy(5000000, 10);
    struct venue_report fill = { .price_ticks = 5000000, .qty_lots = 3, .trade_id = "77" };
    world_report(&world, EVENT_VENUE_FILL, id, fill); /* before any answer */
    assert_int_equal(state_of(id), ORDER_OPEN);
    world_report(&world, EVENT_VENUE_FILL, id, fill);
    assert_int_equal(world.batch.count, 1);
    assert_int_equal(position()->qty_lots, 3);
    world_report(&world, EVENT_VENUE_ACCEPT, id, nothing);
    assert_int_equal(state_of(id), ORDER_OPEN);
    world_report(&world, EVENT_VENUE_FILL, other,
                 fill); /* a self-trade has one id for both sides */
    assert_int_equal(position()->qty_lots, 6);
}

static void nonsense_from_a_venue_changes_nothing_but_is_told(void **unused)
{
    (void)unused;
    uint64_t id = buy(5000000, 10);
    world_fill(&world, id, 5000000, -1);
    assert_int_equal(world_count(&world, EVENT_DISCREPANCY), 1);
    world_fill(&world, id, INT64_MAX, INT64_MAX);
    assert_int_equal(position()->qty_lots, 0);
    world_report(&world, EVENT_VENUE_ACCEPT, id, nothing);
    world_report(&world, EVENT_VENUE_AMEND, id, (struct venue_report){ .qty_lots = INT64_MAX });
    assert_int_equal(world_count(&world, EVENT_DISCREPANCY), 1);
    assert_int_equal(world_order(&world, id)->qty_lots, 10);
    assert_int_equal(engine_account(world.engine, FULL)->halt, HALT_ENTRIES);
}

static void entries_have_an_end_of_validity(void **unused)
{
    (void)unused;
    world_limit(&world, FULL, (struct risk_limits){ .entry_valid_ns = 2 * SECOND });
    uint64_t id = buy(5000000, 10);
    assert_int_equal(world_order(&world, id)->valid_until_ns, world.now_ns + 2 * SECOND);
    world_fill(&world, id, 5000000, 10);
    id = world_submit(&world, FULL, SPOT, limit_order(SIDE_SELL, 5000000, 10));
    assert_int_equal(world_order(&world, id)->valid_until_ns, 0); /* what reduces has none */
    struct intent late = limit_order(SIDE_BUY, 5000000, 10);
    late.valid_until_ns = world.now_ns - 1;
    id = world_submit(&world, FULL, SPOT, late);
    assert_int_equal(state_of(id), ORDER_EXPIRED);
    assert_int_equal(world_count(&world, EVENT_SEND_ORDER), 0);
}

static void a_long_cancel_all_goes_on_by_timers(void **unused)
{
    (void)unused;
    struct order_ref all = { .request_id = 1 };
    int cancels = 0, steps = 0;
    world.hash_every = 0;
    for (int i = 0; i < 2600; i++) {
        uint64_t id = buy(1000, 100);
        if (i % 2) /* an order without an answer is asked again, but once per cancel-all */
            world_report(&world, EVENT_VENUE_TIMEOUT, id, nothing);
    }
    world_tell(&world, EVENT_CANCEL_ALL, FULL, SPOT, &all, sizeof all);
    for (;; steps++) {
        assert_true(world.batch.size < BATCH_BYTES_MAX / 2);
        cancels += world_count(&world, EVENT_SEND_CANCEL);
        if (engine_next_deadline(world.engine) > world.now_ns)
            break;
        world_time(&world, 0);
    }
    assert_int_equal(cancels, 2600);
    assert_int_equal(steps, 2);
    assert_true(engine_state_hash(world.engine) == engine_state_hash(world.shadow));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_buy_from_submit_to_last_fill),
        STORY(a_sell_holds_what_it_sells),
        STORY(what_is_denied_never_leaves),
        STORY(rejected_expired_and_unknown),
        STORY(an_amend_holds_both_until_it_is_answered),
        STORY(an_amend_is_gated_and_needs_a_venue_that_can),
        STORY(a_client_order_id_is_used_once),
        STORY(intents_without_sense_are_refused),
        STORY(a_market_order_has_a_worst_price),
        STORY(a_halt_blocks_entries_only),
        STORY(a_genuine_fill_is_always_booked),
        STORY(a_fill_told_twice_counts_once),
        STORY(nonsense_from_a_venue_changes_nothing_but_is_told),
        STORY(entries_have_an_end_of_validity),
        STORY(a_long_cancel_all_goes_on_by_timers),
    };
    return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}

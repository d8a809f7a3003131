/* Goal: each rule at its boundary: the last value that passes, the first that does not, the code, and a nearest
 * value that passes itself and stands in the sentence. The gate is asked as the engine asks it. */
#include "engine/world.h"
#include <stdio.h>

static struct world world;
static int open_house(void **state)
{
    (void)state;
    world_open(&world);
    world_cash(&world, FULL, BTC, amount("100"));
    world_quote(&world, SPOT, 5000000, 5000000);
    return 0;
}
static int close_house(void **state)
{
    (void)state;
    world_check_sums(&world);
    world_close(&world);
    return 0;
}

static const struct {
    const char *name;
    uint16_t code;
    struct risk_limits limits;
    uint8_t side;
    bool by_price; /* the boundary is a price, else a quantity at 50000.00 */
    int64_t passes, fails, nearest;
    const char *says;
} rows[] = {
    { "quantity in base units",
      RISK_order_qty,
      { .order_qty_max_e8 = 50000000 },
      SIDE_BUY,
      false,
      500,
      501,
      500,
      "the limit is 0.5, the nearest allowed quantity is 0.5" },
    { "value of one order",
      RISK_order_notional,
      { .order_notional_max = (i128)25025 * 1000000000 * 1000000000 },
      SIDE_SELL,
      false,
      500,
      501,
      500,
      "the limit is 25025, the nearest allowed quantity is 0.5" },
    { "position",
      RISK_position_qty,
      { .position_qty_max_e8 = 50000000 },
      SIDE_BUY,
      false,
      500,
      501,
      500,
      "the nearest allowed quantity is 0.5" },
    { "short position",
      RISK_position_qty,
      { .position_qty_max_e8 = 50000000 },
      SIDE_SELL,
      false,
      500,
      501,
      500,
      "the nearest allowed quantity is 0.5" },
    { "value of the position",
      RISK_position_notional,
      { .position_notional_max = (i128)25025 * 1000000000 * 1000000000 },
      SIDE_BUY,
      false,
      500,
      501,
      500,
      "the limit is 25025, the nearest allowed quantity is 0.5" },
    { "buy through the market",
      RISK_price_collar,
      { .price_collar_e9 = 50000000 },
      SIDE_BUY,
      true,
      5250000,
      5250001,
      5250000,
      "the nearest allowed price is 52500" },
    { "sell through the market",
      RISK_price_collar,
      { .price_collar_e9 = 50000000 },
      SIDE_SELL,
      true,
      4750000,
      4749999,
      4750000,
      "the nearest allowed price is 47500" },
    { "highest price",
      RISK_price_filter,
      { 0 },
      SIDE_SELL,
      true,
      1000000000,
      1000000001,
      1000000000,
      "the nearest allowed price is 10000000" },
    { "largest quantity",
      RISK_lot_size,
      { 0 },
      SIDE_SELL,
      false,
      100000,
      1000000001,
      1000000000,
      "the nearest allowed quantity is 1000000" },
    { "money",
      RISK_balance,
      { 0 },
      SIDE_BUY,
      false,
      19980,
      19981,
      19980,
      "the limit is 1000000, the nearest allowed quantity is 19.98" },
    { "coins",
      RISK_balance,
      { 0 },
      SIDE_SELL,
      false,
      100000,
      100001,
      100000,
      "the limit is 100, the nearest allowed quantity is 100" },
};

static uint64_t ask(size_t i, int64_t value)
{
    struct intent intent = rows[i].by_price ? limit_order(rows[i].side, value, 1)
                                            : limit_order(rows[i].side, 5000000, value);
    uint64_t id = world_submit(&world, FULL, SPOT, intent);
    assert_int_equal(world.err, OK);
    return id;
}
static void withdraw(uint64_t id) /* as if it had never been */
{
    if (world_order(&world, id)->state == ORDER_DENIED)
        return;
    world_report(&world, EVENT_VENUE_REJECT, id, (struct venue_report){ 0 });
}

static void every_rule_at_its_boundary(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[RISK_TEXT_MAX];
        print_message("rule: %s\n", rows[i].name);
        world_limit(&world, FULL, rows[i].limits);
        withdraw(ask(i, rows[i].passes));
        assert_int_equal(world_count(&world, EVENT_DISCREPANCY), 0);
        uint64_t id = ask(i, rows[i].fails);
        const struct order *order = world_order(&world, id);
        assert_int_equal(order->denial, rows[i].code);
        assert_true(order->denial_nearest == rows[i].nearest);
        size_t length =
            risk_denial_text(order, engine_instrument(world.engine, SPOT), text, sizeof text);
        assert_int_equal(length, strlen(text));
        if (!strstr(text, rows[i].says))
            print_error("it says: %s\n", text);
        assert_non_null(strstr(text, rows[i].says));
        id = ask(i, (int64_t)order->denial_nearest);
        assert_int_not_equal(world_order(&world, id)->denial, rows[i].code);
        withdraw(id);
    }
}

static void open_orders_are_counted(void **unused)
{
    (void)unused;
    world_limit(&world, FULL, (struct risk_limits){ .open_orders_max = 3 });
    uint64_t ids[4];
    for (int i = 0; i < 4; i++) {
        ids[i] = world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, 10));
        assert_int_equal(world.denial, i < 3 ? RISK_PASS : RISK_open_orders);
    }
    world_report(&world, EVENT_VENUE_ACCEPT, ids[0], (struct venue_report){ 0 });
    world_amend(&world, FULL, ids[0], 0, 20); /* it is open already */
    assert_int_equal(world.err, OK);
    world_fill(&world, ids[1], 5000000, 10);
    world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, 10));
    assert_int_equal(world.denial, RISK_PASS);
    world_submit(&world, FULL, SPOT, limit_order(SIDE_SELL, 5000000, 10)); /* it reduces */
    assert_int_equal(world.denial, RISK_PASS);
}

static void orders_of_one_second_are_counted(void **unused)
{
    (void)unused;
    world_limit(&world, FULL, (struct risk_limits){ .order_rate_max = 5 });
    for (int second = 0; second < 3; second++, world.now_ns += SECOND)
        for (int i = 0; i < 7; i++) {
            world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, 1));
            assert_int_equal(world.denial, i < 5 ? RISK_PASS : RISK_order_rate);
        }
}

static void reduce_only_reduces(void **unused)
{
    (void)unused;
    struct intent sell = limit_order(SIDE_SELL, 5000000, 11);
    sell.flags = ORDER_REDUCE_ONLY;
    world_submit(&world, FULL, SPOT, sell);
    assert_int_equal(world.denial, RISK_reduce_only);
    uint64_t id = world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, 10));
    world_fill(&world, id, 5000000, 10);
    id = world_submit(&world, FULL, SPOT, sell);
    assert_int_equal(world.denial, RISK_reduce_only);
    assert_true(world_order(&world, id)->denial_nearest == 10);
    sell.qty_lots = 6;
    world_submit(&world, FULL, SPOT, sell);
    assert_int_equal(world.denial, RISK_PASS);
    id = world_submit(&world, FULL, SPOT, sell); /* open orders count */
    assert_true(world_order(&world, id)->denial_nearest == 4);
}

static void what_filled_does_not_count_twice_in_an_amend(void **unused)
{
    (void)unused;
    world_limit(&world, FULL, (struct risk_limits){ .position_qty_max_e8 = 1000000 });
    uint64_t id = world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, 10));
    world_fill(&world, id, 5000000, 5);
    world_amend(&world, FULL, id, 4900000, 0);
    assert_int_equal(world.err, OK);
    world_report(&world, EVENT_VENUE_AMEND, id,
                 (struct venue_report){ .price_ticks = 4900000, .qty_lots = 10 });
    world_amend(&world, FULL, id, 0, 11);
    assert_int_equal(world.denial, RISK_position_qty);
}

static void numbers_beyond_every_sum_are_denied(void **unused)
{
    (void)unused;
    world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, INT64_MAX, INT64_MAX));
    assert_int_equal(world.denial, RISK_price_filter);
    world_submit(&world, FULL, SPOT, limit_order(SIDE_BUY, 5000000, INT64_MAX));
    assert_int_equal(world.denial, RISK_lot_size);
    struct intent trail = { .side = SIDE_BUY,
                            .type = ORDER_TRAILING_STOP,
                            .tif = TIF_GTC,
                            .qty_lots = INT64_MAX,
                            .trail_ticks = INT64_MAX };
    world_submit(&world, FULL, SPOT, trail);
    assert_int_equal(world.denial, RISK_price_filter);
}

static void codes_have_names(void **unused)
{
    (void)unused;
    size_t count;
    const struct risk_rule *const *rules = risk_rules(&count);
    assert_int_equal(count, 13);
    for (uint16_t code = 1; code <= count; code++)
        assert_string_equal(risk_code_name(code), rules[code - 1]->name);
    assert_string_equal(risk_code_name(RISK_PASS), "");
    assert_string_equal(risk_code_name(RISK_NO_PRICE), "no_price");
    assert_string_equal(risk_code_name(999), "unknown");
    struct order order = { .denial = RISK_NO_PRICE };
    char text[8]; /* too short: cut, and terminated */
    assert_int_equal(
        risk_denial_text(&order, engine_instrument(world.engine, SPOT), text, sizeof text), 7);
    assert_string_equal(text, "no mark");
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(every_rule_at_its_boundary),
        STORY(open_orders_are_counted),
        STORY(orders_of_one_second_are_counted),
        STORY(reduce_only_reduces),
        STORY(what_filled_does_not_count_twice_in_an_amend),
        STORY(numbers_beyond_every_sum_are_denied),
        STORY(codes_have_names),
    };
    return cmocka_run_group_tests_name("risk", tests, NULL, NULL);
}

/* Goal: the view follows images, evictions and prices, and finds what it holds; a seeded walk against
 * a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/rng.h"
#include "gateway/show.h"
#include "gateway/support.h"

#define WALK_ORDERS 400

static struct view view;

static void apply(void *context, const struct event *image) { view_apply(context, image); }

static void tell(uint16_t kind, const void *body, size_t size, int64_t ts_ns)
{
    struct {
        struct event event;
        uint8_t body[1024];
    } record;
    memset(&record, 0, sizeof record);
    record.event.kind = kind;
    record.event.length = event_length(size);
    record.event.instrument = BTC;
    record.event.source_ts_ns = record.event.engine_ts_ns = ts_ns;
    memcpy(event_body(&record.event), body, size);
    view_apply(&view, &record.event);
}

static int open_view(void **state)
{
    (void)state;
    assert_int_equal(view_init(&view, 64), OK);
    rig_images(NULL, apply, &view);
    return 0;
}
static int close_view(void **state)
{
    (void)state;
    view_release(&view);
    return 0;
}

static struct order make(uint64_t id, uint8_t state)
{
    struct order order;
    memset(&order, 0, sizeof order);
    order.id = id;
    order.account = ACCOUNT;
    order.instrument = BTC;
    order.state = state;
    order.qty_lots = 10;
    (void)snprintf(order.client_order_id, sizeof order.client_order_id, "c%llu",
                   (unsigned long long)id);
    return order;
}

/* The list of orders must be in the order of ids and agree with the model. */
static void check_list(const uint8_t *states)
{
    uint32_t count = 0, open = 0;
    uint64_t last = UINT64_MAX;
    for (uint32_t row = view.newest; row != LOOKUP_NONE; row = view.orders[row].older) {
        const struct order *order = &view.orders[row].order;
        assert_true(order->id < last);
        last = order->id;
        assert_int_equal(order->state, states[order->id]);
        count++;
        open += !order_state_is_done(order->state);
    }
    assert_int_equal(count, view.orders_count);
    assert_int_equal(open, view.open_count);
}

static void a_walk_finds_what_was_told_and_nothing_else(void **unused)
{
    (void)unused;
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    uint8_t states[WALK_ORDERS] = { 0 };
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int step = 0; step < 60000; step++) {
        uint64_t id = 1 + rng_below(&seed, WALK_ORDERS - 1);
        if (rng_below(&seed, 3) == 0) {
            struct seq_cursor gone = { .seq = id };
            tell(EVENT_ORDER_EVICTED, &gone, sizeof gone, 1);
            states[id] = ORDER_NONE;
        } else {
            states[id] = (uint8_t)(ORDER_NEW + rng_below(&seed, ORDER_STATE_COUNT - ORDER_NEW));
            struct order order = make(id, states[id]);
            tell(EVENT_ORDER, &order, sizeof order, 1);
        }
        id = 1 + rng_below(&seed, WALK_ORDERS - 1);
        struct order wanted = make(id, states[id]);
        const struct order *by_id = view_order(&view, id);
        assert_int_equal(by_id != NULL, states[id] != ORDER_NONE);
        assert_ptr_equal(view_order_by_key(&view, ACCOUNT, wanted.client_order_id), by_id);
        assert_null(view_order_by_key(&view, ACCOUNT + 1, wanted.client_order_id));
        if (step % 1000 == 0)
            check_list(states);
    }
    check_list(states);
    view_clear(&view);
    assert_null(view_order(&view, 1));
    assert_int_equal(view.newest, LOOKUP_NONE);
    rig_images(NULL, apply, &view);
}

static void the_volume_of_a_day_forgets_the_day_before(void **unused)
{
    (void)unused;
    int64_t day_ns = INT64_C(86400) * 1000000000, start_ns = 19000 * day_ns;
    struct trade trade = { .price_ticks = 5000000, .qty_lots = 7, .trade_id = 9 };
    tell(EVENT_TRADE, &trade, sizeof trade, start_ns);
    tell(EVENT_TRADE, &trade, sizeof trade, start_ns + day_ns / 2);
    const struct view_market *market = view_market(&view, BTC);
    assert_int_equal(view_volume_lots(market, start_ns + day_ns / 2), 14);
    assert_int_equal(view_volume_lots(market, start_ns + day_ns), 7);
    assert_int_equal(view_volume_lots(market, start_ns + 2 * day_ns), 0);
    tell(EVENT_TRADE, &trade, sizeof trade, start_ns + 3 * day_ns);
    assert_int_equal(view_volume_lots(market, start_ns + 3 * day_ns), 7);
    assert_int_equal(view_price_ticks(market), 5000000);
}

static void averages_and_profits_are_shown_exactly(void **unused)
{
    (void)unused;
    char text[2048];
    struct json_write write;
    struct order order = make(7, ORDER_OPEN);
    order.filled_lots = 3;
    order.cost_tick_lots = 5000000 + 2 * (i128)5000001; /* 1 lot at 50000.00, 2 at 50000.01 */
    json_write_init(&write, text, sizeof text - 1);
    show_order(&write, &view, &order);
    text[write.length] = '\0';
    assert_non_null(strstr(text, "\"status\":\"PARTIALLY_FILLED\""));
    assert_non_null(strstr(text, "\"executed_qty\":0.00003,\"avg_price\":50000.006666666667"));

    struct trade trade = { .price_ticks = 5100000, .qty_lots = 1 };
    tell(EVENT_TRADE, &trade, sizeof trade, INT64_C(20000) * 86400 * 1000000000);
    struct position row = { .account = ACCOUNT,
                            .instrument = BTC,
                            .qty_lots = -200000,
                            .cost = -(i128)100000 * num_pow10(18),
                            .realised = 5 };
    json_write_init(&write, text, sizeof text - 1);
    show_position(&write, &view, &row);
    text[write.length] = '\0';
    assert_non_null(strstr(text, "\"side\":\"SHORT\",\"qty\":2,\"avg_entry_price\":50000,"
                                 "\"current_price\":51000,\"unrealized_pnl\":-2000,"
                                 "\"realized_pnl\":0.000000000000000005"));
    i128 equity;
    assert_true(show_equity(&view, view_account(&view, ACCOUNT), &equity));
    assert_true(equity == (i128)100000 * num_pow10(18));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_finds_what_was_told_and_nothing_else),
        cmocka_unit_test(the_volume_of_a_day_forgets_the_day_before),
        cmocka_unit_test(averages_and_profits_are_shown_exactly),
    };
    return cmocka_run_group_tests_name("view", tests, open_view, close_view);
}

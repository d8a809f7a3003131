/* Goal: the order-by-order book told as stories, then beside a naive one on a seeded random walk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/rng.h"
#include "data/orders.h"

#define BID 0
#define ASK 1

static void a_queue_is_in_the_order_of_time(void **unused)
{
    (void)unused;
    struct orders *book = orders_new();
    assert_int_equal(orders_add(book, 1, BID, 100, 5), OK);
    assert_int_equal(orders_add(book, 2, BID, 100, 7), OK);
    assert_int_equal(orders_add(book, 3, BID, 101, 1), OK);
    assert_int_equal(orders_add(book, 2, BID, 100, 7), ERR_DUPLICATE);
    assert_int_equal(orders_level(book, BID, 0)->price_ticks, 101);
    const struct orders_level *level = orders_level(book, BID, 1);
    assert_int_equal(level->total_lots, 12);
    assert_int_equal(orders_head_id(book, level), 1);

    assert_int_equal(orders_change(book, 1, BID, 100, 4), OK); /* less: stays first */
    assert_int_equal(orders_head_id(book, orders_level(book, BID, 1)), 1);
    assert_int_equal(orders_change(book, 1, BID, 100, 6), OK); /* more: goes to the end */
    assert_int_equal(orders_head_id(book, orders_level(book, BID, 1)), 2);
    assert_int_equal(orders_change(book, 2, BID, 101, 7), OK); /* another price */
    assert_int_equal(orders_head_id(book, orders_level(book, BID, 0)), 3);
    assert_int_equal(orders_head_id(book, orders_level(book, BID, 1)), 1);

    assert_int_equal(orders_cut(book, 3, 1), OK);
    assert_int_equal(orders_head_id(book, orders_level(book, BID, 0)), 2);
    assert_int_equal(orders_cut(book, 3, 1), ERR_NOT_FOUND);
    assert_int_equal(orders_cut(book, 2, 9), ERR_RANGE); /* gone, and told */
    assert_int_equal(orders_levels(book, BID), 1);
    assert_int_equal(orders_live(book), 1);
    orders_clear(book);
    assert_int_equal(orders_live(book), 0);
    assert_null(orders_level(book, BID, 0));
    orders_free(book);
}

static void what_nobody_named_stands_first(void **unused)
{
    (void)unused;
    struct orders *book = orders_new();
    assert_int_equal(orders_add_anonymous(book, ASK, 10, 50), OK);
    assert_int_equal(orders_add(book, 1, ASK, 10, 5), OK);
    assert_int_equal(orders_level(book, ASK, 0)->total_lots, 55);
    assert_int_equal(orders_cut_anonymous(book, ASK, 10, 51), ERR_RANGE);
    assert_int_equal(orders_cut_anonymous(book, ASK, 11, 1), ERR_NOT_FOUND);
    assert_int_equal(orders_cut_anonymous(book, ASK, 10, 50), OK);
    assert_int_equal(orders_level(book, ASK, 0)->total_lots, 5);
    orders_drop_worst(book, ASK);
    assert_int_equal(orders_live(book), 0);
    assert_int_equal(orders_total(book, ASK), 0);
    orders_free(book);
}

#define IDS 512
#define PRICES 40
struct naive {
    int64_t price, qty;
    uint64_t since; /* place in the queue */
    int side;
};

static void compare(const struct orders *book, const struct naive *naive)
{
    for (int side = 0; side < 2; side++) {
        uint32_t place = 0;
        int64_t all = 0;
        for (int64_t i = 0; i < PRICES; i++) {
            int64_t price = side == BID ? PRICES - 1 - i : i, total = 0;
            uint32_t count = 0;
            uint64_t first = UINT64_MAX, head = 0;
            for (uint64_t id = 1; id < IDS; id++) {
                if (naive[id].qty == 0 || naive[id].side != side || naive[id].price != price)
                    continue;
                count++;
                total += naive[id].qty;
                head = naive[id].since < first ? id : head;
                first = naive[id].since < first ? naive[id].since : first;
            }
            all += total;
            if (count == 0)
                continue;
            const struct orders_level *level = orders_level(book, side, place++);
            assert_non_null(level);
            assert_int_equal(level->price_ticks, price);
            assert_int_equal(level->total_lots, total);
            assert_int_equal(level->count, count);
            assert_int_equal(orders_head_id(book, level), head);
        }
        assert_int_equal(orders_levels(book, side), place);
        assert_int_equal(orders_total(book, side), all);
    }
}

static void a_random_walk_agrees_with_the_naive_book(void **unused)
{
    (void)unused;
    static struct naive naive[IDS];
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    struct orders *book = orders_new();
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (uint64_t step = 1; step < 60000; step++) {
        uint64_t id = 1 + rng_below(&seed, IDS - 1);
        struct naive *order = &naive[id];
        int side = (int)rng_below(&seed, 2);
        int64_t price = (int64_t)rng_below(&seed, PRICES);
        int64_t qty = 1 + (int64_t)rng_below(&seed, 9);
        if (order->qty == 0) {
            assert_int_equal(orders_add(book, id, side, price, qty), OK);
            *order = (struct naive){ price, qty, step, side };
        } else if (rng_below(&seed, 3) == 0) {
            assert_int_equal(orders_change(book, id, order->side, price, qty), OK);
            bool loses = price != order->price || qty > order->qty;
            *order = (struct naive){ price, qty, loses ? step : order->since, order->side };
        } else {
            assert_int_equal(orders_cut(book, id, qty), qty > order->qty ? ERR_RANGE : OK);
            order->qty = qty < order->qty ? order->qty - qty : 0;
        }
        if (step % 200 == 0)
            compare(book, naive);
    }
    orders_free(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_is_in_the_order_of_time),
        cmocka_unit_test(what_nobody_named_stands_first),
        cmocka_unit_test(a_random_walk_agrees_with_the_naive_book),
    };
    return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}

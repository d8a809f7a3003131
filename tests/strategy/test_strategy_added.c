/* Goal: descriptors that a program adds are listed behind the built-in ones, by name whatever the order they
 * came in, and never hide one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "strategy/strategy_registry.h"

static size_t count(void)
{
    size_t rows = 0;
    while (strategy_at(rows))
        rows++;
    return rows;
}

static void added_ones_follow_by_name(void **unused)
{
    (void)unused;
    static const struct tw_strategy one = { .name = "one" }, two = { .name = "two" },
                                    three = { .name = "three" };
    struct strategy_table table = { .count = 0 };
    size_t built_in = count();
    assert_int_equal(strategy_add(&table, &two), OK);
    assert_int_equal(strategy_add(&table, &one), OK);
    assert_int_equal(strategy_add(&table, &three), OK);
    assert_null(strategy_find("one")); /* only once the table is used */
    strategy_use(&table);
    assert_int_equal(count(), built_in + 3);
    assert_ptr_equal(strategy_at(built_in), &one);
    assert_ptr_equal(strategy_at(built_in + 1), &three);
    assert_ptr_equal(strategy_at(built_in + 2), &two);
    assert_ptr_equal(strategy_find("three"), &three);
    strategy_use(NULL);
    assert_int_equal(count(), built_in);
    assert_null(strategy_find("three"));
}

static void a_name_is_given_once(void **unused)
{
    (void)unused;
    static const struct tw_strategy one = { .name = "one" }, other = { .name = "one" };
    struct tw_strategy same = { .name = strategy_at(0)->name };
    struct strategy_table table = { .count = 0 };
    assert_int_equal(strategy_add(&table, &one), OK);
    assert_int_equal(strategy_add(&table, &other), ERR_EXISTS);
    assert_int_equal(strategy_add(&table, &same), ERR_EXISTS);
    assert_int_equal(table.count, 1);
}

static void the_table_has_an_end(void **unused)
{
    (void)unused;
    static struct tw_strategy rows[STRATEGIES_ADDED_MAX + 1];
    static char names[STRATEGIES_ADDED_MAX + 1][8];
    struct strategy_table table = { .count = 0 };
    for (size_t i = 0; i <= STRATEGIES_ADDED_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "s%zu", i);
        rows[i].name = names[i];
        assert_int_equal(strategy_add(&table, &rows[i]), i < STRATEGIES_ADDED_MAX ? OK : ERR_FULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(added_ones_follow_by_name),
        cmocka_unit_test(a_name_is_given_once),
        cmocka_unit_test(the_table_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Goal: the order table told as stories, then a seeded random walk over it. */
#include "engine/order.h"
#include "engine/world.h"

/* One letter per event, in the order of the enum ('#' stands for EV_FILL); a digit fills that many
 * of 9 lots; '!' marks a surprise; '+' asks for 12 lots. */
static const char letters[] = "sdar#qmwcnxet";
static const struct {
    const char *name, *events;
    enum order_state end;
    int64_t filled_lots;
} stories[] = {
    { "rests and fills in two parts", "sa45", ORDER_FILLED, 9 },
    { "fill overtakes the ack", "s4a", ORDER_OPEN, 4 },
    { "last fill overtakes the cancel", "sacx3", ORDER_CANCELLED, 3 },
    { "cancel comes too late", "sac9n", ORDER_FILLED, 9 },
    { "the ack overtaken by a cancel", "scxa", ORDER_CANCELLED, 0 },
    { "cancel while amending", "saqcx", ORDER_CANCELLED, 0 },
    { "the amend is answered while cancelling", "saqcmx", ORDER_CANCELLED, 0 },
    { "no answer, then it was there", "sta", ORDER_OPEN, 0 },
    { "no answer, twice", "stta", ORDER_OPEN, 0 },
    { "no answer, then it had filled", "st9", ORDER_FILLED, 9 },
    { "denied here, never sent", "d!a", ORDER_DENIED, 0 },
    { "waits here and is cancelled", "x", ORDER_CANCELLED, 0 },
    { "waits here, is amended and sent", "msa", ORDER_OPEN, 0 },
    { "the cancel crosses the reject", "scrn", ORDER_REJECTED, 0 },
    { "a fill after a reject is booked", "sr!2", ORDER_REJECTED, 2 },
    { "an overfill is booked", "sa8!2", ORDER_FILLED, 10 },
    { "a fill overtakes the amend to more", "sa+9", ORDER_AMENDING, 9 },
    { "and more of it fills", "sa+93", ORDER_FILLED, 12 },
    { "but the amend was refused", "sa+9w", ORDER_FILLED, 9 },
    { "more than either quantity", "sa+9!4", ORDER_FILLED, 13 },
};

static struct order_event event_of(char letter)
{
    const char *at = strchr(letters, letter);
    if (at)
        return (struct order_event){ .kind = (enum order_event_kind)(at - letters) };
    return (struct order_event){ .kind = EV_FILL, .price_ticks = 100, .qty_lots = letter - '0' };
}

static void stories_end_where_they_should(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        struct order order = { .id = 1, .qty_lots = 9, .state = ORDER_NEW };
        print_message("story: %s\n", stories[i].name);
        for (const char *at = stories[i].events; *at; at++) {
            bool surprising = *at == '!';
            at += surprising;
            order.amend_qty_lots = *at == '+' ? 12 : order.amend_qty_lots;
            struct order_event event = event_of(*at == '+' ? 'q' : *at);
            assert_int_equal(order_apply(&order, &event) != AS_EXPECTED, surprising);
        }
        assert_int_equal(order.state, stories[i].end);
        assert_int_equal(order.filled_lots, stories[i].filled_lots);
    }
}

static void an_amend_moves_quantity_and_price(void **unused)
{
    (void)unused;
    struct order order = {
        .id = 1, .qty_lots = 9, .filled_lots = 4, .price_ticks = 50, .state = ORDER_AMENDING
    };
    struct order_event amend = { .kind = EV_AMEND, .price_ticks = 60 };
    assert_int_equal(order_apply(&order, &amend), AS_EXPECTED);
    assert_int_equal(order.price_ticks, 60);
    assert_int_equal(order.qty_lots, 9); /* 0 = unchanged */
    amend = (struct order_event){ .kind = EV_AMEND, .qty_lots = 4 };
    assert_int_equal(order_apply(&order, &amend), AS_EXPECTED);
    assert_int_equal(order.state, ORDER_FILLED); /* all that is left of it has filled */
    struct order untouched = order;
    assert_int_equal(order_apply(&order, &amend), UNEXPECTED_MOVE);
    assert_memory_equal(&order, &untouched, sizeof order);
}

static void a_random_walk_loses_no_fill(void **unused)
{
    (void)unused;
    uint64_t seed = world_seed(42);
    struct order order = { .qty_lots = 9, .state = ORDER_REJECTED };
    int64_t told_lots = 0;
    for (int step = 0; step < 400000; step++) {
        if (step % 40 == 0) {
            order = (struct order){ .id = 1, .qty_lots = 9, .state = ORDER_NEW };
            told_lots = 0;
        }
        bool was_done = order_is_done(&order);
        struct order_event event = { .kind = (enum order_event_kind)rng_below(&seed, EV_COUNT),
                                     .price_ticks = 100,
                                     .qty_lots = 1 + (int64_t)rng_below(&seed, 9) };
        (void)order_apply(&order, &event);
        told_lots += event.kind == EV_FILL ? event.qty_lots : 0;
        assert_int_equal(order.filled_lots, told_lots);
        assert_true(order.cost_tick_lots == (i128)told_lots * 100);
        assert_true(order_is_done(&order) || !was_done);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stories_end_where_they_should),
        cmocka_unit_test(an_amend_moves_quantity_and_price),
        cmocka_unit_test(a_random_walk_loses_no_fill),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}

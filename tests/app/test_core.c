/* Goal: the engine with its rings: every input once and in order, to the journal and to the view alike; held
 * back while one of them is full; a clock that jumps and an archived order are told before what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "app/core.h"
#include "base/clock.h"

static const struct engine_limits limits = { .orders_max = 64,
                                             .keys_max = 128,
                                             .instruments_max = 4,
                                             .accounts_max = 4,
                                             .assets_max = 8,
                                             .strategies_max = 4,
                                             .timers_max = 64,
                                             .strategy_state_bytes = 65536 };
static struct core core;

static int open_core(void **unused)
{
    (void)unused;
    assert_int_equal(core_init(&core, &limits), OK);
    assert_int_equal(engine_init(core.block, core.block_bytes, &limits, &core.engine), OK);
    return 0;
}
static int close_core(void **unused)
{
    (void)unused;
    core_release(&core);
    return 0;
}

static bool post(uint16_t kind, const void *body, size_t size)
{
    static _Alignas(16) uint8_t bytes[EVENT_HEADER_BYTES + 65536];
    struct event *event = (struct event *)(void *)bytes;
    memset(bytes, 0, sizeof bytes);
    event->length = event_length(size);
    event->kind = kind;
    event->version = event_kind_version(kind);
    if (size)
        memcpy(event_body(event), body, size);
    return core_post(&core, event);
}

static bool post_asset(uint16_t id)
{
    struct asset asset = { .id = id, .code = "USDT" };
    return post(EVENT_ASSET_DEFINE, &asset, sizeof asset);
}

/* Takes one batch from both rings, which hold the same; its first record, valid until the next call. */
static const struct event *take(size_t *size_out)
{
    static _Alignas(64) uint8_t held[BATCH_BYTES_MAX];
    size_t size, other;
    const void *journal = ring_peek(core.journal, &size), *view = ring_peek(core.view, &other);
    if (!journal || !view) {
        assert_true(!journal && !view);
        return NULL;
    }
    assert_int_equal(size, other);
    assert_memory_equal(journal, view, size);
    memcpy(held, journal, size);
    ring_pop(core.journal);
    ring_pop(core.view);
    *size_out = size;
    return (const struct event *)(const void *)held;
}

static void inputs_go_once_and_in_order_to_journal_and_view(void **unused)
{
    (void)unused;
    size_t size;
    assert_int_equal(core_step(&core), 0);
    for (uint16_t id = 1; id <= 3; id++)
        assert_true(post_asset(id));
    assert_int_equal(core_step(&core), 3);
    uint64_t seq = 0;
    for (uint16_t id = 1; id <= 3; id++) {
        const struct event *input = take(&size);
        assert_non_null(input);
        assert_int_equal(input->kind, EVENT_ASSET_DEFINE);
        assert_int_equal(((const struct asset *)event_body_const(input))->id, id);
        for (const struct event *at = NULL; (at = batch_next(input, size, at));)
            assert_int_equal(at->seq, ++seq);
    }
    assert_null(take(&size));
    assert_int_equal(engine_seq(core.engine), seq);
    assert_int_equal(core_step(&core), 0);
}

/* What does not fit stays in the command ring, and the engine goes on where it stopped. */
static void hold_back(struct ring *full)
{
    size_t size;
    const size_t slot = BATCH_BYTES_MAX;
    void *ballast = calloc(1, slot);
    unsigned pushed = 0;
    while (ring_push(full, ballast, slot))
        pushed++;
    assert_true(pushed > 0);
    assert_true(post_asset(1));
    assert_int_equal(core_step(&core), 0);
    assert_int_equal(engine_seq(core.engine), 0);
    while (pushed-- > 0)
        ring_pop(full);
    assert_int_equal(core_step(&core), 1);
    assert_non_null(take(&size));
    assert_null(take(&size));
    free(ballast);
}
static void a_full_journal_ring_holds_the_engine_back(void **unused)
{
    (void)unused;
    hold_back(core.journal);
}
static void a_full_view_ring_holds_the_engine_back(void **unused)
{
    (void)unused;
    hold_back(core.view);
}

static void a_full_command_ring_refuses(void **unused)
{
    (void)unused;
    size_t size;
    unsigned taken = 0, applied = 0;
    while (post_asset(1))
        taken++;
    assert_true(taken > CORE_STEP_MAX);
    for (int count; (count = core_step(&core)) > 0; applied += (unsigned)count) {
        assert_true(count <= CORE_STEP_MAX);
        while (take(&size))
            ;
    }
    assert_int_equal(applied, taken); /* what was taken is done, what was refused is not */
    assert_true(post_asset(1));
}

static void a_clock_that_was_set_is_told_before_the_next_input(void **unused)
{
    (void)unused;
    size_t size;
    core.wall_minus_monotonic_ns -= 5 * NS_PER_S; /* the wall clock went five seconds ahead */
    assert_true(post_asset(1));
    assert_int_equal(core_step(&core), 1);
    const struct event *input = take(&size);
    assert_non_null(input);
    assert_int_equal(input->kind, EVENT_CLOCK_STEP);
    const struct clock_step *step = event_body_const(input);
    assert_true(step->step_ns > 4900 * NS_PER_MS && step->step_ns < 5100 * NS_PER_MS);
    assert_int_equal(take(&size)->kind, EVENT_ASSET_DEFINE);
    assert_true(post_asset(2));
    assert_int_equal(core_step(&core), 1);
    assert_int_equal(take(&size)->kind, EVENT_ASSET_DEFINE); /* told once */
}

static unsigned asked;
static enum err find_closed(void *context, uint64_t order_id, struct order *out)
{
    assert_ptr_equal(context, &core);
    asked++;
    if (order_id != 77)
        return ERR_NOT_FOUND;
    memset(out, 0, sizeof *out);
    out->id = 77;
    return OK;
}

static void a_late_report_brings_its_order_back_first(void **unused)
{
    (void)unused;
    size_t size;
    core.find_closed = find_closed;
    core.find_context = &core;
    asked = 0;
    struct venue_report report = { .order_id = 77 }, unknown = { .order_id = 78 }, foreign = { 0 };
    assert_true(post(EVENT_VENUE_CANCEL, &report, sizeof report));
    assert_true(post(EVENT_VENUE_CANCEL, &unknown, sizeof unknown));
    assert_true(post(EVENT_VENUE_CANCEL, &foreign, sizeof foreign));
    assert_int_equal(core_step(&core), 3);
    assert_int_equal(asked, 2); /* a report without an order of ours is nothing to look for */
    assert_int_equal(take(&size)->kind, EVENT_ORDER_RESTORE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(take(&size)->kind, EVENT_VENUE_CANCEL);
    assert_null(take(&size));
}

static void a_house_at_rest_says_so_when_asked(void **unused)
{
    (void)unused;
    assert_int_equal(core_step(&core), 0);
    assert_false(atomic_load(&core.settled)); /* nobody asked */
    atomic_store(&core.draining, true);
    assert_true(post_asset(1));
    assert_int_equal(core_step(&core), 1);
    assert_true(atomic_load(&core.settled));
    assert_true(atomic_load(&core.has_room));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_core, close_core)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(inputs_go_once_and_in_order_to_journal_and_view),
        STORY(a_full_journal_ring_holds_the_engine_back),
        STORY(a_full_view_ring_holds_the_engine_back),
        STORY(a_full_command_ring_refuses),
        STORY(a_clock_that_was_set_is_told_before_the_next_input),
        STORY(a_late_report_brings_its_order_back_first),
        STORY(a_house_at_rest_says_so_when_asked),
    };
    return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}

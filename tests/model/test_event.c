/* Goal: no malformed record gets past event_check(); names and lengths come from the one list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model/event.h"

static _Alignas(64) uint8_t memory[EVENT_HEADER_BYTES + EVENT_BODY_MAX + 64];
static struct event *const event = (struct event *)memory;

static void make(uint16_t kind, size_t body_bytes, int filled_with)
{
    memset(memory, filled_with, sizeof memory);
    *event = (struct event){ .length = event_length(body_bytes),
                             .kind = kind,
                             .version = event_kind_version(kind) };
}
static enum err check(void) { return event_check(event, event->length); }

static const struct {
    uint16_t kind;
    size_t bytes;
} kinds[] = {
#define X(name, number, version, class, bytes, about) { name, bytes },
    EVENT_KINDS(X)
#undef X
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void every_kind_has_its_least_body(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < KINDS; i++) {
        assert_true(kinds[i].bytes % 8 == 0 && kinds[i].bytes <= EVENT_BODY_MAX);
        make(kinds[i].kind, kinds[i].bytes, 0);
        assert_int_equal(check(), OK);
        if (kinds[i].bytes) {
            event->length -= 8;
            assert_int_equal(check(), ERR_CORRUPT);
        }
        assert_int_not_equal(event_kind_class(kinds[i].kind), -1);
        assert_int_equal(event_is_input(kinds[i].kind),
                         event_kind_class(kinds[i].kind) < EVENT_OUTCOME);
        assert_int_equal(strncmp(event_kind_name(kinds[i].kind), "EVENT_", 6) == 0, 0);
    }
    assert_string_equal(event_kind_name(EVENT_ORDER_SUBMIT), "ORDER_SUBMIT");
    assert_string_equal(event_kind_name(200), "UNKNOWN");
    assert_int_equal(event_kind_class(EVENT_KIND_MAX + 5), -1);
}

static void headers_that_lie(void **unused)
{
    (void)unused;
    make(EVENT_TIMER, 0, 0);
    assert_int_equal(event_check(event, EVENT_HEADER_BYTES - 1), ERR_CORRUPT);
    event->length = EVENT_HEADER_BYTES + 8;
    assert_int_equal(event_check(event, EVENT_HEADER_BYTES), ERR_CORRUPT); /* beyond the room */
    event->length = EVENT_HEADER_BYTES + 4;
    assert_int_equal(check(), ERR_CORRUPT);
    event->length = 0;
    assert_int_equal(event_check(event, 4096), ERR_CORRUPT);
    event->length = EVENT_HEADER_BYTES + EVENT_BODY_MAX + 8;
    assert_int_equal(check(), ERR_CORRUPT);
    make(EVENT_TIMER, 0, 0);
    event->version = 0;
    assert_int_equal(check(), ERR_CORRUPT);
    event->version = 2; /* newer than we know */
    assert_int_equal(check(), ERR_VERSION);
    make(EVENT_TIMER, 0, 0);
    event->kind = 31;
    assert_int_equal(check(), ERR_VERSION);
    event->kind = UINT16_MAX;
    assert_int_equal(check(), ERR_VERSION);
}

static void texts_without_an_end(void **unused)
{
    (void)unused;
    static const uint16_t with_text[] = {
        EVENT_SESSION_START, EVENT_ASSET_DEFINE,   EVENT_INSTRUMENT_DEFINE,
        EVENT_ACCOUNT_OPEN,  EVENT_CASH_ADJUST,    EVENT_ORDER_SUBMIT,
        EVENT_ORDER_CANCEL,  EVENT_ORDER_AMEND,    EVENT_CANCEL_ALL,
        EVENT_HALT,          EVENT_STRATEGY_START, EVENT_STRATEGY_STOP,
        EVENT_ORDER_RESTORE, EVENT_VENUE_FILL,     EVENT_VENUE_TIMEOUT,
        EVENT_ORDER,         EVENT_ACCOUNT,        EVENT_STRATEGY,
        EVENT_ASSET,         EVENT_INSTRUMENT,     EVENT_INTENT,
        EVENT_SEND_ORDER,    EVENT_FILL,           EVENT_DISCREPANCY,
        EVENT_SIGNAL,
    };
    for (size_t i = 0; i < sizeof with_text / sizeof with_text[0]; i++)
        for (size_t k = 0; k < KINDS; k++)
            if (kinds[k].kind == with_text[i]) {
                make(kinds[k].kind, kinds[k].bytes, 'x');
                if (check() != ERR_CORRUPT)
                    print_error("%s\n", event_kind_name(kinds[k].kind));
                assert_int_equal(check(), ERR_CORRUPT);
            }
}

static void tails_that_do_not_fit(void **unused)
{
    (void)unused;
    make(EVENT_BOOK, sizeof(struct book_head) + 2 * sizeof(struct book_level), 0);
    struct book_head *head = event_body(event);
    head->bid_count = head->ask_count = 1;
    assert_int_equal(check(), OK);
    head->ask_count = 2;
    assert_int_equal(check(), ERR_CORRUPT);
    head->ask_count = UINT32_MAX;
    assert_int_equal(check(), ERR_CORRUPT);
    make(EVENT_STRATEGY_STATE, sizeof(struct strategy_patch) + 16, 0);
    struct strategy_patch *patch = event_body(event);
    patch->size = 16;
    assert_int_equal(check(), OK);
    patch->size = 17;
    assert_int_equal(check(), ERR_CORRUPT);
    patch->size = UINT32_MAX;
    assert_int_equal(check(), ERR_CORRUPT);
}

static void a_batch_is_walked_record_by_record(void **unused)
{
    (void)unused;
    struct batch batch = { .bytes = memory, .capacity = sizeof memory };
    memset(memory, 'x', sizeof memory);
    (void)batch_add(&batch, EVENT_TIMER, 0);
    (void)batch_add(&batch, EVENT_ENGINE, sizeof(struct engine_row));
    const struct event *first = batch_next(batch.bytes, batch.size, NULL);
    const struct event *second = batch_next(batch.bytes, batch.size, first);
    assert_int_equal(first->kind, EVENT_TIMER);
    assert_int_equal(second->kind, EVENT_ENGINE);
    assert_int_equal(((const struct engine_row *)event_body_const(second))->seq, 0); /* zeroed */
    assert_null(batch_next(batch.bytes, batch.size, second));
    assert_int_equal(batch.count, 2);
}

static void names_are_read_back(void **unused)
{
    (void)unused;
    for (uint8_t type = 1; type < ORDER_TYPE_COUNT; type++)
        assert_int_equal(order_type_parse(order_type_name(type)), type);
    for (uint8_t tif = 1; tif < TIF_COUNT; tif++)
        assert_int_equal(tif_parse(tif_name(tif)), tif);
    assert_int_equal(side_parse("buy"), SIDE_BUY);
    assert_int_equal(side_parse("SELL"), SIDE_SELL);
    assert_int_equal(side_parse(""), SIDE_NONE);
    assert_int_equal(order_type_parse("LIMITED"), ORDER_TYPE_NONE);
    assert_string_equal(order_state_name(ORDER_UNKNOWN), "UNKNOWN");
    assert_string_equal(order_state_name(200), "");
    assert_string_equal(discrepancy_name(DISCREPANCY_OVERFILL), "overfill");
    assert_string_equal(ledger_kind_name(LEDGER_ADJUSTMENT), "adjustment");
}

static void instruments_without_sense(void **unused)
{
    (void)unused;
    const struct instrument good = { .id = 1,
                                     .kind = INSTRUMENT_SPOT,
                                     .price_scale = 2,
                                     .qty_scale = 5,
                                     .base_asset = 2,
                                     .quote_asset = 1,
                                     .multiplier = 1,
                                     .tick_step = 1,
                                     .lot_step = 10,
                                     .price_max_ticks = 1000000000,
                                     .qty_min_lots = 10,
                                     .qty_max_lots = 1000000000 };
    assert_int_equal(instrument_check(&good), OK);
    struct instrument bad[9];
    for (size_t i = 0; i < 9; i++)
        bad[i] = good;
    bad[0].kind = INSTRUMENT_KIND_COUNT;
    bad[1].price_scale = 14;
    bad[2].lot_step = 0;
    bad[3].qty_max_lots = 9; /* less than a step */
    bad[4].qty_min_lots = 11;
    bad[4].qty_max_lots = 19; /* no step between */
    bad[5].taker_fee_e9 = 1000000000;
    bad[6].base_asset = 0;
    bad[7].price_max_ticks = bad[7].qty_max_lots = INT64_MAX; /* would overflow */
    bad[8].tick_step = 2000000000;
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(instrument_check(&bad[i]), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_least_body),
        cmocka_unit_test(headers_that_lie),
        cmocka_unit_test(texts_without_an_end),
        cmocka_unit_test(tails_that_do_not_fit),
        cmocka_unit_test(a_batch_is_walked_record_by_record),
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(instruments_without_sense),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}

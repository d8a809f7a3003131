/* Goal: what the bodies of POST /api/order and /api/cancel are taken to mean, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "gateway/order_body.h"
#include "gateway/support.h"

static struct view view;

static void apply(void *context, const struct event *image) { view_apply(context, image); }

static int open_view(void **state)
{
    (void)state;
    assert_int_equal(view_init(&view, 16), OK);
    rig_images(NULL, apply, &view);
    return 0;
}
static int close_view(void **state)
{
    (void)state;
    view_release(&view);
    return 0;
}

#define BASE "\"side\":\"BUY\",\"symbol\":\"BTCUSDT\""
static const struct {
    const char *body, *code, *says;
} refused[] = {
    { "", "bad_params", "'side' is missing" },
    { "{}", "bad_params", "'side' is missing" },
    { "[]", "bad_json", "one JSON object" },
    { "null", "bad_json", "one JSON object" },
    { "{\"side\":\"BUY\"", "bad_json", "at byte 13" },
    { "{\"side\":\"BUY\"}}", "bad_json", "at byte 14" },
    { "{\"side\" \"BUY\"}", "bad_json", "at byte 8" },
    { "{'side':1}", "bad_json", "at byte 1" },
    { "{\"side\":\"HOLD\",\"symbol\":\"BTCUSDT\",\"qty\":1,\"price\":1}", "bad_params",
      "BUY or SELL" },
    { "{\"side\":1,\"symbol\":\"BTCUSDT\",\"qty\":1,\"price\":1}", "bad_params",
      "'side' must be a text" },
    { "{\"side\":\"BUY\",\"qty\":1,\"price\":1}", "bad_params", "'symbol' is missing" },
    { "{\"side\":\"BUY\",\"symbol\":\"DOGE\",\"qty\":1,\"price\":1}", "unknown_symbol",
      "use one of BTCUSDT" },
    { "{" BASE ",\"price\":1}", "bad_params", "'qty' is missing" },
    { "{" BASE ",\"qty\":1}", "bad_params", "\"type\":\"MARKET\"" },
    { "{" BASE ",\"qty\":1,\"price\":null}", "bad_params", "\"type\":\"MARKET\"" },
    { "{" BASE ",\"qty\":0,\"price\":1}", "bad_params", "'qty' must be above zero" },
    { "{" BASE ",\"qty\":-1,\"price\":1}", "bad_params", "'qty' must be above zero" },
    { "{" BASE ",\"qty\":\"\",\"price\":1}", "bad_params", "'qty' is no decimal" },
    { "{" BASE ",\"qty\":\"NaN\",\"price\":1}", "bad_params", "'qty' is no decimal" },
    { "{" BASE ",\"qty\":\"1,5\",\"price\":1}", "bad_params", "'qty' is no decimal" },
    { "{" BASE ",\"qty\":NaN,\"price\":1}", "bad_json", "at byte" },
    { "{" BASE ",\"qty\":1e400,\"price\":1}", "bad_params", "'qty' is no decimal" },
    { "{" BASE ",\"qty\":true,\"price\":1}", "bad_params", "'qty' must be a number" },
    { "{" BASE ",\"qty\":{\"a\":1},\"price\":1}", "bad_params", "'qty' must be a number" },
    { "{" BASE ",\"qty\":0.000001,\"price\":1}", "bad_precision",
      "'qty' is finer than the instrument allows: use a "
      "multiple of 0.00001" },
    { "{" BASE ",\"qty\":1,\"price\":50000.001}", "bad_precision", "multiple of 0.01" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"prise\":2}", "unknown_field", "no field 'prise' here" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"x\\u0000\":2}", "unknown_field", "no field" },
    { "{" BASE ",\"qty\":1,\"qty\":1,\"price\":1}", "duplicate_field", "'qty' stands there twice" },
    { "{" BASE ",\"qty\":1,\"q\\u0074y\":1,\"price\":1}", "duplicate_field",
      "'qty' stands there twice" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"type\":\"BEST\"}", "bad_params", "'type' must be" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"type\":\"MARKET\"}", "bad_params",
      "a MARKET order has no 'price'" },
    { "{" BASE ",\"qty\":1,\"type\":\"STOP\"}", "bad_params", "a STOP order needs 'stop_price'" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"stop_price\":1}", "bad_params",
      "a LIMIT order has no 'stop_price'" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"tif\":\"GTD\"}", "bad_params", "'expire_ns'" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"tif\":\"SOON\"}", "bad_params", "'tif' must be" },
    { "{" BASE ",\"qty\":1,\"type\":\"MARKET\",\"post_only\":true}", "bad_params",
      "'post_only' needs" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"post_only\":\"yes\"}", "bad_params", "true or false" },
    { "{" BASE ",\"qty\":2,\"type\":\"MARKET\",\"display_qty\":1}", "bad_params",
      "'display_qty' needs" },
    { "{" BASE
      ",\"qty\":1,\"price\":1,\"stop_price\":1,\"type\":\"STOP_LIMIT\",\"post_only\":true}",
      "bad_params", "'post_only' needs" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"display_qty\":2}", "bad_params",
      "'display_qty' must not" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"client_order_id\":\"\"}", "bad_params",
      "1 to 36 visible" },
    { "{" BASE ",\"qty\":1,\"price\":1,\"client_order_id\":\"a b\"}", "bad_params",
      "1 to 36 visible" },
    { "{" BASE
      ",\"qty\":1,\"price\":1,\"client_order_id\":\"1234567890123456789012345678901234567\"}",
      "bad_params", "1 to 36 visible" },
};

static void each_mistake_has_its_code_and_sentence(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct problem problem = { PROBLEM_NONE, { "" } };
        struct intent intent;
        const struct instrument *instrument;
        bool taken = order_body_parse(&view, ACCOUNT, false, refused[i].body,
                                      strlen(refused[i].body), &intent, &instrument, &problem);
        if (taken || strcmp(problem_code(problem.id), refused[i].code) != 0 ||
            !strstr(problem.text.text, refused[i].says))
            print_message("%s -> %s\n", refused[i].body, taken ? "taken" : problem.text.text);
        assert_false(taken);
        assert_string_equal(problem_code(problem.id), refused[i].code);
        assert_non_null(strstr(problem.text.text, refused[i].says));
    }
}

static struct intent taken(bool form, const char *body)
{
    struct problem problem = { PROBLEM_NONE, { "" } };
    struct intent intent;
    const struct instrument *instrument;
    memset(&intent, 0, sizeof intent);
    if (!order_body_parse(&view, ACCOUNT, form, body, strlen(body), &intent, &instrument, &problem))
        fail_msg("%s -> %s", body, problem.text.text);
    assert_int_equal(instrument->id, BTC);
    return intent;
}

static void numbers_arrive_exactly(void **unused)
{
    (void)unused;
    struct intent intent = taken(false, "{" BASE ",\"qty\":0.1,\"price\":\"50000.01\"}");
    assert_int_equal(intent.qty_lots, 10000);
    assert_int_equal(intent.price_ticks, 5000001);
    assert_int_equal(intent.type, ORDER_LIMIT);
    assert_int_equal(intent.tif, TIF_GTC);
    intent = taken(false, "{" BASE ",\"qty\":1e-3,\"type\":\"market\"}");
    assert_int_equal(intent.qty_lots, 100);
    assert_int_equal(intent.type, ORDER_MARKET);
    intent =
        taken(false, "{" BASE ",\"qty\":1,\"type\":\"stop_limit\",\"price\":2,\"stop_price\":\"1\","
                     "\"reduce_only\":true,\"post_only\":false,\"tif\":\"day\"}");
    assert_int_equal(intent.stop_ticks, 100);
    assert_int_equal(intent.flags, ORDER_REDUCE_ONLY);
    intent = taken(false, "{" BASE ",\"qty\":1,\"type\":\"TRAILING_STOP\",\"trail_amount\":5}");
    assert_int_equal(intent.trail_ticks, 500);
}

static void the_same_meaning_has_the_same_hash(void **unused)
{
    (void)unused;
    uint64_t hash = taken(false, "{" BASE ",\"qty\":0.5,\"price\":50000}").body_hash;
    assert_int_equal(
        taken(false, "{\"price\":\"50000.00\",\"qty\":5e-1,\"type\":\"limit\",\"tif\":\"gtc\","
                     "\"symbol\":\"btcusdt\",\"side\":\"b\\u0075y\",\"client_order_id\":\"x\"}")
            .body_hash,
        hash);
    assert_int_equal(
        taken(true, "side=buy&symbol=BTCUSDT&qty=0.50&price=50%30%300&post_only=false").body_hash,
        hash);
    assert_int_not_equal(taken(false, "{" BASE ",\"qty\":0.5,\"price\":50000.01}").body_hash, hash);
    assert_int_not_equal(
        taken(false, "{" BASE ",\"qty\":0.5,\"price\":50000,\"post_only\":true}").body_hash, hash);
}

static const struct {
    bool form;
    const char *body, *code;
} cancels[] = {
    { false, "{\"client_order_id\":\"a\"}", NULL },
    { false, "{\"client_order_id\":\"a\",\"symbol\":\"BTCUSDT\"}", NULL },
    { false, "{\"order_id\":\"17\"}", NULL },
    { false, "{\"order_id\":17}", NULL },
    { true, "client_order_id=a", NULL },
    { true, "", "bad_params" },
    { true, "client_order_id", "bad_params" },
    { true, "client_order_id=%0", "bad_params" },
    { true, "client_order_id=a&client_order_id=a", "duplicate_field" },
    { true, "id=a", "unknown_field" },
    { false, "{}", "bad_params" },
    { false, "{\"order_id\":1.5}", "bad_params" },
    { false, "{\"order_id\":0}", "bad_params" },
    { false, "{\"order_id\":1,\"client_order_id\":\"a\"}", "bad_params" },
    { false, "{\"client_order_id\":\"a\",\"symbol\":\"DOGE\"}", "unknown_symbol" },
    { false, "{\"client_order_id\":\"a\",\"why\":\"so\"}", "unknown_field" },
};

static void cancels_name_one_order(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cancels / sizeof cancels[0]; i++) {
        struct problem problem = { PROBLEM_NONE, { "" } };
        struct cancel_body body;
        bool good = cancel_body_parse(&view, cancels[i].form, cancels[i].body,
                                      strlen(cancels[i].body), &body, &problem);
        print_message("cancel %s: %s\n", cancels[i].body, problem.text.text);
        assert_int_equal(good, cancels[i].code == NULL);
        if (!good)
            assert_string_equal(problem_code(problem.id), cancels[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_has_its_code_and_sentence),
        cmocka_unit_test(numbers_arrive_exactly),
        cmocka_unit_test(the_same_meaning_has_the_same_hash),
        cmocka_unit_test(cancels_name_one_order),
    };
    return cmocka_run_group_tests_name("body", tests, open_view, close_view);
}

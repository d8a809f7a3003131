/* Goal: the streamed average is the naive one, NaN until warm; parameters outside the row are refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/rng.h"
#include "indicator/indicator.h"

#define BARS 500

static void streamed_is_naive(void **unused)
{
    (void)unused;
    static const double periods[] = { 1, 2, 20, 499, 500, 501, 10000 };
    const struct indicator *sma = indicator_find("sma");
    double closes[BARS];
    uint64_t chance = 7;
    assert_non_null(sma);
    for (int i = 0; i < BARS; i++)
        closes[i] = 100 + rng_unit(&chance);
    for (size_t p = 0; p < sizeof periods / sizeof periods[0]; p++) {
        int period = (int)periods[p];
        void *state = calloc(1, sma->state_bytes(&periods[p]));
        sma->init(state, &periods[p]);
        for (int i = 0; i < BARS; i++) {
            double value = sma->update(state, &(struct indicator_bar){ .close = closes[i] });
            double sum = 0;
            for (int back = 0; back < period && back <= i; back++)
                sum += closes[i - back];
            assert_int_equal(isnan(value), i + 1 < period);
            assert_true(isnan(value) || fabs(value - sum / period) < 1e-9);
        }
        free(state);
    }
}

static void parameters_have_a_range(void **unused)
{
    (void)unused;
    const struct indicator *sma = indicator_find("sma");
    static const double bad[] = { 0, -1, 10001, 2.5, NAN, INFINITY };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(indicator_check(sma, &bad[i], 1), ERR_RANGE);
    assert_int_equal(indicator_check(sma, &(double){ 1 }, 1), OK);
    assert_int_equal(indicator_check(sma, &(double){ 10000 }, 1), OK);
    assert_int_equal(indicator_check(sma, bad, 0), ERR_RANGE);
    assert_null(indicator_find("smb"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streamed_is_naive),
        cmocka_unit_test(parameters_have_a_range),
    };
    return cmocka_run_group_tests_name("sma", tests, NULL, NULL);
}

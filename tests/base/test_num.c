/* Goal: a decimal goes in and comes out exactly or is refused; no sum, product or quotient is ever
 * silently wrong. Texts at the edges first, then random walks against a naive way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>
#include "base/num.h"
#include "base/rng.h"

#define UNTOUCHED INT64_C(-987654321)

static uint64_t seed_of_run(void)
{
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    print_message("SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static const struct {
    const char *text;
    int scale;
    enum err err;
    int64_t value;
} texts[] = {
    { "0", 0, OK, 0 },
    { "-0", 2, OK, 0 },
    { "-0.000", 2, OK, 0 },
    { "0e999999999999", 0, OK, 0 },
    { "5", 3, OK, 5000 },
    { "-5", 3, OK, -5000 },
    { "50000.12", 2, OK, 5000012 },
    { "0.001", 3, OK, 1 },
    { "1e-3", 3, OK, 1 },
    { "1E+2", 0, OK, 100 },
    { "0.1e1", 0, OK, 1 },
    { "100e-2", 0, OK, 1 },
    { "1.10", 1, OK, 11 },
    { "1.1000000000000000000000000000000", 1, OK, 11 },
    { "0.000000000000000000000000000001e30", 0, OK, 1 },
    { "1234567890123456789", 0, OK, INT64_C(1234567890123456789) },
    { "1.234567890123456789", 18, OK, INT64_C(1234567890123456789) },
    { "9223372036854775807", 0, OK, INT64_MAX },
    { "-9223372036854775808", 0, OK, INT64_MIN },
    { "-9.223372036854775808", 18, OK, INT64_MIN },
    { "922337203685477580.7e1", 0, OK, INT64_MAX },
    { "9223372036854775808", 0, ERR_RANGE, 0 },
    { "-9223372036854775809", 0, ERR_RANGE, 0 },
    { "9223372036854775807", 1, ERR_RANGE, 0 },
    { "99999999999999999999999999999", 0, ERR_RANGE, 0 },
    { "10", 18, ERR_RANGE, 0 },
    { "1e400", 0, ERR_RANGE, 0 },
    { "-1e999999999999999999999", 0, ERR_RANGE, 0 },
    { "1e-400", 18, ERR_PRECISION, 0 },
    { "0.0001", 3, ERR_PRECISION, 0 },
    { "1.01", 1, ERR_PRECISION, 0 },
    { "15e-1", 0, ERR_PRECISION, 0 },
    { "", 0, ERR_SYNTAX, 0 },
    { "-", 0, ERR_SYNTAX, 0 },
    { "+1", 0, ERR_SYNTAX, 0 },
    { "01", 0, ERR_SYNTAX, 0 },
    { "-01", 0, ERR_SYNTAX, 0 },
    { "00.5", 1, ERR_SYNTAX, 0 },
    { ".5", 1, ERR_SYNTAX, 0 },
    { "5.", 1, ERR_SYNTAX, 0 },
    { "-.", 1, ERR_SYNTAX, 0 },
    { "1..2", 1, ERR_SYNTAX, 0 },
    { "1e", 0, ERR_SYNTAX, 0 },
    { "1e+", 0, ERR_SYNTAX, 0 },
    { "1e1.5", 0, ERR_SYNTAX, 0 },
    { " 1", 0, ERR_SYNTAX, 0 },
    { "1 ", 0, ERR_SYNTAX, 0 },
    { "1,5", 1, ERR_SYNTAX, 0 },
    { "--1", 0, ERR_SYNTAX, 0 },
    { "NaN", 0, ERR_SYNTAX, 0 },
    { "Infinity", 0, ERR_SYNTAX, 0 },
    { "0x10", 0, ERR_SYNTAX, 0 },
    { "1_000", 0, ERR_SYNTAX, 0 },
};

static void texts_are_read_exactly_or_refused(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t value = UNTOUCHED;
        enum err err = num_parse(texts[i].text, strlen(texts[i].text), texts[i].scale, &value);
        if (err != texts[i].err)
            print_message("text: '%s' scale %d: %s\n", texts[i].text, texts[i].scale,
                          err_name(err));
        assert_int_equal(err, texts[i].err);
        assert_true(value == (err == OK ? texts[i].value : UNTOUCHED));
    }
    int64_t value = UNTOUCHED;
    char zeros[NUM_INPUT_MAX + 1];
    memset(zeros, '0', sizeof zeros);
    zeros[0] = '1';
    zeros[1] = '.';
    assert_int_equal(num_parse(zeros, NUM_INPUT_MAX, 0, &value), OK);
    assert_int_equal(num_parse(zeros, NUM_INPUT_MAX + 1, 0, &value), ERR_SYNTAX);
    assert_int_equal(num_parse("12", 1, 0, &value), OK); /* the length decides, not a NUL */
    assert_int_equal(value, 1);
}

static void numbers_are_written_in_their_shortest_form(void **unused)
{
    (void)unused;
    static const struct {
        int64_t value;
        int scale;
        const char *text;
    } rows[] = {
        { 0, 0, "0" },
        { 0, 18, "0" },
        { 1, 3, "0.001" },
        { -5, 0, "-5" },
        { 50000, 0, "50000" },
        { 5000000000, 8, "50" },
        { 5000012, 2, "50000.12" },
        { -100, 3, "-0.1" },
        { 10203040, 4, "1020.304" },
        { INT64_MAX, 0, "9223372036854775807" },
        { INT64_MIN, 0, "-9223372036854775808" },
        { INT64_MIN, 18, "-9.223372036854775808" },
        { 1, 18, "0.000000000000000001" },
    };
    char text[NUM_TEXT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(num_format(rows[i].value, rows[i].scale, text), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
}

/* A number of random length, so that small ones are as likely as huge ones. */
static int64_t any_i64(uint64_t *seed)
{
    uint64_t bits = rng_next(seed) >> rng_below(seed, 64);
    return (int64_t)(rng_below(seed, 2) ? bits : -bits);
}

static i128 any_amount(uint64_t *seed)
{
    u128 bits = ((u128)rng_next(seed) << 64 | rng_next(seed)) >> (2 + rng_below(seed, 126));
    return rng_below(seed, 2) ? (i128)bits : -(i128)bits;
}

static void a_written_number_reads_back(void **unused)
{
    (void)unused;
    uint64_t seed = seed_of_run();
    for (int step = 0; step < 200000; step++) {
        char text[NUM_TEXT_MAX], amount_text[AMOUNT_TEXT_MAX];
        int scale = (int)rng_below(&seed, NUM_SCALE_MAX + 1);
        int64_t value = any_i64(&seed), back = 0;
        size_t length = num_format(value, scale, text);
        assert_true(length < sizeof text && text[length] == '\0');
        assert_int_equal(num_parse(text, length, scale, &back), OK);
        assert_true(back == value);

        i128 amount = any_amount(&seed), amount_back = 0;
        length = amount_format(amount, amount_text);
        assert_true(length < sizeof amount_text && amount_text[length] == '\0');
        assert_int_equal(amount_parse(amount_text, length, &amount_back), OK);
        assert_true(amount_back == amount);
        assert_true(amount_from(value, scale) == (i128)value * num_pow10(18 - scale));
    }
}

static void amounts_at_their_limit(void **unused)
{
    (void)unused;
    char text[AMOUNT_TEXT_MAX];
    i128 amount = 7, most = AMOUNT_MAX;
    assert_int_equal(amount_format(most, text), strlen("85070591730234615865.843651857942052864"));
    assert_string_equal(text, "85070591730234615865.843651857942052864");
    assert_int_equal(amount_parse(text, strlen(text), &amount), OK);
    assert_true(amount == most);
    assert_int_equal(amount_parse("85070591730234615865.843651857942052865", 39, &amount),
                     ERR_RANGE);
    assert_int_equal(amount_parse("100000000000000000000", 21, &amount), ERR_RANGE);
    assert_int_equal(amount_parse("0.0000000000000000001", 21, &amount), ERR_PRECISION);
    assert_true(amount == most);

    i128 least = (i128)((u128)1 << 127);
    (void)amount_format(least, text);
    assert_string_equal(text, "-170141183460469231731.687303715884105728");

    assert_int_equal(amount_add(most, 1, &amount), ERR_RANGE);
    assert_int_equal(amount_sub(-most, 1, &amount), ERR_RANGE);
    assert_int_equal(amount_add(most, -1, &amount), OK);
    assert_int_equal(amount_mul(most, 2, &amount), ERR_RANGE);
    assert_int_equal(amount_mul(most, INT64_MIN, &amount), ERR_RANGE);
    assert_int_equal(amount_mul(most, -1, &amount), OK);
    assert_true(amount == -most);
    assert_int_equal(amount_mul(0, INT64_MIN, &amount), OK);
    assert_true(amount == 0);
}

static void int64_arithmetic_never_wraps(void **unused)
{
    (void)unused;
    int64_t out = UNTOUCHED;
    assert_int_equal(num_add(INT64_MAX, 1, &out), ERR_RANGE);
    assert_int_equal(num_sub(INT64_MIN, 1, &out), ERR_RANGE);
    assert_int_equal(num_mul(INT64_MIN, -1, &out), ERR_RANGE);
    assert_true(out == UNTOUCHED);
    assert_int_equal(num_mul(-3, 5, &out), OK);
    assert_int_equal(out, -15);

    uint64_t seed = seed_of_run();
    for (int step = 0; step < 200000; step++) {
        int64_t a = any_i64(&seed), b = any_i64(&seed);
        i128 wide[] = { (i128)a + b, (i128)a - b, (i128)a * b };
        enum err (*const calls[])(int64_t, int64_t, int64_t *) = { num_add, num_sub, num_mul };
        for (int i = 0; i < 3; i++) {
            bool fits = wide[i] >= INT64_MIN && wide[i] <= INT64_MAX;
            out = UNTOUCHED;
            assert_int_equal(calls[i](a, b, &out), fits ? OK : ERR_RANGE);
            assert_true(out == (fits ? (int64_t)wide[i] : UNTOUCHED));
        }
    }
}

static void division_rounds_as_its_name_says(void **unused)
{
    (void)unused;
    static const struct {
        int64_t a, b, floor, ceil, nearest;
    } rows[] = {
        { 7, 2, 3, 4, 4 },
        { -7, 2, -4, -3, -4 },
        { 6, 2, 3, 3, 3 },
        { 1, 3, 0, 1, 0 },
        { -1, 3, -1, 0, 0 },
        { 2, 3, 0, 1, 1 },
        { -2, 3, -1, 0, -1 },
        { 0, 9, 0, 0, 0 },
        { INT64_MAX, 1, INT64_MAX, INT64_MAX, INT64_MAX },
        { INT64_MIN, 1, INT64_MIN, INT64_MIN, INT64_MIN },
        { INT64_MIN, INT64_MAX, -2, -1, -1 },
        { INT64_MAX - 1, INT64_MAX, 0, 1, 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t a = rows[i].a, b = rows[i].b;
        assert_true(num_div_floor(a, b) == rows[i].floor);
        assert_true(num_div_ceil(a, b) == rows[i].ceil);
        assert_true(num_div_nearest(a, b) == rows[i].nearest);
        assert_true(amount_div_floor(a, b) == rows[i].floor);
        assert_true(amount_div_ceil(a, b) == rows[i].ceil);
        assert_true(amount_div_nearest(a, b) == rows[i].nearest);
    }
}

/* The school way, bit by bit: |a| * |b| as 256 bits, then a shift-and-subtract division. Returns
 * false when the quotient is too large. */
static bool naive_mul_div(u128 a, u128 b, u128 divisor, u128 *quotient, bool *exact)
{
    u128 high = 0, low = 0, rest = 0, result = 0;
    for (int bit = 127; bit >= 0; bit--) {
        high = high << 1 | low >> 127;
        low <<= 1;
        if (b >> bit & 1) {
            low += a;
            high += low < a;
        }
    }
    for (int bit = 255; bit >= 0; bit--) {
        bool carry = rest >> 127;
        rest = rest << 1 | ((bit >= 128 ? high >> (bit - 128) : low >> bit) & 1);
        if (result >> 127)
            return false;
        result <<= 1;
        if (carry || rest >= divisor) {
            rest -= divisor;
            result |= 1;
        }
    }
    *quotient = result;
    *exact = rest == 0;
    return true;
}

static u128 size_of(i128 value) { return value < 0 ? -(u128)value : (u128)value; }

static void mul_div_keeps_the_256_bit_product(void **unused)
{
    (void)unused;
    uint64_t seed = seed_of_run();
    int fitted = 0;
    for (int step = 0; step < 60000; step++) {
        i128 a = any_amount(&seed), b = any_amount(&seed), divisor = any_amount(&seed);
        divisor = divisor < 0 ? -divisor : divisor + 1;
        if (divisor == 0)
            continue;
        if (step % 8 == 0) /* long runs of ones: where a guessed digit is one too high */
            a = AMOUNT_MAX - 1, divisor = (i128)((u128)divisor | (u128)UINT64_MAX << 60);
        u128 quotient = 0;
        bool exact = false, negative = (a < 0) != (b < 0);
        bool fits = naive_mul_div(size_of(a), size_of(b), (u128)divisor, &quotient, &exact);
        u128 down = quotient, up = quotient + !exact;
        i128 out = 1;
        enum err err = amount_mul_div_floor(a, b, divisor, &out);
        u128 expected = negative ? up : down;
        assert_int_equal(err, fits && expected <= (u128)AMOUNT_MAX ? OK : ERR_RANGE);
        if (err == OK)
            assert_true(out == (negative ? -(i128)expected : (i128)expected));
        expected = negative ? down : up;
        err = amount_mul_div_ceil(a, b, divisor, &out);
        assert_int_equal(err, fits && expected <= (u128)AMOUNT_MAX ? OK : ERR_RANGE);
        if (err == OK)
            assert_true(out == (negative ? -(i128)expected : (i128)expected));
        fitted += err == OK;
    }
    assert_true(fitted > 10000); /* the walk was not all refusals */
}

static void notional_is_exact_or_refused(void **unused)
{
    (void)unused;
    i128 out = 1;
    assert_int_equal(amount_notional(5000012, 2, 1500, 3, &out), OK); /* 50000.12 * 1.5 */
    assert_true(out == (i128)7500018 * num_pow10(16));
    assert_int_equal(amount_notional(-1, 9, 1, 9, &out), OK);
    assert_true(out == -1);
    assert_int_equal(amount_notional(10, 10, 3, 9, &out), OK); /* 19 places, the last one zero */
    assert_true(out == 3);
    assert_int_equal(amount_notional(1, 10, 1, 9, &out), ERR_PRECISION);
    assert_int_equal(amount_notional(INT64_MAX, 0, INT64_MAX, 0, &out), ERR_RANGE);
    assert_int_equal(amount_notional(INT64_MIN, 9, INT64_MIN, 9, &out), OK);
    assert_true(out == AMOUNT_MAX);

    int64_t number = UNTOUCHED;
    assert_int_equal(amount_to_num_floor(-1, 17, &number), OK);
    assert_int_equal(number, -1);
    assert_int_equal(amount_to_num_floor(amount_from(INT64_MAX, 3), 3, &number), OK);
    assert_true(number == INT64_MAX);
    assert_int_equal(amount_to_num_floor(AMOUNT_MAX, 18, &number), ERR_RANGE);
}

static void doubles_become_the_number_a_person_reads(void **unused)
{
    (void)unused;
    static const struct {
        double value;
        int scale;
        enum err err;
        int64_t number;
    } rows[] = {
        { 0.0, 5, OK, 0 },
        { -0.0, 5, OK, 0 },
        { 0.1, 1, OK, 1 },
        { 0.285, 2, OK, 29 }, /* the double is a little below; its text is not */
        { -0.285, 2, OK, -29 },
        { 1.005, 2, OK, 101 },
        { 0.5, 0, OK, 1 },
        { 0.49999999999999994, 0, OK, 0 },
        { 2.5, 0, OK, 3 },
        { -2.5, 0, OK, -3 },
        { 50000.12, 2, OK, 5000012 },
        { 1e-30, 18, OK, 0 },
        { 5e-324, 18, OK, 0 },
        { 9.2e18, 0, OK, INT64_C(9200000000000000000) },
        { 9.3e18, 0, ERR_RANGE, 0 },
        { 10.0, 18, ERR_RANGE, 0 },
        { 1e300, 0, ERR_RANGE, 0 },
        { (double)NAN, 0, ERR_RANGE, 0 },
        { (double)INFINITY, 0, ERR_RANGE, 0 },
        { -(double)INFINITY, 0, ERR_RANGE, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t number = UNTOUCHED;
        enum err err = num_from_double_nearest(rows[i].value, rows[i].scale, &number);
        assert_int_equal(err, rows[i].err);
        assert_true(number == (err == OK ? rows[i].number : UNTOUCHED));
    }
    uint64_t seed = seed_of_run();
    for (int step = 0; step < 100000; step++) { /* 15 digits survive the way through a double */
        int scale = (int)rng_below(&seed, NUM_SCALE_MAX + 1);
        int64_t value = any_i64(&seed) % INT64_C(1000000000000000), back = UNTOUCHED;
        assert_int_equal(num_from_double_nearest(num_to_double(value, scale), scale, &back), OK);
        assert_true(back == value);
    }
    assert_true(amount_to_double((i128)5 * num_pow10(17)) == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read_exactly_or_refused),
        cmocka_unit_test(numbers_are_written_in_their_shortest_form),
        cmocka_unit_test(a_written_number_reads_back),
        cmocka_unit_test(amounts_at_their_limit),
        cmocka_unit_test(int64_arithmetic_never_wraps),
        cmocka_unit_test(division_rounds_as_its_name_says),
        cmocka_unit_test(mul_div_keeps_the_256_bit_product),
        cmocka_unit_test(notional_is_exact_or_refused),
        cmocka_unit_test(doubles_become_the_number_a_person_reads),
    };
    return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}

#include "base/num.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INT64_DIGITS 19
#define AMOUNT_DIGITS 38    /* 10^38 < 2^127, and AMOUNT_MAX has 38 digits */
#define EXPONENT_MAX 100000 /* beyond any scale; a longer exponent stays here */

static const int64_t pow10_table[NUM_SCALE_MAX + 1] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

int64_t num_pow10(int exponent)
{
    assert(exponent >= 0 && exponent <= NUM_SCALE_MAX);
    return pow10_table[exponent];
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static u128 magnitude(i128 value) { return value < 0 ? -(u128)value : (u128)value; }

static enum err checked_amount(i128 value, i128 *out)
{
    if (value > AMOUNT_MAX || value < -AMOUNT_MAX)
        return ERR_RANGE;
    *out = value;
    return OK;
}

/* ---- text to number ---- */

/* A decimal text taken apart: the digits from the first non-zero one to the last non-zero one (a
 * point may stand between them) times 10^exponent. */
struct decimal {
    const char *first, *last;
    int count, exponent;
    bool negative;
};

/* Notes one digit; `weight` counts how many digits of the mantissa came before it. */
static void note_digit(struct decimal *decimal, const char *at, int weight, int *last_weight,
                       int *first_weight)
{
    if (*at == '0')
        return;
    if (!decimal->first) {
        decimal->first = at;
        *first_weight = weight;
    }
    decimal->last = at;
    *last_weight = weight;
}

static enum err take_apart(const char *at, size_t length, struct decimal *out)
{
    const char *end = at + length;
    struct decimal decimal = { 0 };
    int weight = 0, point = 0, first_weight = 0, last_weight = 0, exponent = 0;

    if (length > NUM_INPUT_MAX)
        return ERR_SYNTAX;
    if (at < end && *at == '-') {
        decimal.negative = true;
        at++;
    }
    if (at == end || !is_digit(*at) || (*at == '0' && at + 1 < end && is_digit(at[1])))
        return ERR_SYNTAX;
    for (; at < end && is_digit(*at); at++)
        note_digit(&decimal, at, weight++, &last_weight, &first_weight);
    point = weight;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        for (; at < end && is_digit(*at); at++)
            note_digit(&decimal, at, weight++, &last_weight, &first_weight);
        if (at == fraction)
            return ERR_SYNTAX;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        bool down = ++at < end && *at == '-';
        if (at < end && (*at == '-' || *at == '+'))
            at++;
        const char *digits = at;
        for (; at < end && is_digit(*at); at++)
            exponent = exponent < EXPONENT_MAX ? exponent * 10 + (*at - '0') : EXPONENT_MAX;
        if (at == digits)
            return ERR_SYNTAX;
        exponent = down ? -exponent : exponent;
    }
    if (at != end)
        return ERR_SYNTAX;
    decimal.count = decimal.first ? last_weight - first_weight + 1 : 0;
    decimal.exponent = exponent + point - 1 - last_weight;
    *out = decimal;
    return OK;
}

/* The digits at `scale`, when they have at most digits_max (<= 38) places. */
static enum err to_scale(const struct decimal *decimal, int scale, int digits_max, u128 *out)
{
    int shift = decimal->exponent + scale;
    u128 value = 0;
    if (decimal->count > 0) {
        if (decimal->count + shift > digits_max)
            return ERR_RANGE;
        if (shift < 0) /* the last digit is not zero, so it would be lost */
            return ERR_PRECISION;
        for (const char *at = decimal->first; at <= decimal->last; at++)
            if (*at != '.')
                value = value * 10 + (unsigned)(*at - '0');
        for (; shift > 0; shift--)
            value *= 10;
    }
    *out = value;
    return OK;
}

/* The everyday case: at most 18 characters, no exponent, no digit beyond the scale. False sends
 * everything else, faulty text included, to the general way. */
static bool parse_short(const char *at, size_t length, int scale, int64_t *out)
{
    if (length == 0 || length > 18)
        return false;
    const char *end = at + length;
    bool negative = *at == '-';
    at += negative;
    const char *start = at, *point = NULL;
    int64_t value = 0;
    for (; at < end; at++) {
        if (is_digit(*at))
            value = value * 10 + (*at - '0');
        else if (*at == '.' && !point && at > start)
            point = at;
        else
            return false;
    }
    if (at == start || (point && at == point + 1))
        return false;
    if (*start == '0' && at - start > 1 && start[1] != '.')
        return false;
    int decimals = point ? (int)(end - point - 1) : 0;
    if (decimals > scale || __builtin_mul_overflow(value, pow10_table[scale - decimals], &value))
        return false;
    *out = negative ? -value : value;
    return true;
}

enum err num_parse(const char *text, size_t length, int scale, int64_t *out)
{
    assert(scale >= 0 && scale <= NUM_SCALE_MAX);
    if (parse_short(text, length, scale, out))
        return OK;
    struct decimal decimal;
    u128 value;
    enum err err = take_apart(text, length, &decimal);
    if (err == OK)
        err = to_scale(&decimal, scale, INT64_DIGITS, &value);
    if (err != OK)
        return err;
    if (value > (u128)INT64_MAX + decimal.negative)
        return ERR_RANGE;
    *out = (int64_t)(decimal.negative ? -(i128)value : (i128)value);
    return OK;
}

enum err amount_parse(const char *text, size_t length, i128 *out)
{
    struct decimal decimal;
    u128 value;
    enum err err = take_apart(text, length, &decimal);
    if (err == OK)
        err = to_scale(&decimal, AMOUNT_SCALE, AMOUNT_DIGITS, &value);
    if (err != OK)
        return err;
    return checked_amount(decimal.negative ? -(i128)value : (i128)value, out);
}

/* ---- number to text ---- */

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

/* Writes the digits so that they end before `end`; returns where they begin. */
static char *digits_before(char *end, uint64_t value)
{
    for (; value >= 100; value /= 100)
        memcpy(end -= 2, digit_pairs + 2 * (value % 100), 2);
    if (value >= 10)
        memcpy(end -= 2, digit_pairs + 2 * value, 2);
    else
        *--end = (char)('0' + value);
    return end;
}

/* Likewise, exactly `width` digits, with leading zeros. */
static char *padded_before(char *end, uint64_t value, int width)
{
    char *begin = digits_before(end, value);
    while (begin > end - width)
        *--begin = '0';
    return begin;
}

static size_t finish(char *out, const char *begin, const char *end)
{
    size_t length = (size_t)(end - begin);
    memcpy(out, begin, length);
    out[length] = '\0';
    return length;
}

/* Removes trailing zeros of a fraction of `scale` digits. */
static uint64_t strip_zeros(uint64_t value, int *scale)
{
    if (*scale >= 8 && value % 100000000 == 0) {
        value /= 100000000;
        *scale -= 8;
    }
    for (; *scale > 0 && value % 10 == 0; value /= 10)
        --*scale;
    return value;
}

size_t num_format(int64_t value, int scale, char *out)
{
    assert(scale >= 0 && scale <= NUM_SCALE_MAX);
    char buffer[NUM_TEXT_MAX], *end = buffer + sizeof buffer, *begin = end;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    rest = strip_zeros(rest, &scale); /* of zero all places go */
    if (scale > 0) {
        uint64_t unit = (uint64_t)pow10_table[scale];
        begin = padded_before(begin, rest % unit, scale);
        *--begin = '.';
        rest /= unit;
    }
    begin = digits_before(begin, rest);
    if (value < 0)
        *--begin = '-';
    return finish(out, begin, end);
}

size_t amount_format(i128 amount, char *out)
{
    const u128 unit = (u128)num_pow10(AMOUNT_SCALE);
    char buffer[AMOUNT_TEXT_MAX], *end = buffer + sizeof buffer, *begin = end;
    u128 whole = magnitude(amount);
    uint64_t fraction;
    if (whole <= UINT64_MAX) { /* spares the 128-bit division */
        fraction = (uint64_t)whole % (uint64_t)unit;
        whole = (uint64_t)whole / (uint64_t)unit;
    } else {
        fraction = (uint64_t)(whole % unit);
        whole /= unit;
    }
    if (fraction > 0) {
        int scale = AMOUNT_SCALE;
        fraction = strip_zeros(fraction, &scale);
        begin = padded_before(begin, fraction, scale);
        *--begin = '.';
    }
    if (whole > UINT64_MAX) {
        begin = padded_before(begin, (uint64_t)(whole % unit), AMOUNT_SCALE);
        whole /= unit;
    }
    begin = digits_before(begin, (uint64_t)whole);
    if (amount < 0)
        *--begin = '-';
    return finish(out, begin, end);
}

/* ---- checked arithmetic ---- */

#define CHECKED(name, operation)                                                                   \
    enum err name(int64_t a, int64_t b, int64_t *out)                                              \
    {                                                                                              \
        int64_t result;                                                                            \
        if (operation(a, b, &result))                                                              \
            return ERR_RANGE;                                                                      \
        *out = result;                                                                             \
        return OK;                                                                                 \
    }
CHECKED(num_add, __builtin_add_overflow)
CHECKED(num_sub, __builtin_sub_overflow)
CHECKED(num_mul, __builtin_mul_overflow)

enum err amount_add(i128 a, i128 b, i128 *out)
{
    i128 sum;
    return __builtin_add_overflow(a, b, &sum) ? ERR_RANGE : checked_amount(sum, out);
}

enum err amount_sub(i128 a, i128 b, i128 *out)
{
    i128 difference;
    return __builtin_sub_overflow(a, b, &difference) ? ERR_RANGE : checked_amount(difference, out);
}

/* 128 x 128 -> 256 bits by halves of 64. */
static u128 multiply_wide(u128 a, u128 b, u128 *low)
{
    uint64_t a1 = (uint64_t)(a >> 64), a0 = (uint64_t)a, b1 = (uint64_t)(b >> 64), b0 = (uint64_t)b;
    u128 low_part = (u128)a0 * b0, cross = (u128)a1 * b0, other = (u128)a0 * b1;
    u128 middle = (low_part >> 64) + (uint64_t)cross + (uint64_t)other;
    *low = (middle << 64) | (uint64_t)low_part;
    return (u128)a1 * b1 + (cross >> 64) + (other >> 64) + (middle >> 64);
}

enum err amount_mul(i128 a, int64_t b, i128 *out)
{
    u128 low, high = multiply_wide(magnitude(a), magnitude(b), &low);
    if (high != 0 || low > (u128)AMOUNT_MAX)
        return ERR_RANGE;
    *out = (a < 0) != (b < 0) ? -(i128)low : (i128)low;
    return OK;
}

/* ---- division ---- */

int64_t num_div_floor(int64_t a, int64_t b)
{
    assert(b > 0);
    return a / b - (a % b < 0);
}

int64_t num_div_ceil(int64_t a, int64_t b)
{
    assert(b > 0);
    return a / b + (a % b > 0);
}

int64_t num_div_nearest(int64_t a, int64_t b)
{
    assert(b > 0);
    int64_t rest = a % b;
    bool up = (rest < 0 ? -rest : rest) >= b - (rest < 0 ? -rest : rest);
    return a / b + (up ? (a < 0 ? -1 : 1) : 0);
}

i128 amount_div_floor(i128 a, i128 b)
{
    assert(b > 0);
    return a / b - (a % b < 0);
}

i128 amount_div_ceil(i128 a, i128 b)
{
    assert(b > 0);
    return a / b + (a % b > 0);
}

i128 amount_div_nearest(i128 a, i128 b)
{
    assert(b > 0);
    i128 rest = a % b < 0 ? -(a % b) : a % b;
    return a / b + (rest >= b - rest ? (a < 0 ? -1 : 1) : 0);
}

/* One digit (64 bits) of Knuth's algorithm D (TAOCP 4.3.1): divides rest:digit by the normalised
 * divisor; rest < divisor before and after. */
static uint64_t divide_digit(u128 *rest, uint64_t digit, u128 divisor)
{
    uint64_t high = (uint64_t)(divisor >> 64), low = (uint64_t)divisor;
    assert(high >> 63);
    u128 guess = *rest / high, left = *rest % high;
    while (guess >> 64 || guess * low > ((left << 64) | digit)) {
        guess--;
        left += high;
        if (left >> 64)
            break;
    }
    *rest = ((*rest << 64) | digit) - guess * divisor; /* modulo 2^128; the difference fits */
    return (uint64_t)guess;
}

/* high:low / divisor, with high < divisor. */
static u128 divide_wide(u128 high, u128 low, u128 divisor, u128 *rest)
{
    assert(high < divisor);
    if (high == 0) {
        *rest = low % divisor;
        return low / divisor;
    }
    int shift = divisor >> 64 ? __builtin_clzll((unsigned long long)(divisor >> 64))
                              : 64 + __builtin_clzll((unsigned long long)divisor);
    if (shift > 0) {
        divisor <<= shift;
        high = (high << shift) | (low >> (128 - shift));
        low <<= shift;
    }
    u128 quotient = (u128)divide_digit(&high, (uint64_t)(low >> 64), divisor) << 64;
    quotient |= divide_digit(&high, (uint64_t)low, divisor);
    *rest = high >> shift;
    return quotient;
}

static enum err mul_div(i128 a, i128 b, i128 divisor, bool away_when_negative,
                        bool away_when_positive, i128 *out)
{
    assert(divisor > 0);
    bool negative = (a < 0) != (b < 0);
    u128 low, high = multiply_wide(magnitude(a), magnitude(b), &low), rest;
    if (high >= (u128)divisor)
        return ERR_RANGE;
    u128 quotient = divide_wide(high, low, (u128)divisor, &rest);
    if (quotient > (u128)AMOUNT_MAX)
        return ERR_RANGE;
    if (rest > 0 && (negative ? away_when_negative : away_when_positive))
        quotient++;
    return checked_amount(negative ? -(i128)quotient : (i128)quotient, out);
}

enum err amount_mul_div_floor(i128 a, i128 b, i128 divisor, i128 *out)
{
    return mul_div(a, b, divisor, true, false, out);
}

enum err amount_mul_div_ceil(i128 a, i128 b, i128 divisor, i128 *out)
{
    return mul_div(a, b, divisor, false, true, out);
}

/* ---- between scales ---- */

i128 amount_from(int64_t value, int scale)
{
    assert(scale >= 0 && scale <= AMOUNT_SCALE);
    return (i128)value * num_pow10(AMOUNT_SCALE - scale);
}

enum err amount_notional(int64_t price, int price_scale, int64_t qty, int qty_scale, i128 *out)
{
    assert(price_scale >= 0 && price_scale <= NUM_SCALE_MAX);
    assert(qty_scale >= 0 && qty_scale <= NUM_SCALE_MAX);
    i128 product = (i128)price * qty; /* |product| <= 2^126 */
    int excess = price_scale + qty_scale - AMOUNT_SCALE;
    if (excess <= 0)
        return amount_mul(product, num_pow10(-excess), out);
    if (product % num_pow10(excess) != 0)
        return ERR_PRECISION;
    return checked_amount(product / num_pow10(excess), out);
}

enum err amount_to_num_floor(i128 amount, int scale, int64_t *out)
{
    assert(scale >= 0 && scale <= NUM_SCALE_MAX);
    i128 value = amount_div_floor(amount, num_pow10(AMOUNT_SCALE - scale));
    if (value < INT64_MIN || value > INT64_MAX)
        return ERR_RANGE;
    *out = (int64_t)value;
    return OK;
}

int num_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

double num_to_double(int64_t value, int scale) { return (double)value / (double)num_pow10(scale); }

double amount_to_double(i128 amount) { return (double)amount / (double)num_pow10(AMOUNT_SCALE); }

/* Rounds the shortest decimal that reads back as the value: 0.285 is 28.5 at scale 2 and goes to
 * 29, though the double lies a little below. */
static enum err round_shortest(double value, int scale, int64_t *out)
{
    char text[40];
    int precision = 14; /* digits after the first */
    do
        (void)snprintf(text, sizeof text, "%.*e", precision, fabs(value));
    while (strtod(text, NULL) != fabs(value) && ++precision < 17);
    int shift = atoi(strchr(text, 'e') + 1) - precision + scale;
    uint64_t digits = 0;
    for (const char *at = text; *at != 'e'; at++)
        if (is_digit(*at))
            digits = digits * 10 + (uint64_t)(*at - '0');
    if (shift > NUM_SCALE_MAX)
        return ERR_RANGE;
    i128 whole = (i128)digits;
    if (shift >= 0)
        whole *= num_pow10(shift);
    else
        whole = shift < -NUM_SCALE_MAX ? 0 : amount_div_nearest(whole, num_pow10(-shift));
    if (whole > INT64_MAX)
        return ERR_RANGE;
    *out = value < 0 ? -(int64_t)whole : (int64_t)whole;
    return OK;
}

enum err num_from_double_nearest(double value, int scale, int64_t *out)
{
    assert(scale >= 0 && scale <= NUM_SCALE_MAX);
    if (!isfinite(value) || fabs(value) > 1e19)
        return ERR_RANGE;
    if (value == 0) {
        *out = 0;
        return OK;
    }
    /* Away from a half the product's tiny error cannot change the answer. */
    double scaled = value * (double)num_pow10(scale), whole = floor(scaled);
    if (fabs(scaled) < 0x1p40 && fabs(scaled - whole - 0.5) > 0x1p-10) {
        *out = (int64_t)(scaled - whole < 0.5 ? whole : whole + 1);
        return OK;
    }
    return round_shortest(value, scale, out);
}

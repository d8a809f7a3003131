/*
 * base/num.h - exact decimals.
 *
 * Prices and quantities are int64 in a decimal scale (value = number * 10^-scale, scale 0..18);
 * money is a 128-bit amount with AMOUNT_SCALE decimals. Nothing here rounds unless its name says
 * how, and nothing overflows silently.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

typedef __int128 i128;
typedef unsigned __int128 u128;

/* An i128 inside a stored record: records are 8-aligned, so is this. */
typedef __int128 row_i128 __attribute__((aligned(8)));

#define NUM_SCALE_MAX 18
#define AMOUNT_SCALE 18
#define NUM_TEXT_MAX 24                       /* an int64 with sign, point and NUL */
#define AMOUNT_TEXT_MAX 48                    /* an i128 with sign, point and NUL */
#define NUM_INPUT_MAX 128                     /* a longer decimal text is refused with ERR_SYNTAX */
#define AMOUNT_MAX ((i128)(((u128)1 << 126))) /* |amount| above it is ERR_RANGE */

/* 10^exponent, exponent 0..18. */
int64_t num_pow10(int exponent);

/*
 * Decimal text -> scaled integer, exactly. Accepts what JSON accepts as a number (sign minus,
 * no leading '+', fraction, exponent), nothing else: no blanks, NaN, Infinity, hex.
 * ERR_SYNTAX, ERR_RANGE (does not fit), ERR_PRECISION (a non-zero digit below the scale).
 */
MUST_USE enum err num_parse(const char *text, size_t length, int scale, int64_t *out);
MUST_USE enum err amount_parse(const char *text, size_t length, i128 *out);

/* Scaled integer -> shortest exact decimal text ("0.001", "-5", "50000"); no exponent, no trailing
 * zeros, NUL-terminated. out has NUM_TEXT_MAX / AMOUNT_TEXT_MAX bytes; returns the length. */
size_t num_format(int64_t value, int scale, char *out);
size_t amount_format(i128 amount, char *out);

/* Checked arithmetic: ERR_RANGE instead of a wrap. */
MUST_USE enum err num_add(int64_t a, int64_t b, int64_t *out);
MUST_USE enum err num_sub(int64_t a, int64_t b, int64_t *out);
MUST_USE enum err num_mul(int64_t a, int64_t b, int64_t *out);
MUST_USE enum err amount_add(i128 a, i128 b, i128 *out);
MUST_USE enum err amount_sub(i128 a, i128 b, i128 *out);
MUST_USE enum err amount_mul(i128 a, int64_t b, i128 *out);

/* Division with the rounding in the name; divisor > 0. _nearest: halves away from zero. */
int64_t num_div_floor(int64_t a, int64_t b);
int64_t num_div_ceil(int64_t a, int64_t b);
int64_t num_div_nearest(int64_t a, int64_t b);
i128 amount_div_floor(i128 a, i128 b);
i128 amount_div_ceil(i128 a, i128 b);
i128 amount_div_nearest(i128 a, i128 b);

/* a * b / divisor without losing the 256-bit product; divisor > 0; ERR_RANGE when the
 * quotient is beyond AMOUNT_MAX. */
MUST_USE enum err amount_mul_div_floor(i128 a, i128 b, i128 divisor, i128 *out);
MUST_USE enum err amount_mul_div_ceil(i128 a, i128 b, i128 divisor, i128 *out);

/* Scaled integer -> amount (scale 18), exactly; never fails for scale 0..18. */
i128 amount_from(int64_t value, int scale);

/* price * quantity as an amount. ERR_RANGE; ERR_PRECISION when the scales together exceed 18 and
 * the product has digits below 10^-18 (instrument_check refuses such instruments at load). */
MUST_USE enum err amount_notional(int64_t price, int price_scale, int64_t qty, int qty_scale,
                                  i128 *out);

/* Amount -> scaled integer of another scale; rounding named. ERR_RANGE. */
MUST_USE enum err amount_to_num_floor(i128 amount, int scale, int64_t *out);

/* 0 to 15; -1: no hexadecimal digit. */
int num_hex_digit(char c);

/* For indicators, statistics and display only. */
double num_to_double(int64_t value, int scale);
double amount_to_double(i128 amount);

/* The nearest scaled integer to a double (halves to even digit text is not promised: uses the
 * shortest decimal that reads back as the double). ERR_RANGE for NaN, infinity, too large. */
MUST_USE enum err num_from_double_nearest(double value, int scale, int64_t *out);

#endif

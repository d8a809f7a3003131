/*
 * data/decimal.h - a decimal text taken apart, before it is known which scale a file needs.
 *
 * num_parse asks for the scale first; a file must be read once to find it, and files that were
 * printed from binary doubles carry noise in the last places ("0.31099999999999997"), which only
 * the taken-apart form can see.
 */
#ifndef DATA_DECIMAL_H
#define DATA_DECIMAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define DECIMAL_DIGITS_MAX 18 /* significant digits: a double prints at most 17 */

struct decimal {       /* value = +-mantissa * 10^exponent */
    uint64_t mantissa; /* without trailing zeros; 0 has exponent 0 */
    int exponent;
    uint8_t digits; /* of the mantissa; 0 for zero */
    bool negative;
};

/* Accepts exactly what num_parse accepts. ERR_SYNTAX; ERR_PRECISION above DECIMAL_DIGITS_MAX;
 * ERR_RANGE for an exponent beyond +-99. */
MUST_USE enum err decimal_read(const char *text, size_t length, struct decimal *out);

/* The same number in the scale. ERR_RANGE (does not fit), ERR_PRECISION (a digit below). */
MUST_USE enum err decimal_to_num(const struct decimal *decimal, int scale, int64_t *out);

/* Decimal places that the number needs: 0 for whole numbers. */
static inline int decimal_places(const struct decimal *decimal)
{
    return decimal->exponent < 0 ? -decimal->exponent : 0;
}

/*
 * Takes away the noise of a double printed with all its digits: every double holds 15 decimal
 * digits, so 16 or more whose first 15 end in a zero (after rounding) stood for the shorter number.
 * True if *decimal was changed.
 */
bool decimal_clean(struct decimal *decimal);

/* For comparing magnitudes only. */
double decimal_magnitude(const struct decimal *decimal);

#endif

#include "data/decimal.h"
#include <assert.h>
#include "base/num.h"

#define EXPONENT_MAX 99
#define DOUBLE_DIGITS 15 /* DBL_DIG */

struct reading {
    struct decimal decimal;
    int zeros;    /* seen since the last other digit: not yet in the mantissa */
    int fraction; /* digits after the point */
    bool too_long;
};

static void add_digit(struct reading *reading, char letter)
{
    struct decimal *decimal = &reading->decimal;
    if (letter == '0') {
        reading->zeros += decimal->digits > 0;
        return;
    }
    if (decimal->digits + reading->zeros + 1 > DECIMAL_DIGITS_MAX) {
        reading->too_long = true;
        return;
    }
    uint64_t shift = (uint64_t)num_pow10(reading->zeros);
    decimal->mantissa = decimal->mantissa * shift * 10 + (uint64_t)(letter - '0');
    decimal->digits = (uint8_t)(decimal->digits + reading->zeros + 1);
    reading->zeros = 0;
}

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

/* "e-05"; *at stands behind the e. */
static enum err read_exponent(const char **at, const char *end, int *out)
{
    bool negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+'))
        (*at)++;
    if (!is_digit(*at, end))
        return ERR_SYNTAX;
    int value = 0;
    for (; is_digit(*at, end); (*at)++)
        value = value > EXPONENT_MAX ? value : value * 10 + (**at - '0');
    *out = negative ? -value : value;
    return value > EXPONENT_MAX ? ERR_RANGE : OK;
}

enum err decimal_read(const char *text, size_t length, struct decimal *out)
{
    const char *at = text, *end = text + length;
    struct reading reading = { 0 };
    int exponent = 0;
    if (length > NUM_INPUT_MAX)
        return ERR_SYNTAX;
    if (at < end && *at == '-') {
        reading.decimal.negative = true;
        at++;
    }
    if (!is_digit(at, end) || (*at == '0' && is_digit(at + 1, end)))
        return ERR_SYNTAX;
    for (; is_digit(at, end); at++)
        add_digit(&reading, *at);
    if (at < end && *at == '.') {
        const char *point = at++;
        for (; is_digit(at, end); at++)
            add_digit(&reading, *at);
        reading.fraction = (int)(at - point - 1);
        if (reading.fraction == 0)
            return ERR_SYNTAX;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        enum err err = read_exponent(&at, end, &exponent);
        if (err != OK)
            return err;
    }
    if (at < end)
        return ERR_SYNTAX;
    if (reading.too_long)
        return ERR_PRECISION;
    *out = reading.decimal;
    out->exponent = out->digits > 0 ? exponent - reading.fraction + reading.zeros : 0;
    out->negative = out->negative && out->digits > 0;
    return OK;
}

enum err decimal_to_num(const struct decimal *decimal, int scale, int64_t *out)
{
    assert(scale >= 0 && scale <= NUM_SCALE_MAX);
    int shift = decimal->exponent + scale;
    if (decimal->digits == 0) {
        *out = 0;
        return OK;
    }
    if (shift < 0)
        return ERR_PRECISION;
    if (shift > NUM_SCALE_MAX)
        return ERR_RANGE;
    i128 value = (i128)decimal->mantissa * num_pow10(shift);
    if (value > INT64_MAX)
        return ERR_RANGE;
    *out = decimal->negative ? -(int64_t)value : (int64_t)value;
    return OK;
}

bool decimal_clean(struct decimal *decimal)
{
    if (decimal->digits <= DOUBLE_DIGITS)
        return false;
    int cut = decimal->digits - DOUBLE_DIGITS;
    uint64_t unit = (uint64_t)num_pow10(cut);
    uint64_t rounded = (decimal->mantissa + unit / 2) / unit;
    if (rounded % 10 != 0)
        return false; /* it uses all its places: not noise */
    struct decimal clean = { .mantissa = rounded,
                             .exponent = decimal->exponent + cut,
                             .negative = decimal->negative };
    while (clean.mantissa % 10 == 0) {
        clean.mantissa /= 10;
        clean.exponent++;
    }
    for (uint64_t rest = clean.mantissa; rest > 0; rest /= 10)
        clean.digits++;
    *decimal = clean;
    return true;
}

double decimal_magnitude(const struct decimal *decimal)
{
    double value = (double)decimal->mantissa;
    for (int i = decimal->exponent; i > 0; i--)
        value *= 10;
    for (int i = decimal->exponent; i < 0; i++)
        value /= 10;
    return value;
}

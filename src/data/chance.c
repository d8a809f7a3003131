#include "data/chance.h"
#include <assert.h>
#include <string.h>
#include "base/rng.h"

#define LN2_HIGH 0x1.62e42fefa38p-1 /* ln 2 in two parts: k * LN2_HIGH is exact for small k */
#define LN2_LOW 0x1.ef35793c7673p-45
#define EXPONENT_BIAS 1023
#define FRACTION_BITS 52

/* x = k ln 2 + r, |r| <= ln 2 / 2; the Taylor sum to r^13 / 13! is exact to the last place or
 * so. */
double chance_exp(double x)
{
    assert(x >= -700 && x <= 700);
    int k = (int)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    double sum = 1;
    for (int i = 13; i > 0; i--)
        sum = 1 + sum * r / i;
    uint64_t bits = (uint64_t)(k + EXPONENT_BIAS) << FRACTION_BITS;
    double power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

/* x = m 2^k, m around 1; ln m = 2 artanh((m - 1) / (m + 1)), a series in odd powers. */
double chance_log(double x)
{
    assert(x > 0);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int k = (int)(bits >> FRACTION_BITS) - EXPONENT_BIAS;
    bits = (bits & ((UINT64_C(1) << FRACTION_BITS) - 1)) | (uint64_t)EXPONENT_BIAS << FRACTION_BITS;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m /= 2;
        k++;
    }
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int i = 19; i > 0; i -= 2)
        sum = sum * square + 1.0 / i;
    return 2 * s * sum + k * LN2_LOW + k * LN2_HIGH;
}

double chance_wait(uint64_t *rng, double mean) { return -mean * chance_log(1 - rng_unit(rng)); }

double chance_log_normal(uint64_t *rng, double median, double spread)
{
    return median * chance_exp(spread * rng_normal(rng));
}

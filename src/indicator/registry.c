#include <math.h>
#include <string.h>
#include "indicator/indicator.h"

/* In the order of the names: they are searched by halving. */
/* clang-format off */
#define INDICATORS(X) \
    X(ad) X(adosc) X(adx) X(adxr) X(apo) X(aroon) X(aroonosc) X(atr) X(bb) X(bop) X(cci) X(cmf) \
    X(cmo) X(dema) X(donchian) X(dx) X(ema) X(hma) X(ht_dcperiod) X(ht_phasor) X(ht_trendline) \
    X(ichi) X(kama) X(keltner) X(linreg) X(macd) X(mfi) X(minus_di) X(minus_dm) X(mom) X(natr) \
    X(obv) X(plus_di) X(plus_dm) X(ppo) X(psar) X(roc) X(rocp) X(rsi) X(sma) X(stddev) X(stoch) \
    X(stochf) X(stochrsi) X(supertrend) X(tema) X(tr) X(trima) X(trix) X(ultosc) X(var) X(vwap) \
    X(vwap_rolling) X(vwma) X(wilders) X(willr) X(wma) X(zlema)
/* clang-format on */

#define X(name) extern const struct indicator indicator_##name;
INDICATORS(X)
#undef X

static const struct indicator *const rows[] = {
#define X(name) &indicator_##name,
    INDICATORS(X)
#undef X
};
#define ROWS (sizeof rows / sizeof rows[0])

const struct indicator *indicator_at(size_t index) { return index < ROWS ? rows[index] : NULL; }

static const struct indicator *find(const char *name, size_t length)
{
    size_t low = 0, high = ROWS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(rows[middle]->name, name, length);
        if (order == 0 && rows[middle]->name[length] == '\0')
            return rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct indicator *indicator_find(const char *name) { return find(name, strlen(name)); }

const struct indicator *indicator_find_output(const char *name, uint32_t *output)
{
    size_t length = strcspn(name, ".");
    const struct indicator *row = find(name, length);
    *output = 0;
    if (!row || name[length] == '\0')
        return row;
    for (uint32_t i = 0; i < row->output_count; i++)
        if (strcmp(row->outputs[i].name, name + length + 1) == 0) {
            *output = i;
            return row;
        }
    return NULL;
}

enum err indicator_params(const struct indicator *indicator, const double *given, size_t count,
                          double *params)
{
    if (count > indicator->param_count)
        return ERR_RANGE;
    for (size_t i = 0; i < indicator->param_count; i++) {
        const struct indicator_param *row = &indicator->params[i];
        double value = i < count ? given[i] : row->default_value;
        if (!(value >= row->low && value <= row->high))
            return ERR_RANGE; /* written so that NaN is refused */
        if (row->whole && value != floor(value))
            return ERR_RANGE;
    }
    for (size_t i = 0; i < indicator->param_count; i++)
        params[i] = i < count ? given[i] : indicator->params[i].default_value;
    return OK;
}

void indicator_run(const struct indicator *indicator, void *state, const struct indicator_bar *bars,
                   size_t count, double *out)
{
    for (size_t i = 0; i < count; i++)
        indicator->update(state, &bars[i], out + i * indicator->output_count);
}

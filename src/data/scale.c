/* data/scale.c - the first pass over a file: which decimal scales its numbers need. */
#include <string.h>
#include "base/num.h"
#include "data/row.h"

static const bool is_price[FIELD_COUNT] = {
    [FIELD_OPEN] = true, [FIELD_HIGH] = true, [FIELD_LOW] = true,   [FIELD_CLOSE] = true,
    [FIELD_BID] = true,  [FIELD_ASK] = true,  [FIELD_PRICE] = true, [FIELD_PRICE_E4] = true,
};
static const bool is_qty[FIELD_COUNT] = {
    [FIELD_VOLUME] = true,
    [FIELD_BID_QTY] = true,
    [FIELD_ASK_QTY] = true,
    [FIELD_QTY] = true,
};

static void look_at(struct scale_range *range, const char *text, size_t length, int shift)
{
    struct decimal decimal;
    const char *point = memchr(text, '.', length);
    int written = point ? (int)(text + length - point) - 1 : 0;
    enum err err = decimal_read(text, length, &decimal);
    range->too_long |= err == ERR_PRECISION;
    if (err != OK)
        return;
    if (decimal.digits > 0)
        decimal.exponent -= shift;
    if (written > range->written)
        range->written = written;
    int places = decimal_places(&decimal);
    if (places > range->places)
        range->places = places;
    if (places > range->clean_places) {
        (void)decimal_clean(&decimal);
        int clean_places = decimal_places(&decimal);
        if (clean_places > range->clean_places)
            range->clean_places = clean_places;
    }
    double magnitude = decimal_magnitude(&decimal);
    if (magnitude > range->magnitude)
        range->magnitude = magnitude;
}

void scale_scan_line(struct scale_scan *scan, const struct binding *binding, const char *text,
                     size_t length)
{
    const char *at = text, *end = text + length;
    for (size_t index = 0; index < binding->column_count; index++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        enum field field = binding->field[index];
        if (is_price[field])
            look_at(&scan->price, at, (size_t)(stop - at), field == FIELD_PRICE_E4 ? 4 : 0);
        else if (is_qty[field])
            look_at(&scan->qty, at, (size_t)(stop - at), 0);
        if (!comma)
            break;
        at = comma + 1;
    }
}

static bool fits(double magnitude, int places)
{
    return places <= NUM_SCALE_MAX && magnitude * (double)num_pow10(places) < 9.2e18;
}

bool scale_choose(const struct scale_range *range, uint8_t *scale, uint8_t *clean_scale)
{
    bool exact = !range->too_long && fits(range->magnitude, range->places);
    if (!exact && !fits(range->magnitude, range->clean_places))
        return false;
    *scale = (uint8_t)(exact ? range->places : range->clean_places);
    *clean_scale = (uint8_t)range->clean_places;
    return true;
}

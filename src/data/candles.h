/*
 * data/candles.h - finished bars in a CSV file `ts_ms,open,high,low,close,volume`: appended one by
 * one while trading, read back to warm strategies. The same file that generator_write_history
 * makes.
 *
 * A line is written at once but not synced: after a power loss bars may be missing at the end, and
 * the last line may be torn. A torn line is cut when the file is opened again, and gaps are told.
 */
#ifndef DATA_CANDLES_H
#define DATA_CANDLES_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/market.h"

struct candles;

#define CANDLES_HEADER "ts_ms,open,high,low,close,volume\n"
#define CANDLE_ROW_MAX 192 /* bytes of a line with its end and NUL */

/* Makes the file when it is missing. ERR_IO, ERR_NO_SPACE, ERR_DENIED; ERR_CORRUPT (another header,
 * or a last line that is no bar). */
MUST_USE enum err candles_open(const char *path, uint8_t price_scale, uint8_t qty_scale,
                               struct candles **out, struct errtext *detail);
void candles_close(struct candles *candles);
/* Start of the last bar in the file; INT64_MIN when there is none. */
int64_t candles_last_start_ns(const struct candles *candles);
/* ERR_DUPLICATE: this bar or a later one is there already. ERR_IO, ERR_NO_SPACE: the file holds
 * what it held. */
MUST_USE enum err candles_append(struct candles *candles, const struct bar *bar,
                                 struct errtext *detail);

/* The last `max` bars in their order (a torn last line is passed over); end_ns = start + interval.
 * ERR_NOT_FOUND, ERR_PRECISION and what a feed can say. */
MUST_USE enum err candles_load_last(const char *path, uint8_t price_scale, uint8_t qty_scale,
                                    int64_t interval_ns, struct bar *out, size_t max, size_t *count,
                                    struct errtext *detail);

/* Bars missing between neighbours. Writes up to max gaps and returns how many there are. */
struct candle_gap {
    int64_t from_ns, to_ns; /* the first missing start; the start of the bar after the gap */
    uint64_t missing;
};
size_t candles_gaps(const struct bar *bars, size_t count, int64_t interval_ns,
                    struct candle_gap *out, size_t max);

/* The line of a bar, with its newline; returns its length. */
size_t candle_format(const struct bar *bar, uint8_t price_scale, uint8_t qty_scale, char *out);

#endif

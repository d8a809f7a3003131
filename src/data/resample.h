/*
 * data/resample.h - trades, quotes or bars into (longer) bars.
 *
 * Bars begin at whole multiples of the interval since 1970 (weeks: on Mondays) and exist only where
 * something happened. Prices are those of the events, exactly; a mid price has one decimal place more.
 */
#ifndef DATA_RESAMPLE_H
#define DATA_RESAMPLE_H
#include <stdbool.h>
#include "data/feed.h"

enum resample_price { RESAMPLE_MID, RESAMPLE_BID, RESAMPLE_ASK }; /* of quotes */

struct resampler {
    int64_t interval_ns;
    enum resample_price price;
    bool has_bar;
    struct bar bar; /* the one being made */
};

/* "500ms", "30s", "5m", "1h", "1d", "1w"; false: is none, or 0. */
bool interval_parse(const char *text, int64_t *out_ns);

/* Places of the result's prices, given those of the feed. */
uint8_t resample_price_scale(const struct resampler *resampler, enum feed_kind kind, uint8_t scale);

/* Takes an event in the order of time; *finished is set when it began a new bar. ERR_RANGE: a sum does
 * not fit. Books, and quotes with an empty side, change nothing. */
MUST_USE enum err resample_add(struct resampler *resampler, const struct event *event,
                               bool *has_finished, struct bar *finished);
/* The last bar; false when there is none. */
bool resample_end(struct resampler *resampler, struct bar *finished);

#endif

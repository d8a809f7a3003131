#include "data/resample.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/num.h"

#define DAY_NS (86400 * NS_PER_S)
#define WEEK_NS (7 * DAY_NS)
#define MONDAY_NS (4 * DAY_NS) /* 1970-01-05 */

bool interval_parse(const char *text, int64_t *out_ns)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = { { "ms", NS_PER_MS },      { "s", NS_PER_S }, { "m", 60 * NS_PER_S },
                  { "h", 3600 * NS_PER_S }, { "d", DAY_NS },   { "w", WEEK_NS } };
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9)
        return false;
    int64_t count = strtoll(text, NULL, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(text + digits, units[i].unit) == 0)
            return count > 0 && num_mul(count, units[i].ns, out_ns) == OK;
    return false;
}

uint8_t resample_price_scale(const struct resampler *resampler, enum feed_kind kind, uint8_t scale)
{
    bool mid = kind == FEED_QUOTES && resampler->price == RESAMPLE_MID;
    return mid ? (uint8_t)(scale + 1) : scale;
}

/* What an event adds to a bar: a bar itself, of one moment or longer. False: nothing. */
static bool piece_of(const struct resampler *resampler, const struct event *event,
                     struct bar *piece)
{
    int64_t price = 0;
    *piece = (struct bar){ .start_ns = event->source_ts_ns };
    if (event->kind == EVENT_BAR) {
        *piece = *(const struct bar *)event_body_const(event);
        return true;
    }
    if (event->kind == EVENT_TRADE) {
        const struct trade *trade = event_body_const(event);
        price = trade->price_ticks;
        piece->volume_lots = trade->qty_lots;
        piece->trade_count = 1;
    } else if (event->kind == EVENT_QUOTE) {
        const struct quote *quote = event_body_const(event);
        switch (resampler->price) {
        case RESAMPLE_BID: price = quote->bid_ticks; break;
        case RESAMPLE_ASK: price = quote->ask_ticks; break;
        case RESAMPLE_MID:
            if (quote->bid_ticks > 0 && quote->ask_ticks > 0 && quote->bid_ticks < INT64_MAX / 10 &&
                quote->ask_ticks < INT64_MAX / 10)
                price = (quote->bid_ticks + quote->ask_ticks) * 5;
            break;
        }
    }
    piece->open_ticks = piece->high_ticks = piece->low_ticks = piece->close_ticks = price;
    return price > 0;
}

static int64_t bar_start(int64_t interval_ns, int64_t ts_ns)
{
    int64_t origin_ns = interval_ns % WEEK_NS == 0 ? MONDAY_NS : 0;
    return num_div_floor(ts_ns - origin_ns, interval_ns) * interval_ns + origin_ns;
}

enum err resample_add(struct resampler *resampler, const struct event *event, bool *has_finished,
                      struct bar *finished)
{
    struct bar piece, *bar = &resampler->bar;
    *has_finished = false;
    if (!piece_of(resampler, event, &piece))
        return OK;
    int64_t start_ns = bar_start(resampler->interval_ns, piece.start_ns);
    if (resampler->has_bar && start_ns == bar->start_ns) {
        if (num_add(bar->volume_lots, piece.volume_lots, &bar->volume_lots) != OK)
            return ERR_RANGE;
        bar->high_ticks = piece.high_ticks > bar->high_ticks ? piece.high_ticks : bar->high_ticks;
        bar->low_ticks = piece.low_ticks < bar->low_ticks ? piece.low_ticks : bar->low_ticks;
        bar->close_ticks = piece.close_ticks;
        bar->trade_count += piece.trade_count;
        return OK;
    }
    *has_finished = resample_end(resampler, finished);
    *bar = piece;
    bar->start_ns = start_ns;
    bar->end_ns = start_ns + resampler->interval_ns;
    resampler->has_bar = true;
    return OK;
}

bool resample_end(struct resampler *resampler, struct bar *finished)
{
    bool has_bar = resampler->has_bar;
    if (has_bar)
        *finished = resampler->bar;
    resampler->has_bar = false;
    return has_bar;
}

/* backtest/survey.c - one pass over the file before the run: is it good, how long, how high, which hash? */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "backtest/plan.h"
#include "base/hash.h"
#include "data/feed.h"

#define DAY_NS (86400 * INT64_C(1000000000))
#define MINUTE_NS (60 * INT64_C(1000000000))
#define BARS_MAX 100000000 /* three thousand years of minutes are fewer */

/* What `xxhsum -H3` prints. */
enum err backtest_data_hash(const char *path, uint64_t *out, struct errtext *detail)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        if (file >= 0)
            (void)close(file);
        return errtext_set(detail, ERR_IO, "%s cannot be read; may you open it?", path);
    }
    size_t size = (size_t)status.st_size;
    void *bytes = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0) : NULL;
    (void)close(file);
    if (bytes == MAP_FAILED)
        return errtext_set(detail, ERR_IO, "%s cannot be read", path);
    *out = hash_bytes(bytes, size);
    if (size)
        (void)munmap(bytes, size);
    return OK;
}

static enum err look_at_bars(struct feed *feed, const char *path, struct survey *survey,
                             struct errtext *detail)
{
    const struct event *event = NULL;
    bool days = true;
    enum err err;
    while ((err = feed_next(feed, &event, detail)) == OK) {
        const struct bar *bar = event_body_const(event);
        if (survey->file_bars++ == survey->warm_first)
            survey->first_ns = bar->start_ns;
        if (survey->file_bars > BARS_MAX)
            return errtext_set(detail, ERR_LIMIT, "%s has more than %d bars: cut it", path,
                               BARS_MAX);
        if (bar->high_ticks > survey->price_max_ticks)
            survey->price_max_ticks = bar->high_ticks;
        if (bar->low_ticks <= 0)
            return errtext_set(detail, ERR_RANGE, "%s: bar %llu has a price that is not above zero",
                               path, (unsigned long long)survey->file_bars);
        days &= bar->start_ns % DAY_NS == 0;
    }
    if (err != ERR_END)
        return err;
    if (survey->file_bars == 0)
        return errtext_set(detail, ERR_EMPTY, "%s has a header and no bars", path);
    if (strstr(survey->layout, "_ms"))
        survey->time_form = BACKTEST_TIME_MS;
    else
        survey->time_form = days ? BACKTEST_TIME_DATE : BACKTEST_TIME_TEXT;
    return OK;
}

static enum err check_price(const char *path, struct survey *survey, int64_t ticks,
                            struct errtext *detail)
{
    if (ticks < 0)
        return errtext_set(detail, ERR_RANGE, "%s: event %llu has a price below zero", path,
                           (unsigned long long)survey->events);
    survey->price_max_ticks = ticks > survey->price_max_ticks ? ticks : survey->price_max_ticks;
    return OK;
}

static enum err check_event(const char *path, struct survey *survey, const struct event *event,
                            struct errtext *detail)
{
    const struct trade *trade = event_body_const(event);
    const struct quote *quote = event_body_const(event);
    const struct book_head *head = event_body_const(event);
    const struct book_level *level = (const struct book_level *)(head + 1);
    enum err err = OK;
    if (event->kind == EVENT_TRADE)
        return check_price(path, survey, trade->price_ticks > 0 ? trade->price_ticks : -1, detail);
    if (event->kind == EVENT_QUOTE) {
        err = check_price(path, survey, quote->bid_ticks, detail);
        return err ? err : check_price(path, survey, quote->ask_ticks, detail);
    }
    for (uint32_t i = 0; err == OK && i < head->bid_count + head->ask_count; i++)
        err = check_price(path, survey, level[i].price_ticks, detail);
    return err;
}

/* The time of ticks is cut into slots: at the end of each the account is valued. */
static enum err look_at_ticks(struct feed *feed, const char *path, struct survey *survey,
                              struct errtext *detail)
{
    const struct event *event = NULL;
    enum err err;
    while ((err = feed_next(feed, &event, detail)) == OK) {
        if (survey->events++ == 0)
            survey->first_ns = survey->last_ns = event->source_ts_ns;
        if (event->source_ts_ns > survey->last_ns)
            survey->last_ns = event->source_ts_ns;
        if ((err = check_event(path, survey, event, detail)))
            return err;
    }
    if (err != ERR_END)
        return err;
    if (survey->events == 0 || survey->price_max_ticks == 0)
        return errtext_set(detail, ERR_EMPTY, "%s has a header and no prices", path);
    survey->slot_ns = num_div_floor(survey->first_ns, survey->interval_ns) * survey->interval_ns;
    survey->file_bars = (uint64_t)((survey->last_ns - survey->slot_ns) / survey->interval_ns) + 1;
    if (survey->file_bars > BARS_MAX)
        return errtext_set(detail, ERR_LIMIT,
                           "%s lasts more than %d intervals: ask for longer ones", path, BARS_MAX);
    survey->time_form = strstr(survey->layout, "_ms") ? BACKTEST_TIME_MS : BACKTEST_TIME_TEXT;
    return OK;
}

/* What is asked for must have a meaning at the data's level. */
static enum err check_level(const struct backtest_config *config, struct survey *survey,
                            struct errtext *detail)
{
    if (survey->kind == FEED_BARS) {
        if (config->latency_ns || config->interval_ns)
            return errtext_set(detail, ERR_UNSUPPORTED,
                               "%s holds bars: they have an interval of their own and no time "
                               "inside them; latency and interval are for trades, quotes and books",
                               config->data);
        return OK;
    }
    survey->interval_ns = config->interval_ns ? config->interval_ns : MINUTE_NS;
    if (survey->interval_ns <= 0 || survey->interval_ns % MINUTE_NS != 0)
        return errtext_set(detail, ERR_RANGE,
                           "the interval must be whole minutes: bars are made of minutes");
    if (config->fill_given || config->fill_at != BACKTEST_NEXT_OPEN)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s holds no bars (layout %s): orders are sent at once and meet the "
                           "market as it is then; leave --fill out",
                           config->data, survey->layout);
    if (config->bar_first || config->bar_count || config->warm_count)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s holds no bars (layout %s): a window of bars cannot be cut from it; "
                           "make bars of it first",
                           config->data, survey->layout);
    return OK;
}

/* The scales, the highest price and the hash stay those of the whole file, so that the same bar is the
 * same event in every window. */
static enum err take_window(const struct backtest_config *config, struct survey *survey,
                            struct errtext *detail)
{
    uint64_t bars = survey->file_bars, first = config->bar_first, count = config->bar_count;
    if (first >= bars || count > bars - first)
        return errtext_set(detail, ERR_RANGE,
                           "%s has %llu bars; the bars asked for, %llu from index %llu on, are not "
                           "there",
                           config->data, (unsigned long long)bars,
                           (unsigned long long)(count ? count : 1), (unsigned long long)first);
    survey->bars = count ? count : bars - first;
    return OK;
}

enum err survey_make(const struct backtest_config *config, int qty_places, int tick_places,
                     struct survey *out, struct errtext *detail)
{
    const char *path = config->data;
    uint64_t first = config->bar_first, warm = config->warm_count;
    struct feed *feed = NULL;
    struct feed_info info;
    *out = (struct survey){ .first = first, .warm_first = first - (warm < first ? warm : first) };
    enum err err = feed_open(path, NULL, &feed, detail);
    if (err)
        return err;
    feed_info(feed, &info);
    (void)strncpy(out->layout, info.layout, sizeof out->layout - 1);
    out->kind = info.kind;
    out->interval_ns = info.bar_interval_ns;
    out->price_scale = info.clean_price_scale;
    out->qty_scale = info.clean_qty_scale;
    if (qty_places > out->qty_scale)
        out->qty_scale = (uint8_t)qty_places;
    if (tick_places > out->price_scale)
        out->price_scale = (uint8_t)tick_places;
    bool bars =
        info.kind == FEED_BARS; /* the venue's own prices, which ticks have, are its steps */
    for (int more = SURVEY_FINER_TICKS; bars && tick_places == SURVEY_FINER_TICKS && more < 0;
         more++)
        if (out->price_scale + out->qty_scale < AMOUNT_SCALE)
            out->price_scale++;
    err = check_level(config, out, detail);
    if (err == OK && out->price_scale + out->qty_scale > AMOUNT_SCALE)
        err = errtext_set(detail, ERR_PRECISION,
                          "%s: prices with %d and quantities with %d decimal places are together "
                          "finer than the %d of money: round the volumes",
                          path, out->price_scale, out->qty_scale, AMOUNT_SCALE);
    if (err == OK) {
        feed_set_scales(feed, out->price_scale, out->qty_scale);
        err = bars ? look_at_bars(feed, path, out, detail) : look_at_ticks(feed, path, out, detail);
    }
    if (err == OK)
        err = take_window(config, out, detail);
    if (err == OK) {
        feed_info(feed, &info);
        out->cleaned = info.cleaned;
        err = backtest_data_hash(path, &out->hash, detail);
    }
    feed_close(feed);
    return err;
}

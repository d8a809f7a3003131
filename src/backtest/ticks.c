/* backtest/ticks.c - a run over trades, quotes or a book: each event at its own time. */
#include <assert.h>
#include <string.h>
#include "backtest/run.h"
#include "sim/street_feed.h"

#define TOLD_MAX 2 /* a trade or none, and the best prices */

struct told {
    uint16_t kind;
    uint32_t size;
    union {
        struct trade trade;
        struct quote quote;
    } body;
};

struct ticks {
    struct run *run;
    struct street_feed street;
    struct backtest_point point; /* of the slot of time that is running; equity is set at its end */
    int64_t now_ns;              /* of the last event */
    struct told told[TOLD_MAX];  /* of this event */
    uint32_t told_count;
};

/* Kept until the exchange has heard all of the event: nobody trades at a price that it has passed. */
static void tell(void *context, const struct event *event, int64_t ts_ns)
{
    struct ticks *ticks = context;
    (void)ts_ns; /* the event's, which the run knows */
    assert(ticks->told_count < TOLD_MAX);
    struct told *told = &ticks->told[ticks->told_count++];
    told->kind = event->kind;
    told->size = event->length - EVENT_HEADER_BYTES;
    assert(told->size <= sizeof told->body);
    memcpy(&told->body, event_body_const(event), told->size);
}

/* What the exchange did on the event, then the event itself, then what was decided on it. */
static enum err hear(struct ticks *ticks, int64_t ts_ns)
{
    enum err err = run_drain(ticks->run);
    for (uint32_t i = 0; err == OK && i < ticks->told_count; i++) {
        const struct told *told = &ticks->told[i];
        err = run_step(ticks->run, told->kind, &told->body, told->size, ts_ns);
    }
    ticks->told_count = 0;
    return err;
}

static void see_price(struct backtest_point *point, int64_t low_ticks, int64_t high_ticks)
{
    if (high_ticks > point->high_ticks)
        point->high_ticks = high_ticks;
    if (point->low_ticks == 0 || low_ticks < point->low_ticks)
        point->low_ticks = low_ticks;
    point->close_ticks = low_ticks + (high_ticks - low_ticks) / 2;
}

/* The price of trades where there are trades, else the middle of the market. */
static void see(struct ticks *ticks, const struct event *event)
{
    const struct trade *trade = event_body_const(event);
    const struct quote *best = &ticks->street.told;
    if (event->kind == EVENT_TRADE)
        see_price(&ticks->point, trade->price_ticks, trade->price_ticks);
    else if (best->bid_ticks > 0 && best->ask_ticks >= best->bid_ticks)
        see_price(&ticks->point, best->bid_ticks, best->ask_ticks);
}

/* The engine values at the last trade; data without trades is valued at the middle of the market. */
static enum err value(const struct run *run, int64_t close_ticks, i128 *out)
{
    if (run->plan->survey.kind == FEED_TRADES)
        return engine_equity(run->engine, RUN_ACCOUNT, out);
    const struct position *position = engine_position(run->engine, RUN_ACCOUNT, RUN_INSTRUMENT, 0);
    i128 worth = 0;
    enum err err =
        instrument_notional(&run->plan->instrument, close_ticks, position->qty_lots, &worth);
    return err ? err : amount_add(run->trades.cash, worth, out);
}

static enum err close_slot(struct ticks *ticks)
{
    struct run *run = ticks->run;
    struct backtest_result *result = run->result;
    struct backtest_point *point = &ticks->point;
    enum err err = value(run, point->close_ticks, &point->equity);
    if (err)
        return errtext_set(run->detail, err, "slot %u: the account cannot be valued: %s", run->bar,
                           err_text(err));
    assert(result->point_count < run->plan->survey.bars); /* the survey counted the time */
    result->points[result->point_count++] = *point;
    run_mark_warm(run);
    if (run->config->progress)
        run->config->progress(run->config->context, result->point_count, run->plan->survey.bars);
    point->start_ns += run->plan->survey.interval_ns;
    point->high_ticks = point->low_ticks = point->close_ticks; /* until something is told */
    run->bar++;
    return OK;
}

/* Lets time pass up to ts_ns; the account is valued at the end of each slot on the way. */
static enum err pass(struct ticks *ticks, int64_t ts_ns)
{
    int64_t interval_ns = ticks->run->plan->survey.interval_ns;
    enum err err = OK;
    while (err == OK && ts_ns - ticks->point.start_ns >= interval_ns) {
        ticks->run->steps = 0;
        err = run_advance(ticks->run, ticks->point.start_ns + interval_ns - 1);
        if (err == OK)
            err = close_slot(ticks);
    }
    ticks->run->steps = 0;
    return err ? err : run_advance(ticks->run, ts_ns);
}

static enum err one_event(struct ticks *ticks, const struct event *event)
{
    /* A recorder's clock may be set back; the run's never is. */
    int64_t ts_ns = event->source_ts_ns > ticks->now_ns ? event->source_ts_ns : ticks->now_ns;
    ticks->now_ns = ts_ns;
    enum err err = pass(ticks, ts_ns);
    if (err)
        return err;
    street_feed(&ticks->street, event, ts_ns);
    err = hear(ticks, ts_ns);
    see(ticks, event);
    return err ? err : run_archive(ticks->run, ts_ns);
}

static enum err changed(const struct run *run)
{
    return errtext_set(run->detail, ERR_CORRUPT, "%s changed while it was read", run->config->data);
}

enum err run_ticks(struct run *run)
{
    const struct survey *survey = &run->plan->survey;
    const struct event *event = NULL;
    struct feed *feed = NULL;
    struct ticks ticks = { .run = run,
                           .street = { .sim = run->sim,
                                       .rules = &run->plan->instrument,
                                       .trades_alone = survey->kind == FEED_TRADES,
                                       .tell = tell,
                                       .context = &ticks },
                           .point.start_ns = survey->slot_ns,
                           .now_ns = survey->first_ns };
    enum err err = feed_open(run->config->data, NULL, &feed, run->detail);
    if (err)
        return err;
    feed_set_scales(feed, survey->price_scale, survey->qty_scale);
    uint64_t events = 0;
    while ((err = feed_next(feed, &event, run->detail)) == OK) {
        if (++events > survey->events || event->source_ts_ns > survey->last_ns) {
            err = changed(run);
            break;
        }
        err = one_event(&ticks, event);
        if (err)
            break;
    }
    feed_close(feed);
    if (err != ERR_END)
        return err;
    return events == survey->events ? close_slot(&ticks) : changed(run);
}

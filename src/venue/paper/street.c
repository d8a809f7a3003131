/* venue/paper/street.c - the market outside: made up by generators, or replayed from a file. */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "venue/paper/internal.h"

#define EVENTS_PER_POLL 512 /* then the network has its turn */
/* As fast as possible means as fast as decisions are carried out: so few events, then whatever they led to
 * is at the exchange before the next ones. Orders would chase a market that is long gone otherwise. */
#define EVENTS_PER_POLL_FLAT_OUT 8
/* A generator that is further behind (a sleeping machine) goes on from now: nobody wants an hour of
 * market in one second. */
#define BEHIND_MAX_NS (INT64_C(5) * 1000000000)
#define LOOP_PAUSE_NS (INT64_C(1) * 1000000000) /* between two rounds of a file */

static bool replays(const struct venue *venue) { return venue->file[0] != 0; }

/* ---- the market's clock ---- */

int64_t paper_market_ns(const struct venue *venue, int64_t now_ns)
{
    const struct replay *replay = &venue->replay;
    if (!replays(venue))
        return now_ns;
    if (venue->config.speed == 0) /* as fast as possible: the data is the clock */
        return replay->next ? replay->next->source_ts_ns + replay->shift_ns
                            : replay->last_ns + replay->shift_ns + (now_ns - replay->wall_start_ns);
    double passed_ns = (double)(now_ns - replay->wall_start_ns) * venue->config.speed;
    return replay->market_start_ns + (int64_t)passed_ns;
}

int64_t paper_wall_ns(const struct venue *venue, int64_t market_ns)
{
    const struct replay *replay = &venue->replay;
    if (!replays(venue))
        return market_ns;
    if (venue->config.speed == 0)
        return replay->wall_start_ns;
    double wait_ns = (double)(market_ns - replay->market_start_ns) / venue->config.speed;
    return replay->wall_start_ns + (int64_t)wait_ns + 1; /* never a nanosecond too early */
}

/* ---- telling the engine ---- */

struct told_event { /* a copy of a feed's event with our ids; books are the largest */
    _Alignas(8) uint8_t bytes[EVENT_HEADER_BYTES + sizeof(struct book_head) +
                              2 * BOOK_LEVELS_MAX * sizeof(struct book_level)];
};

void paper_street_tell(void *context, const struct event *event, int64_t ts_ns)
{
    struct market *market = context;
    struct told_event copy;
    struct event *told = (struct event *)copy.bytes;
    assert(event->length <= sizeof copy.bytes);
    memcpy(copy.bytes, event, event->length);
    told->instrument = market->rules.id;
    told->account = market->venue->config.account;
    told->venue = PAPER_VENUE;
    told->source_ts_ns = ts_ns;
    told->flags = EVENT_NO_SYNC;
    paper_give(market->venue, told);
}

/* ---- generators ---- */

static int poll_generator(struct market *market, int64_t now_ns)
{
    int count = 0;
    if (generator_next_ts_ns(market->generator) < now_ns - BEHIND_MAX_NS)
        log_warning("market_behind", "symbol=%s", market->rules.symbol);
    while (count < EVENTS_PER_POLL && generator_next_ts_ns(market->generator) <= now_ns) {
        const struct event *event = generator_next(market->generator);
        if (event->source_ts_ns < now_ns - BEHIND_MAX_NS)
            continue; /* walks on without being told */
        street_feed(&market->street, event, event->source_ts_ns);
        count++;
    }
    return count;
}

static enum err open_generator(struct venue *venue, const struct paper_config *config, size_t index,
                               int64_t now_ns, struct errtext *detail)
{
    struct market *market = &venue->markets[index];
    const struct paper_market *wanted = &config->markets[index];
    const struct paper_listing *listing = NULL;
    for (size_t i = 0; i < paper_listing_count; i++)
        if (strcmp(paper_listings[i].symbol, market->rules.symbol) == 0)
            listing = &paper_listings[i];
    if (!listing)
        return OK; /* known from a replay once; it has no market now */
    struct generator_config generator = { .seed = config->seed + index,
                                          .start_ns = now_ns,
                                          .start_price = listing->start_price,
                                          .resume_price = num_to_double(wanted->resume_ticks,
                                                                        market->rules.price_scale),
                                          .low_price = listing->low_price,
                                          .high_price = listing->high_price,
                                          .volatility = GENERATOR_VOLATILITY,
                                          .trades_per_s = GENERATOR_TRADES_PER_S,
                                          .depth_levels = GENERATOR_DEPTH_LEVELS };
    if (wanted->resume_ns) /* the same seed must not tell the same minutes again */
        generator.seed ^= (uint64_t)wanted->resume_ns;
    if (generator_new(&generator, &market->rules, &market->generator))
        return errtext_set(detail, ERR_MEMORY, "no memory for the made-up market");
    if (!wanted->history || config->history_bars == 0)
        return OK;
    int64_t minute_ns = 60 * NS_PER_S;
    return generator_write_history(market->generator, wanted->history, minute_ns,
                                   config->history_bars, now_ns / minute_ns * minute_ns, detail);
}

/* ---- replays ---- */

static enum err reopen(struct venue *venue, struct errtext *detail)
{
    struct replay *replay = &venue->replay;
    const struct instrument *rules = &venue->markets[replay->market].rules;
    feed_close(replay->feed);
    replay->feed = NULL;
    replay->next = NULL;
    enum err err =
        feed_open(venue->file, venue->layout[0] ? venue->layout : NULL, &replay->feed, detail);
    if (err)
        return err;
    feed_set_scales(replay->feed, rules->price_scale, rules->qty_scale);
    return feed_next(replay->feed, &replay->next, detail);
}

/* Reads the file once: every row is checked before trading begins, and its length is known. */
static enum err measure(struct venue *venue, struct errtext *detail)
{
    struct replay *replay = &venue->replay;
    enum err err = reopen(venue, detail);
    if (err)
        return err;
    struct feed_info info;
    feed_info(replay->feed, &info);
    replay->kind = info.kind;
    if (info.kind == FEED_BARS)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s holds bars; a paper market needs trades, quotes or a book. Use "
                           "`tradewind backtest` for bars",
                           venue->file);
    replay->first_ns = replay->last_ns = replay->next->source_ts_ns;
    while ((err = feed_next(replay->feed, &replay->next, detail)) == OK)
        if (replay->next->source_ts_ns > replay->last_ns)
            replay->last_ns = replay->next->source_ts_ns;
    return err == ERR_END ? reopen(venue, detail) : err;
}

/* The event after the one just told; at the end the next round begins, or the market stands still. */
static void step_file(struct venue *venue)
{
    struct replay *replay = &venue->replay;
    struct errtext detail = { "" };
    enum err err = feed_next(replay->feed, &replay->next, &detail);
    if (err == OK)
        return;
    if (err == ERR_END && venue->config.loop) {
        replay->shift_ns += replay->last_ns - replay->first_ns + LOOP_PAUSE_NS;
        log_info("replay_again", "file=%s", venue->file);
        err = reopen(venue, &detail);
        if (err == OK)
            return;
    }
    if (err == ERR_END)
        log_info("replay_ended", "file=%s", venue->file);
    else
        log_error("replay_failed", "%s", detail.text);
    replay->next = NULL;
    replay->ended = true;
}

/* Goes on where an earlier life of the daemon stopped. */
static void skip_to(struct venue *venue, int64_t resume_ns)
{
    struct replay *replay = &venue->replay;
    int64_t round_ns = replay->last_ns - replay->first_ns + LOOP_PAUSE_NS;
    if (resume_ns >= replay->first_ns && venue->config.loop)
        replay->shift_ns = (resume_ns - replay->first_ns) / round_ns * round_ns;
    while (replay->next && replay->next->source_ts_ns + replay->shift_ns <= resume_ns)
        step_file(venue);
}

/* A market that runs flat out waits for the house. */
static bool is_held(const struct venue *venue)
{
    return replays(venue) && venue->config.speed == 0 && !venue->host.settled(venue->host.app);
}

static int poll_replay(struct venue *venue, int64_t now_ns)
{
    struct replay *replay = &venue->replay;
    struct market *market = &venue->markets[replay->market];
    bool flat_out = venue->config.speed == 0;
    int64_t market_ns = flat_out ? INT64_MAX : paper_market_ns(venue, now_ns);
    int count = 0, most = flat_out ? EVENTS_PER_POLL_FLAT_OUT : EVENTS_PER_POLL;
    if (is_held(venue))
        return 0;
    while (replay->next && count < most) {
        int64_t ts_ns = replay->next->source_ts_ns + replay->shift_ns;
        if (ts_ns > market_ns || ring_used_bytes(venue->outbox) > OUTBOX_BYTES / 2)
            break;
        street_feed(&market->street, replay->next, ts_ns);
        step_file(venue);
        count++;
    }
    return count;
}

static enum err open_replay(struct venue *venue, const struct paper_config *config, int64_t now_ns,
                            struct errtext *detail)
{
    struct replay *replay = &venue->replay;
    replay->market = config->file_market;
    enum err err = measure(venue, detail);
    if (err)
        return err;
    venue->markets[replay->market].street.trades_alone = replay->kind == FEED_TRADES;
    skip_to(venue, config->markets[replay->market].resume_ns);
    replay->wall_start_ns = now_ns;
    replay->market_start_ns =
        replay->next ? replay->next->source_ts_ns + replay->shift_ns : replay->last_ns;
    return OK;
}

/* ---- both ---- */

enum err paper_street_open(struct venue *venue, const struct paper_config *config, int64_t now_ns,
                           struct errtext *detail)
{
    if (config->file) {
        (void)snprintf(venue->file, sizeof venue->file, "%s", config->file);
        (void)snprintf(venue->layout, sizeof venue->layout, "%s",
                       config->layout ? config->layout : "");
        return open_replay(venue, config, now_ns, detail);
    }
    enum err err = OK;
    for (size_t i = 0; !err && i < venue->market_count; i++)
        err = open_generator(venue, config, i, now_ns, detail);
    return err;
}

void paper_street_close(struct venue *venue)
{
    feed_close(venue->replay.feed);
    for (size_t i = 0; i < venue->market_count; i++)
        generator_free(venue->markets[i].generator);
}

int paper_street_poll(struct venue *venue, int64_t now_ns)
{
    if (replays(venue))
        return poll_replay(venue, now_ns);
    int count = 0;
    for (size_t i = 0; i < venue->market_count; i++)
        if (venue->markets[i].generator)
            count += poll_generator(&venue->markets[i], now_ns);
    return count;
}

int64_t paper_street_deadline(const struct venue *venue)
{
    const struct replay *replay = &venue->replay;
    if (is_held(venue))
        return INT64_MAX; /* the journal wakes the house */
    if (replays(venue))
        return replay->next ? paper_wall_ns(venue, replay->next->source_ts_ns + replay->shift_ns)
                            : INT64_MAX;
    int64_t earliest_ns = INT64_MAX;
    for (size_t i = 0; i < venue->market_count; i++) {
        if (!venue->markets[i].generator)
            continue;
        int64_t at_ns = generator_next_ts_ns(venue->markets[i].generator);
        if (at_ns < earliest_ns)
            earliest_ns = at_ns;
    }
    return earliest_ns;
}

/* backtest/run.c - the house that a run needs, and its bars one by one. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "backtest/run.h"
#include "base/arena.h"
#include "data/feed.h"

#define LIVE_ORDERS_MAX 4096
#define STREET_LEVELS_MAX 65536 /* of a book, both sides */
#define OPEN_ROUNDS_MAX 16      /* what fills at an open ask for at it; more waits for the next */
#define ARENA_SLACK 4096

const struct engine_limits backtest_limits = {
    .orders_max = 65536,
    .keys_max = 65537, /* strategies' orders have no keys: the least there may be */
    .instruments_max = 2,
    .accounts_max = 2,
    .assets_max = 4,
    .strategies_max = 4,
    .timers_max = 1024,
    .strategy_state_bytes = 4u << 20,
};

/* ---- time ---- */

enum err run_step(struct run *run, uint16_t kind, const void *body, size_t size, int64_t now_ns)
{
    enum err err = run_tell(run, kind, body, size, now_ns);
    return err ? err : run_drain(run);
}

enum err run_advance(struct run *run, int64_t to_ns)
{
    enum err err = OK;
    while (err == OK) {
        int64_t timer_ns = engine_next_deadline(run->engine);
        int64_t end_ns = sim_next_deadline(run->sim);
        int64_t next_ns = timer_ns < end_ns ? timer_ns : end_ns;
        if (next_ns > to_ns)
            break;
        if (end_ns <= timer_ns) {
            sim_advance(run->sim, end_ns);
            err = run_drain(run);
        } else {
            err = run_step(run, EVENT_TIMER, NULL, 0, timer_ns);
        }
    }
    return err;
}

/* No archive here: what is closed may leave the memory as soon as room is wanted. */
enum err run_archive(struct run *run, int64_t now_ns)
{
    if (run->result->orders - run->intents_archived < backtest_limits.orders_max / 2)
        return OK;
    struct seq_cursor cursor = { .seq = engine_seq(run->engine) };
    run->intents_archived = run->result->orders;
    return run_step(run, EVENT_ARCHIVE_CURSOR, &cursor, sizeof cursor, now_ns);
}

/* ---- one bar ---- */

/* Orders that wait are done at this price, and what their fills ask for, as long as they ask. */
static enum err open_at(struct run *run, const struct bar *bar, int64_t price_ticks)
{
    /* Only what is known at the open: the rest of the bar is the future. */
    struct bar opened = { .start_ns = bar->start_ns,
                          .end_ns = bar->end_ns,
                          .open_ticks = price_ticks,
                          .high_ticks = price_ticks,
                          .low_ticks = price_ticks,
                          .close_ticks = price_ticks };
    enum err err = OK;
    for (int round = 0; err == OK && round < OPEN_ROUNDS_MAX; round++) {
        bool waits = engine_waits_for_open(run->engine, RUN_INSTRUMENT) > 0;
        if (round == 0 || waits)
            err = run_step(run, EVENT_BAR_OPEN, &opened, sizeof opened, bar->start_ns);
        if (err)
            return err;
        uint64_t sent = run->sent;
        sim_bar_open(run->sim, price_ticks, bar->start_ns);
        err = run_drain(run);
        if (run->sent == sent && engine_waits_for_open(run->engine, RUN_INSTRUMENT) == 0)
            break;
    }
    return err;
}

static enum err open_bar(struct run *run, const struct bar *bar)
{
    enum err err = run_advance(run, bar->start_ns);
    if (err == OK && run->config->fill_at == BACKTEST_THIS_CLOSE && run->close_ticks > 0) {
        run->bar--;
        run->bar_ns = run->start_ns;
        err = open_at(run, bar, run->close_ticks);
        run->bar++;
        run->bar_ns = bar->start_ns;
    }
    return err ? err : open_at(run, bar, bar->open_ticks);
}

/* Which extreme comes first is not known. With a position the worse one, so that no result owes
 * anything to luck; without one the nearer. */
static bool low_comes_first(const struct run *run, const struct bar *bar)
{
    const struct position *position = engine_position(run->engine, RUN_ACCOUNT, RUN_INSTRUMENT, 0);
    if (position->qty_lots != 0)
        return position->qty_lots > 0;
    return bar->open_ticks - bar->low_ticks < bar->high_ticks - bar->open_ticks;
}

static enum err walk_bar(struct run *run, const struct bar *bar)
{
    bool low_first = low_comes_first(run, bar);
    const int64_t way[] = { low_first ? bar->low_ticks : bar->high_ticks,
                            low_first ? bar->high_ticks : bar->low_ticks, bar->close_ticks };
    enum err err = OK;
    for (size_t i = 0; err == OK && i < sizeof way / sizeof way[0]; i++) {
        sim_bar_move(run->sim, way[i], bar->end_ns);
        err = run_drain(run);
    }
    return err;
}

static enum err close_bar(struct run *run, const struct bar *bar)
{
    enum err err = run_advance(run, bar->end_ns);
    if (err)
        return err;
    err = walk_bar(run, bar);
    if (err == OK)
        err = run_step(run, EVENT_BAR, bar, sizeof *bar, bar->end_ns);
    return err ? err : run_archive(run, bar->end_ns);
}

void run_mark_warm(struct run *run)
{
    if (run->warm || !engine_strategy_is_warm(run->engine, run->plan->start.name))
        return;
    run->warm = true;
    run->result->warm_bar = run->bar;
}

static enum err run_bar(struct run *run, const struct bar *bar)
{
    struct backtest_result *result = run->result;
    run->bar = (uint32_t)result->point_count;
    run->bar_ns = bar->start_ns;
    run->steps = 0;
    enum err err = open_bar(run, bar);
    if (err == OK)
        err = close_bar(run, bar);
    if (err)
        return err;
    struct backtest_point *point = &result->points[result->point_count++];
    point->start_ns = run->start_ns = bar->start_ns;
    point->close_ticks = run->close_ticks = bar->close_ticks;
    point->high_ticks = bar->high_ticks;
    point->low_ticks = bar->low_ticks;
    run_mark_warm(run);
    err = engine_equity(run->engine, RUN_ACCOUNT, &point->equity);
    if (err)
        return errtext_set(run->detail, err, "bar %u: the account cannot be valued: %s", run->bar,
                           err_text(err));
    if (run->config->progress)
        run->config->progress(run->config->context, result->point_count, run->plan->survey.bars);
    return OK;
}

/* A bar before the first: indicators see it, as they see history when a live strategy starts. */
static enum err warm_bar(struct run *run, const struct bar *bar)
{
    run->steps = 0;
    run->flags = EVENT_REPLAY;
    enum err err = run_step(run, EVENT_BAR, bar, sizeof *bar, bar->end_ns);
    run->flags = 0;
    return err;
}

static enum err run_file(struct run *run)
{
    const struct survey *survey = &run->plan->survey;
    const char *path = run->config->data;
    uint64_t index = 0, last = survey->first + survey->bars;
    const struct event *event = NULL;
    struct feed *feed = NULL;
    enum err err = feed_open(path, NULL, &feed, run->detail);
    if (err)
        return err;
    feed_set_scales(feed, survey->price_scale, survey->qty_scale);
    while ((err = feed_next(feed, &event, run->detail)) == OK && index < last) {
        struct bar bar = *(const struct bar *)event_body_const(event);
        if (index >= survey->first)
            err = run_bar(run, &bar);
        else if (index >= survey->warm_first)
            err = warm_bar(run, &bar);
        if (err)
            break;
        index++;
    }
    feed_close(feed);
    if (err != OK && err != ERR_END)
        return err;
    if (index < last || (err == OK) != (last < survey->file_bars))
        return errtext_set(run->detail, ERR_CORRUPT, "%s changed while it was read", path);
    return OK;
}

/* ---- the house ---- */

/* A command of the start: it must be taken. */
static enum err set(struct run *run, uint16_t kind, const void *body, size_t size)
{
    const struct event *event = NULL;
    enum err err = run_tell(run, kind, body, size, run->plan->survey.first_ns);
    while (err == OK && (event = batch_next(run->batch.bytes, run->batch.size, event))) {
        const struct command_result *result = event_body_const(event);
        if (event->kind != EVENT_RESULT || result->err == OK)
            continue;
        err = (enum err)result->err;
        if (kind == EVENT_STRATEGY_START)
            return errtext_set(run->detail, ERR_STATE,
                               "%s does not start with these parameters (%s): do they fit each "
                               "other?",
                               run->plan->strategy->name, err_text(err));
        return errtext_set(run->detail, err, "the engine refused '%s': %s", event_kind_name(kind),
                           err_text(err));
    }
    return err;
}

static enum err set_up(struct run *run)
{
    const struct plan *plan = run->plan;
    struct session_start session = { .instance_id = 1, .engine_version = ENGINE_VERSION };
    (void)strncpy(session.build, run->config->build, sizeof session.build - 1);
    struct account account = { .id = RUN_ACCOUNT,
                               .venue = RUN_VENUE,
                               .base_currency = plan->quote.id,
                               .mode = ACCOUNT_BACKTEST,
                               /* the exchange sees inside a bar, where the engine cannot */
                               .venue_caps = VENUE_CAP_STOP | VENUE_CAP_STOP_LIMIT |
                                             VENUE_CAP_AMEND | VENUE_CAP_POST_ONLY |
                                             VENUE_CAP_REDUCE_ONLY | VENUE_CAP_ICEBERG,
                               .name = "backtest" };
    struct cash_adjust cash = { .amount = plan->cash,
                                .asset = plan->quote.id,
                                .kind = LEDGER_ADJUSTMENT,
                                .evidence = "start of the backtest" };
    struct risk_limits limits = { 0 }; /* none: what the strategy wants is what is tested */
    const struct {
        uint16_t kind;
        const void *body;
        size_t size;
    } inputs[] = {
        { EVENT_SESSION_START, &session, sizeof session },
        { EVENT_ASSET_DEFINE, &plan->base, sizeof plan->base },
        { EVENT_ASSET_DEFINE, &plan->quote, sizeof plan->quote },
        { EVENT_INSTRUMENT_DEFINE, &plan->instrument, sizeof plan->instrument },
        { EVENT_ACCOUNT_OPEN, &account, sizeof account },
        { EVENT_CASH_ADJUST, &cash, sizeof cash },
        { EVENT_RISK_LIMITS, &limits, sizeof limits },
        { EVENT_STRATEGY_START, &plan->start, sizeof plan->start },
    };
    enum err err = OK;
    for (size_t i = 0; err == OK && i < sizeof inputs / sizeof inputs[0]; i++)
        err = set(run, inputs[i].kind, inputs[i].body, inputs[i].size);
    return err;
}

static enum err take_memory(struct run *run, struct arena *arena)
{
    bool bars = run->plan->survey.kind == FEED_BARS;
    struct sim_config sim = { .seed = run->config->seed,
                              .orders_max = LIVE_ORDERS_MAX,
                              .levels_max = bars ? LIVE_ORDERS_MAX : STREET_LEVELS_MAX,
                              .self_trade = bars ? SIM_STP_NONE : SIM_STP_CANCEL_NEWEST,
                              .latency_to_ns = run->config->latency_ns,
                              .latency_from_ns = run->config->latency_ns,
                              .bars = bars };
    size_t engine_bytes = engine_size(&backtest_limits), sim_bytes = sim_size(&sim);
    size_t answer_bytes = RUN_ANSWERS_MAX * sizeof(struct sim_event);
    enum err err =
        arena_init(arena, engine_bytes + sim_bytes + answer_bytes + BATCH_BYTES_MAX + ARENA_SLACK);
    if (err)
        return errtext_set(run->detail, err, "no memory for the engine");
    run->answers = arena_take(arena, answer_bytes);
    run->batch =
        (struct batch){ .bytes = arena_take(arena, BATCH_BYTES_MAX), .capacity = BATCH_BYTES_MAX };
    err =
        engine_init(arena_take(arena, engine_bytes), engine_bytes, &backtest_limits, &run->engine);
    assert(err == OK); /* the limits stand above */
    err = sim_init(arena_take(arena, sim_bytes), &sim, &run->plan->instrument, run_hear, run,
                   &run->sim);
    arena_freeze(arena);
    if (err)
        return errtext_set(run->detail, err, "the exchange refused the instrument: %s",
                           err_text(err));
    return OK;
}

/* What is left of the run when the engine's memory goes. */
static enum err keep(struct run *run)
{
    struct backtest_result *result = run->result;
    struct trade_book *book = &run->trades;
    size_t held = book->entry_count - book->head;
    stats_make(book, result->points, result->point_count, &result->stats);
    result->denials = engine_account(run->engine, RUN_ACCOUNT)->denials;
    result->state_hash = engine_state_hash(run->engine);
    result->open = calloc(held ? held : 1, sizeof *result->open);
    if (!result->open)
        return errtext_set(run->detail, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < held; i++) {
        const struct trade_entry *entry = &book->entries[book->head + i];
        result->open[i] = (struct backtest_open){ .lots = entry->lots,
                                                  .entry_ticks = entry->price_ticks,
                                                  .entry_bar = entry->bar };
    }
    result->open_count = held;
    enum err err = measures_make(result, book->trades, book->trade_count, &result->measures);
    if (err)
        return errtext_set(run->detail, err, "out of memory");
    result->trades = book->trades;
    result->trade_count = book->trade_count;
    result->fill_rows = book->fills;
    result->fill_count = book->fill_count;
    book->trades = NULL; /* taken */
    book->fills = NULL;
    return OK;
}

enum err backtest_run(const struct backtest_config *config, struct backtest_result **out,
                      struct errtext *detail)
{
    struct plan plan;
    enum err err = plan_make(config, &plan, detail);
    if (err)
        return err;
    struct run run = { .config = config, .plan = &plan, .detail = detail };
    struct arena arena = { 0 };
    run.trades.instrument = plan.instrument;
    run.trades.cash = plan.cash;
    run.result = calloc(1, sizeof *run.result);
    if (run.result)
        run.result->points = calloc(plan.survey.bars, sizeof *run.result->points);
    err = run.result && run.result->points ? OK : errtext_set(detail, ERR_MEMORY, "out of memory");
    if (err == OK)
        err = take_memory(&run, &arena);
    if (err == OK) {
        plan_describe(&plan, run.result);
        err = set_up(&run);
    }
    if (err == OK)
        err = plan.survey.kind == FEED_BARS ? run_file(&run) : run_ticks(&run);
    if (err == OK)
        err = keep(&run);
    trade_book_release(&run.trades);
    arena_release(&arena);
    if (err) {
        backtest_result_free(run.result);
        return err;
    }
    *out = run.result;
    return OK;
}

void backtest_result_free(struct backtest_result *result)
{
    if (!result)
        return;
    free(result->points);
    free(result->trades);
    free(result->open);
    free(result->fill_rows);
    free(result);
}

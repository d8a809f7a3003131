/*
 * app/round.c - one turn of the network thread: venue, engine (inline), and the out gate.
 *
 * The out gate is here: a batch leaves the view ring only when the journal's durable position covers it;
 * then the gateway sees it, and what it sends to a venue is sent.
 */
#include <stdio.h>
#include <string.h>
#include "app/daemon_internal.h"
#include "base/clock.h"
#include "base/log.h"

#define TURNS_MAX 16 /* of venue and engine answering each other, then the network has its turn */
#define CURSOR_EVERY_NS (INT64_C(100) * NS_PER_MS) /* orders.max is far more than comes in it */

/* ---- the disk's halt ---- */

static const char disk_full[] = "disk_full";

/* Room lifts the disk's halt; one of a person or a breaker is not the disk's to lift. */
static void note_account(struct daemon *daemon, const struct account *account)
{
    if (account->id == HOUSE_ACCOUNT)
        daemon->other_halt =
            account->halt != HALT_NONE && strcmp(account->halt_reason, disk_full) != 0;
}

void round_begin(struct daemon *daemon)
{
    const struct account *account = engine_account(daemon->core.engine, HOUSE_ACCOUNT);
    if (!account)
        return;
    note_account(daemon, account);
    daemon->disk_halt = account->halt != HALT_NONE && !daemon->other_halt;
    if (daemon->disk_halt) /* of an earlier life: there may be room now */
        daemon->scribe_seen = SCRIBE_DISK_FULL;
}

/* ---- the out gate ---- */

struct expiry {
    struct event event;
    struct venue_report body;
};

/* An entry that waited too long (a stall, a restart) is not sent: the market it was meant for is gone. */
static void expire(struct daemon *daemon, const struct order *order, int64_t now_ns)
{
    struct expiry input = { .event = { .length = sizeof input,
                                       .kind = EVENT_VENUE_EXPIRE,
                                       .version = event_kind_version(EVENT_VENUE_EXPIRE),
                                       .source_ts_ns = now_ns,
                                       .instrument = order->instrument,
                                       .account = order->account,
                                       .venue = order->venue },
                            .body = { .order_id = order->id, .reason = "intent_expired" } };
    if (!daemon->venue_host.post(daemon, &input.event))
        log_error("expiry_not_told", "order=%llu", (unsigned long long)order->id);
}

/* The order of a send: its image stands in the same batch, behind all outcomes. */
static const struct order *image_of(uint64_t order_id, const struct event *from,
                                    const struct event *batch, size_t size)
{
    for (const struct event *at = from; at; at = batch_next(batch, size, at)) {
        const struct order *order = event_body_const(at);
        if (at->kind == EVENT_ORDER && order->id == order_id)
            return order;
    }
    return NULL;
}

static void send(struct daemon *daemon, const struct event *event, const struct order *order)
{
    int64_t now_ns = clock_wall_ns();
    const struct send_order *body = event_body_const(event);
    switch ((enum event_kind)event->kind) {
    case EVENT_SEND_ORDER:
        if (order->valid_until_ns && now_ns > order->valid_until_ns)
            expire(daemon, order, now_ns);
        else
            paper_ops.submit(daemon->venue, order, body->venue_client_id, now_ns);
        break;
    case EVENT_SEND_CANCEL: paper_ops.cancel(daemon->venue, order, now_ns); break;
    case EVENT_SEND_AMEND: paper_ops.amend(daemon->venue, order, now_ns); break;
    default: break;
    }
}

static void pass(struct daemon *daemon, const struct event *batch, size_t size)
{
    gateway_batch(daemon->gateway, batch, size);
    for (const struct event *at = NULL; (at = batch_next(batch, size, at));) {
        if (at->kind == EVENT_ACCOUNT && at->account == HOUSE_ACCOUNT)
            memcpy(&daemon->account, event_body_const(at), sizeof daemon->account);
        if (at->kind == EVENT_RESULT)
            control_result(daemon, event_body_const(at));
        else if (at->kind == EVENT_ACCOUNT)
            note_account(daemon, event_body_const(at));
        if (at->kind < EVENT_SEND_ORDER || at->kind > EVENT_SEND_AMEND)
            continue;
        uint64_t order_id = ((const struct send_cancel *)event_body_const(at))->order_id;
        const struct order *order = image_of(order_id, at, batch, size);
        assert(order); /* the engine tells every order it moved */
        send(daemon, at, order);
    }
}

static uint64_t last_seq(const struct event *batch, size_t size)
{
    uint64_t seq = batch->seq; /* records of a batch follow each other by one */
    for (const struct event *at = batch; at; at = batch_next(batch, size, at))
        seq = at->seq;
    return seq;
}

static int gate(struct daemon *daemon)
{
    uint64_t durable = journal_durable_seq(daemon->dir.journal);
    const struct event *batch;
    size_t size;
    int count = 0;
    while ((batch = ring_peek(daemon->core.view, &size)) && batch->seq <= durable) {
        if (last_seq(batch, size) > durable)
            break;
        pass(daemon, batch, size);
        daemon->passed_seq = last_seq(batch, size);
        ring_pop(daemon->core.view);
        count++;
    }
    return count;
}

/* ---- what the other threads say ---- */

struct halt_input {
    struct event event;
    struct halt_command body;
};

static void halt_for_disk(struct daemon *daemon, uint8_t level)
{
    struct halt_input input = { .event = { .length = sizeof input,
                                           .kind = EVENT_HALT,
                                           .version = event_kind_version(EVENT_HALT) },
                                .body = { .level = level, .reason = "" } };
    if (daemon->other_halt || (level == HALT_NONE && !daemon->disk_halt))
        return;
    daemon->disk_halt = level != HALT_NONE;
    memcpy(input.body.reason, disk_full, sizeof disk_full);
    if (!core_post(&daemon->core, &input.event))
        log_error("halt_not_told", "level=%u", level);
    doorbell_ring(&daemon->engine_bell);
}

static void look_at_scribe(struct daemon *daemon)
{
    enum scribe_state state = scribe_state(daemon->scribe);
    if (state == daemon->scribe_seen)
        return;
    daemon->scribe_seen = state;
    switch (state) {
    case SCRIBE_FAILED: daemon_stop(daemon, 1); break;
    case SCRIBE_DISK_FULL: halt_for_disk(daemon, HALT_ENTRIES); break;
    case SCRIBE_WELL: halt_for_disk(daemon, HALT_NONE); break;
    }
}

/* What health tells: the journal's trouble before the keeper's. */
static void tell_trouble(struct daemon *daemon)
{
    static const char *const of_scribe[] = {
        [SCRIBE_WELL] = NULL,
        [SCRIBE_DISK_FULL] = "the disk is full; only cancels and reducing orders are taken: make "
                             "room",
        [SCRIBE_FAILED] = "the journal cannot be written; the daemon ends",
    };
    const char *trouble = of_scribe[daemon->scribe_seen];
    gateway_set_trouble(daemon->gateway, trouble ? trouble : keeper_trouble(daemon->keeper));
}

/* Now and then the engine hears how far the archive is: closed orders up to there may be evicted. */
static void tell_cursor(struct daemon *daemon)
{
    int64_t now_ns = clock_monotonic_ns();
    uint64_t archived = keeper_archived_seq(daemon->keeper);
    if (now_ns < daemon->cursor_look_ns || archived <= daemon->cursor_told)
        return;
    daemon->cursor_look_ns = now_ns + CURSOR_EVERY_NS;
    /* the cursor's own record must not be news: an idle daemon writes nothing */
    if (archived - daemon->cursor_told < 2)
        return;
    struct {
        struct event event;
        struct seq_cursor body;
    } input = { .event = { .length = sizeof input,
                           .kind = EVENT_ARCHIVE_CURSOR,
                           .version = event_kind_version(EVENT_ARCHIVE_CURSOR),
                           .flags = EVENT_NO_SYNC },
                .body = { .seq = archived } };
    if (core_post(&daemon->core, &input.event))
        daemon->cursor_told = archived;
}

/* ---- the turn ---- */

static int64_t soonest(const struct daemon *daemon)
{
    int64_t wall_ns = paper_ops.next_deadline(daemon->venue);
    if (!daemon->split && core_next_deadline(&daemon->core) < wall_ns)
        wall_ns = core_next_deadline(&daemon->core);
    if (wall_ns == INT64_MAX)
        return INT64_MAX;
    int64_t wait_ns = wall_ns - clock_wall_ns();
    return clock_monotonic_ns() + (wait_ns > 0 ? wait_ns : 0);
}

/* Draining: orders on their way get their answers, for a while. */
static void look_at_drain(struct daemon *daemon)
{
    size_t size;
    if (daemon->life != LIFE_DRAINING)
        return;
    bool settled = atomic_load(&daemon->core.settled) && !ring_peek(daemon->core.view, &size);
    if (settled || clock_monotonic_ns() >= daemon->drain_until_ns)
        daemon_stop(daemon, 0);
}

void round_run(void *context)
{
    struct daemon *daemon = context;
    int64_t now_ns = clock_wall_ns();
    look_at_scribe(daemon);
    tell_trouble(daemon);
    if (daemon->life == LIFE_OVER)
        return;
    for (int turn = 0, work = 1; work && turn < TURNS_MAX; turn++) {
        work = paper_ops.poll(daemon->venue, now_ns);
        if (!daemon->split)
            work += core_step(&daemon->core);
        else
            doorbell_ring(&daemon->engine_bell);
        work += gate(daemon);
    }
    tell_cursor(daemon);
    gateway_flush(daemon->gateway, now_ns);
    look_at_drain(daemon);
    net_timer_set(daemon->timer, soonest(daemon));
}

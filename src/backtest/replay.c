#include "backtest/replay.h"
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "store/journal.h"

#define ARENA_SLACK 4096

struct replay {
    struct engine *engine;
    struct batch batch;
    struct event *input; /* room for the largest record */
    struct replay_report *report;
};

/* The record as it was before the engine stamped it. */
static void unstamp(struct replay *replay, const struct event *recorded)
{
    memcpy(replay->input, recorded, recorded->length);
    replay->input->seq = 0;
    replay->input->engine_ts_ns = 0;
    replay->input->flags &= (uint16_t)~EVENT_LAST;
}

static uint32_t first_different_byte(const struct event *a, const struct event *b)
{
    uint32_t shorter = a->length < b->length ? a->length : b->length, at = 0;
    while (at < shorter && ((const uint8_t *)a)[at] == ((const uint8_t *)b)[at])
        at++;
    return at;
}

/* Finds where two batches part; they do. */
static void tell_difference(struct replay *replay, const struct event *recorded, size_t size)
{
    struct replay_report *report = replay->report;
    const struct batch *batch = &replay->batch;
    const struct event *was = recorded, *now = batch_next(batch->bytes, batch->size, NULL);
    while (was && now && was->length == now->length && memcmp(was, now, was->length) == 0) {
        was = batch_next(recorded, size, was);
        now = batch_next(batch->bytes, batch->size, now);
    }
    report->same = false;
    report->different_seq = was ? was->seq : now ? now->seq : recorded->seq;
    if (was && now)
        (void)snprintf(report->difference, sizeof report->difference,
                       "record %llu: %s was recorded, %s is decided now; byte %u is the first that "
                       "differs (cause: record %llu, %s)",
                       (unsigned long long)report->different_seq, event_kind_name(was->kind),
                       event_kind_name(now->kind), first_different_byte(was, now),
                       (unsigned long long)recorded->seq, event_kind_name(recorded->kind));
    else
        (void)snprintf(report->difference, sizeof report->difference,
                       "record %llu: %s %s (cause: record %llu, %s)",
                       (unsigned long long)report->different_seq,
                       event_kind_name(was   ? was->kind
                                       : now ? now->kind
                                             : recorded->kind),
                       was ? "was recorded and is not decided now"
                           : "is decided now and was not recorded",
                       (unsigned long long)recorded->seq, event_kind_name(recorded->kind));
}

static enum err check_head(const struct replay *replay, const struct event *head,
                           struct errtext *detail)
{
    uint64_t expected = engine_seq(replay->engine) + 1;
    if (expected == 1 && head->seq != 1)
        return errtext_set(
            detail, ERR_UNSUPPORTED,
            "the journal begins at record %llu: older ones were trimmed, or the data "
            "dir was restored; only a journal from record 1 on can be decided again",
            (unsigned long long)head->seq);
    if (head->seq != expected)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "record %llu follows %llu: the journal leaves out what the engine saw "
                           "(journal.market: none, or the data dir was restored)",
                           (unsigned long long)head->seq, (unsigned long long)(expected - 1));
    if (!event_is_input(head->kind))
        return errtext_set(detail, ERR_CORRUPT, "record %llu begins a batch and is no input: %s",
                           (unsigned long long)head->seq, event_kind_name(head->kind));
    const struct session_start *session = event_body_const(head);
    if (head->kind == EVENT_SESSION_START && session->engine_version != ENGINE_VERSION)
        return errtext_set(detail, ERR_VERSION,
                           "record %llu: engine version %u wrote what follows, this is version %d: "
                           "use a program of that version to decide it again",
                           (unsigned long long)head->seq, session->engine_version, ENGINE_VERSION);
    return OK;
}

static enum err one_batch(struct replay *replay, const struct event *recorded, size_t size,
                          struct errtext *detail)
{
    struct replay_report *report = replay->report;
    enum err err = check_head(replay, recorded, detail);
    if (err)
        return err;
    unstamp(replay, recorded);
    engine_apply(replay->engine, replay->input, recorded->engine_ts_ns, &replay->batch);
    const struct batch *batch = &replay->batch;
    if (batch->size != size || memcmp(batch->bytes, recorded, size) != 0) {
        tell_difference(replay, recorded, size);
        return OK;
    }
    report->batches++;
    report->records += batch->count;
    report->last_seq = recorded->seq + batch->count - 1;
    return OK;
}

static enum err read_all(struct replay *replay, struct journal_reader *reader,
                         void (*progress)(void *context, uint64_t records), void *context,
                         struct errtext *detail)
{
    const struct event *recorded = NULL;
    size_t size = 0;
    enum err err = OK;
    while (err == OK && replay->report->same) {
        err = journal_read(reader, UINT64_MAX, &recorded, &size, detail);
        if (err == OK)
            err = one_batch(replay, recorded, size, detail);
        if (err == OK && progress)
            progress(context, replay->report->records);
    }
    if (err == ERR_END)
        err = OK;
    replay->report->state_hash = engine_state_hash(replay->engine);
    if (err == OK && replay->report->same && replay->report->batches == 0)
        err = errtext_set(detail, ERR_EMPTY, "the journal is empty: nothing to decide again");
    return err;
}

enum err replay_journal(const struct file_ops *file, const char *directory,
                        const struct engine_limits *limits,
                        void (*progress)(void *context, uint64_t records), void *context,
                        struct replay_report *report, struct errtext *detail)
{
    struct replay replay = { .report = report };
    struct journal_reader *reader = NULL;
    struct arena arena = { 0 };
    *report = (struct replay_report){ .same = true };
    enum err err = journal_reader_open(directory, file, 0, &reader, detail);
    if (err)
        return err;
    size_t block = engine_size(limits), input = EVENT_HEADER_BYTES + EVENT_BODY_MAX;
    err = arena_init(&arena, block + input + BATCH_BYTES_MAX + ARENA_SLACK);
    if (err) {
        journal_reader_close(reader);
        return errtext_set(detail, err, "no memory for an engine of these limits");
    }
    replay.input = arena_take(&arena, input);
    replay.batch =
        (struct batch){ .bytes = arena_take(&arena, BATCH_BYTES_MAX), .capacity = BATCH_BYTES_MAX };
    err = engine_init(arena_take(&arena, block), block, limits, &replay.engine);
    arena_freeze(&arena);
    if (err)
        err = errtext_set(detail, err,
                          "the engine's limits make no sense: %u orders, %u keys (keys_max must be "
                          "above orders.max)",
                          limits->orders_max, limits->keys_max);
    else
        err = read_all(&replay, reader, progress, context, detail);
    arena_release(&arena);
    journal_reader_close(reader);
    return err;
}

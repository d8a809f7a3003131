#include "app/keeper.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "app/datadir.h"
#include "app/threads.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/snapshot.h"

#define LOOK_NS (INT64_C(200) * NS_PER_MS)
#define BATCHES_PER_LOOK 20000 /* then the archive is made durable and stopping is looked at */
#define SNAPSHOTS_KEPT 2
#define PROBLEM_RETRY_NS (INT64_C(5) * NS_PER_S)

struct keeper {
    struct keeper_config config;
    struct journal_reader *reader;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stopping; /* under the mutex */
    bool behind;   /* the last look ended at its bound: the next one comes at once */
    uint64_t followed_seq, followed_bytes;
    uint64_t snapshot_seq, older_snapshot_seq, snapshot_at_bytes;
    _Atomic(const char *) trouble;
};

static const struct file_ops *const disk = &file_ops_system;

/* ---- following ---- */

static void keep_bar(struct keeper *keeper, const struct event *event)
{
    struct errtext detail = { "" };
    const struct keeper_config *config = &keeper->config;
    if (event->instrument >= config->candle_count || !config->candles[event->instrument])
        return;
    enum err err =
        candles_append(config->candles[event->instrument], event_body_const(event), &detail);
    if (err && err != ERR_DUPLICATE) /* told again after a restart */
        log_warning("candle_not_kept", "%s", detail.text);
}

static enum err keep(struct keeper *keeper, const struct event *batch, size_t size)
{
    for (const struct event *at = NULL; (at = batch_next(batch, size, at));) {
        if (at->kind == EVENT_BAR_CLOSED)
            keep_bar(keeper, at);
        keeper->followed_seq = at->seq;
    }
    keeper->followed_bytes += size;
    return archive_apply(keeper->config.archive, batch, size);
}

/* Returns OK also when there is nothing new. */
static enum err follow(struct keeper *keeper, struct errtext *detail)
{
    uint64_t durable = journal_synced_seq(keeper->config.journal), before = keeper->followed_seq;
    const struct event *batch;
    size_t size;
    enum err err = OK;
    if (!keeper->reader && durable > keeper->followed_seq)
        err = journal_reader_open(datadir_path(keeper->config.data_dir, "journal"), disk,
                                  keeper->followed_seq + 1, &keeper->reader, detail);
    int count = 0;
    for (; !err && keeper->reader && count < BATCHES_PER_LOOK; count++) {
        err = journal_read(keeper->reader, durable, &batch, &size, detail);
        if (!err)
            err = keep(keeper, batch, size);
    }
    keeper->behind = !err && count == BATCHES_PER_LOOK;
    if (err == ERR_END)
        err = OK;
    if (!err && keeper->followed_seq != before)
        err = archive_commit(keeper->config.archive, keeper->followed_seq);
    return err;
}

/* ---- snapshots ---- */

static void *make_block(struct keeper *keeper, size_t *size, struct engine **engine)
{
    void *block = core_map_block(&keeper->config.limits, size);
    struct snapshot_info info;
    unsigned skipped = 0;
    struct errtext detail = { "" };
    if (!block)
        return NULL;
    enum err err = snapshot_load(disk, datadir_path(keeper->config.data_dir, "snapshots"),
                                 engine_layout(&keeper->config.limits), block, *size, &info,
                                 &skipped, &detail);
    err = err == OK ? engine_attach(block, *size, &keeper->config.limits, engine)
                    : engine_init(block, *size, &keeper->config.limits, engine);
    if (err) {
        core_unmap_block(block, *size);
        return NULL;
    }
    return block;
}

static enum err roll_forward(struct keeper *keeper, struct engine *engine, uint64_t to_seq,
                             struct errtext *detail)
{
    struct journal_reader *reader;
    const struct event *batch;
    size_t size;
    enum err err = journal_reader_open(datadir_path(keeper->config.data_dir, "journal"), disk,
                                       engine_seq(engine) + 1, &reader, detail);
    if (err)
        return err;
    for (int count = 1; (err = journal_read(reader, to_seq, &batch, &size, detail)) == OK;
         count++) {
        err = engine_recover(engine, batch, size);
        /* The engine waits for the archive when its table fills, and a snapshot takes seconds. */
        if (!err && count % BATCHES_PER_LOOK == 0)
            err = follow(keeper, detail);
        if (err)
            break;
    }
    journal_reader_close(reader);
    return err == ERR_END ? OK : err;
}

static enum err snapshot(struct keeper *keeper, struct errtext *detail)
{
    size_t size;
    struct engine *engine;
    int64_t start_ns = clock_monotonic_ns();
    void *block = make_block(keeper, &size, &engine);
    if (!block)
        return errtext_set(detail, ERR_MEMORY, "no memory to make a snapshot");
    enum err err = roll_forward(keeper, engine, keeper->followed_seq, detail);
    if (!err && engine_seq(engine) > keeper->snapshot_seq) {
        struct snapshot_info info = { .seq = engine_seq(engine),
                                      .instance_id = engine_counters(engine).instance_id,
                                      .state_hash = engine_state_hash(engine),
                                      .engine_version = ENGINE_VERSION,
                                      .layout = engine_layout(&keeper->config.limits),
                                      .arena_bytes = size };
        err = snapshot_write(disk, datadir_path(keeper->config.data_dir, "snapshots"), &info, block,
                             detail);
        if (!err) {
            keeper->older_snapshot_seq = keeper->snapshot_seq;
            keeper->snapshot_seq = info.seq;
            log_info("snapshot", "seq=%llu ms=%lld", (unsigned long long)info.seq,
                     (long long)((clock_monotonic_ns() - start_ns) / NS_PER_MS));
        }
    }
    core_unmap_block(block, size);
    return err;
}

/* What both kept snapshots cover and the archive holds is needed by nobody any more. */
static void allow_trim(struct keeper *keeper)
{
    uint64_t seq = keeper->older_snapshot_seq;
    if (archive_seq(keeper->config.archive) < seq)
        seq = archive_seq(keeper->config.archive);
    if (seq)
        scribe_trim(keeper->config.scribe, seq);
    if (snapshot_trim(disk, datadir_path(keeper->config.data_dir, "snapshots"), SNAPSHOTS_KEPT))
        log_warning("snapshot_trim_failed", "seq=%llu", (unsigned long long)keeper->snapshot_seq);
}

static enum err look(struct keeper *keeper, struct errtext *detail)
{
    enum err err = follow(keeper, detail);
    if (err || keeper->followed_bytes - keeper->snapshot_at_bytes < keeper->config.snapshot_bytes)
        return err;
    err = snapshot(keeper, detail);
    if (err) /* and stays due: the next look tries again, and the trouble stays told until then */
        return err;
    keeper->snapshot_at_bytes = keeper->followed_bytes;
    allow_trim(keeper);
    return OK;
}

/* ---- the thread ---- */

static bool wait(struct keeper *keeper, int64_t wait_ns)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t at_ns = until.tv_sec * NS_PER_S + until.tv_nsec + wait_ns;
    until = (struct timespec){ .tv_sec = at_ns / NS_PER_S, .tv_nsec = at_ns % NS_PER_S };
    (void)pthread_mutex_lock(&keeper->mutex);
    if (!keeper->stopping)
        (void)pthread_cond_timedwait(&keeper->wake, &keeper->mutex, &until);
    bool stopping = keeper->stopping;
    (void)pthread_mutex_unlock(&keeper->mutex);
    return stopping;
}

static void *run(void *context)
{
    struct keeper *keeper = context;
    int64_t wait_ns = LOOK_NS;
    while (!wait(keeper, wait_ns)) {
        struct errtext detail = { "" };
        enum err err = look(keeper, &detail);
        wait_ns = err ? PROBLEM_RETRY_NS : keeper->behind ? 0 : LOOK_NS;
        atomic_store(&keeper->trouble,
                     err ? "the archive or snapshot writer stands still; see log" : NULL);
        if (!err)
            continue;
        log_error("keeper_failed", "error=%s what=\"%s\"", err_name(err),
                  detail.text[0] ? detail.text : err_text(err));
        journal_reader_close(keeper->reader); /* begins again at its cursor */
        keeper->reader = NULL;
        keeper->followed_seq = archive_seq(keeper->config.archive);
    }
    struct errtext detail = { "" };
    if (follow(keeper, &detail))
        log_warning("keeper_behind", "what=\"%s\"", detail.text);
    return NULL;
}

enum err keeper_start(const struct keeper_config *config, struct keeper **out)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);
    pthread_condattr_t attributes;
    if (!keeper)
        return ERR_MEMORY;
    keeper->config = *config;
    keeper->followed_seq = archive_seq(config->archive);
    keeper->snapshot_seq = config->snapshot_seq;
    (void)pthread_mutex_init(&keeper->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&keeper->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (thread_start(THREAD_KEEPER, run, keeper, &keeper->thread)) {
        free(keeper);
        return ERR_MEMORY;
    }
    *out = keeper;
    return OK;
}

void keeper_stop(struct keeper *keeper)
{
    if (!keeper)
        return;
    (void)pthread_mutex_lock(&keeper->mutex);
    keeper->stopping = true;
    (void)pthread_cond_signal(&keeper->wake);
    (void)pthread_mutex_unlock(&keeper->mutex);
    (void)pthread_join(keeper->thread, NULL);
    journal_reader_close(keeper->reader);
    (void)pthread_cond_destroy(&keeper->wake);
    (void)pthread_mutex_destroy(&keeper->mutex);
    free(keeper);
}

uint64_t keeper_archived_seq(const struct keeper *keeper)
{
    return archive_seq(keeper->config.archive);
}

const char *keeper_trouble(const struct keeper *keeper) { return atomic_load(&keeper->trouble); }

#include "app/scribe.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "app/threads.h"
#include "base/clock.h"
#include "base/log.h"

#define IDLE_WAIT_NS (INT64_C(20) * NS_PER_MS) /* journal_tick is due that often at most */
#define FULL_RETRY_NS (INT64_C(1000) * NS_PER_MS)
#define COMMIT_BYTES_MAX (8u << 20) /* of one write: bounds the time of a sync */

/*
 * Under load, who was answered by the last sync comes back a moment later: a sync that does not wait
 * for him carries half of the callers, the next one the other half, and the disk is the limit. So
 * the scribe waits for as much as the last groups held, but no longer than a sync takes, and only
 * when groups are large: one caller alone never waits.
 */
#define GATHER_BYTES_MIN (16u << 10)
#define GATHER_STEPS 8                                /* each a sixteenth of a sync */
#define GATHER_SYNC_NS_MIN (INT64_C(200) * NS_PER_US) /* below it was no sync, or a fast disk */
#define GATHER_SYNC_NS_MAX (INT64_C(4) * NS_PER_MS)

struct scribe {
    struct journal *journal;
    struct ring *batches;
    struct doorbell *bell;
    struct net_wake *wake;
    pthread_t thread;
    atomic_bool stopping;
    _Atomic(enum scribe_state) state;
    _Atomic(uint64_t) trim_seq;
    uint64_t trimmed_seq;
    int64_t retry_ns;
    int64_t commit_ns;  /* how long the last one took */
    size_t group_bytes; /* what a group holds lately */
};

static void become(struct scribe *scribe, enum scribe_state state)
{
    if (atomic_exchange(&scribe->state, state) != state)
        net_wake_send(scribe->wake);
}

/* OK, or the scribe has failed. */
static enum err survive(struct scribe *scribe, enum err err)
{
    if (err == ERR_NO_SPACE && journal_use_reserve(scribe->journal)) {
        log_error("disk_full",
                  "action=reserve_used what=\"entries are refused until there is room; "
                  "cancels, fills and reductions go on\"");
        become(scribe, SCRIBE_DISK_FULL);
        err = journal_commit(scribe->journal, clock_monotonic_ns());
    }
    if (err) {
        log_error("journal_failed", "error=%s what=\"%s; nothing more is sent or acknowledged\"",
                  err_name(err), err_text(err));
        become(scribe, SCRIBE_FAILED);
    }
    return err;
}

static void gather(const struct scribe *scribe)
{
    int64_t sync_ns =
        scribe->commit_ns < GATHER_SYNC_NS_MAX ? scribe->commit_ns : GATHER_SYNC_NS_MAX;
    const struct timespec step = { .tv_nsec = sync_ns / GATHER_STEPS };
    size_t size;
    if (scribe->group_bytes < GATHER_BYTES_MIN || sync_ns < GATHER_SYNC_NS_MIN ||
        !ring_peek(scribe->batches, &size))
        return;
    for (int i = 0; i < GATHER_STEPS && !atomic_load(&scribe->stopping) &&
                    ring_used_bytes(scribe->batches) < scribe->group_bytes;
         i++)
        (void)nanosleep(&step, NULL);
}

static enum err commit(struct scribe *scribe, size_t total)
{
    int64_t start_ns = clock_monotonic_ns();
    enum err err = journal_commit(scribe->journal, start_ns);
    scribe->commit_ns = clock_monotonic_ns() - start_ns;
    size_t faded = scribe->group_bytes - scribe->group_bytes / 8;
    scribe->group_bytes = total > faded ? total : faded;
    return err;
}

/* Everything that waits, up to a bound, in one commit. Returns what was appended. */
static size_t write_round(struct scribe *scribe)
{
    size_t size, total = 0;
    const void *batch;
    enum err err = OK;
    while (total < COMMIT_BYTES_MAX && (batch = ring_peek(scribe->batches, &size))) {
        err = journal_append(scribe->journal, batch, size);
        if (err)
            break;
        ring_pop(scribe->batches);
        total += size;
    }
    if (!err && total)
        err = commit(scribe, total);
    if (err)
        err = survive(scribe, err);
    if (!err && total)
        net_wake_send(scribe->wake);
    return total;
}

static void housekeeping(struct scribe *scribe)
{
    int64_t now_ns = clock_monotonic_ns();
    uint64_t before = journal_durable_seq(scribe->journal);
    enum err err = journal_tick(scribe->journal, now_ns);
    if (err)
        (void)survive(scribe, err);
    if (journal_durable_seq(scribe->journal) != before)
        net_wake_send(scribe->wake);
    uint64_t trim = atomic_load(&scribe->trim_seq);
    if (trim > scribe->trimmed_seq) {
        scribe->trimmed_seq = trim;
        if (journal_trim(scribe->journal, trim))
            log_warning("journal_trim_failed", "seq=%llu", (unsigned long long)trim);
    }
    if (atomic_load(&scribe->state) == SCRIBE_DISK_FULL && now_ns >= scribe->retry_ns) {
        scribe->retry_ns = now_ns + FULL_RETRY_NS;
        if (journal_restore_reserve(scribe->journal)) {
            log_info("disk_has_room", "action=entries_resume");
            become(scribe, SCRIBE_WELL);
        }
    }
}

static void *run(void *context)
{
    struct scribe *scribe = context;
    while (atomic_load(&scribe->state) != SCRIBE_FAILED) {
        gather(scribe);
        if (write_round(scribe))
            continue;
        housekeeping(scribe);
        if (atomic_load(&scribe->stopping))
            break;
        size_t size;
        doorbell_announce(scribe->bell);
        if (ring_peek(scribe->batches, &size))
            doorbell_awake(scribe->bell);
        else
            doorbell_wait(scribe->bell, IDLE_WAIT_NS);
    }
    return NULL;
}

enum err scribe_start(struct journal *journal, struct ring *batches, struct doorbell *bell,
                      struct net_wake *wake, struct scribe **out)
{
    struct scribe *scribe = calloc(1, sizeof *scribe);
    if (!scribe)
        return ERR_MEMORY;
    scribe->journal = journal;
    scribe->batches = batches;
    scribe->bell = bell;
    scribe->wake = wake;
    if (thread_start(THREAD_JOURNAL, run, scribe, &scribe->thread)) {
        free(scribe);
        return ERR_MEMORY;
    }
    *out = scribe;
    return OK;
}

void scribe_stop(struct scribe *scribe)
{
    if (!scribe)
        return;
    atomic_store(&scribe->stopping, true);
    doorbell_ring(scribe->bell);
    (void)pthread_join(scribe->thread, NULL);
}

void scribe_free(struct scribe *scribe) { free(scribe); }

enum scribe_state scribe_state(const struct scribe *scribe) { return atomic_load(&scribe->state); }

void scribe_trim(struct scribe *scribe, uint64_t seq) { atomic_store(&scribe->trim_seq, seq); }

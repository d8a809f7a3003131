#include "store/journal.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "store/journal_internal.h"

/* After this nobody knows what the disk holds: fsync reports an error once and then forgets it
 * (LWN 752063), so trying again would only look like success. */
static enum err poison(struct journal *journal)
{
    journal->failed = true;
    return ERR_IO;
}

static void count(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

enum err segment_sync(struct journal *journal)
{
    if (!journal->has_handle || journal->synced_bytes == journal->end_bytes)
        return OK;
    int64_t start_ns = clock_monotonic_ns();
    enum err err = journal->file->sync(journal->file->self, journal->handle);
    int64_t took_ns = clock_monotonic_ns() - start_ns;
    count(&journal->syncs, 1);
    atomic_fetch_add_explicit(&journal->sync_ns_total, took_ns, memory_order_relaxed);
    if (took_ns > atomic_load_explicit(&journal->sync_ns_max, memory_order_relaxed))
        atomic_store_explicit(&journal->sync_ns_max, took_ns, memory_order_relaxed);
    if (err != OK)
        return poison(journal);
    journal->synced_bytes = journal->end_bytes;
    journal->synced_seq = journal->written_seq;
    journal->written_wants_sync = false;
    atomic_store_explicit(&journal->durable_seq, journal->written_seq, memory_order_release);
    return OK;
}

static uint64_t step_bytes(const struct journal *journal)
{
    uint64_t step = journal->config.segment_bytes / 4 / JOURNAL_STEP_BYTES_MIN;
    step = step == 0 ? JOURNAL_STEP_BYTES_MIN : step * JOURNAL_STEP_BYTES_MIN;
    return step < JOURNAL_STEP_BYTES_MAX ? step : JOURNAL_STEP_BYTES_MAX;
}

static enum err write_zeros(struct journal *journal, int handle, uint64_t from, uint64_t to)
{
    static const uint8_t zeros[64 << 10];
    while (from < to) {
        size_t piece = to - from < sizeof zeros ? (size_t)(to - from) : sizeof zeros;
        enum err err = journal->file->write(journal->file->self, handle, from, zeros, piece);
        if (err != OK)
            return err;
        from += piece;
    }
    return OK;
}

/*
 * Makes the next step ready behind `to`. Real zeros, not only reserved blocks: a write into an
 * unwritten extent or past the end of the file makes the next fdatasync commit file system metadata
 * too. Only `always` has somebody waiting for that; the others save themselves the second write.
 * No room for the step is no error: the group itself may still fit.
 */
static enum err prepare_ahead(struct journal *journal, uint64_t to)
{
    uint64_t step = step_bytes(journal);
    uint64_t wanted = (to / step + 1) * step;
    enum err err = journal->file->reserve(journal->file->self, journal->handle, wanted);
    if (err == OK && journal->config.sync == JOURNAL_SYNC_ALWAYS)
        err = write_zeros(journal, journal->handle, to, wanted);
    journal->prepared_bytes = err == OK ? wanted : to;
    return err == ERR_NO_SPACE ? OK : err;
}

/* Writes the first bytes of a new segment and makes them and its name durable. */
static enum err segment_begin(struct journal *journal, int handle, uint64_t first_seq)
{
    const struct file_ops *file = journal->file;
    struct segment_header header;
    uint64_t step = step_bytes(journal);
    size_t before = journal->segments.count;
    uint64_t previous = before ? journal->segments.first_seqs[before - 1] : 0;
    segment_header_make(&header, journal->instance_id, first_seq, previous);
    enum err err = file->truncate(file->self, handle, 0);
    if (err == OK)
        err = file->reserve(file->self, handle, step);
    if (err == OK)
        err = file->write(file->self, handle, 0, &header, sizeof header);
    if (err == OK)
        err = write_zeros(journal, handle, sizeof header, step);
    if (err != OK)
        return err;
    if (file->sync(file->self, handle) != OK)
        return ERR_IO;
    return file->sync_directory(file->self, journal->config.directory) == OK ? OK : ERR_IO;
}

/*
 * Begins the segment of first_seq. The old one is synced first: a segment with a good header proves
 * that all before it was whole. On ERR_NO_SPACE no trace of the new one stays and the old one goes
 * on growing.
 */
static enum err segment_roll(struct journal *journal, uint64_t first_seq)
{
    const struct file_ops *file = journal->file;
    char name[SEGMENT_NAME_MAX], path[STORE_PATH_MAX];
    int handle;
    enum err err = segment_sync(journal);
    segment_name(first_seq, name);
    if (err == OK)
        err = store_path(journal->config.directory, name, path);
    if (err == OK)
        err = file->open(file->self, path, FILE_WRITE, &handle);
    if (err != OK)
        return err;
    err = segment_begin(journal, handle, first_seq);
    if (err == OK)
        err = segment_list_add(&journal->segments, first_seq);
    if (err != OK) {
        (void)file->close(file->self, handle);
        bool gone = file->remove(file->self, path) == OK &&
                    file->sync_directory(file->self, journal->config.directory) == OK;
        return gone ? err : ERR_IO;
    }
    if (journal->has_handle) { /* what was made ready and not used; staying would do no harm */
        (void)file->truncate(file->self, journal->handle, journal->end_bytes);
        (void)file->close(file->self, journal->handle);
    }
    journal->handle = handle;
    journal->has_handle = true;
    journal->end_bytes = journal->synced_bytes = sizeof(struct segment_header);
    journal->prepared_bytes = step_bytes(journal);
    atomic_store_explicit(&journal->segment_count, journal->segments.count, memory_order_relaxed);
    return OK;
}

static enum err roll_when_due(struct journal *journal)
{
    const struct frame *first = (const struct frame *)(const void *)journal->buffer;
    size_t segments = journal->segments.count;
    if (!journal->has_handle)
        return segment_roll(journal, first->first_seq);
    if (journal->end_bytes < journal->config.segment_bytes ||
        journal->segments.first_seqs[segments - 1] == first->first_seq)
        return OK;
    enum err err = segment_roll(journal, first->first_seq);
    return err == ERR_NO_SPACE ? OK : err;
}

/* Stamps what is known to be on the disk now, and the checksums. */
static void stamp_frames(struct journal *journal)
{
    for (size_t at = 0; at < journal->buffered_bytes;) {
        struct frame *frame = (struct frame *)(void *)(journal->buffer + at);
        frame_make(frame, frame->first_seq, frame->count, frame->size_bytes, journal->synced_bytes);
        at += sizeof *frame + frame->size_bytes;
    }
}

/* One write for all that waits. Only ERR_NO_SPACE leaves the journal usable. */
static enum err write_buffered(struct journal *journal)
{
    const struct file_ops *file = journal->file;
    if (journal->buffered_bytes == 0)
        return OK;
    enum err err = roll_when_due(journal);
    if (err == OK) {
        stamp_frames(journal);
        err = file->write(file->self, journal->handle, journal->end_bytes, journal->buffer,
                          journal->buffered_bytes);
    }
    uint64_t end_bytes = journal->end_bytes + journal->buffered_bytes;
    if (err == OK && end_bytes > journal->prepared_bytes)
        err = prepare_ahead(journal, end_bytes);
    if (err == ERR_NO_SPACE)
        return err;
    if (err != OK)
        return poison(journal);
    count(&journal->batches, journal->buffered_batches);
    count(&journal->records, journal->buffered_records);
    count(&journal->bytes, journal->buffered_bytes);
    journal->end_bytes = end_bytes;
    journal->written_seq = journal->next_seq - 1;
    journal->written_wants_sync = journal->written_wants_sync || journal->buffered_wants_sync;
    journal->buffered_wants_sync = journal->sealed = false;
    journal->buffered_bytes = 0;
    journal->buffered_batches = journal->buffered_records = 0;
    return OK;
}

enum err journal_append(struct journal *journal, const void *batch, size_t size_bytes)
{
    assert(size_bytes > 0 && size_bytes <= BATCH_BYTES_MAX && size_bytes % 8 == 0);
    if (journal->failed)
        return ERR_IO;
    const struct event *first = batch;
    uint64_t seq = first->seq;
    uint32_t records = 0;
    bool wants_sync = false;
    assert(seq > 0 && (journal->next_seq == 0 || seq == journal->next_seq));
    size_t walked = 0;
    for (const struct event *at = NULL; (at = batch_next(batch, size_bytes, at)) != NULL;) {
        assert(at->seq == seq + records && at->length >= EVENT_HEADER_BYTES);
        wants_sync = wants_sync || !(at->flags & EVENT_NO_SYNC);
        walked += at->length;
        records++;
    }
    assert(walked == size_bytes);
    if (JOURNAL_BUFFER_BYTES - journal->buffered_bytes < sizeof(struct frame) + size_bytes) {
        enum err err = write_buffered(journal); /* the group is larger than the buffer */
        if (err != OK)
            return err == ERR_NO_SPACE ? ERR_FULL : err;
    }
    struct frame *frame = (struct frame *)(void *)(journal->buffer + journal->buffered_bytes);
    *frame =
        (struct frame){ .first_seq = seq, .count = records, .size_bytes = (uint32_t)size_bytes };
    memcpy(frame + 1, batch, size_bytes);
    journal->buffered_bytes += sizeof *frame + size_bytes;
    journal->buffered_wants_sync = journal->buffered_wants_sync || wants_sync;
    journal->buffered_batches++;
    journal->buffered_records += records;
    journal->next_seq = seq + records;
    atomic_store_explicit(&journal->appended_seq, journal->next_seq - 1, memory_order_release);
    return OK;
}

static bool sync_is_due(const struct journal *journal, int64_t now_ns)
{
    return journal->written_seq > journal->synced_seq && journal->config.sync != JOURNAL_SYNC_OFF &&
           now_ns - journal->last_sync_ns >= journal->config.sync_interval_ns;
}

enum err journal_commit(struct journal *journal, int64_t now_ns)
{
    if (journal->failed)
        return ERR_IO;
    bool any = journal->buffered_bytes > 0;
    enum err err = write_buffered(journal);
    if (err != OK)
        return err;
    if (any)
        count(&journal->commits, 1);
    if (journal->config.sync != JOURNAL_SYNC_ALWAYS) {
        atomic_store_explicit(&journal->durable_seq, journal->written_seq, memory_order_release);
        return journal_tick(journal, now_ns);
    }
    if (!journal->written_wants_sync)
        return OK;
    journal->last_sync_ns = now_ns;
    return segment_sync(journal);
}

/* Under `always` this is for market data that nobody waits for. */
enum err journal_tick(struct journal *journal, int64_t now_ns)
{
    if (journal->failed)
        return ERR_IO;
    if (!sync_is_due(journal, now_ns))
        return OK;
    journal->last_sync_ns = now_ns;
    return segment_sync(journal);
}

uint64_t journal_appended_seq(const struct journal *journal)
{
    return atomic_load_explicit(&journal->appended_seq, memory_order_acquire);
}

uint64_t journal_synced_seq(const struct journal *journal)
{
    return atomic_load_explicit(&journal->synced_seq, memory_order_acquire);
}

uint64_t journal_durable_seq(const struct journal *journal)
{
    return atomic_load_explicit(&journal->durable_seq, memory_order_acquire);
}

void journal_stats(const struct journal *journal, struct journal_stats *out)
{
#define GET(field) atomic_load_explicit(&journal->field, memory_order_relaxed)
    *out = (struct journal_stats){
        .batches = GET(batches),
        .records = GET(records),
        .bytes = GET(bytes),
        .commits = GET(commits),
        .syncs = GET(syncs),
        .segments = GET(segment_count),
        .sync_ns_max = GET(sync_ns_max),
        .sync_ns_total = GET(sync_ns_total),
    };
#undef GET
}

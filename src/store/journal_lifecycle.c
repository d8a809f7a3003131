/* Opening, closing, the reserve and trimming: what the journal does when it is not appending. */
#include <stdlib.h>
#include <string.h>
#include "store/journal_internal.h"

static void journal_release(struct journal *journal)
{
    if (journal->has_handle)
        (void)journal->file->close(journal->file->self, journal->handle);
    segment_list_release(&journal->segments);
    free(journal->buffer);
    free(journal);
}

static enum err start(struct journal *journal, struct journal_report *report,
                      struct errtext *detail)
{
    const struct file_ops *file = journal->file;
    journal->buffer = malloc(JOURNAL_BUFFER_BYTES);
    if (!journal->buffer)
        return ERR_MEMORY;
    enum err err = file->make_directory(file->self, journal->config.directory);
    if (err == OK)
        err = journal_recover(journal, report, detail);
    if (err != OK)
        return err;
    uint64_t last_seq = journal->next_seq ? journal->next_seq - 1 : 0;
    journal->written_seq = last_seq;
    atomic_init(&journal->synced_seq, last_seq);
    atomic_init(&journal->appended_seq, last_seq);
    atomic_init(&journal->durable_seq, last_seq);
    atomic_init(&journal->segment_count, journal->segments.count);
    err = reserve_take(journal);
    report->reserve_whole = journal->reserve_whole;
    return err == ERR_NO_SPACE ? OK : err; /* a full disk must not keep us from cancelling */
}

enum err journal_open(const struct journal_config *config, struct journal **out,
                      struct journal_report *report, struct errtext *detail)
{
    assert(config->segment_bytes >= 2 * JOURNAL_STEP_BYTES_MIN);
    struct journal *journal = calloc(1, sizeof *journal);
    if (!journal)
        return ERR_MEMORY;
    *report = (struct journal_report){ 0 };
    if (detail)
        detail->text[0] = 0;
    journal->config = *config;
    journal->file = config->file;
    journal->instance_id = config->instance_id;
    enum err err = start(journal, report, detail);
    if (err != OK) {
        journal_release(journal);
        if (detail && detail->text[0] == 0)
            (void)errtext_set(detail, err,
                              "journal %s cannot be opened: %s; check that the disk "
                              "is healthy, has room and lets us write",
                              config->directory, err_text(err));
        return err;
    }
    *out = journal;
    return OK;
}

/* The last frame of a clean close. Nobody waits for it; it proves that what stands before it was
 * whole, so that a later damage of the last batch is told from a tear. */
static void write_seal(struct journal *journal)
{
    struct frame seal;
    if (!journal->has_handle || journal->sealed ||
        journal->end_bytes == sizeof(struct segment_header))
        return;
    frame_make(&seal, journal->next_seq, 0, 0, journal->synced_bytes);
    if (journal->file->write(journal->file->self, journal->handle, journal->end_bytes, &seal,
                             sizeof seal) == OK)
        (void)journal->file->sync(journal->file->self, journal->handle);
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    enum err err = journal_commit(journal, 0);
    if (err == OK)
        err = segment_sync(journal);
    if (err == OK)
        write_seal(journal);
    journal_release(journal);
}

/* Blocks that are only reserved will do here: nothing is ever written into this file. */
enum err reserve_take(struct journal *journal)
{
    const struct file_ops *file = journal->file;
    char path[STORE_PATH_MAX];
    int handle;
    if (journal->reserve_whole || journal->config.reserve_bytes == 0)
        return OK;
    enum err err = store_path(journal->config.directory, RESERVE_NAME, path);
    if (err == OK)
        err = file->open(file->self, path, FILE_WRITE, &handle);
    if (err != OK)
        return err;
    err = file->reserve(file->self, handle, journal->config.reserve_bytes);
    if (err == OK)
        err = file->sync(file->self, handle);
    (void)file->close(file->self, handle);
    if (err == OK)
        err = file->sync_directory(file->self, journal->config.directory);
    if (err != OK) {
        (void)file->remove(file->self, path);
        return err;
    }
    journal->reserve_whole = true;
    return OK;
}

bool journal_use_reserve(struct journal *journal)
{
    char path[STORE_PATH_MAX];
    if (!journal->reserve_whole)
        return false;
    journal->reserve_whole = false;
    if (store_path(journal->config.directory, RESERVE_NAME, path) != OK)
        return false;
    return journal->file->remove(journal->file->self, path) == OK;
}

bool journal_restore_reserve(struct journal *journal)
{
    if (journal->failed || reserve_take(journal) != OK)
        return false;
    return journal->reserve_whole;
}

static enum err segment_size(struct journal *journal, uint64_t first_seq, uint64_t *size_bytes)
{
    const struct file_ops *file = journal->file;
    char name[SEGMENT_NAME_MAX], path[STORE_PATH_MAX];
    int handle;
    segment_name(first_seq, name);
    enum err err = store_path(journal->config.directory, name, path);
    if (err == OK)
        err = file->open(file->self, path, FILE_READ, &handle);
    if (err != OK)
        return err;
    err = file->size(file->self, handle, size_bytes);
    (void)file->close(file->self, handle);
    return err;
}

static enum err remove_first(struct journal *journal)
{
    const struct file_ops *file = journal->file;
    char name[SEGMENT_NAME_MAX], path[STORE_PATH_MAX];
    segment_name(journal->segments.first_seqs[0], name);
    enum err err = store_path(journal->config.directory, name, path);
    if (err == OK)
        err = file->remove(file->self, path);
    if (err == ERR_NOT_FOUND) /* an operator was faster */
        err = OK;
    /* One by one: two removals that reach the disk in the wrong order would leave a gap. */
    if (err == OK)
        err = file->sync_directory(file->self, journal->config.directory);
    if (err == OK) {
        segment_list_drop_first(&journal->segments);
        atomic_store_explicit(&journal->segment_count, journal->segments.count,
                              memory_order_relaxed);
    }
    return err;
}

enum err journal_trim(struct journal *journal, uint64_t seq)
{
    uint64_t total = 0;
    if (journal->failed)
        return ERR_IO;
    for (size_t i = 0; i < journal->segments.count; i++) {
        uint64_t size_bytes = 0;
        enum err err = segment_size(journal, journal->segments.first_seqs[i], &size_bytes);
        if (err != OK && err != ERR_NOT_FOUND)
            return err;
        total += size_bytes;
    }
    while (journal->segments.count > 1 && journal->segments.first_seqs[1] <= seq + 1) {
        uint64_t size_bytes = 0;
        enum err err = segment_size(journal, journal->segments.first_seqs[0], &size_bytes);
        if (err != OK && err != ERR_NOT_FOUND)
            return err;
        if (total - size_bytes < journal->config.keep_bytes)
            break;
        err = remove_first(journal);
        if (err != OK)
            return err;
        total -= size_bytes;
    }
    return OK;
}

/* Opening: which segments there are, where the last one ends, and whether its tail is a tear. */
#include <stdio.h>
#include <string.h>
#include "store/journal_internal.h"

static enum err refuse(struct journal *journal, struct journal_report *report, uint64_t first_seq,
                       uint64_t offset, enum err err, const char *why, struct errtext *detail)
{
    char name[SEGMENT_NAME_MAX];
    segment_name(first_seq, name);
    (void)snprintf(report->segment, sizeof report->segment, "%s", name);
    report->offset = offset;
    const char *advice =
        err == ERR_VERSION
            ? "start the newer tradewind that wrote it"
            : "nothing was changed; keep a copy, run `tradewind journal verify`, and restore the "
              "journal directory from a backup or the standby";
    return errtext_set(detail, err, "journal %s: %s, byte %llu: %s; %s", journal->config.directory,
                       name, (unsigned long long)offset, why, advice);
}

/* Opens a segment and reads its header; the caller closes. A short header is damaged. */
static enum err header_read(struct journal *journal, uint64_t first_seq, enum file_mode mode,
                            int *handle, struct segment_header *header)
{
    const struct file_ops *file = journal->file;
    char name[SEGMENT_NAME_MAX], path[STORE_PATH_MAX];
    segment_name(first_seq, name);
    enum err err = store_path(journal->config.directory, name, path);
    if (err == OK)
        err = file->open(file->self, path, mode, handle);
    if (err != OK)
        return err;
    size_t got = 0;
    memset(header, 0, sizeof *header);
    err = file->read(file->self, *handle, 0, header, sizeof *header, &got);
    if (err != OK)
        (void)file->close(file->self, *handle);
    return err;
}

/*
 * A last segment without a good header: the power went while it was made. Its header is synced
 * before the first frame is written, so a valid frame in it proves damage instead.
 */
static enum err drop_unborn_segment(struct journal *journal, struct journal_report *report,
                                    int handle, struct errtext *detail)
{
    const struct file_ops *file = journal->file;
    uint64_t first_seq = journal->segments.first_seqs[journal->segments.count - 1];
    char name[SEGMENT_NAME_MAX], path[STORE_PATH_MAX];
    struct window window;
    struct tail_verdict verdict = { 0 };
    window_init(&window, file, handle);
    enum err err = tail_judge(&window, 0, &verdict);
    window_release(&window);
    if (err != OK)
        return err;
    if (verdict.damage)
        return refuse(journal, report, first_seq, 0, ERR_CORRUPT, "the segment header is damaged",
                      detail);
    segment_name(first_seq, name);
    err = store_path(journal->config.directory, name, path);
    if (err == OK)
        err = file->remove(file->self, path);
    if (err == OK)
        err = file->sync_directory(file->self, journal->config.directory);
    if (err == OK) {
        journal->segments.count--;
        report->torn_bytes += verdict.end;
    }
    return err;
}

/* Looks at the last header alone, since only that one may be unborn. */
static enum err check_last_header(struct journal *journal, struct journal_report *report,
                                  struct errtext *detail)
{
    struct segment_header header;
    int handle;
    if (journal->segments.count == 0)
        return OK;
    uint64_t last = journal->segments.first_seqs[journal->segments.count - 1];
    enum err err = header_read(journal, last, FILE_READ, &handle, &header);
    if (err != OK)
        return err;
    if (segment_header_check(&header) == ERR_CORRUPT)
        err = drop_unborn_segment(journal, report, handle, detail);
    (void)journal->file->close(journal->file->self, handle);
    return err;
}

/* Every header: readable, of this journal, and linked to the one before it. */
static enum err check_chain(struct journal *journal, struct journal_report *report,
                            struct errtext *detail)
{
    uint64_t previous = 0;
    for (size_t i = 0; i < journal->segments.count; i++) {
        uint64_t first_seq = journal->segments.first_seqs[i];
        struct segment_header header;
        int handle;
        enum err err = header_read(journal, first_seq, FILE_READ, &handle, &header);
        if (err != OK)
            return err;
        (void)journal->file->close(journal->file->self, handle);
        err = segment_header_check(&header);
        if (err == ERR_VERSION)
            return refuse(journal, report, first_seq, 0, err,
                          "the segment has a newer format than this program reads", detail);
        if (err != OK || header.first_seq != first_seq)
            return refuse(journal, report, first_seq, 0, ERR_CORRUPT,
                          "the segment header is damaged", detail);
        if (i == 0)
            journal->instance_id = header.instance_id;
        if (header.instance_id != journal->instance_id)
            return refuse(journal, report, first_seq, 0, ERR_CORRUPT,
                          "the segment belongs to another instance", detail);
        if (i > 0 && header.previous_first_seq != previous)
            return refuse(journal, report, first_seq, 0, ERR_CORRUPT,
                          "the segment before it is missing: a gap in the sequence", detail);
        previous = first_seq;
    }
    return OK;
}

/* Walks the frames of the last segment to where no valid one stands. */
static enum err walk_frames(struct journal *journal, struct window *window, uint64_t first_seq,
                            struct journal_report *report, struct errtext *detail)
{
    uint64_t seq = first_seq;
    const struct frame *frame;
    enum err err;
    while ((err = frame_at(window, journal->end_bytes, &frame)) == OK) {
        if (frame->first_seq != seq)
            return refuse(journal, report, first_seq, journal->end_bytes, ERR_CORRUPT,
                          "a gap in the sequence", detail);
        err = records_check(frame + 1, frame->size_bytes, seq, frame->count);
        if (err != OK)
            return refuse(journal, report, first_seq, journal->end_bytes, err,
                          err == ERR_VERSION ? "a record of a newer version"
                                             : "a record that cannot be read",
                          detail);
        seq += frame->count;
        journal->sealed = frame->count == 0;
        journal->end_bytes += sizeof *frame + frame->size_bytes;
    }
    if (err == ERR_END)
        journal->next_seq = seq;
    return err == ERR_END ? OK : err;
}

/*
 * Cuts what was never synced, and makes the cut durable before anything is written behind it: left
 * over frames of the lost write would else fit the sequence again after the next power cut. The sync
 * also adopts frames that an earlier process wrote and did not live to sync.
 */
static enum err cut_tail(struct journal *journal, struct window *window, uint64_t first_seq,
                         struct journal_report *report, struct errtext *detail)
{
    const struct file_ops *file = journal->file;
    struct tail_verdict verdict = { 0 };
    uint64_t size_bytes = 0;
    window_forget(window);
    enum err err = tail_judge(window, journal->end_bytes, &verdict);
    if (err != OK)
        return err;
    if (verdict.damage)
        return refuse(journal, report, first_seq, journal->end_bytes, ERR_CORRUPT,
                      "damaged: valid batches that were written later follow", detail);
    if (verdict.end > journal->end_bytes) {
        report->torn_bytes += verdict.end - journal->end_bytes;
        journal->sealed = false;
        err = file->truncate(file->self, journal->handle, journal->end_bytes);
    }
    if (err == OK)
        err = file->size(file->self, journal->handle, &size_bytes);
    if (err == OK)
        err = file->sync(file->self, journal->handle);
    journal->prepared_bytes = size_bytes;
    journal->synced_bytes = journal->end_bytes;
    return err;
}

static enum err open_last(struct journal *journal, struct journal_report *report,
                          struct errtext *detail)
{
    uint64_t first_seq = journal->segments.first_seqs[journal->segments.count - 1];
    struct segment_header header;
    struct window window;
    enum err err = header_read(journal, first_seq, FILE_WRITE, &journal->handle, &header);
    if (err != OK)
        return err;
    journal->has_handle = true;
    journal->end_bytes = sizeof header;
    window_init(&window, journal->file, journal->handle);
    err = walk_frames(journal, &window, first_seq, report, detail);
    if (err == OK)
        err = cut_tail(journal, &window, first_seq, report, detail);
    window_release(&window);
    return err;
}

enum err journal_recover(struct journal *journal, struct journal_report *report,
                         struct errtext *detail)
{
    enum err err = segment_list_load(journal->file, journal->config.directory, SEGMENT_SUFFIX,
                                     &journal->segments);
    if (err == OK)
        err = check_last_header(journal, report, detail);
    if (err == OK)
        err = check_chain(journal, report, detail);
    if (err == OK && journal->segments.count > 0)
        err = open_last(journal, report, detail);
    /* A directory entry seen here may be one that the last life did not live to sync. */
    if (err == OK)
        err = journal->file->sync_directory(journal->file->self, journal->config.directory);
    if (err != OK)
        return err;
    report->segments = journal->segments.count;
    report->instance_id = journal->instance_id;
    report->last_seq = journal->next_seq ? journal->next_seq - 1 : 0;
    report->first_seq = report->last_seq ? journal->segments.first_seqs[0] : 0;
    return OK;
}

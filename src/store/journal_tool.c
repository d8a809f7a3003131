#include "store/journal_tool.h"
#include <stdio.h>
#include <string.h>
#include "store/journal.h"
#include "store/journal_format.h"

/* One segment on its way through journal_verify(). */
struct check {
    const struct file_ops *file;
    const char *directory;
    struct journal_verify_report *report;
    struct errtext *detail;
    uint64_t next_seq, previous_first_seq;
    bool is_last;
};

static enum err complain(struct check *check, uint64_t offset, enum err err, const char *why)
{
    check->report->offset = offset;
    return errtext_set(check->detail, err, "%s/%s, byte %llu: %s%s", check->directory,
                       check->report->segment, (unsigned long long)offset, why,
                       err == ERR_VERSION
                           ? "; use the newer tradewind that wrote it"
                           : "; keep a copy and restore from a backup or the standby");
}

static enum err check_header(struct check *check, struct window *window, uint64_t first_seq)
{
    struct segment_header header;
    struct tail_verdict verdict = { 0 };
    const uint8_t *at;
    size_t room;
    enum err err = window_at(window, 0, sizeof header, &at, &room);
    if (err != OK)
        return err;
    memset(&header, 0, sizeof header);
    memcpy(&header, at, room < sizeof header ? room : sizeof header);
    err = segment_header_check(&header);
    if (err == ERR_VERSION)
        return complain(check, 0, err, "a newer format");
    if (err != OK && check->is_last) { /* was it being made when the power went? */
        err = tail_judge(window, 0, &verdict);
        if (err == OK && !verdict.damage) {
            check->report->torn_bytes += verdict.end;
            return ERR_END;
        }
        err = err == OK ? ERR_CORRUPT : err;
    }
    if (err != OK || header.first_seq != first_seq)
        return complain(check, 0, ERR_CORRUPT, "the segment header is damaged");
    if (check->next_seq == 0) {
        check->report->instance_id = header.instance_id;
    } else {
        if (header.instance_id != check->report->instance_id)
            return complain(check, 0, ERR_CORRUPT, "the segment belongs to another instance");
        if (header.previous_first_seq != check->previous_first_seq || first_seq != check->next_seq)
            return complain(check, 0, ERR_CORRUPT, "a gap in the sequence before it");
    }
    return OK;
}

static enum err check_frames(struct check *check, struct window *window)
{
    struct journal_verify_report *report = check->report;
    struct tail_verdict verdict = { 0 };
    uint64_t offset = sizeof(struct segment_header);
    const struct frame *frame;
    enum err err;
    while ((err = frame_at(window, offset, &frame)) == OK) {
        if (frame->first_seq != check->next_seq)
            return complain(check, offset, ERR_CORRUPT, "a gap in the sequence");
        err = records_check(frame + 1, frame->size_bytes, frame->first_seq, frame->count);
        if (err != OK)
            return complain(check, offset, err,
                            err == ERR_VERSION ? "a newer record" : "a record that makes no sense");
        check->next_seq += frame->count;
        report->batches += frame->count > 0;
        report->records += frame->count;
        report->bytes += frame->size_bytes;
        offset += sizeof *frame + frame->size_bytes;
    }
    if (err != ERR_END)
        return err;
    err = tail_judge(window, offset, &verdict);
    if (err != OK)
        return err;
    /* A segment with a successor was synced whole before that one was made. */
    if (verdict.damage || (!check->is_last && verdict.end > offset))
        return complain(check, offset, ERR_CORRUPT, "damaged");
    report->torn_bytes += verdict.end - offset;
    return OK;
}

static enum err check_segment(struct check *check, uint64_t first_seq)
{
    char path[STORE_PATH_MAX];
    struct window window;
    int handle;
    segment_name(first_seq, check->report->segment);
    enum err err = store_path(check->directory, check->report->segment, path);
    if (err == OK)
        err = check->file->open(check->file->self, path, FILE_READ, &handle);
    if (err != OK)
        return err;
    window_init(&window, check->file, handle);
    err = check_header(check, &window, first_seq);
    if (err == OK) {
        check->next_seq = check->next_seq ? check->next_seq : first_seq;
        check->previous_first_seq = first_seq;
        err = check_frames(check, &window);
    }
    window_release(&window);
    (void)check->file->close(check->file->self, handle);
    return err == ERR_END ? OK : err;
}

enum err journal_verify(const struct file_ops *file, const char *directory,
                        struct journal_verify_report *report, struct errtext *detail)
{
    struct segment_list list = { 0 };
    struct check check = {
        .file = file, .directory = directory, .report = report, .detail = detail
    };
    *report = (struct journal_verify_report){ 0 };
    enum err err = segment_list_load(file, directory, SEGMENT_SUFFIX, &list);
    if (err != OK)
        (void)errtext_set(detail, err, "the directory %s cannot be read: %s", directory,
                          err_text(err));
    for (size_t i = 0; err == OK && i < list.count; i++) {
        check.is_last = i + 1 == list.count;
        err = check_segment(&check, list.first_seqs[i]);
        report->segments++;
    }
    if (report->records > 0) {
        report->first_seq = list.first_seqs[0];
        report->last_seq = check.next_seq - 1;
    }
    if (err == OK)
        report->segment[0] = 0;
    segment_list_release(&list);
    return err;
}

enum err journal_dump(const struct file_ops *file, const char *directory, uint64_t from_seq,
                      uint64_t to_seq, bool json, journal_line *each, void *context,
                      struct errtext *detail)
{
    struct journal_reader *reader;
    const struct event *batch;
    char line[JOURNAL_LINE_MAX];
    size_t size_bytes;
    enum err err = journal_reader_open(directory, file, from_seq, &reader, detail);
    if (err != OK)
        return err;
    bool more = true;
    while (more && (err = journal_read(reader, UINT64_MAX, &batch, &size_bytes, detail)) == OK) {
        for (const struct event *at = NULL; (at = batch_next(batch, size_bytes, at)) != NULL;) {
            if (at->seq < from_seq)
                continue;
            more = at->seq < to_seq;
            if (at->seq <= to_seq)
                each(context, line, json ? event_line_json(at, line) : event_line_text(at, line));
        }
    }
    journal_reader_close(reader);
    return err == ERR_END ? OK : err;
}

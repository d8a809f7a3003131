/* Readers follow the files with their own cursor; they share nothing with the writer but the disk. */
#include <stdlib.h>
#include <string.h>
#include "store/journal.h"
#include "store/journal_format.h"
#include "store/upcast.h"

struct journal_reader {
    const struct file_ops *file;
    char directory[STORE_PATH_MAX];
    uint64_t from_seq;
    struct segment_list list;
    int handle;
    bool has_handle;
    struct window window;
    uint64_t first_seq; /* of the open segment */
    uint64_t next_seq;  /* of the next record; 0 = no segment yet */
    uint64_t offset;    /* of the next frame */
    void *upcast;       /* a batch made of older records; NULL until the first */
};

static void segment_leave(struct journal_reader *reader)
{
    if (reader->has_handle)
        (void)reader->file->close(reader->file->self, reader->handle);
    reader->has_handle = false;
    window_release(&reader->window);
}

static enum err damaged(const struct journal_reader *reader, const char *why,
                        struct errtext *detail)
{
    return errtext_set(detail, ERR_CORRUPT,
                       "journal %s: %020llu" SEGMENT_SUFFIX ", byte %llu: %s; keep a copy, run "
                       "`tradewind journal verify`, and restore the journal directory from a "
                       "backup or the standby",
                       reader->directory, (unsigned long long)reader->first_seq,
                       (unsigned long long)reader->offset, why);
}

static enum err trimmed(uint64_t wanted, uint64_t oldest, struct errtext *detail)
{
    return errtext_set(detail, ERR_NOT_FOUND,
                       "records from %llu on were trimmed; the oldest that is left is %llu",
                       (unsigned long long)wanted, (unsigned long long)oldest);
}

/* A header that is not there yet: the writer is at it, or the power went. */
static enum err header_bad(struct journal_reader *reader, bool is_last, struct errtext *detail)
{
    struct tail_verdict verdict = { 0 };
    window_forget(&reader->window);
    enum err err = tail_judge(&reader->window, 0, &verdict);
    if (err != OK)
        return err;
    return is_last && !verdict.damage ? ERR_END
                                      : damaged(reader, "the segment header is damaged", detail);
}

/* Opens list[index]; ERR_END when it is just being made. */
static enum err segment_enter(struct journal_reader *reader, size_t index,
                              struct segment_header *header, struct errtext *detail)
{
    char name[SEGMENT_NAME_MAX], path[STORE_PATH_MAX];
    uint64_t first_seq = reader->list.first_seqs[index];
    size_t got = 0;
    segment_leave(reader);
    segment_name(first_seq, name);
    enum err err = store_path(reader->directory, name, path);
    if (err == OK)
        err = reader->file->open(reader->file->self, path, FILE_READ, &reader->handle);
    if (err != OK)
        return err;
    reader->has_handle = true;
    window_init(&reader->window, reader->file, reader->handle);
    reader->first_seq = first_seq;
    reader->offset = 0;
    err = reader->file->read(reader->file->self, reader->handle, 0, header, sizeof *header, &got);
    if (err == OK)
        err = got == sizeof *header ? segment_header_check(header) : ERR_CORRUPT;
    if (err == OK && header->first_seq != first_seq)
        err = ERR_CORRUPT;
    if (err == ERR_VERSION)
        err = errtext_set(detail, err,
                          "journal %s: %s has format version %u, this program reads "
                          "%u: start the newer tradewind that wrote it",
                          reader->directory, name, header->version, JOURNAL_FORMAT_VERSION);
    if (err == ERR_CORRUPT)
        err = header_bad(reader, index + 1 == reader->list.count, detail);
    if (err != OK) {
        segment_leave(reader);
        return err;
    }
    reader->offset = sizeof *header;
    reader->next_seq = first_seq;
    return OK;
}

/* The first segment to read: the last one that begins at or before from_seq. */
static enum err find_start(struct journal_reader *reader, struct errtext *detail)
{
    struct segment_header header;
    size_t index = 0;
    enum err err =
        segment_list_load(reader->file, reader->directory, SEGMENT_SUFFIX, &reader->list);
    if (err == ERR_NOT_FOUND || (err == OK && reader->list.count == 0))
        return ERR_END;
    if (err != OK)
        return err;
    while (index + 1 < reader->list.count && reader->list.first_seqs[index + 1] <= reader->from_seq)
        index++;
    err = segment_enter(reader, index, &header, detail);
    if (err != OK)
        return err == ERR_NOT_FOUND ? ERR_END : err;
    /* The very first segment of a journal may begin anywhere: nothing was before it. */
    if (reader->from_seq > 0 && reader->from_seq < header.first_seq &&
        header.previous_first_seq != 0) {
        segment_leave(reader);
        reader->next_seq = 0;
        return trimmed(reader->from_seq, header.first_seq, detail);
    }
    return OK;
}

/*
 * No valid frame stands at the cursor. OK: the next segment is open now. ERR_END: nothing more yet.
 */
static enum err at_end(struct journal_reader *reader, struct errtext *detail)
{
    struct segment_header header;
    struct tail_verdict verdict = { 0 };
    const struct frame *frame;
    bool listed = false;
    enum err err =
        segment_list_load(reader->file, reader->directory, SEGMENT_SUFFIX, &reader->list);
    if (err != OK)
        return err;
    for (size_t i = 0; i < reader->list.count; i++) {
        uint64_t first_seq = reader->list.first_seqs[i];
        listed = listed || first_seq == reader->first_seq;
        if (first_seq == reader->next_seq && first_seq > reader->first_seq)
            return segment_enter(reader, i, &header, detail);
    }
    size_t count = reader->list.count;
    if (count > 0 && reader->list.first_seqs[count - 1] > reader->first_seq)
        return listed ? damaged(reader, "damaged: the records up to the next segment are missing",
                                detail)
                      : trimmed(reader->next_seq, reader->list.first_seqs[0], detail);
    window_forget(&reader->window);
    err = tail_judge(&reader->window, reader->offset, &verdict);
    if (err != OK)
        return err;
    if (!verdict.damage)
        return ERR_END;
    /* The writer may have been faster than these two looks: damage stays when looked at again. */
    window_forget(&reader->window);
    err = frame_at(&reader->window, reader->offset, &frame);
    return err == ERR_END
               ? damaged(reader, "damaged: valid batches that were written later follow", detail)
               : err;
}

/* Finds the valid frame at the cursor, looking at the disk again before it gives up. */
static enum err next_frame(struct journal_reader *reader, const struct frame **frame,
                           struct errtext *detail)
{
    for (;;) {
        enum err err = reader->has_handle ? OK : find_start(reader, detail);
        if (err != OK)
            return err;
        err = frame_at(&reader->window, reader->offset, frame);
        if (err == ERR_END) {
            window_forget(&reader->window);
            err = frame_at(&reader->window, reader->offset, frame);
        }
        if (err == OK && (*frame)->first_seq != reader->next_seq)
            return damaged(reader, "a gap in the sequence", detail);
        if (err != ERR_END)
            return err;
        err = at_end(reader, detail);
        if (err != OK)
            return err;
    }
}

/* Today's view of a frame's records. */
static enum err take_records(struct journal_reader *reader, const struct frame *frame,
                             const struct event **batch, size_t *size_bytes, struct errtext *detail)
{
    const void *records = frame + 1;
    size_t size = frame->size_bytes;
    enum err err = upcast_check(&upcast_rows, records, size, detail);
    if (err == ERR_STATE) {
        if (!reader->upcast)
            reader->upcast = malloc(BATCH_BYTES_MAX);
        if (!reader->upcast)
            return ERR_MEMORY;
        err = upcast_batch(&upcast_rows, records, size, reader->upcast, BATCH_BYTES_MAX, &size,
                           detail);
        records = reader->upcast;
    }
    if (err == OK)
        err = records_check(records, size, frame->first_seq, frame->count);
    if (err == ERR_CORRUPT)
        return damaged(reader, "a record that cannot be read", detail);
    if (err != OK)
        return err;
    *batch = records;
    *size_bytes = size;
    return OK;
}

enum err journal_reader_open(const char *directory, const struct file_ops *file, uint64_t from_seq,
                             struct journal_reader **out, struct errtext *detail)
{
    struct journal_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return ERR_MEMORY;
    reader->file = file;
    reader->from_seq = from_seq;
    enum err err = strlen(directory) < sizeof reader->directory ? OK : ERR_SIZE;
    if (err == OK) {
        memcpy(reader->directory, directory, strlen(directory) + 1);
        err = find_start(reader, detail);
    }
    if (err != OK && err != ERR_END) { /* ERR_END: there is nothing yet; there will be */
        journal_reader_close(reader);
        return err;
    }
    *out = reader;
    return OK;
}

void journal_reader_close(struct journal_reader *reader)
{
    if (!reader)
        return;
    segment_leave(reader);
    segment_list_release(&reader->list);
    free(reader->upcast);
    free(reader);
}

enum err journal_read(struct journal_reader *reader, uint64_t until_seq, const struct event **batch,
                      size_t *size_bytes, struct errtext *detail)
{
    for (;;) {
        if (reader->next_seq > until_seq)
            return ERR_END;
        const struct frame *frame;
        enum err err = next_frame(reader, &frame, detail);
        if (err != OK)
            return err;
        uint64_t after = frame->first_seq + frame->count;
        if (frame->count > 0 && after - 1 > until_seq)
            return ERR_END;
        if (frame->count > 0 && after > reader->from_seq) {
            err = take_records(reader, frame, batch, size_bytes, detail);
            if (err != OK)
                return err;
        }
        reader->offset += sizeof *frame + frame->size_bytes;
        reader->next_seq = after;
        if (frame->count > 0 && after > reader->from_seq)
            return OK;
    }
}

#include "store/journal_format.h"
#include <string.h>
#include "base/hash.h"
#include "store/journal.h"

void segment_header_make(struct segment_header *header, uint64_t instance_id, uint64_t first_seq,
                         uint64_t previous_first_seq)
{
    *header = (struct segment_header){ .magic = SEGMENT_MAGIC,
                                       .version = JOURNAL_FORMAT_VERSION,
                                       .header_bytes = sizeof *header,
                                       .instance_id = instance_id,
                                       .first_seq = first_seq,
                                       .previous_first_seq = previous_first_seq };
    header->checksum = hash_bytes(header, offsetof(struct segment_header, checksum));
}

/* The checksum comes before the version: a damaged version must not read as "newer". A newer format
 * keeps these 64 bytes, so that an older program can say so. */
enum err segment_header_check(const struct segment_header *header)
{
    uint64_t checksum = hash_bytes(header, offsetof(struct segment_header, checksum));
    if (header->magic != SEGMENT_MAGIC || header->checksum != checksum)
        return ERR_CORRUPT;
    if (header->version > JOURNAL_FORMAT_VERSION)
        return ERR_VERSION;
    return header->header_bytes == sizeof *header && header->version > 0 ? OK : ERR_CORRUPT;
}

static uint64_t frame_checksum(const struct frame *frame)
{
    const uint8_t *hashed = (const uint8_t *)frame + sizeof frame->checksum;
    size_t size = sizeof *frame - sizeof frame->checksum + frame->size_bytes;
    return hash_bytes_seeded(hashed, size, frame->first_seq);
}

void frame_make(struct frame *frame, uint64_t first_seq, uint32_t count, uint32_t size_bytes,
                uint64_t synced_bytes)
{
    assert(size_bytes <= BATCH_BYTES_MAX && size_bytes % 8 == 0);
    assert(synced_bytes >= sizeof(struct segment_header) && synced_bytes % 8 == 0);
    *frame = (struct frame){ .magic = FRAME_MAGIC,
                             .size_bytes = size_bytes,
                             .first_seq = first_seq,
                             .synced_bytes = synced_bytes,
                             .count = count };
    frame->checksum = frame_checksum(frame);
}

size_t frame_span(const void *at)
{
    struct frame frame;
    memcpy(&frame, at, sizeof frame);
    if (frame.magic != FRAME_MAGIC || frame.size_bytes > BATCH_BYTES_MAX || frame.size_bytes % 8)
        return 0;
    if ((frame.count == 0) != (frame.size_bytes == 0) ||
        frame.synced_bytes < sizeof(struct segment_header))
        return 0;
    if (frame.count > frame.size_bytes / EVENT_HEADER_BYTES)
        return 0;
    return sizeof frame + frame.size_bytes;
}

bool frame_check(const void *at, size_t span)
{
    const struct frame *frame = at;
    return span == sizeof *frame + frame->size_bytes && frame->checksum == frame_checksum(frame);
}

enum err records_check(const void *records, size_t size_bytes, uint64_t first_seq, uint32_t count)
{
    const uint8_t *at = records;
    size_t room = size_bytes;
    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = (const struct event *)(const void *)at;
        if (room < EVENT_HEADER_BYTES || event->length < EVENT_HEADER_BYTES || event->length % 8 ||
            event->length > room || event->seq != first_seq + i)
            return ERR_CORRUPT;
        enum err err = event_check(event, room);
        if (err != OK)
            return err;
        at += event->length;
        room -= event->length;
    }
    return room == 0 ? OK : ERR_CORRUPT;
}

enum err frame_at(struct window *window, uint64_t offset, const struct frame **frame)
{
    const uint8_t *at;
    size_t room;
    enum err err = window_at(window, offset, sizeof **frame, &at, &room);
    if (err != OK)
        return err;
    size_t span = room >= sizeof **frame ? frame_span(at) : 0;
    if (span == 0)
        return ERR_END;
    err = window_at(window, offset, span, &at, &room);
    if (err != OK)
        return err;
    if (room < span || !frame_check(at, span))
        return ERR_END;
    const struct frame *found = (const struct frame *)(const void *)at;
    if (found->synced_bytes > offset)
        return ERR_END; /* a copy from elsewhere: nothing can know the disk beyond itself */
    *frame = found;
    return OK;
}

/* Frames stand at multiples of 8, so that is where a lost one is looked for. */
enum err tail_judge(struct window *window, uint64_t offset, struct tail_verdict *out)
{
    struct tail_verdict verdict = { .end = offset };
    uint64_t at_offset = offset;
    for (;;) {
        const uint8_t *at;
        size_t room;
        enum err err = window_at(window, at_offset, sizeof(struct frame), &at, &room);
        if (err != OK)
            return err;
        if (room == 0)
            break;
        for (size_t i = 0; i < room && i < 8; i++)
            verdict.end = at[i] ? at_offset + i + 1 : verdict.end;
        uint64_t step = 8;
        if (room >= sizeof(struct frame) && at_offset > offset && frame_span(at) > 0) {
            const struct frame *frame;
            err = frame_at(window, at_offset, &frame);
            if (err != OK && err != ERR_END)
                return err;
            if (err == OK) {
                verdict.damage = verdict.damage || frame->synced_bytes > offset;
                step = sizeof *frame + frame->size_bytes;
                verdict.end = at_offset + step;
            }
        }
        at_offset += step;
    }
    *out = verdict;
    return OK;
}

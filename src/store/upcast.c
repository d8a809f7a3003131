#include "store/upcast.h"
#include <string.h>

/* Empty until the first released body changes. */
const struct upcast_table upcast_rows = { .count = 0, .current_version = event_kind_version };

static bool record_fits(const struct event *event, size_t room)
{
    return room >= EVENT_HEADER_BYTES && event->length >= EVENT_HEADER_BYTES &&
           event->length % 8 == 0 && event->length <= room;
}

enum err upcast_check(const struct upcast_table *table, const void *batch, size_t size_bytes,
                      struct errtext *detail)
{
    bool older = false;
    for (size_t at = 0; at < size_bytes;) {
        const struct event *event =
            (const struct event *)(const void *)((const uint8_t *)batch + at);
        if (!record_fits(event, size_bytes - at))
            return ERR_CORRUPT;
        uint16_t current = table->current_version(event->kind);
        if (event->version > current)
            return errtext_set(detail, ERR_VERSION,
                               "record %llu is of kind %u version %u, this program knows version "
                               "%u: start the newer tradewind that wrote it",
                               (unsigned long long)event->seq, event->kind, event->version,
                               current);
        older = older || event->version < current;
        at += event->length;
    }
    return older ? ERR_STATE : OK;
}

static const struct upcast_row *row_of(const struct upcast_table *table, uint16_t kind,
                                       uint16_t version)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].kind == kind && table->rows[i].from_version == version)
            return &table->rows[i];
    return NULL;
}

/* Converts step by step between two bodies; *event is the copy in the output. */
static enum err upcast_event(const struct upcast_table *table, const struct event *old,
                             struct event *event, size_t room, struct errtext *detail)
{
    _Alignas(8) uint8_t body[EVENT_BODY_MAX];
    size_t body_bytes = old->length - EVENT_HEADER_BYTES;
    if (body_bytes > sizeof body)
        return ERR_CORRUPT;
    memcpy(body, event_body_const(old), body_bytes);
    *event = *old;
    while (event->version < table->current_version(event->kind)) {
        const struct upcast_row *row = row_of(table, event->kind, event->version);
        if (!row)
            return errtext_set(detail, ERR_UNSUPPORTED,
                               "record %llu is of kind %s version %u and store/upcast.c has no row "
                               "for it",
                               (unsigned long long)event->seq, event_kind_name(event->kind),
                               event->version);
        uint32_t length = event_length(row->body_bytes);
        if (length > room || row->body_bytes > sizeof body)
            return ERR_SIZE;
        memset(event_body(event), 0, length - EVENT_HEADER_BYTES);
        enum err err = row->convert(body, body_bytes, event_body(event));
        if (err != OK)
            return err;
        event->length = length;
        event->version++;
        body_bytes = length - EVENT_HEADER_BYTES;
        memcpy(body, event_body_const(event), body_bytes);
    }
    return OK;
}

enum err upcast_batch(const struct upcast_table *table, const void *batch, size_t size_bytes,
                      void *out, size_t out_bytes, size_t *out_size, struct errtext *detail)
{
    size_t made = 0;
    for (size_t at = 0; at < size_bytes;) {
        const struct event *old = (const struct event *)(const void *)((const uint8_t *)batch + at);
        struct event *event = (struct event *)(void *)((uint8_t *)out + made);
        if (!record_fits(old, size_bytes - at))
            return ERR_CORRUPT;
        if (out_bytes - made < EVENT_HEADER_BYTES)
            return ERR_SIZE;
        enum err err = OK;
        if (old->version >= table->current_version(old->kind)) {
            err = out_bytes - made < old->length ? ERR_SIZE : OK;
            if (err == OK)
                memcpy(event, old, old->length);
        } else {
            err = upcast_event(table, old, event, out_bytes - made, detail);
        }
        if (err != OK)
            return err;
        at += old->length;
        made += event->length;
    }
    *out_size = made;
    return OK;
}

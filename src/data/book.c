/*
 * data/book.c - book messages from files: rows with the same event and ids are one message.
 *
 * The rules were checked against recorded streams. Deltas before the snapshot are kept. After a
 * snapshot with id S:
 *   with previous ids (futures): drop u < S; the first has U <= S <= u; then pu = previous u;
 *   without (spot, or one id):   drop u <= S; the first has U <= S + 1 <= u; then U = previous u +
 * 1.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "data/feed_private.h"

struct message {
    uint64_t line; /* its first row */
    int64_t ts_ns;
    uint64_t first_id, last_id, prev_id;
    bool has_prev;
    uint8_t action;
    uint32_t count[2]; /* bids, asks */
};

static struct message message_of(const struct row *row)
{
    bool has_first = row_has(row, FIELD_FIRST_ID);
    return (struct message){
        .line = row->line,
        .ts_ns = row->ts_ns,
        .first_id = (uint64_t)row->value[has_first ? FIELD_FIRST_ID : FIELD_LAST_ID],
        .last_id = (uint64_t)row->value[FIELD_LAST_ID],
        .prev_id = (uint64_t)row->value[FIELD_PREV_ID],
        .has_prev = row_has(row, FIELD_PREV_ID),
        .action = (uint8_t)row->value[FIELD_EVENT],
    };
}

static bool same_message(const struct message *a, const struct message *b)
{
    return a->action == b->action && a->first_id == b->first_id && a->last_id == b->last_id;
}

static struct book_head *book_head(struct feed *feed)
{
    return event_body((struct event *)(void *)feed->event);
}

/* Levels are collected bids from the front, asks from the middle, of the event's room. */
static struct book_level *levels_of(struct feed *feed, int side)
{
    struct book_level *levels = (struct book_level *)(void *)(book_head(feed) + 1);
    return levels + (side ? BOOK_LEVELS_MAX : 0);
}

/* Best first, stable; messages come nearly sorted, so insertion is quick. */
static void sort_levels(struct book_level *levels, uint32_t count, bool bids)
{
    for (uint32_t i = 1; i < count; i++) {
        struct book_level level = levels[i];
        uint32_t at = i;
        while (at > 0 && (bids ? levels[at - 1].price_ticks < level.price_ticks
                               : levels[at - 1].price_ticks > level.price_ticks)) {
            levels[at] = levels[at - 1];
            at--;
        }
        levels[at] = level;
    }
}

/* Of several rows for a price in one message, the last counts. */
static uint32_t drop_repeats(struct book_level *levels, uint32_t count)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (used > 0 && levels[used - 1].price_ticks == levels[i].price_ticks)
            used--;
        levels[used++] = levels[i];
    }
    return used;
}

/* Lays the collected levels together and fills header and head. */
static void finish_event(struct feed *feed, const struct message *message)
{
    struct event *event = (struct event *)(void *)feed->event;
    struct book_head *head = book_head(feed);
    struct book_level *bids = levels_of(feed, 0), *asks = levels_of(feed, 1);
    uint32_t count[2];
    for (int side = 0; side < 2; side++) {
        struct book_level *levels = side ? asks : bids;
        sort_levels(levels, message->count[side], side == 0);
        count[side] = drop_repeats(levels, message->count[side]);
    }
    memmove(bids + count[0], asks, count[1] * sizeof *asks);
    memset(event, 0, EVENT_HEADER_BYTES + sizeof *head);
    event->length = event_length(sizeof *head + (count[0] + count[1]) * sizeof *bids);
    event->kind = EVENT_BOOK;
    event->version = event_kind_version(EVENT_BOOK);
    event->flags = EVENT_NO_SYNC;
    event->source_ts_ns = message->ts_ns;
    head->first_update_id = message->first_id;
    head->last_update_id = message->last_id;
    head->bid_count = count[0];
    head->ask_count = count[1];
    head->action = message->action;
}

static enum err add_row(struct feed *feed, struct message *message, struct errtext *detail)
{
    const struct row *row = &feed->row;
    int side = row->value[FIELD_SIDE] == SIDE_BUY ? 0 : 1;
    if (message->count[side] == BOOK_LEVELS_MAX)
        return feed_error(feed, row->line, detail, ERR_LIMIT,
                          "one message has more than %d levels on a side", BOOK_LEVELS_MAX);
    levels_of(feed, side)[message->count[side]++] = (struct book_level){
        .price_ticks = row->value[FIELD_PRICE],
        .qty_lots = row->value[FIELD_QTY],
    };
    return OK;
}

/* Collects the rows of the next message in the event's room. A bad row in its middle is the error
 * of the message: half a message must not be given. */
static enum err read_message(struct feed *feed, struct message *out, struct errtext *detail)
{
    enum err err = feed_load(feed, detail);
    if (err != OK)
        return err;
    *out = message_of(&feed->row);
    if (out->first_id > out->last_id)
        return feed_error(feed, out->line, detail, ERR_RANGE, "first id %llu is above last id %llu",
                          (unsigned long long)out->first_id, (unsigned long long)out->last_id);
    struct message next = *out;
    while (err == OK && same_message(out, &next)) {
        err = add_row(feed, out, detail);
        if (err != OK)
            return err;
        feed->has_row = false;
        err = feed_load(feed, detail);
        if (err == OK)
            next = message_of(&feed->row);
    }
    return err == ERR_END ? OK : err;
}

static enum err keep(struct feed *feed, const struct message *message, struct errtext *detail)
{
    struct book_keeper *book = &feed->book;
    size_t bids = message->count[0] * sizeof(struct book_level);
    size_t asks = message->count[1] * sizeof(struct book_level);
    size_t size = sizeof(struct message) + bids + asks;
    if (book->kept_size + size > BOOK_KEPT_BYTES_MAX)
        return feed_error(feed, message->line, detail, ERR_LIMIT,
                          "no snapshot has come, and the deltas before it fill %u MiB",
                          BOOK_KEPT_BYTES_MAX >> 20);
    if (book->kept_size + size > book->kept_capacity) {
        size_t capacity = 2 * (book->kept_size + size);
        uint8_t *grown = realloc(book->kept, capacity);
        if (!grown)
            return feed_error(feed, message->line, detail, ERR_MEMORY, "out of memory");
        book->kept = grown;
        book->kept_capacity = capacity;
    }
    uint8_t *to = book->kept + book->kept_size;
    memcpy(to, message, sizeof *message); /* then bids, then asks */
    memcpy(to + sizeof(struct message), levels_of(feed, 0), bids);
    memcpy(to + sizeof(struct message) + bids, levels_of(feed, 1), asks);
    book->kept_size += size;
    return OK;
}

/* Takes the next kept delta back into the event's room; false when there is none. */
static bool unkeep(struct feed *feed, struct message *out)
{
    struct book_keeper *book = &feed->book;
    if (!book->has_snapshot || book->kept_at == book->kept_size)
        return false;
    const uint8_t *from = book->kept + book->kept_at;
    memcpy(out, from, sizeof *out);
    size_t bids = out->count[0] * sizeof(struct book_level);
    size_t asks = out->count[1] * sizeof(struct book_level);
    memcpy(levels_of(feed, 0), from + sizeof(struct message), bids);
    memcpy(levels_of(feed, 1), from + sizeof(struct message) + bids, asks);
    book->kept_at += sizeof(struct message) + bids + asks;
    return true;
}

/* *use: give it, or drop it as older than the snapshot. */
static enum err sequence(struct feed *feed, const struct message *delta, bool *use,
                         struct errtext *detail)
{
    struct book_keeper *book = &feed->book;
    uint64_t last = book->last_id;
    bool follows;
    *use = true;
    if (!book->bridged) {
        *use = delta->has_prev ? delta->last_id >= last : delta->last_id > last;
        if (!*use)
            return OK;
        follows = delta->first_id <= last || (!delta->has_prev && delta->first_id == last + 1);
    } else {
        follows = delta->has_prev ? delta->prev_id == last : delta->first_id == last + 1;
    }
    if (!follows)
        return feed_error(feed, delta->line, detail, ERR_CORRUPT,
                          "a gap in the book: the delta with ids %llu to %llu does not follow %llu",
                          (unsigned long long)delta->first_id, (unsigned long long)delta->last_id,
                          (unsigned long long)last);
    book->bridged = true;
    book->last_id = delta->last_id;
    return OK;
}

/* A delta that was read: given, dropped or kept. */
static enum err take_delta(struct feed *feed, const struct message *delta, bool *given,
                           struct errtext *detail)
{
    *given = false;
    if (!feed->book.has_snapshot)
        return keep(feed, delta, detail);
    return sequence(feed, delta, given, detail);
}

enum err make_book(struct feed *feed, struct errtext *detail)
{
    struct book_keeper *book = &feed->book;
    for (;;) {
        struct message message;
        bool give = false;
        enum err err = unkeep(feed, &message) ? OK : read_message(feed, &message, detail);
        if (err == ERR_END && !book->has_snapshot && book->kept_size > 0)
            return feed_error(
                feed, feed->row.line, detail, ERR_CORRUPT,
                "the file ends without a snapshot: its deltas have no book to change");
        if (err == OK && message.action == BOOK_SNAPSHOT) {
            book->has_snapshot = give = true;
            book->bridged = false;
            book->last_id = message.last_id;
        } else if (err == OK) {
            err = take_delta(feed, &message, &give, detail);
        }
        if (err != OK)
            return err;
        if (give) {
            finish_event(feed, &message);
            return OK;
        }
    }
}

void book_keeper_release(struct book_keeper *keeper)
{
    free(keeper->kept);
    keeper->kept = NULL;
}

#include "data/orders_replay.h"
#include <stdlib.h>
#include <string.h>
#include "base/num.h"
#include "data/feed_private.h"
#include "model/order.h"

#define FLAG_LAST 128 /* Databento: last row of an event */
#define VIEW_MAX 50   /* levels a side in a book file */
#define COMPARED 5
#define E4_PLACES 4

struct view { /* a row of the book file */
    struct book_level level[2][VIEW_MAX];
    uint32_t count[2];
};

struct orders_replay {
    struct feed *feed;
    struct lines *levels; /* LOBSTER only */
    struct orders *book;
    struct view view;
    uint32_t depth; /* of the book file */
    uint64_t rows, trades;
    int64_t traded_lots;
};

/* The header: one column `row` or none, then ask price, ask size, bid price, bid size, again and again. */
static enum err open_levels(struct orders_replay *replay, const char *path, struct errtext *detail)
{
    const char *text = NULL;
    size_t length = 0;
    enum err err = lines_open(path, &replay->levels, detail);
    if (err == OK)
        err = lines_next(replay->levels, &text, &length, detail);
    if (err != OK)
        return err == ERR_END ? errtext_set(detail, ERR_EMPTY, "%s: is empty", path) : err;
    uint32_t columns = 1;
    for (const char *at = text; (at = strchr(at, ',')) != NULL; at++)
        columns++;
    replay->depth = (columns - 1) / 4;
    if (strncmp(text, "row,ask1_1e4,ask1_size,bid1_1e4,bid1_size", 41) != 0 || columns % 4 != 1 ||
        replay->depth < COMPARED || replay->depth > VIEW_MAX)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s:1: is no LOBSTER book file: row,ask1_1e4,ask1_size,bid1_1e4,"
                           "bid1_size,... with %d to %d levels",
                           path, COMPARED, VIEW_MAX);
    return OK;
}

static enum err read_view(struct orders_replay *replay, struct errtext *detail)
{
    const char *text = NULL;
    size_t length = 0;
    const struct row_reader *reader = &replay->feed->reader;
    struct view *view = &replay->view;
    view->count[0] = view->count[1] = 0;
    enum err err = lines_next(replay->levels, &text, &length, detail);
    if (err == ERR_END)
        return errtext_set(detail, ERR_CORRUPT, "%s: has fewer rows than there are messages",
                           lines_name(replay->levels));
    const char *at = err == OK ? strchr(text, ',') : NULL;
    for (uint32_t i = 0; err == OK && i < 2 * replay->depth; i++) {
        int64_t value[2] = { 0, 0 }; /* price, size */
        for (int part = 0; part < 2 && err == OK; part++) {
            size_t size = at ? strcspn(at + 1, ",") : 0;
            err = at ? num_parse(at + 1, size, 0, &value[part]) : ERR_SYNTAX;
            at = at && at[1 + size] ? at + 1 + size : NULL;
        }
        if (err != OK)
            return errtext_set(detail, ERR_SYNTAX, "%s:%llu: level %u is no price and size",
                               lines_name(replay->levels),
                               (unsigned long long)lines_number(replay->levels), i / 2 + 1);
        int side = i % 2 == 0 ? 1 : 0; /* the ask comes first */
        int64_t unit = num_pow10(E4_PLACES - reader->price_scale);
        if (value[1] > 0) /* an empty place has size 0 and a price that means nothing */
            view->level[side][view->count[side]++] =
                (struct book_level){ value[0] / unit, value[1] * num_pow10(reader->qty_scale) };
    }
    return err;
}

/* Levels that left the view are forgotten; those that came into it from below are taken over. */
static enum err keep_to_view(struct orders_replay *replay)
{
    enum err err = OK;
    for (int side = 0; side < 2; side++) {
        const struct view *view = &replay->view;
        while (orders_levels(replay->book, side) > replay->depth)
            orders_drop_worst(replay->book, side);
        for (uint32_t i = orders_levels(replay->book, side); i < view->count[side] && err == OK;
             i++) {
            const struct book_level *level = &view->level[side][i];
            const struct orders_level *worst =
                i > 0 ? orders_level(replay->book, side, i - 1) : NULL;
            bool below = !worst || (side == 0 ? level->price_ticks < worst->price_ticks
                                              : level->price_ticks > worst->price_ticks);
            if (below)
                err = orders_add_anonymous(replay->book, side, level->price_ticks, level->qty_lots);
        }
    }
    return err;
}

static bool matches(const struct orders_replay *replay)
{
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < COMPARED; i++) {
            const struct orders_level *level = orders_level(replay->book, side, i);
            bool there = i < replay->view.count[side];
            const struct book_level *shown = &replay->view.level[side][i];
            if ((level != NULL) != there)
                return false;
            if (level &&
                (level->price_ticks != shown->price_ticks || level->total_lots != shown->qty_lots))
                return false;
        }
    return true;
}

/* An order that nobody named: part of what was there before. */
static enum err cut(struct orders_replay *replay, const struct row *row, int side)
{
    int64_t lots = row->value[FIELD_QTY];
    enum err err = orders_cut(replay->book, (uint64_t)row->value[FIELD_ORDER_ID], lots);
    if (err == ERR_NOT_FOUND && replay->levels)
        err = orders_cut_anonymous(replay->book, side, row->value[FIELD_PRICE], lots);
    return err;
}

static enum err apply(struct orders_replay *replay, const struct row *row)
{
    struct orders *book = replay->book;
    uint64_t id = (uint64_t)row->value[FIELD_ORDER_ID];
    int64_t price = row->value[FIELD_PRICE], lots = row->value[FIELD_QTY];
    int side = row->value[FIELD_ORDER_SIDE] == SIDE_BUY ? 0 : 1;
    switch ((enum order_action)row->value[FIELD_ACTION]) {
    case ACTION_ADD: return orders_add(book, id, side, price, lots);
    case ACTION_CUT:
    case ACTION_DELETE: return cut(replay, row, side);
    case ACTION_EXECUTE:
        replay->trades++;
        replay->traded_lots += lots;
        return cut(replay, row, side);
    case ACTION_CHANGE: return orders_change(book, id, side, price, lots);
    case ACTION_TRADE:
    case ACTION_HIDDEN:
        replay->trades++;
        replay->traded_lots += lots;
        return OK;
    case ACTION_CLEAR: orders_clear(book); return OK;
    case ACTION_FILL:
    case ACTION_HALT: return OK;
    }
    return OK;
}

enum err orders_replay_open(const char *path, const char *levels, struct orders_replay **out,
                            struct errtext *detail)
{
    struct orders_replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    replay->book = orders_new();
    enum err err = ERR_MEMORY;
    bool lobster = false;
    if (replay->book)
        err = feed_open_rows(path, NULL, &replay->feed, detail);
    else
        (void)errtext_set(detail, err, "%s: out of memory", path);
    if (err == OK) {
        lobster = strcmp(replay->feed->reader.binding.layout->name, "orders_lobster") == 0;
        if (replay->feed->reader.binding.layout->kind != FEED_ORDERS)
            err = errtext_set(detail, ERR_UNSUPPORTED, "%s: is not order by order", path);
        else if (lobster && !levels)
            err = errtext_set(detail, ERR_UNSUPPORTED,
                              "%s: LOBSTER messages begin in the middle of a day: give their book "
                              "file with --levels",
                              path);
    }
    if (err == OK && lobster)
        err = open_levels(replay, levels, detail);
    if (err != OK) {
        orders_replay_close(replay);
        return err;
    }
    *out = replay;
    return OK;
}

void orders_replay_close(struct orders_replay *replay)
{
    if (!replay)
        return;
    feed_close(replay->feed);
    lines_close(replay->levels);
    orders_free(replay->book);
    free(replay);
}

static const char *why_not(enum err err)
{
    switch (err) {
    case ERR_DUPLICATE: return "an order is added that is there already";
    case ERR_NOT_FOUND: return "an order is cut or changed that is not there";
    case ERR_RANGE: return "an order is cut by more than it has";
    default: return err_text(err);
    }
}

enum err orders_replay_next(struct orders_replay *replay, struct orders_state *state,
                            struct errtext *detail)
{
    struct feed *feed = replay->feed;
    enum err err = feed_load(feed, detail);
    if (err == OK && replay->levels)
        err = read_view(replay, detail);
    if (err != OK)
        return err;
    feed->has_row = false;
    /* The book of row 0 is the one after message 0: nothing to apply. */
    bool begins = replay->levels && replay->rows == 0;
    err = begins ? OK : apply(replay, &feed->row);
    if (err != OK)
        return feed_error(feed, feed->row.line, detail, ERR_CORRUPT, "%s", why_not(err));
    if (replay->levels && keep_to_view(replay) != OK)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    bool has_flags = (feed->reader.binding.bound >> FIELD_FLAGS & 1u) != 0;
    *state = (struct orders_state){
        .row = replay->rows++,
        .ts_ns = feed->row.ts_ns,
        .sequence = (uint64_t)feed->row.value[FIELD_SEQUENCE],
        .is_last = !has_flags || (feed->row.value[FIELD_FLAGS] & FLAG_LAST) != 0,
        .trades = replay->trades,
        .traded_lots = replay->traded_lots,
        .matches = replay->levels && matches(replay),
    };
    return OK;
}

const struct orders *orders_replay_book(const struct orders_replay *replay) { return replay->book; }

void orders_replay_info(const struct orders_replay *replay, struct feed_info *out)
{
    feed_info(replay->feed, out);
}

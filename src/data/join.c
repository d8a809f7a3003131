#include "data/join.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "data/timestamp.h"

#define PRICE_COLUMNS 4
static const char columns[] = "timestamp,open,high,low,close";

struct side {
    struct lines *lines;
    const char *text; /* the row read ahead; NULL: none */
    size_t length;
    bool at_end;
};

struct join {
    struct side side[2]; /* bid, ask */
    bool has_header;
    char line[2 * CSV_LINE_MAX + 2];
};

static void join_close(void *made)
{
    struct join *join = made;
    for (int i = 0; i < 2; i++)
        lines_close(join->side[i].lines);
    free(join);
}

static enum err load(struct side *side, struct errtext *detail)
{
    if (side->text || side->at_end)
        return OK;
    enum err err = lines_next(side->lines, &side->text, &side->length, detail);
    if (err != OK)
        side->text = NULL;
    if (err != ERR_END)
        return err;
    side->at_end = true;
    return OK;
}

static enum err read_header(struct join *join, const char **text, size_t *length,
                            struct errtext *detail)
{
    for (int i = 0; i < 2; i++) {
        struct side *side = &join->side[i];
        enum err err = load(side, detail);
        if (err != OK)
            return err;
        if (!side->text || strncmp(side->text, columns, sizeof columns - 1) != 0)
            return errtext_set(detail, ERR_UNSUPPORTED,
                               "%s:1: to be joined, the columns must begin with %s",
                               lines_name(side->lines), columns);
        side->text = NULL;
    }
    *length = (size_t)snprintf(join->line, sizeof join->line,
                               "timestamp,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,"
                               "ask_low,ask_close");
    *text = join->line;
    join->has_header = true;
    return OK;
}

static size_t time_length(const struct side *side) { return strcspn(side->text, ","); }

/* Length of ",open,high,low,close" behind the time; more columns are passed over. */
static size_t prices_length(const char *text)
{
    size_t length = 0;
    for (int i = 0; i < PRICE_COLUMNS && text[length] == ','; i++)
        length += 1 + strcspn(text + length + 1, ",");
    return length;
}

/* The two rows are of different times: the older is told and passed over. */
static enum err mismatch(struct join *join, struct errtext *detail)
{
    struct side *bid = &join->side[0], *ask = &join->side[1];
    int64_t bid_ns = 0, ask_ns = 0;
    bool bid_is_older = !ask->text;
    if (bid->text && ask->text) {
        bool known = timestamp_parse(bid->text, time_length(bid), &bid_ns) == OK &&
                     timestamp_parse(ask->text, time_length(ask), &ask_ns) == OK;
        bid_is_older = !known || bid_ns <= ask_ns;
    }
    struct side *older = bid_is_older ? bid : ask, *other = bid_is_older ? ask : bid;
    enum err err =
        errtext_set(detail, ERR_DUPLICATE, "%s:%llu: %s has no row of the time %.*s",
                    lines_name(older->lines), (unsigned long long)lines_number(older->lines),
                    lines_name(other->lines), (int)time_length(older), older->text);
    older->text = NULL;
    return err;
}

static enum err join_next(void *made, const char **text, size_t *length, uint64_t *number,
                          struct errtext *detail)
{
    struct join *join = made;
    struct side *bid = &join->side[0], *ask = &join->side[1];
    if (!join->has_header) {
        *number = 1;
        return read_header(join, text, length, detail);
    }
    enum err err = load(bid, detail);
    if (err == OK)
        err = load(ask, detail);
    if (err != OK)
        return err;
    if (!bid->text && !ask->text)
        return ERR_END;
    size_t time = bid->text ? time_length(bid) : 0;
    if (!bid->text || !ask->text || time_length(ask) != time ||
        memcmp(bid->text, ask->text, time) != 0)
        return mismatch(join, detail);
    size_t bids = time + prices_length(bid->text + time);
    size_t asks = prices_length(ask->text + time);
    memcpy(join->line, bid->text, bids);
    memcpy(join->line + bids, ask->text + time, asks);
    join->line[bids + asks] = 0;
    *text = join->line;
    *length = bids + asks;
    *number = lines_number(bid->lines);
    bid->text = ask->text = NULL;
    return OK;
}

static enum err join_rewind(void *made, struct errtext *detail)
{
    struct join *join = made;
    join->has_header = false;
    enum err err = OK;
    for (int i = 0; i < 2 && err == OK; i++) {
        join->side[i].text = NULL;
        join->side[i].at_end = false;
        err = lines_rewind(join->side[i].lines, detail);
    }
    return err;
}

static const struct lines_maker maker = { join_next, join_rewind, join_close };

enum err lines_open_joined(const char *bid, const char *ask, struct lines **out,
                           struct errtext *detail)
{
    struct join *join = calloc(1, sizeof *join);
    if (!join)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", bid);
    enum err err = lines_open(bid, &join->side[0].lines, detail);
    if (err == OK)
        err = lines_open(ask, &join->side[1].lines, detail);
    if (err != OK) {
        join_close(join);
        return err;
    }
    return lines_open_made(bid, &maker, join, out, detail);
}

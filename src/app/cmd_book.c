/* tradewind book: an order book rebuilt from its messages, looked at in chosen states. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "app/cmd_data.h"
#include "base/clock.h"
#include "data/depth.h"
#include "data/lines.h"
#include "data/orders_replay.h"

#define LEVELS_L2 10
#define LEVELS_L3 5
#define EVERY_L2 100
#define EVERY_L3 250

static struct {
    const char *data, *checkpoints, *levels, *out;
    int64_t every;
} asked;

static const struct cli_option options[] = {
    { "data", "FILE", "a book by levels, or order by order", CLI_TEXT, &asked.data, 0, 0 },
    { "levels", "FILE", "LOBSTER: the book file that belongs to the messages", CLI_TEXT,
      &asked.levels, 0, 0 },
    { "checkpoints", "FILE", "its column n_applied (row) names the states", CLI_TEXT,
      &asked.checkpoints, 0, 0 },
    { "every", "N", "without checkpoints: the first state, then each Nth", CLI_INT, &asked.every, 1,
      INT64_MAX },
    { "out", "FILE", "the CSV; default: printed", CLI_TEXT, &asked.out, 0, 0 },
};
static const struct cli_usage usage = {
    "tradewind book --data FILE [options]",
    "Rebuilds a book and writes its best levels, counts and sums in chosen states",
    "By levels: n_applied counts the deltas after the snapshot (Bybit: messages, with it).\n"
    "Order by order: row is the data row, from 0; of LOBSTER the five best levels are compared\n"
    "with its book file after every message.",
    options,
    CLI_COUNT(options),
    0,
    0
};

/* ---- which states ---- */

struct states {
    struct lines *lines; /* NULL: every Nth */
    size_t column;
    uint64_t wanted; /* the next; UINT64_MAX: none */
    uint64_t every;
};

static enum err next_wanted(struct states *states, struct errtext *detail)
{
    const char *text = NULL;
    size_t length = 0;
    enum err err = lines_next(states->lines, &text, &length, detail);
    uint64_t before = states->wanted;
    states->wanted = UINT64_MAX;
    if (err != OK)
        return err == ERR_END ? OK : err;
    for (size_t i = 0; i < states->column && text; i++) {
        text = strchr(text, ',');
        text = text ? text + 1 : NULL;
    }
    char *end = NULL;
    errno = 0;
    uint64_t wanted = text ? strtoull(text, &end, 10) : 0;
    if (!text || end == text || (*end && *end != ',') || errno != 0 ||
        (before != UINT64_MAX && wanted <= before))
        return errtext_set(detail, ERR_SYNTAX, "%s:%llu: names no state after the one before",
                           lines_name(states->lines),
                           (unsigned long long)lines_number(states->lines));
    states->wanted = wanted;
    return OK;
}

static enum err states_open(struct states *states, const char *column, uint64_t first,
                            uint64_t every, struct errtext *detail)
{
    *states =
        (struct states){ .wanted = first, .every = asked.every ? (uint64_t)asked.every : every };
    if (!asked.checkpoints)
        return OK;
    const char *text = NULL;
    size_t length = 0, name = strlen(column);
    enum err err = lines_open(asked.checkpoints, &states->lines, detail);
    if (err == OK)
        err = lines_next(states->lines, &text, &length, detail);
    if (err != OK)
        return err == ERR_END ? errtext_set(detail, ERR_EMPTY, "%s: is empty", asked.checkpoints)
                              : err;
    while (strncmp(text, column, name) != 0 || (text[name] && text[name] != ',')) {
        text = strchr(text, ',');
        if (!text)
            return errtext_set(detail, ERR_UNSUPPORTED, "%s:1: has no column '%s'",
                               asked.checkpoints, column);
        text++;
        states->column++;
    }
    states->wanted = UINT64_MAX;
    return next_wanted(states, detail);
}

/* After a state was written. */
static enum err states_step(struct states *states, uint64_t at, struct errtext *detail)
{
    if (states->lines)
        return next_wanted(states, detail);
    states->wanted = (at / states->every + 1) * states->every;
    return OK;
}

/* A state that the data never reached. */
static enum err states_end(const struct states *states, uint64_t last, struct errtext *detail)
{
    if (!states->lines || states->wanted == UINT64_MAX)
        return OK;
    return errtext_set(detail, ERR_RANGE, "%s ends at state %llu, before %llu of %s", asked.data,
                       (unsigned long long)last, (unsigned long long)states->wanted,
                       asked.checkpoints);
}

/* ---- by levels ---- */

struct style { /* how numbers are written: as in the source */
    uint8_t price_scale, qty_scale, price_places, qty_places;
};

static void put_fixed(FILE *file, int64_t value, uint8_t scale, uint8_t places)
{
    const struct columns_column column = {
        .type = CELL_NUMBER, .style = STYLE_FIXED, .scale = scale, .places = places
    };
    char text[COLUMNS_CELL_ROOM];
    size_t length = cell_text(&column, value, 0, text);
    (void)fprintf(file, ",%.*s", (int)length, text);
}

static void put_l2_header(FILE *file)
{
    static const char *const sides[] = { "bid", "ask" };
    (void)fputs("n_applied,ts,last_id,bid_levels,ask_levels", file);
    for (int side = 0; side < 2; side++)
        for (int i = 1; i <= LEVELS_L2; i++)
            (void)fprintf(file, ",%s%d_px,%s%d_qty", sides[side], i, sides[side], i);
    (void)fputs(",bid_sum5,ask_sum5,bid_sum10,ask_sum10,bid_sum50,ask_sum50\n", file);
}

static void put_l2(FILE *file, uint64_t applied, const struct depth *depth, int64_t unit_ns,
                   const struct style *style)
{
    static const uint32_t sums[] = { 5, 10, 50 };
    (void)fprintf(file, "%llu,%lld,%llu,%u,%u", (unsigned long long)applied,
                  (long long)(depth->ts_ns / unit_ns), (unsigned long long)depth->last_update_id,
                  depth->side[0].count, depth->side[1].count);
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < LEVELS_L2; i++) {
            const struct book_level *level = depth_level(depth, side, i);
            if (!level) {
                (void)fputs(",,", file);
                continue;
            }
            put_fixed(file, level->price_ticks, style->price_scale, style->price_places);
            put_fixed(file, level->qty_lots, style->qty_scale, style->qty_places);
        }
    for (size_t i = 0; i < CLI_COUNT(sums); i++)
        for (int side = 0; side < 2; side++)
            put_fixed(file, depth_sum(depth, side, sums[i]), style->qty_scale, style->qty_places);
    (void)putc('\n', file);
}

static enum err replay_l2(struct feed *feed, FILE *file, struct errtext *detail)
{
    struct feed_info info;
    struct states states;
    struct depth depth = { .ts_ns = 0 };
    const struct event *event = NULL;
    feed_info(feed, &info);
    struct style style = { info.price_scale, info.qty_scale, info.written_price_places,
                           info.written_qty_places };
    /* One update id a message: they are counted with the snapshot, and the time is in ms. */
    bool messages = strcmp(info.layout, "book_ms") == 0;
    uint64_t applied = 0;
    enum err err = states_open(&states, "n_applied", 1, EVERY_L2, detail);
    put_l2_header(file);
    while (err == OK && (err = feed_next(feed, &event, detail)) == OK) {
        err = depth_apply(&depth, event);
        const struct book_head *head = event_body_const(event);
        bool counts = messages || head->action == BOOK_DELTA;
        applied += counts;
        if (err == OK && counts && applied == states.wanted) {
            put_l2(file, applied, &depth, messages ? NS_PER_MS : 1, &style);
            err = states_step(&states, applied, detail);
        }
    }
    if (err == ERR_END)
        err = states_end(&states, applied, detail);
    depth_release(&depth);
    lines_close(states.lines);
    return err;
}

/* ---- order by order ---- */

static void put_l3_header(FILE *file)
{
    static const char *const sides[] = { "bid", "ask" };
    (void)fputs("row,ts_recv_ns,sequence,orders,bid_levels,ask_levels", file);
    for (int side = 0; side < 2; side++)
        for (int i = 1; i <= LEVELS_L3; i++)
            (void)fprintf(file, ",%s%d_px,%s%d_size,%s%d_orders", sides[side], i, sides[side], i,
                          sides[side], i);
    (void)fputs(",bid_head_order_id,bid_total_size,ask_head_order_id,ask_total_size,trades_so_far,"
                "traded_size_so_far\n",
                file);
}

static void put_l3(FILE *file, const struct orders *book, const struct orders_state *state,
                   const struct feed_info *info)
{
    char text[NUM_TEXT_MAX];
    (void)fprintf(file, "%llu,%lld,%llu,%u,%u,%u", (unsigned long long)state->row,
                  (long long)state->ts_ns, (unsigned long long)state->sequence, orders_live(book),
                  orders_levels(book, 0), orders_levels(book, 1));
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < LEVELS_L3; i++) {
            const struct orders_level *level = orders_level(book, side, i);
            if (!level) {
                (void)fputs(",,,", file);
                continue;
            }
            (void)num_format(level->price_ticks, info->price_scale, text);
            (void)fprintf(file, ",%s%s", text, strchr(text, '.') ? "" : ".0");
            put_fixed(file, level->total_lots, info->qty_scale, info->written_qty_places);
            (void)fprintf(file, ",%u", level->count);
        }
    for (int side = 0; side < 2; side++) {
        const struct orders_level *best = orders_level(book, side, 0);
        (void)fprintf(file, ",%llu", (unsigned long long)(best ? orders_head_id(book, best) : 0));
        put_fixed(file, orders_total(book, side), info->qty_scale, info->written_qty_places);
    }
    (void)fprintf(file, ",%llu", (unsigned long long)state->trades);
    put_fixed(file, state->traded_lots, info->qty_scale, info->written_qty_places);
    (void)putc('\n', file);
}

static enum err replay_l3(struct orders_replay *replay, FILE *file, struct errtext *detail)
{
    struct orders_state state = { .row = 0 };
    struct feed_info info;
    struct states states;
    uint64_t ends = 0;
    orders_replay_info(replay, &info);
    enum err err = states_open(&states, "row", 1, EVERY_L3, detail);
    put_l3_header(file);
    while (err == OK && (err = orders_replay_next(replay, &state, detail)) == OK) {
        ends += state.is_last;
        uint64_t at = states.lines ? state.row : ends; /* without checkpoints event ends count */
        if (at != states.wanted || (!states.lines && !state.is_last))
            continue;
        put_l3(file, orders_replay_book(replay), &state, &info);
        err = states_step(&states, at, detail);
    }
    if (err == ERR_END)
        err = states_end(&states, state.row, detail);
    lines_close(states.lines);
    return err;
}

static void put_lobster(FILE *file, const struct orders *book, uint64_t row, uint8_t price_scale)
{
    (void)fprintf(file, "%llu", (unsigned long long)row);
    for (uint32_t i = 0; i < LEVELS_L3; i++)
        for (int side = 1; side >= 0; side--) {
            const struct orders_level *level = orders_level(book, side, i);
            int64_t unit = num_pow10(4 - price_scale);
            (void)fprintf(file, ",%lld,%lld", (long long)(level ? level->price_ticks * unit : 0),
                          (long long)(level ? level->total_lots : 0));
        }
    (void)putc('\n', file);
}

static enum err replay_lobster(struct orders_replay *replay, FILE *file, struct errtext *detail)
{
    struct orders_state state = { .row = 0 };
    struct feed_info info;
    uint64_t equal = 0, messages = 0;
    orders_replay_info(replay, &info);
    (void)fputs("row", file);
    for (int i = 1; i <= LEVELS_L3; i++)
        (void)fprintf(file, ",ask%d_1e4,ask%d_size,bid%d_1e4,bid%d_size", i, i, i, i);
    (void)putc('\n', file);
    enum err err;
    while ((err = orders_replay_next(replay, &state, detail)) == OK) {
        put_lobster(file, orders_replay_book(replay), state.row, info.price_scale);
        messages += state.row > 0; /* row 0 is where it begins */
        equal += state.row > 0 && state.matches;
    }
    if (err == ERR_END && equal < messages)
        return errtext_set(detail, ERR_CORRUPT,
                           "%s: the five best levels are those of %s after %llu of %llu messages",
                           asked.data, asked.levels, (unsigned long long)equal,
                           (unsigned long long)messages);
    return err == ERR_END ? OK : err;
}

static enum err replay(FILE *file, struct errtext *detail)
{
    struct feed *feed = NULL;
    struct orders_replay *orders = NULL;
    enum err err = orders_replay_open(asked.data, asked.levels, &orders, detail);
    if (err == OK) {
        err = asked.levels ? replay_lobster(orders, file, detail) : replay_l3(orders, file, detail);
        orders_replay_close(orders);
        return err;
    }
    if (err != ERR_UNSUPPORTED || !strstr(detail->text, "is not order by order"))
        return err;
    err = feed_open(asked.data, NULL, &feed, detail);
    if (err != OK)
        return err;
    struct feed_info info;
    feed_info(feed, &info);
    err = info.kind == FEED_BOOK ? replay_l2(feed, file, detail)
                                 : errtext_set(detail, ERR_UNSUPPORTED, "%s: holds %s, not a book",
                                               asked.data, feed_kind_names[info.kind]);
    feed_close(feed);
    return err;
}

int cmd_book(int argc, char **argv)
{
    struct product product;
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    if (!asked.data) {
        (void)cli_fail("--data is missing; for example --data l2.csv.gz\n"
                       "See: tradewind book --help");
        return CLI_USAGE;
    }
    code = product_open(&product, asked.out);
    if (code != CLI_GO)
        return code;
    if (product.columnar) {
        product_abandon(&product);
        return cli_fail("%s: the states are CSV: choose a name that ends in .csv", asked.out);
    }
    if (replay(product.file, &detail) == OK)
        return product_close(&product, NULL);
    product_abandon(&product);
    return cli_fail("%s", detail.text);
}

#include "data/check.h"
#include "data/timestamp.h"

static enum err check_time(const struct row_checker *checker, enum feed_kind kind, const char *file,
                           const struct row *row, struct errtext *detail)
{
    if (!checker->has_last || row->ts_ns > checker->last_ns)
        return OK;
    if (row->ts_ns == checker->last_ns && kind != FEED_BARS)
        return OK;
    unsigned long long line = row->line;
    char now[TIMESTAMP_TEXT_MAX], before[TIMESTAMP_TEXT_MAX];
    (void)timestamp_format(row->ts_ns, now);
    (void)timestamp_format(checker->last_ns, before);
    if (row->ts_ns == checker->last_ns)
        return errtext_set(detail, ERR_DUPLICATE, "%s:%llu: the bar of %s comes twice", file, line,
                           now);
    return errtext_set(detail, ERR_RANGE,
                       "%s:%llu: time goes backwards: %s after %s; sort the file", file, line, now,
                       before);
}

/* What is wrong with the values, or NULL. */
static const char *complaint(enum feed_kind kind, const struct row *row)
{
    const int64_t *value = row->value;
    switch (kind) {
    case FEED_TRADES:
        if (value[FIELD_PRICE] == 0)
            return "the price of a trade is 0";
        return value[FIELD_QTY] == 0 ? "the quantity of a trade is 0" : NULL;
    case FEED_BARS: {
        int64_t open = value[FIELD_OPEN], high = value[FIELD_HIGH];
        int64_t low = value[FIELD_LOW], close = value[FIELD_CLOSE];
        if (low == 0)
            return "the low of the bar is 0";
        if (high < low || high < open || high < close || low > open || low > close)
            return "open and close of the bar do not lie between its low and its high";
        return NULL;
    }
    case FEED_BOOK: return value[FIELD_PRICE] == 0 ? "the price of a book level is 0" : NULL;
    case FEED_ORDERS: {
        bool adds = value[FIELD_ACTION] == ACTION_ADD || value[FIELD_ACTION] == ACTION_CHANGE;
        if (adds && (value[FIELD_PRICE] == 0 || value[FIELD_QTY] == 0))
            return "an order without price or quantity is added";
        return adds && value[FIELD_ORDER_SIDE] == 0 ? "an order without a side is added" : NULL;
    }
    case FEED_NONE:
    case FEED_QUOTES:
    case FEED_LEVELS: break;
    }
    return NULL;
}

enum err row_check(struct row_checker *checker, enum feed_kind kind, const char *file,
                   const struct row *row, struct errtext *detail)
{
    const char *why = complaint(kind, row);
    if (why)
        return errtext_set(detail, ERR_RANGE, "%s:%llu: %s", file, (unsigned long long)row->line,
                           why);
    enum err err = kind == FEED_LEVELS ? OK : check_time(checker, kind, file, row, detail);
    if (err != OK)
        return err;
    checker->has_last = true;
    checker->last_ns = row->ts_ns;
    return OK;
}

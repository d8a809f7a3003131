#include "backtest/trades.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROWS 64

static int64_t size_of(int64_t lots) { return lots < 0 ? -lots : lots; }

/* Room for one more row. */
static enum err grow(void **rows, size_t *capacity, size_t count, size_t row_bytes)
{
    if (count < *capacity)
        return OK;
    size_t more = *capacity ? *capacity * 2 : FIRST_ROWS;
    void *grown = realloc(*rows, more * row_bytes);
    if (!grown)
        return ERR_MEMORY;
    *rows = grown;
    *capacity = more;
    return OK;
}

/* The share of a fee that goes with `lots` of `all`; the last takes what is left. */
static i128 take_fee(i128 *fee, int64_t lots, int64_t all)
{
    i128 part = *fee;
    if (lots < all) {
        enum err err = amount_mul_div_floor(*fee, lots, all, &part);
        assert(err == OK); /* a part is smaller than the whole */
    }
    *fee -= part;
    return part;
}

static i128 worth(const struct trade_book *book, int64_t price_ticks, int64_t lots)
{
    i128 amount;
    enum err err = instrument_notional(&book->instrument, price_ticks, lots, &amount);
    assert(err == OK); /* the engine booked it */
    return amount;
}

static enum err close_part(struct trade_book *book, struct trade_entry *entry,
                           struct trade_fill *fill)
{
    void *rows = book->trades;
    enum err err =
        grow(&rows, &book->trade_capacity, book->trade_count, sizeof(struct backtest_trade));
    book->trades = rows;
    if (err)
        return err;
    int64_t held = size_of(entry->lots), offered = size_of(fill->lots);
    int64_t lots = held < offered ? held : offered, sign = entry->lots > 0 ? 1 : -1;
    i128 bought = worth(book, entry->price_ticks, lots),
         sold = worth(book, fill->price_ticks, lots);
    i128 fee = take_fee(&entry->fee, lots, held) + take_fee(&fill->fee, lots, offered);
    double moved = (double)fill->price_ticks / (double)entry->price_ticks - 1;
    book->trades[book->trade_count++] = (struct backtest_trade){
        .pnl = (sold - bought) * sign - fee,
        .commission = fee,
        .lots = lots * sign,
        .entry_ticks = entry->price_ticks,
        .exit_ticks = fill->price_ticks,
        .stop_ticks = entry->stop_ticks,
        .target_ticks = entry->target_ticks,
        .entry_ns = entry->bar_ns,
        .exit_ns = fill->bar_ns,
        .entry_bar = entry->bar,
        .exit_bar = fill->bar,
        .return_net = (double)sign * moved - amount_to_double(fee) / amount_to_double(bought),
    };
    entry->lots -= lots * sign;
    fill->lots += lots * sign;
    return OK;
}

static enum err add_row(struct trade_book *book, const struct backtest_fill *row)
{
    void *rows = book->fills;
    enum err err = grow(&rows, &book->fill_capacity, book->fill_count, sizeof *row);
    book->fills = rows;
    if (err == OK)
        book->fills[book->fill_count++] = *row;
    return err;
}

enum err trade_book_refusal(struct trade_book *book, uint32_t bar)
{
    return add_row(book, &(struct backtest_fill){ .bar = bar, .cash = book->cash });
}

void trade_book_protect(struct trade_book *book, int64_t stop_ticks, int64_t target_ticks)
{
    for (size_t i = book->head; i < book->entry_count; i++) {
        struct trade_entry *entry = &book->entries[i];
        entry->stop_ticks = stop_ticks ? stop_ticks : entry->stop_ticks;
        entry->target_ticks = target_ticks ? target_ticks : entry->target_ticks;
    }
}

static enum err keep_fill(struct trade_book *book, const struct trade_fill *fill)
{
    i128 paid = worth(book, fill->price_ticks, size_of(fill->lots));
    book->commission_paid += fill->fee;
    book->cash -= (fill->lots > 0 ? paid : -paid) + fill->fee;
    struct backtest_fill row = { .fee = fill->fee,
                                 .cash = book->cash,
                                 .lots = fill->lots,
                                 .price_ticks = fill->price_ticks,
                                 .bar = fill->bar };
    return fill->cut ? trade_book_refusal(book, fill->bar) : add_row(book, &row);
}

enum err trade_book_fill(struct trade_book *book, const struct trade_fill *told)
{
    struct trade_fill fill = *told;
    if (keep_fill(book, told))
        return ERR_MEMORY;
    while (fill.lots && book->head < book->entry_count) {
        struct trade_entry *entry = &book->entries[book->head];
        if ((entry->lots > 0) == (fill.lots > 0))
            break; /* it adds */
        enum err err = close_part(book, entry, &fill);
        if (err)
            return err;
        book->head += entry->lots == 0;
    }
    if (book->head == book->entry_count)
        book->head = book->entry_count = 0;
    if (fill.lots == 0)
        return OK;
    void *rows = book->entries;
    enum err err =
        grow(&rows, &book->entry_capacity, book->entry_count, sizeof(struct trade_entry));
    book->entries = rows;
    if (err)
        return err;
    book->entries[book->entry_count++] = (struct trade_entry){
        .lots = fill.lots,
        .price_ticks = fill.price_ticks,
        .fee = fill.fee,
        .bar_ns = fill.bar_ns,
        .bar = fill.bar,
    };
    return OK;
}

void trade_book_release(struct trade_book *book)
{
    free(book->entries);
    free(book->trades);
    free(book->fills);
    *book = (struct trade_book){ .entries = NULL };
}

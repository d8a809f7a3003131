/*
 * backtest/trades.h - round trips out of fills. What came in first leaves first; one row for each part
 * that leaves. Private to the layer.
 */
#ifndef BACKTEST_TRADES_H
#define BACKTEST_TRADES_H
#include "backtest/backtest.h"

struct trade_fill {
    int64_t lots; /* signed: bought > 0 */
    int64_t price_ticks;
    i128 fee;
    int64_t bar_ns;
    uint32_t bar;
    bool cut; /* the half that would have opened was refused */
};

struct trade_entry { /* held, and not yet out */
    int64_t lots;    /* left, signed */
    int64_t price_ticks, stop_ticks, target_ticks;
    i128 fee; /* of what is left */
    int64_t bar_ns;
    uint32_t bar;
};

struct trade_book { /* release by trade_book_release() */
    struct instrument instrument;
    struct trade_entry *entries; /* from head on, oldest first */
    struct backtest_trade *trades;
    struct backtest_fill *fills;
    size_t head, entry_count, entry_capacity, trade_count, trade_capacity, fill_count,
        fill_capacity;
    i128 commission_paid, cash; /* cash: as if everything were paid in full */
};

/* ERR_MEMORY. */
MUST_USE enum err trade_book_fill(struct trade_book *book, const struct trade_fill *fill);
/* A row for what was refused, or lost the half that would have opened. ERR_MEMORY. */
MUST_USE enum err trade_book_refusal(struct trade_book *book, uint32_t bar);
/* What is held is protected by this stop or target from now on; 0 leaves the other as it was. */
void trade_book_protect(struct trade_book *book, int64_t stop_ticks, int64_t target_ticks);
void trade_book_release(struct trade_book *book);

/* The numbers over trades and points; peak and drawdown in the order of the bars. */
void stats_make(const struct trade_book *book, const struct backtest_point *points,
                size_t point_count, struct backtest_stats *out);
/* 1 - equity / peak, the peak kept by the caller. */
double drawdown_next(i128 equity, i128 *peak);

#endif

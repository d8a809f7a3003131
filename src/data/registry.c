/* data/registry.c - the layouts that files may have: one row each. When several fit a header line,
 * the one that knows most of its columns is taken, then the earlier row. */
#include "data/layout.h"

#define LAYOUTS(X)                                                                                 \
    X(bars_timestamp)                                                                              \
    X(bars_ms)                                                                                     \
    X(bars_bid)                                                                                    \
    X(bars_ask)                                                                                    \
    X(quotes_timestamp)                                                                            \
    X(quotes_ms)                                                                                   \
    X(quotes_recorded)                                                                             \
    X(trades_ms)                                                                                   \
    X(trades_taker)                                                                                \
    X(trades_recorded)                                                                             \
    X(trades_day)                                                                                  \
    X(book_recorded)                                                                               \
    X(book_ms)                                                                                     \
    X(orders_mbo)                                                                                  \
    X(orders_lobster)                                                                              \
    X(levels_lobster)

#define X(name) extern const struct layout layout_##name;
LAYOUTS(X)
#undef X

const struct layout *const layouts[] = {
#define X(name) &layout_##name,
    LAYOUTS(X)
#undef X
        NULL
};

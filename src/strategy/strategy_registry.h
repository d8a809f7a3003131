/*
 * strategy/strategy_registry.h - the built-in strategies: one file and one row each. They use
 * tradewind/strategy.h and nothing else of the house. A program may add descriptors of its own behind them.
 */
#ifndef STRATEGY_STRATEGY_REGISTRY_H
#define STRATEGY_STRATEGY_REGISTRY_H
#include <stddef.h>
#include "base/err.h"
#include "tradewind/strategy.h"

#define STRATEGIES_ADDED_MAX 16

struct strategy_table {
    const struct tw_strategy
        *rows[STRATEGIES_ADDED_MAX]; /* by name, whatever the order of adding */
    size_t count;
};
/* Borrows the descriptor. ERR_EXISTS: the name is a built-in's or in the table; ERR_FULL. */
MUST_USE enum err strategy_add(struct strategy_table *table, const struct tw_strategy *strategy);

/* The rows of *table follow the built-in ones from now on; NULL: there are none but those. Borrows the table
 * until the next call. Not while an engine runs: what a name means must not change under it. */
void strategy_use(const struct strategy_table *table);

/* NULL: no such row. */
const struct tw_strategy *strategy_find(const char *name);

/* The row at index, NULL past the end. */
const struct tw_strategy *strategy_at(size_t index);

#endif

/*
 * strategy/strategy_registry.h - the built-in strategies: one file and one row each. They use
 * tradewind/strategy.h and nothing else of the house.
 */
#ifndef STRATEGY_STRATEGY_REGISTRY_H
#define STRATEGY_STRATEGY_REGISTRY_H
#include <stddef.h>
#include "tradewind/strategy.h"

/* NULL: no such row. */
const struct tw_strategy *strategy_find(const char *name);

/* The row at index, NULL past the end. */
const struct tw_strategy *strategy_at(size_t index);

#endif

/*
 * engine/table.h - the order table with its two indexes, the keys, and the venue trade ids that were
 * seen. Private to the engine.
 */
#ifndef ENGINE_TABLE_H
#define ENGINE_TABLE_H
#include "engine/state.h"

/* How order ids are placed in the index. The index stands in snapshots as it is, so that another way is
 * another layout. */
#define ORDER_INDEX_VERSION 2

struct order_slot *table_find(struct engine *engine, uint64_t order_id);

/* A new slot for this row, at its place in the order of ids; keys and index follow. NULL: the table is
 * full of open or not yet archived orders. */
struct order_slot *table_add(struct engine *engine, const struct order *row);

/* Takes one order out of memory. Its key stays remembered. */
void table_evict(struct engine *engine, struct order_slot *slot);

/* The oldest closed order that the archive has, or NULL. */
struct order_slot *table_oldest_archived(struct engine *engine);

/* Told when an order is done: it may be evicted from now on. */
void table_closed(struct engine *engine, struct order_slot *slot);

/* True when table_add can succeed, evicting at most one order. */
bool table_has_room(const struct engine *engine);

/* NULL: not remembered. */
const struct key_slot *table_key(const struct engine *engine, uint16_t account, const char *key);

/* False when this fill was seen before. */
bool table_fill_is_new(const struct engine *engine, uint16_t venue, uint32_t instrument,
                       uint64_t order_id, const char *trade_id);
void table_fill_add(struct engine *engine, uint16_t venue, uint32_t instrument, uint64_t order_id,
                    const char *trade_id);

#endif

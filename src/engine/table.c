#include "engine/table.h"
#include <string.h>
#include "base/hash.h"

/* ---- an index: open addressing over slot numbers, deletion by shifting back ---- */

static uint32_t *order_index(const struct engine *engine)
{
    return (uint32_t *)((uintptr_t)engine + engine->order_index);
}
static uint32_t *key_index(const struct engine *engine)
{
    return (uint32_t *)((uintptr_t)engine + engine->key_index);
}
static uint32_t *fill_index(const struct engine *engine)
{
    return (uint32_t *)((uintptr_t)engine + engine->fill_index);
}
static struct key_slot *key_slots(const struct engine *engine)
{
    return (struct key_slot *)((uintptr_t)engine + engine->keys);
}
static struct fill_seen *fill_slots(const struct engine *engine)
{
    return (struct fill_seen *)((uintptr_t)engine + engine->fills);
}

static uint64_t order_hash_at(const struct engine *engine, uint32_t slot)
{
    const struct order_slot *slots = TABLE_CONST(engine, orders, struct order_slot);
    return hash_sequence(slots[slot].row.id);
}
static uint64_t key_hash(uint16_t account, const char *key)
{
    return hash_bytes_seeded(key, strlen(key), account);
}
static uint64_t key_hash_at(const struct engine *engine, uint32_t slot)
{
    const struct key_slot *key = &key_slots(engine)[slot];
    return key_hash(key->account, key->key);
}
static uint64_t fill_hash_at(const struct engine *engine, uint32_t slot)
{
    return fill_slots(engine)[slot].hash;
}

typedef uint64_t hash_at(const struct engine *engine, uint32_t slot);

/* Cells hold slot + 1; 0 is empty. The tables are at most half full, so a probe always ends. */
static void index_add(uint32_t *index, uint32_t mask, uint64_t hash, uint32_t slot)
{
    uint32_t at = (uint32_t)hash & mask;
    while (index[at])
        at = (at + 1) & mask;
    index[at] = slot + 1;
}

static void index_remove(const struct engine *engine, uint32_t *index, uint32_t mask, hash_at *hash,
                         uint32_t slot)
{
    uint32_t at = (uint32_t)hash(engine, slot) & mask;
    while (index[at] != slot + 1) {
        assert(index[at]); /* it was added */
        at = (at + 1) & mask;
    }
    uint32_t hole = at;
    for (at = (at + 1) & mask; index[at]; at = (at + 1) & mask) {
        uint32_t home = (uint32_t)hash(engine, index[at] - 1) & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) { /* it may move back to the hole */
            index[hole] = index[at];
            hole = at;
        }
    }
    index[hole] = 0;
}

/* ---- orders ---- */

struct order_slot *table_find(struct engine *engine, uint64_t order_id)
{
    const uint32_t *index = order_index(engine);
    struct order_slot *slots = order_slots(engine);
    uint32_t at = (uint32_t)hash_sequence(order_id) & engine->order_index_mask;
    for (; index[at]; at = (at + 1) & engine->order_index_mask)
        if (slots[index[at] - 1].row.id == order_id)
            return &slots[index[at] - 1];
    return NULL;
}

/* New orders have the highest id; only one that comes back from the archive walks further. */
static void list_insert(struct engine *engine, uint32_t slot)
{
    struct order_slot *slots = order_slots(engine);
    uint32_t before = engine->order_tail;
    while (before != NO_SLOT && slots[before].row.id > slots[slot].row.id)
        before = slots[before].previous;
    uint32_t after = before == NO_SLOT ? engine->order_head : slots[before].next;
    slots[slot].previous = before;
    slots[slot].next = after;
    *(before == NO_SLOT ? &engine->order_head : &slots[before].next) = slot;
    *(after == NO_SLOT ? &engine->order_tail : &slots[after].previous) = slot;
}

static void list_remove(struct engine *engine, uint32_t slot)
{
    struct order_slot *slots = order_slots(engine);
    uint32_t before = slots[slot].previous, after = slots[slot].next;
    *(before == NO_SLOT ? &engine->order_head : &slots[before].next) = after;
    *(after == NO_SLOT ? &engine->order_tail : &slots[after].previous) = before;
}

static void key_add(struct engine *engine, const struct order *row);

static uint32_t slot_take(struct engine *engine)
{
    struct order_slot *slots = order_slots(engine);
    if (engine->order_free != NO_SLOT) {
        uint32_t slot = engine->order_free;
        engine->order_free = slots[slot].next;
        return slot;
    }
    return engine->order_fresh < engine->limits.orders_max ? engine->order_fresh++ : NO_SLOT;
}

struct order_slot *table_add(struct engine *engine, const struct order *row)
{
    uint32_t slot = slot_take(engine);
    if (slot == NO_SLOT)
        return NULL;
    struct order_slot *added = &order_slots(engine)[slot];
    *added = (struct order_slot){ .row = *row, .watch_previous = NO_SLOT, .watch_next = NO_SLOT };
    list_insert(engine, slot);
    index_add(order_index(engine), engine->order_index_mask, hash_sequence(row->id), slot);
    engine->order_count++;
    if (order_state_is_done(row->state))
        table_closed(engine, added);
    if (row->client_order_id[0] && !table_key(engine, row->account, row->client_order_id))
        key_add(engine, row);
    return added;
}

void table_evict(struct engine *engine, struct order_slot *slot)
{
    struct order_slot *slots = order_slots(engine);
    uint32_t number = (uint32_t)(slot - slots);
    assert(order_state_is_done(slot->row.state));
    if (engine->closed_cursor == number)
        engine->closed_cursor = slot->next;
    list_remove(engine, number);
    index_remove(engine, order_index(engine), engine->order_index_mask, order_hash_at, number);
    memset(slot, 0, sizeof *slot);
    slot->next = engine->order_free;
    engine->order_free = number;
    engine->order_count--;
    engine->row.orders_evicted++;
}

/* The lowest id among the closed and archived: a function of rows alone, so that a recovered engine chooses
 * as one that never stopped. closed_cursor only saves the walk over open orders: all before it are
 * open. What is closed but not yet archived is looked past, EVICT_SCAN_MAX at most. */
#define EVICT_SCAN_MAX 4096

struct order_slot *table_oldest_archived(struct engine *engine)
{
    struct order_slot *slots = order_slots(engine);
    uint32_t at = engine->closed_cursor;
    while (at != NO_SLOT && !order_state_is_done(slots[at].row.state))
        at = slots[at].next;
    engine->closed_cursor = at;
    for (int scanned = 0; at != NO_SLOT && scanned < EVICT_SCAN_MAX; scanned++) {
        struct order_slot *slot = &slots[at];
        if (order_state_is_done(slot->row.state) && !slot->dirty &&
            slot->row.last_seq <= engine->row.archive_seq)
            return slot;
        at = slot->next;
    }
    return NULL;
}

void table_closed(struct engine *engine, struct order_slot *slot)
{
    uint32_t at = engine->closed_cursor;
    if (at == NO_SLOT || order_slots(engine)[at].row.id > slot->row.id)
        engine->closed_cursor = (uint32_t)(slot - order_slots(engine));
}

bool table_has_room(const struct engine *engine)
{
    return engine->order_count < engine->limits.orders_max ||
           table_oldest_archived((struct engine *)(uintptr_t)engine) != NULL;
}

/* ---- keys: a ring, oldest first ---- */

const struct key_slot *table_key(const struct engine *engine, uint16_t account, const char *key)
{
    const uint32_t *index = key_index(engine);
    const struct key_slot *keys = key_slots(engine);
    uint32_t at = (uint32_t)key_hash(account, key) & engine->key_index_mask;
    for (; index[at]; at = (at + 1) & engine->key_index_mask) {
        const struct key_slot *slot = &keys[index[at] - 1];
        if (slot->account == account && strcmp(slot->key, key) == 0)
            return slot;
    }
    return NULL;
}

static void key_write(struct engine *engine, const struct key_slot *key)
{
    uint32_t at = engine->key_at;
    key_slots(engine)[at] = *key;
    index_add(key_index(engine), engine->key_index_mask, key_hash(key->account, key->key), at);
    engine->key_at = at + 1 == engine->limits.keys_max ? 0 : at + 1;
    engine->key_count++;
}

/* Makes room by forgetting the oldest key whose order has left the memory; keys of orders still here go
 * round once more. keys_max > orders_max, so one such key is always found. */
static void key_make_room(struct engine *engine)
{
    while (engine->key_count == engine->limits.keys_max) {
        uint32_t oldest = engine->key_at; /* the ring is full: next to write is the oldest */
        struct key_slot key = key_slots(engine)[oldest];
        index_remove(engine, key_index(engine), engine->key_index_mask, key_hash_at, oldest);
        key_slots(engine)[oldest].order_id = 0;
        engine->key_count--;
        if (table_find(engine, key.order_id))
            key_write(engine, &key);
    }
}

static void key_add(struct engine *engine, const struct order *row)
{
    struct key_slot key = { .order_id = row->id,
                            .body_hash = row->body_hash,
                            .account = row->account };
    key_make_room(engine);
    memcpy(key.key, row->client_order_id, sizeof key.key);
    key_write(engine, &key);
}

/* ---- venue trade ids ---- */

/* Over bytes of one length, for a fill is dropped by this hash alone: XXH3 of a few bytes is no more than
 * the bytes and the seed added up, so that "103" of one instrument would be "102" of the next. */
static uint64_t fill_hash(uint16_t venue, uint32_t instrument, const char *trade_id)
{
    struct {
        uint32_t instrument, venue;
        char trade_id[TRADE_ID_MAX];
    } key = { .instrument = instrument, .venue = venue };
    memcpy(key.trade_id, trade_id, strnlen(trade_id, sizeof key.trade_id));
    uint64_t hash = hash_bytes(&key, sizeof key);
    return hash ? hash : 1;
}

bool table_fill_is_new(const struct engine *engine, uint16_t venue, uint32_t instrument,
                       uint64_t order_id, const char *trade_id)
{
    const uint32_t *index = fill_index(engine);
    const struct fill_seen *fills = fill_slots(engine);
    if (!trade_id[0])
        return true; /* nothing to tell a repeat by: money that may have moved is booked */
    uint64_t hash = fill_hash(venue, instrument, trade_id);
    uint32_t at = (uint32_t)hash & engine->fill_index_mask;
    for (; index[at]; at = (at + 1) & engine->fill_index_mask)
        if (fills[index[at] - 1].hash == hash && fills[index[at] - 1].order_id == order_id)
            return false;
    return true;
}

void table_fill_add(struct engine *engine, uint16_t venue, uint32_t instrument, uint64_t order_id,
                    const char *trade_id)
{
    struct fill_seen *fills = fill_slots(engine);
    uint32_t at = engine->fill_at;
    if (!trade_id[0])
        return;
    if (fills[at].hash)
        index_remove(engine, fill_index(engine), engine->fill_index_mask, fill_hash_at, at);
    else
        engine->fill_count++;
    fills[at] = (struct fill_seen){ fill_hash(venue, instrument, trade_id), order_id };
    index_add(fill_index(engine), engine->fill_index_mask, fills[at].hash, at);
    engine->fill_at = (at + 1) % FILLS_SEEN_MAX;
}

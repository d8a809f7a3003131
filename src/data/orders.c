#include "data/orders.h"
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"

struct order_row {
    uint64_t id;
    int64_t price_ticks, qty_lots;
    uint32_t before, after; /* in the queue, or the list of free rows */
    uint8_t side;
};

struct side {
    struct orders_level *level; /* the best is the last */
    uint32_t count, capacity;
    int64_t total_lots;
};

struct orders {
    struct order_row *pool; /* row 0 is none */
    uint32_t used, capacity, free, live;
    uint32_t *slot; /* hash table of rows; 0 = empty */
    uint32_t slots; /* a power of two, at least twice the live orders */
    struct side side[2];
};

struct orders *orders_new(void) { return calloc(1, sizeof(struct orders)); }

void orders_free(struct orders *orders)
{
    if (!orders)
        return;
    free(orders->pool);
    free(orders->slot);
    for (int i = 0; i < 2; i++)
        free(orders->side[i].level);
    free(orders);
}

void orders_clear(struct orders *orders)
{
    if (orders->slot)
        memset(orders->slot, 0, orders->slots * sizeof *orders->slot);
    orders->used = orders->capacity > 0 ? 1 : 0;
    orders->free = orders->live = 0;
    for (int i = 0; i < 2; i++) {
        orders->side[i].count = 0;
        orders->side[i].total_lots = 0;
    }
}

/* ---- ids ---- */

/* The slot of an id, or the empty one where it belongs. */
static uint32_t find_slot(const struct orders *orders, uint64_t id)
{
    uint32_t mask = orders->slots - 1, at = (uint32_t)hash_u64(id) & mask;
    while (orders->slot[at] && orders->pool[orders->slot[at]].id != id)
        at = (at + 1) & mask;
    return at;
}

static uint32_t find_order(const struct orders *orders, uint64_t id)
{
    return orders->slots > 0 ? orders->slot[find_slot(orders, id)] : 0;
}

/* Closes the hole by moving back what may move: no tombstones. */
static void remove_slot(struct orders *orders, uint32_t hole)
{
    uint32_t mask = orders->slots - 1;
    for (uint32_t at = (hole + 1) & mask; orders->slot[at]; at = (at + 1) & mask) {
        uint32_t home = (uint32_t)hash_u64(orders->pool[orders->slot[at]].id) & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            orders->slot[hole] = orders->slot[at];
            hole = at;
        }
    }
    orders->slot[hole] = 0;
}

/* Room for one more: pool and table grow together. */
static enum err make_room(struct orders *orders)
{
    if (orders->free || orders->used + 1 < orders->capacity)
        return OK;
    uint32_t capacity = orders->capacity ? 2 * orders->capacity : 4096;
    if (capacity > ORDERS_LIVE_MAX)
        return ERR_LIMIT;
    struct order_row *pool = realloc(orders->pool, capacity * sizeof *pool);
    if (!pool)
        return ERR_MEMORY;
    orders->pool = pool;
    uint32_t *slot = calloc((size_t)2 * capacity, sizeof *slot);
    if (!slot)
        return ERR_MEMORY;
    uint32_t *old = orders->slot, old_slots = orders->slots;
    orders->slot = slot;
    orders->slots = 2 * capacity;
    for (uint32_t i = 0; i < old_slots; i++)
        if (old[i])
            slot[find_slot(orders, pool[old[i]].id)] = old[i];
    free(old);
    orders->used = orders->used ? orders->used : 1;
    orders->capacity = capacity;
    return OK;
}

/* ---- levels ---- */

static uint32_t find_level(const struct side *side, int bids, int64_t price_ticks)
{
    uint32_t low = 0, high = side->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int64_t at = side->level[middle].price_ticks;
        if (bids ? at < price_ticks : at > price_ticks)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct orders_level *level_at(struct orders *orders, int side, int64_t price_ticks)
{
    struct side *of = &orders->side[side];
    uint32_t at = find_level(of, side == 0, price_ticks);
    return at < of->count && of->level[at].price_ticks == price_ticks ? &of->level[at] : NULL;
}

/* The level of a price, made when it is missing. */
static enum err need_level(struct orders *orders, int side, int64_t price_ticks,
                           struct orders_level **out)
{
    struct side *of = &orders->side[side];
    *out = level_at(orders, side, price_ticks);
    if (*out)
        return OK;
    if (of->count == of->capacity) {
        uint32_t capacity = of->capacity ? 2 * of->capacity : 1024;
        if (capacity > ORDERS_LEVELS_MAX)
            return ERR_LIMIT;
        struct orders_level *grown = realloc(of->level, capacity * sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        of->level = grown;
        of->capacity = capacity;
    }
    uint32_t at = find_level(of, side == 0, price_ticks);
    memmove(of->level + at + 1, of->level + at, (of->count++ - at) * sizeof *of->level);
    of->level[at] = (struct orders_level){ .price_ticks = price_ticks };
    *out = &of->level[at];
    return OK;
}

/* Takes quantity off a level; one without any goes. */
static void shrink_level(struct orders *orders, int side, struct orders_level *level,
                         int64_t qty_lots)
{
    struct side *of = &orders->side[side];
    level->total_lots -= qty_lots;
    of->total_lots -= qty_lots;
    if (level->total_lots > 0)
        return;
    assert(level->count == 0);
    uint32_t at = (uint32_t)(level - of->level);
    memmove(of->level + at, of->level + at + 1, (--of->count - at) * sizeof *of->level);
}

/* ---- orders ---- */

enum err orders_add(struct orders *orders, uint64_t id, int side, int64_t price_ticks,
                    int64_t qty_lots)
{
    assert(qty_lots > 0);
    struct orders_level *level = NULL;
    enum err err = find_order(orders, id) ? ERR_DUPLICATE : make_room(orders);
    if (err == OK)
        err = need_level(orders, side, price_ticks, &level);
    if (err != OK)
        return err;
    uint32_t row = orders->free ? orders->free : orders->used++;
    if (row == orders->free)
        orders->free = orders->pool[row].after;
    orders->pool[row] = (struct order_row){ .id = id,
                                            .price_ticks = price_ticks,
                                            .qty_lots = qty_lots,
                                            .before = level->tail,
                                            .side = (uint8_t)side };
    if (level->tail)
        orders->pool[level->tail].after = row;
    else
        level->head = row;
    level->tail = row;
    level->count++;
    level->total_lots += qty_lots;
    orders->side[side].total_lots += qty_lots;
    orders->slot[find_slot(orders, id)] = row;
    orders->live++;
    return OK;
}

/* Takes the order out of queue and table; its level keeps the quantity until it is shrunk. */
static void unlink_order(struct orders *orders, struct orders_level *level, uint32_t row)
{
    struct order_row *order = &orders->pool[row];
    if (order->before)
        orders->pool[order->before].after = order->after;
    else
        level->head = order->after;
    if (order->after)
        orders->pool[order->after].before = order->before;
    else
        level->tail = order->before;
    level->count--;
    remove_slot(orders, find_slot(orders, order->id));
    order->after = orders->free;
    orders->free = row;
    orders->live--;
}

enum err orders_cut(struct orders *orders, uint64_t id, int64_t qty_lots)
{
    uint32_t row = find_order(orders, id);
    if (!row)
        return ERR_NOT_FOUND;
    struct order_row *order = &orders->pool[row];
    struct orders_level *level = level_at(orders, order->side, order->price_ticks);
    assert(level);
    int side = order->side;
    int64_t taken = qty_lots < order->qty_lots ? qty_lots : order->qty_lots;
    order->qty_lots -= taken;
    if (order->qty_lots == 0)
        unlink_order(orders, level, row);
    shrink_level(orders, side, level, taken);
    return taken < qty_lots ? ERR_RANGE : OK;
}

enum err orders_change(struct orders *orders, uint64_t id, int side, int64_t price_ticks,
                       int64_t qty_lots)
{
    uint32_t row = find_order(orders, id);
    if (!row)
        return ERR_NOT_FOUND;
    const struct order_row *order = &orders->pool[row];
    int64_t has = order->qty_lots;
    if (order->side == side && order->price_ticks == price_ticks && qty_lots <= has)
        return qty_lots < has ? orders_cut(orders, id, has - qty_lots) : OK;
    enum err err = orders_cut(orders, id, has);
    return err == OK ? orders_add(orders, id, side, price_ticks, qty_lots) : err;
}

enum err orders_add_anonymous(struct orders *orders, int side, int64_t price_ticks,
                              int64_t qty_lots)
{
    struct orders_level *level = NULL;
    assert(qty_lots > 0);
    enum err err = need_level(orders, side, price_ticks, &level);
    if (err != OK)
        return err;
    level->anonymous_lots += qty_lots;
    level->total_lots += qty_lots;
    orders->side[side].total_lots += qty_lots;
    return OK;
}

enum err orders_cut_anonymous(struct orders *orders, int side, int64_t price_ticks,
                              int64_t qty_lots)
{
    struct orders_level *level = level_at(orders, side, price_ticks);
    if (!level)
        return ERR_NOT_FOUND;
    if (level->anonymous_lots < qty_lots)
        return ERR_RANGE;
    level->anonymous_lots -= qty_lots;
    shrink_level(orders, side, level, qty_lots);
    return OK;
}

void orders_drop_worst(struct orders *orders, int side)
{
    struct side *of = &orders->side[side];
    assert(of->count > 0);
    struct orders_level *level = &of->level[0];
    while (level->head)
        unlink_order(orders, level, level->head);
    shrink_level(orders, side, level, level->total_lots);
}

/* ---- looking ---- */

uint32_t orders_live(const struct orders *orders) { return orders->live; }

uint32_t orders_levels(const struct orders *orders, int side) { return orders->side[side].count; }

int64_t orders_total(const struct orders *orders, int side)
{
    return orders->side[side].total_lots;
}

const struct orders_level *orders_level(const struct orders *orders, int side, uint32_t place)
{
    const struct side *of = &orders->side[side];
    return place < of->count ? &of->level[of->count - 1 - place] : NULL;
}

uint64_t orders_head_id(const struct orders *orders, const struct orders_level *level)
{
    return level->head ? orders->pool[level->head].id : 0;
}

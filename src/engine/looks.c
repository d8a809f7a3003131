/* engine/looks.c - read-only looks: rows by id, images of all rows, the state hash, equity. */
#include <math.h>
#include <string.h>
#include "base/hash.h"
#include "engine/engine.h"
#include "engine/table.h"

/* The tables' own functions take a mutable engine; a look changes nothing. */
static struct engine *mutable(const struct engine *engine)
{
    return (struct engine *)(uintptr_t)engine;
}

const struct order *engine_order(const struct engine *engine, uint64_t order_id)
{
    const struct order_slot *slot = table_find(mutable(engine), order_id);
    return slot ? &slot->row : NULL;
}

const struct order *engine_order_by_key(const struct engine *engine, uint16_t account,
                                        const char *client_order_id)
{
    const struct key_slot *key = table_key(engine, account, client_order_id);
    return key ? engine_order(engine, key->order_id) : NULL;
}

const struct position *engine_position(const struct engine *engine, uint16_t account,
                                       uint32_t instrument, uint8_t position_side)
{
    bool known = account_of(mutable(engine), account) && position_side < POSITION_SIDES &&
                 instrument_of(mutable(engine), instrument);
    return known ? position_of(mutable(engine), account, instrument, position_side) : NULL;
}

const struct balance *engine_balance(const struct engine *engine, uint16_t account, uint16_t asset)
{
    bool known = account_of(mutable(engine), account) && asset < engine->limits.assets_max;
    return known ? balance_of(mutable(engine), account, asset) : NULL;
}

const struct account *engine_account(const struct engine *engine, uint16_t account)
{
    return account_of(mutable(engine), account);
}

const struct instrument *engine_instrument(const struct engine *engine, uint32_t instrument)
{
    const struct instrument_slot *slot = instrument_of(mutable(engine), instrument);
    return slot ? &slot->row : NULL;
}

const struct market_row *engine_market(const struct engine *engine, uint32_t instrument)
{
    const struct instrument_slot *slot = instrument_of(mutable(engine), instrument);
    return slot ? &slot->market : NULL;
}

const struct strategy_row *engine_strategy(const struct engine *engine, const char *name)
{
    const struct strategy_slot *slots = TABLE_CONST(engine, strategies, struct strategy_slot);
    for (uint32_t i = 1; i < engine->strategy_count; i++)
        if (strcmp(slots[i].row.start.name, name) == 0)
            return &slots[i].row;
    return NULL;
}

bool engine_strategy_is_warm(const struct engine *engine, const char *name)
{
    const struct strategy_row *row = engine_strategy(engine, name);
    if (!row)
        return false;
    const void *block = (const uint8_t *)engine + engine->strategy_state + row->state_offset;
    const struct strategy_head *head = block;
    bool warm = head->bars > 0;
    for (uint32_t i = 0; warm && i < head->indicator_count; i++)
        warm = !isnan(head->indicators[i].values[(head->bars - 1) % INDICATOR_HISTORY]);
    return warm;
}

uint32_t engine_waits_for_open(const struct engine *engine, uint32_t instrument)
{
    const struct instrument_slot *slot = instrument_of(mutable(engine), instrument);
    return slot ? slot->at_open : 0;
}

const struct order *engine_order_next(const struct engine *engine, const struct order *after)
{
    const struct order_slot *slots = TABLE_CONST(engine, orders, struct order_slot);
    uint32_t at =
        after ? ((const struct order_slot *)(const void *)after)->next : engine->order_head;
    return at == NO_SLOT ? NULL : &slots[at].row;
}

/* ---- images ---- */

struct teller {
    void (*each)(void *context, const struct event *image);
    void *context;
    const struct engine *engine;
    union {
        struct event event;
        uint8_t bytes[EVENT_HEADER_BYTES + 1024];
    } image;
};

static void tell(struct teller *teller, uint16_t kind, uint16_t account, uint32_t instrument,
                 const void *row, size_t size)
{
    assert(size <= 1024);
    memset(&teller->image, 0, sizeof teller->image);
    teller->image.event = (struct event){ .length = event_length(size),
                                          .kind = kind,
                                          .version = event_kind_version(kind),
                                          .engine_ts_ns = teller->engine->row.engine_ts_ns,
                                          .account = account,
                                          .instrument = instrument };
    memcpy(teller->image.bytes + EVENT_HEADER_BYTES, row, size);
    teller->each(teller->context, &teller->image.event);
}

static void tell_house(struct teller *teller)
{
    const struct engine *engine = teller->engine;
    const struct asset *assets = TABLE_CONST(engine, assets, struct asset);
    tell(teller, EVENT_ENGINE, 0, 0, &engine->row, sizeof engine->row);
    for (uint32_t i = 1; i < engine->limits.assets_max; i++)
        if (assets[i].id)
            tell(teller, EVENT_ASSET, 0, 0, &assets[i], sizeof assets[i]);
    for (uint32_t i = 1; i < engine->limits.instruments_max; i++) {
        const struct instrument_slot *slot = instrument_of(mutable(engine), i);
        if (!slot)
            continue;
        tell(teller, EVENT_INSTRUMENT, 0, i, &slot->row, sizeof slot->row);
        tell(teller, EVENT_MARKET_ROW, 0, i, &slot->market, sizeof slot->market);
    }
}

static void tell_account(struct teller *teller, uint16_t id)
{
    const struct engine *engine = teller->engine;
    const struct account *account = account_of(mutable(engine), id);
    tell(teller, EVENT_ACCOUNT, id, 0, account, sizeof *account);
    tell(teller, EVENT_RATE, id, 0, &rate_rows(mutable(engine))[id], sizeof(struct rate_row));
    tell(teller, EVENT_LIMITS, id, 0, &limits_rows(mutable(engine))[id],
         sizeof(struct risk_limits));
    for (uint16_t asset = 1; asset < engine->limits.assets_max; asset++) {
        const struct balance *row = balance_of(mutable(engine), id, asset);
        if (row->last_seq)
            tell(teller, EVENT_BALANCE, id, 0, row, sizeof *row);
    }
    for (uint32_t i = 1; i < engine->limits.instruments_max; i++)
        for (uint8_t side = 0; side < POSITION_SIDES; side++) {
            const struct position *row = position_of(mutable(engine), id, i, side);
            if (row->last_seq)
                tell(teller, EVENT_POSITION, id, i, row, sizeof *row);
        }
}

void engine_images(const struct engine *engine,
                   void (*each)(void *context, const struct event *image), void *context)
{
    struct teller teller = { .each = each, .context = context, .engine = engine };
    tell_house(&teller);
    for (uint16_t id = 1; id < engine->limits.accounts_max; id++)
        if (account_of(mutable(engine), id))
            tell_account(&teller, id);
    const struct strategy_slot *slots = TABLE_CONST(engine, strategies, struct strategy_slot);
    for (uint32_t i = 1; i < engine->strategy_count; i++)
        if (slots[i].row.status)
            tell(&teller, EVENT_STRATEGY, slots[i].row.account, slots[i].row.instrument,
                 &slots[i].row, sizeof slots[i].row);
    for (const struct order *row = NULL; (row = engine_order_next(engine, row));)
        tell(&teller, EVENT_ORDER, row->account, row->instrument, row, sizeof *row);
}

/* ---- hash ---- */

/* A sum of row hashes does not depend on where rows lie; the seed keeps tables apart. */
static uint64_t rows_hash(const void *rows, size_t count, size_t size, uint64_t seed)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = (const uint8_t *)rows + i * size;
        uint64_t first;
        memcpy(&first, row, sizeof first);
        sum +=
            first ? hash_bytes_seeded(row, size, seed) : 0; /* every such row begins with an id */
    }
    return sum;
}

static void add_image(void *context, const struct event *image)
{
    if (image->kind == EVENT_ENGINE)
        return;
    *(uint64_t *)context +=
        hash_bytes_seeded(event_body_const(image), image->length - EVENT_HEADER_BYTES, image->kind);
}

uint64_t engine_state_hash(const struct engine *engine)
{
    uint64_t sum = hash_bytes(&engine->row, sizeof engine->row);
    engine_images(engine, add_image, &sum);
    sum += rows_hash(TABLE_CONST(engine, timers, struct timer_row), engine->timer_count,
                     sizeof(struct timer_row), 1001);
    sum += rows_hash(TABLE_CONST(engine, keys, struct key_slot), engine->limits.keys_max,
                     sizeof(struct key_slot), 1002);
    sum += rows_hash(TABLE_CONST(engine, fills, struct fill_seen), FILLS_SEEN_MAX,
                     sizeof(struct fill_seen), 1003);
    sum += hash_bytes_seeded((const uint8_t *)engine + engine->strategy_state,
                             engine->strategy_state_used, 1004);
    return sum;
}

/* ---- equity ---- */

/* One unit of `asset` in `currency`: last price of an instrument that trades the one for the other. */
static const struct instrument_slot *pair_of(const struct engine *engine, uint16_t asset,
                                             uint16_t currency)
{
    for (uint32_t i = 1; i < engine->limits.instruments_max; i++) {
        const struct instrument_slot *slot = instrument_of(mutable(engine), i);
        if (slot && slot->row.base_asset == asset && slot->row.quote_asset == currency &&
            slot->market.last_ticks > 0)
            return slot;
    }
    return NULL;
}

static enum err add_balance(const struct engine *engine, const struct balance *balance,
                            uint16_t currency, i128 *sum)
{
    i128 worth = balance->total;
    if (balance->asset != currency && worth != 0) {
        const struct instrument_slot *pair = pair_of(engine, balance->asset, currency);
        if (!pair)
            return ERR_EMPTY;
        enum err err = amount_mul_div_floor(worth, pair->market.last_ticks,
                                            num_pow10(pair->row.price_scale), &worth);
        if (err)
            return err;
    }
    return amount_add(*sum, worth, sum);
}

static enum err add_unrealised(const struct engine *engine, const struct position *position,
                               i128 *sum)
{
    const struct instrument_slot *slot = instrument_of(mutable(engine), position->instrument);
    i128 worth;
    if (!slot || position->qty_lots == 0 || slot->row.kind == INSTRUMENT_SPOT ||
        slot->row.kind == INSTRUMENT_EQUITY)
        return OK; /* what is held stands in the balances */
    if (slot->market.last_ticks == 0)
        return ERR_EMPTY;
    enum err err =
        instrument_notional(&slot->row, slot->market.last_ticks, position->qty_lots, &worth);
    return err ? err : amount_add(*sum, worth - position->cost, sum);
}

enum err engine_equity(const struct engine *engine, uint16_t account_id, i128 *out)
{
    const struct account *account = account_of(mutable(engine), account_id);
    i128 sum = 0;
    enum err err = account ? OK : ERR_NOT_FOUND;
    for (uint16_t asset = 1; !err && asset < engine->limits.assets_max; asset++)
        err = add_balance(engine, balance_of(mutable(engine), account_id, asset),
                          account->base_currency, &sum);
    for (uint32_t i = 1; !err && i < engine->limits.instruments_max; i++)
        for (uint8_t side = 0; !err && side < POSITION_SIDES; side++)
            err = add_unrealised(engine, position_of(mutable(engine), account_id, i, side), &sum);
    if (!err)
        *out = sum;
    return err;
}

/* engine/recover.c - takes recorded batches: copies row images, keeps market facts, decides nothing. */
#include <string.h>
#include "engine/emulate.h"
#include "engine/engine.h"
#include "engine/market.h"
#include "engine/strategies.h"
#include "engine/table.h"
#include "engine/timer.h"

static enum err take_order(struct engine *engine, const struct order *row)
{
    struct order_slot *slot = table_find(engine, row->id);
    bool was_open = slot && !order_state_is_done(slot->row.state);
    bool is_open = !order_state_is_done(row->state);
    if (!account_of(engine, row->account) || !instrument_of(engine, row->instrument) ||
        row->id == 0 || row->state == ORDER_NONE || row->state >= ORDER_STATE_COUNT ||
        row->type >= ORDER_TYPE_COUNT)
        return ERR_CORRUPT;
    if (slot) {
        emulate_forget(engine, slot); /* while the row is still of the type it was watched as */
        slot->row = *row;
    } else {
        slot = table_add(engine, row);
    }
    if (!slot)
        return ERR_CORRUPT; /* the live table had room for it */
    if (was_open != is_open) {
        engine->row.orders_open += is_open ? 1u : UINT32_MAX;
        strategies_order_count(engine, row->strategy, is_open ? 1 : -1);
    }
    if (was_open && !is_open)
        table_closed(engine, slot);
    if (is_open && (row->flags & ORDER_EMULATED))
        emulate_watch(engine, slot);
    return OK;
}

static enum err take_instrument(struct engine *engine, const struct instrument *row)
{
    if (row->id >= engine->limits.instruments_max)
        return ERR_CORRUPT;
    struct instrument_slot *slot = &instrument_slots(engine)[row->id];
    if (!slot->row.id)
        slot->watch_head = slot->watch_tail = NO_SLOT;
    slot->row = *row;
    slot->market.instrument = row->id;
    return OK;
}

static enum err take_position(struct engine *engine, const struct position *row)
{
    if (row->account >= engine->limits.accounts_max ||
        row->instrument >= engine->limits.instruments_max || row->position_side >= POSITION_SIDES)
        return ERR_CORRUPT;
    *position_of(engine, row->account, row->instrument, row->position_side) = *row;
    return OK;
}

static enum err take_balance(struct engine *engine, const struct balance *row)
{
    if (row->account >= engine->limits.accounts_max || row->asset >= engine->limits.assets_max)
        return ERR_CORRUPT;
    *balance_of(engine, row->account, row->asset) = *row;
    return OK;
}

static enum err take_evicted(struct engine *engine, uint64_t order_id)
{
    struct order_slot *slot = table_find(engine, order_id);
    if (!slot || !order_state_is_done(slot->row.state))
        return ERR_CORRUPT;
    table_evict(engine, slot);
    return OK;
}

static enum err take_by_account(struct engine *engine, const struct event *event)
{
    if (event->account >= engine->limits.accounts_max)
        return ERR_CORRUPT;
    if (event->kind == EVENT_ACCOUNT)
        memcpy(&account_rows(engine)[event->account], event_body_const(event),
               sizeof(struct account));
    else
        memcpy(&limits_rows(engine)[event->account], event_body_const(event),
               sizeof(struct risk_limits));
    return OK;
}

static enum err take_engine(struct engine *engine, const struct engine_row *row)
{
    engine->row.instance_id = row->instance_id;
    engine->row.engine_version = row->engine_version;
    return OK;
}

static enum err take_record(struct engine *engine, const struct event *event)
{
    const void *body = event_body_const(event);
    struct bar closed[MARKET_FLAT_BARS_MAX + 1];
    const struct asset *asset = body;
    const struct strategy_row *strategy = body;
    const struct fill *fill = body;
    switch ((enum event_kind)event->kind) {
    case EVENT_QUOTE:
    case EVENT_TRADE:
    case EVENT_BOOK:
    case EVENT_BAR_OPEN:
    case EVENT_BAR:
        if (instrument_of(engine, event->instrument))
            (void)market_apply(instrument_of(engine, event->instrument), event, closed);
        return OK;
    case EVENT_ORDER: return take_order(engine, body);
    case EVENT_POSITION: return take_position(engine, body);
    case EVENT_BALANCE: return take_balance(engine, body);
    case EVENT_ACCOUNT:
    case EVENT_LIMITS: return take_by_account(engine, event);
    case EVENT_ASSET:
        if (asset->id >= engine->limits.assets_max)
            return ERR_CORRUPT;
        TABLE(engine, assets, struct asset)[asset->id] = *asset;
        return OK;
    case EVENT_INSTRUMENT: return take_instrument(engine, body);
    case EVENT_STRATEGY:
        if (strategy->id >= engine->limits.strategies_max ||
            strategy->state_offset > engine->limits.strategy_state_bytes ||
            strategy->state_bytes > engine->limits.strategy_state_bytes - strategy->state_offset)
            return ERR_CORRUPT;
        strategies_recover_row(engine, strategy);
        return OK;
    case EVENT_STRATEGY_STATE: return strategies_recover_patch(engine, event->strategy, body);
    case EVENT_TIMER_ROW:
        if (!timer_has_room(engine) && ((const struct timer_row *)body)->deadline_ns)
            return ERR_CORRUPT;
        timer_recover(engine, body);
        return OK;
    case EVENT_ENGINE: return take_engine(engine, body);
    case EVENT_ORDER_EVICTED: return take_evicted(engine, ((const struct seq_cursor *)body)->seq);
    case EVENT_FILL:
        table_fill_add(engine, event->venue, event->instrument, fill->order_id, fill->trade_id);
        return OK;
    case EVENT_ARCHIVE_CURSOR:
        if (((const struct seq_cursor *)body)->seq <= event->seq &&
            ((const struct seq_cursor *)body)->seq > engine->row.archive_seq)
            engine->row.archive_seq = ((const struct seq_cursor *)body)->seq;
        return OK;
    default: return OK; /* inputs and outcomes whose images follow, or that change no row */
    }
}

enum err engine_recover(struct engine *engine, const void *batch, size_t size_bytes)
{
    const struct event *event = NULL;
    while ((event = batch_next(batch, size_bytes, event))) {
        if (event->seq != engine->row.seq + 1)
            return ERR_CORRUPT;
        enum err err = take_record(engine, event);
        if (err)
            return err;
        engine->row.seq = event->seq;
        engine->row.engine_ts_ns = event->engine_ts_ns;
    }
    engine->row.inputs++;
    return OK;
}

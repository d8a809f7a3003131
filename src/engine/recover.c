/* engine/recover.c - takes recorded batches: copies row images, keeps market facts, decides nothing. */
#include <string.h>
#include "engine/emulate.h"
#include "engine/engine.h"
#include "engine/market.h"
#include "engine/orders.h"
#include "engine/strategies.h"
#include "engine/table.h"
#include "engine/timer.h"

/* What the live engine counts while it moves orders is counted here from their images: open orders, and what
 * they add to positions. `before` NULL: the order is new to the table; first_seq: of the batch, which tells
 * an order that came from one that came back. */
static void count_order(struct engine *engine, const struct order *before, const struct order *row,
                        uint64_t first_seq)
{
    struct account *account = account_of(engine, row->account);
    bool was_open = before && !order_state_is_done(before->state);
    bool is_open = !order_state_is_done(row->state);
    bool was_denied = before && before->state == ORDER_DENIED;
    bool is_news = before || row->id >= first_seq;
    account->intents += !before && is_news;
    account->denials += row->state == ORDER_DENIED && !was_denied && is_news;
    if (was_open != is_open) {
        uint32_t by = is_open ? 1u : UINT32_MAX;
        engine->row.orders_open += by;
        account->open_orders += by;
        strategies_order_count(engine, row->strategy, is_open ? 1 : -1);
    }
    int64_t moved = orders_counted_lots(row) - (before ? orders_counted_lots(before) : 0);
    struct position *position =
        position_of(engine, row->account, row->instrument, row->position_side);
    *(row->side == SIDE_BUY ? &position->open_buy_lots : &position->open_sell_lots) += moved;
}

static bool order_makes_sense(struct engine *engine, const struct order *row)
{
    return account_of(engine, row->account) && instrument_of(engine, row->instrument) &&
           row->id != 0 && row->state != ORDER_NONE && row->state < ORDER_STATE_COUNT &&
           row->type < ORDER_TYPE_COUNT && row->position_side < POSITION_SIDES;
}

static enum err take_order(struct engine *engine, const struct order *row, uint64_t first_seq)
{
    if (!order_makes_sense(engine, row))
        return ERR_CORRUPT;
    struct order_slot *slot = table_find(engine, row->id);
    bool was_open = slot && !order_state_is_done(slot->row.state);
    if (slot) {
        emulate_forget(engine, slot); /* while the row is still of the type it was watched as */
        count_order(engine, &slot->row, row, first_seq);
        slot->row = *row;
    } else {
        slot = table_add(engine, row);
        if (!slot)
            return ERR_CORRUPT; /* the live table had room for it */
        count_order(engine, NULL, row, first_seq);
    }
    bool is_open = !order_state_is_done(row->state);
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
    const void *row = event_body_const(event);
    if (event->account >= engine->limits.accounts_max)
        return ERR_CORRUPT;
    if (event->kind == EVENT_ACCOUNT)
        memcpy(&account_rows(engine)[event->account], row, sizeof(struct account));
    else if (event->kind == EVENT_LIMITS)
        memcpy(&limits_rows(engine)[event->account], row, sizeof(struct risk_limits));
    else
        memcpy(&rate_rows(engine)[event->account], row, sizeof(struct rate_row));
    return OK;
}

static enum err take_engine(struct engine *engine, const struct engine_row *row)
{
    engine->row.instance_id = row->instance_id;
    engine->row.engine_version = row->engine_version;
    return OK;
}

static enum err take_record(struct engine *engine, const struct event *event, uint64_t first_seq)
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
    case EVENT_ORDER: return take_order(engine, body, first_seq);
    case EVENT_POSITION: return take_position(engine, body);
    case EVENT_BALANCE: return take_balance(engine, body);
    case EVENT_ACCOUNT:
    case EVENT_LIMITS:
    case EVENT_RATE: return take_by_account(engine, event);
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
        if (!account_of(engine, event->account))
            return ERR_CORRUPT;
        account_of(engine, event->account)->fills++;
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
    uint64_t first_seq = engine->row.seq + 1;
    while ((event = batch_next(batch, size_bytes, event))) {
        if (event->seq != engine->row.seq + 1)
            return ERR_CORRUPT;
        enum err err = take_record(engine, event, first_seq);
        if (err)
            return err;
        engine->row.seq = event->seq;
        engine->row.engine_ts_ns = event->engine_ts_ns;
    }
    engine->row.inputs++;
    return OK;
}

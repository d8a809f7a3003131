#include "engine/strategies.h"
#include <math.h>
#include <string.h>
#include "engine/ledger.h"
#include "engine/orders.h"
#include "engine/table.h"
#include "engine/timer.h"
#include "indicator/indicator.h"
#include "strategy/strategy_registry.h"

#define PATCH_LINE 64u /* state is compared and told in lines of so many bytes */

struct tw_context { /* one callback */
    struct step *step;
    struct strategy_slot *slot;
    struct strategy_head *head;
    struct tw_instrument instrument;
    bool starting;
};

static uint8_t *block_of(struct engine *engine, const struct strategy_slot *slot)
{
    return (uint8_t *)engine + engine->strategy_state + slot->row.state_offset;
}
static uint8_t *shadow_of(struct engine *engine, const struct strategy_slot *slot)
{
    return (uint8_t *)engine + engine->strategy_shadow + slot->row.state_offset;
}
static struct strategy_head *head_of(struct engine *engine, const struct strategy_slot *slot)
{
    return (struct strategy_head *)block_of(engine, slot);
}
static void *own_state(struct engine *engine, const struct strategy_slot *slot)
{
    return block_of(engine, slot) + head_of(engine, slot)->own_offset;
}
static const struct tw_strategy *descriptor_of(const struct strategy_slot *slot)
{
    return strategy_find(slot->row.start.type);
}

/* ---- what a context offers ---- */

static const struct tw_instrument *api_instrument(struct tw_context *context)
{
    return &context->instrument;
}
static double api_param(struct tw_context *context, uint32_t index)
{
    assert(index < context->slot->row.start.param_count);
    return context->slot->row.start.params[index];
}
static int64_t api_now(struct tw_context *context)
{
    const struct event *input = context->step->input;
    return input->source_ts_ns ? input->source_ts_ns : context->step->ts_ns;
}
static int64_t api_position(struct tw_context *context) { return context->slot->row.position_lots; }
static uint32_t api_open_orders(struct tw_context *context) { return context->slot->open_orders; }

static void intent_from(const struct strategy_row *row, const struct tw_intent *asked,
                        struct intent *out)
{
    bool sized = asked->qty_lots > 0;
    bool at_open = row->start.fill_at_open && asked->type == TW_MARKET;
    *out = (struct intent){
        .qty_lots = sized                               ? asked->qty_lots
                    : row->start.size_mode == SIZE_LOTS ? row->start.size_lots
                                                        : 0,
        .price_ticks = asked->price_ticks,
        .stop_ticks = asked->stop_ticks,
        .side = asked->side,
        .type = asked->type,
        .tif = at_open                    ? TIF_AT_OPEN
               : asked->type == TW_MARKET ? TIF_IOC
                                          : TIF_GTC,
        .flags = (uint8_t)((asked->post_only ? ORDER_POST_ONLY : 0) |
                           (asked->reduce_only ? ORDER_REDUCE_ONLY : 0) |
                           (asked->target ? ORDER_TARGET : 0)),
        .size_mode = sized ? (uint8_t)SIZE_LOTS : row->start.size_mode,
        .size_e9 = sized ? 0 : row->start.size_e9,
    };
}

/* "sma_btc-13562": the strategy's name, cut where it must be, and the order's id, so that the order is found
 * like a user's own. A user who took that very id first keeps it; the order then has none. */
static void name_order(const struct engine *engine, const struct strategy_row *row, uint64_t id,
                       char out[CLIENT_ORDER_ID_MAX])
{
    char digits[24];
    size_t first = sizeof digits - 1, length = strnlen(row->start.name, STRATEGY_NAME_MAX);
    digits[first] = 0;
    do {
        digits[--first] = (char)('0' + id % 10);
    } while ((id /= 10) != 0);
    digits[--first] = '-';
    size_t tail = sizeof digits - first; /* with its NUL */
    if (length > CLIENT_ORDER_ID_SHOWN + 1 - tail)
        length = CLIENT_ORDER_ID_SHOWN + 1 - tail;
    memcpy(out, row->start.name, length);
    memcpy(out + length, digits + first, tail);
    if (table_key(engine, row->account, out))
        memset(out, 0, CLIENT_ORDER_ID_MAX);
}

static uint64_t api_order(struct tw_context *context, const struct tw_intent *asked)
{
    struct step *step = context->step;
    struct strategy_slot *slot = context->slot;
    if (step->warming || context->starting || slot->row.status != STRATEGY_RUNNING ||
        step->moved >= STEP_ORDERS_MAX)
        return 0;
    struct event *event = outcome(step, EVENT_INTENT, sizeof(struct intent));
    struct intent intent;
    intent_from(&slot->row, asked, &intent);
    name_order(step->engine, &slot->row, event->seq, intent.client_order_id);
    event->account = slot->row.account;
    event->instrument = slot->row.instrument;
    event->strategy = slot->row.id;
    memcpy(event_body(event), &intent, sizeof intent);
    uint64_t cause = step->cause;
    struct opening from = { .account = slot->row.account,
                            .strategy = slot->row.id,
                            .instrument = slot->row.instrument,
                            .order_id = event->seq };
    step->cause = event->seq;
    struct opened opened = orders_open(step, &from, &intent);
    step->cause = cause;
    slot->row.orders += opened.err == OK;
    slot->dirty = true;
    return opened.err == OK && opened.denial == 0 ? opened.order_id : 0;
}

static int api_cancel(struct tw_context *context, uint64_t order_id)
{
    struct order_slot *slot = table_find(context->step->engine, order_id);
    bool trading =
        !context->step->warming && !context->starting && context->step->moved < STEP_ORDERS_MAX;
    if (!trading || !slot || slot->row.strategy != context->slot->row.id)
        return 0;
    return orders_cancel(context->step, slot) == OK;
}

static void api_signal(struct tw_context *context, const struct tw_signal *told)
{
    struct event *event = outcome(context->step, EVENT_SIGNAL, sizeof(struct signal));
    struct signal *signal = event_body(event);
    event->account = context->slot->row.account;
    event->instrument = context->slot->row.instrument;
    event->strategy = context->slot->row.id;
    *signal = (struct signal){ .confidence = told->confidence,
                               .value = told->value,
                               .direction = (int8_t)told->direction };
    static_assert(sizeof signal->feature == sizeof told->feature, "a feature's name fits");
    memcpy(signal->feature, told->feature, sizeof signal->feature - 1);
}

static int api_indicator(struct tw_context *context, const char *name, const double *params,
                         uint32_t count)
{
    struct engine *engine = context->step->engine;
    struct strategy_slot *slot = context->slot;
    struct strategy_head *head = context->head;
    uint32_t output;
    double all[INDICATOR_PARAMS_MAX] = { 0 };
    const struct indicator *row = indicator_find_output(name, &output);
    if (!context->starting || !row || head->indicator_count == TW_INDICATORS_MAX ||
        indicator_params(row, params, count, all))
        return -1;
    size_t bytes = (row->state_bytes(all) + 7) & ~(size_t)7;
    if (bytes > INDICATOR_BYTES_MAX ||
        bytes > engine->limits.strategy_state_bytes - engine->strategy_state_used)
        return -1;
    struct indicator_use *use = &head->indicators[head->indicator_count];
    *use = (struct indicator_use){ .offset = slot->row.state_bytes,
                                   .bytes = bytes & INDICATOR_BYTES_MAX,
                                   .output = output & 0xff };
    static_assert(sizeof use->name == INDICATOR_NAME_MAX, "a row's name fits");
    static_assert(sizeof use->params == sizeof all, "and its parameters");
    static_assert(sizeof *use == 120, "journals and snapshots hold it");
    strncpy(use->name, row->name, sizeof use->name - 1);
    memcpy(use->params, all, sizeof all);
    for (int i = 0; i < INDICATOR_HISTORY; i++)
        use->values[i] = NAN;
    slot->row.state_bytes += (uint32_t)bytes;
    engine->strategy_state_used += (uint32_t)bytes;
    row->init(block_of(engine, slot) + use->offset, use->params);
    return (int)head->indicator_count++;
}

static double api_value(struct tw_context *context, int indicator, uint32_t ago)
{
    const struct strategy_head *head = context->head;
    assert(indicator >= 0 && (uint32_t)indicator < head->indicator_count);
    if (ago >= INDICATOR_HISTORY || ago >= head->bars)
        return NAN;
    return head->indicators[indicator].values[(head->bars - 1 - ago) % INDICATOR_HISTORY];
}

static int api_timer(struct tw_context *context, int64_t at_ns, uint64_t tag)
{
    return timer_set(context->step, TIMER_STRATEGY, context->slot->row.id, tag, at_ns);
}

static const struct tw_api api = {
    .size = sizeof(struct tw_api),
    .instrument = api_instrument,
    .param = api_param,
    .now_ns = api_now,
    .position_lots = api_position,
    .open_orders = api_open_orders,
    .order = api_order,
    .cancel = api_cancel,
    .signal = api_signal,
    .indicator = api_indicator,
    .value = api_value,
    .timer = api_timer,
};

static struct tw_context context_for(struct step *step, struct strategy_slot *slot)
{
    const struct instrument *row = &instrument_of(step->engine, slot->row.instrument)->row;
    struct tw_context context = { .step = step,
                                  .slot = slot,
                                  .head = head_of(step->engine, slot),
                                  .instrument = { .price_scale = row->price_scale,
                                                  .qty_scale = row->qty_scale,
                                                  .tick_step = row->tick_step,
                                                  .lot_step = row->lot_step,
                                                  .qty_min_lots = row->qty_min_lots } };
    static_assert(sizeof context.instrument.symbol == sizeof row->symbol, "the same symbol");
    memcpy(context.instrument.symbol, row->symbol, sizeof row->symbol);
    slot->touched = true;
    return context;
}

/* ---- starting and stopping ---- */

static struct strategy_slot *free_slot(struct engine *engine, const char *name, enum err *err)
{
    struct strategy_slot *slots = strategy_slots(engine), *found = NULL;
    *err = ERR_FULL;
    for (uint32_t i = 1; i < engine->limits.strategies_max; i++) {
        bool same = strcmp(slots[i].row.start.name, name) == 0;
        if (same && slots[i].row.status == STRATEGY_RUNNING) {
            *err = ERR_EXISTS;
            return NULL;
        }
        if (same)
            return &slots[i]; /* it ran before: its share of the position goes on */
        if (!found && slots[i].row.status == STRATEGY_EMPTY)
            found = &slots[i];
    }
    return found;
}

static enum err params_check(const struct tw_strategy *strategy, const struct strategy_start *start)
{
    if (start->param_count != strategy->param_count || !start->name[0])
        return ERR_RANGE;
    for (uint32_t i = 0; i < strategy->param_count; i++)
        if (!(start->params[i] >= strategy->params[i].low &&
              start->params[i] <= strategy->params[i].high))
            return ERR_RANGE; /* NaN too */
    bool sized = start->size_mode == SIZE_LOTS
                     ? start->size_lots > 0
                     : start->size_mode <= SIZE_VALUE_FRACTION && start->size_e9 > 0 &&
                           start->size_e9 <= 1000000000;
    return sized && start->bar_interval_ns >= 0 ? OK : ERR_RANGE;
}

/* The block at the end of what is used; a strategy that starts again gets a new one (state_bytes of a run
 * are small, and what is given out is bounded by strategy_state_bytes). */
static enum err take_block(struct engine *engine, struct strategy_slot *slot, uint32_t own_bytes)
{
    uint32_t own = (uint32_t)(sizeof(struct strategy_head) + 63) & ~63u;
    uint32_t bytes = own + ((own_bytes + 63) & ~63u);
    uint32_t at = (engine->strategy_state_used + 63) & ~63u;
    if (at > engine->limits.strategy_state_bytes ||
        bytes > engine->limits.strategy_state_bytes - at)
        return ERR_FULL;
    slot->row.state_offset = at;
    slot->row.state_bytes = bytes;
    engine->strategy_state_used = at + bytes;
    head_of(engine, slot)->own_offset = own;
    return OK;
}

static void give_back(struct engine *engine, struct strategy_slot *slot, uint32_t used)
{
    memset(block_of(engine, slot), 0, slot->row.state_bytes);
    memset(shadow_of(engine, slot), 0, slot->row.state_bytes);
    engine->strategy_state_used = used;
}

enum err strategies_start(struct step *step, const struct event *input)
{
    struct engine *engine = step->engine;
    const struct strategy_start *start = event_body_const(input);
    const struct tw_strategy *strategy = strategy_find(start->type);
    if (!strategy || !instrument_of(engine, input->instrument) ||
        !account_of(engine, input->account))
        return ERR_NOT_FOUND;
    enum err err = params_check(strategy, start);
    if (err)
        return err;
    struct strategy_slot *slot = free_slot(engine, start->name, &err);
    if (!slot)
        return err;
    bool moves = slot->row.status != STRATEGY_EMPTY &&
                 (slot->row.account != input->account || slot->row.instrument != input->instrument);
    if (moves && (slot->row.position_lots != 0 || slot->open_orders > 0))
        return ERR_STATE; /* its share is of the other position */
    uint32_t used = engine->strategy_state_used;
    struct strategy_row before = slot->row;
    err = take_block(engine, slot, strategy->state_bytes);
    if (err)
        return err;
    if (moves)
        slot->row.realised = slot->row.cost = 0;
    slot->row.start = *start;
    slot->row.id = (uint16_t)slot->index;
    slot->row.account = input->account;
    slot->row.instrument = input->instrument;
    slot->row.status = STRATEGY_RUNNING;
    memset(slot->row.reason, 0, sizeof slot->row.reason);
    struct tw_context context = context_for(step, slot);
    context.starting = true;
    if (strategy->start && strategy->start(&api, &context, own_state(engine, slot)) != 0) {
        give_back(engine, slot, used);
        slot->row = before;
        slot->touched = false;
        return ERR_RANGE;
    }
    slot->dirty = true;
    if (slot->index >= engine->strategy_count)
        engine->strategy_count = slot->index + 1;
    return OK;
}

enum err strategies_stop(struct step *step, const struct strategy_ref *ref)
{
    struct engine *engine = step->engine;
    struct strategy_slot *slots = strategy_slots(engine);
    for (uint32_t i = 1; i < engine->strategy_count; i++) {
        struct strategy_slot *slot = &slots[i];
        if (slot->row.status != STRATEGY_RUNNING || strcmp(slot->row.start.name, ref->name) != 0)
            continue;
        const struct tw_strategy *strategy = descriptor_of(slot);
        if (strategy && strategy->stop) {
            struct tw_context context = context_for(step, slot);
            strategy->stop(&api, &context, own_state(engine, slot));
        }
        slot->row.status = STRATEGY_STOPPED;
        memcpy(slot->row.reason, ref->reason, sizeof slot->row.reason);
        slot->dirty = true;
        return OK;
    }
    return ERR_NOT_FOUND;
}

/* ---- callbacks ---- */

static struct strategy_slot *next_running(struct engine *engine, uint32_t instrument,
                                          struct strategy_slot *after)
{
    struct strategy_slot *slots = strategy_slots(engine);
    for (uint32_t i = after ? after->index + 1 : 1; i < engine->strategy_count; i++)
        if (slots[i].row.status == STRATEGY_RUNNING && slots[i].row.instrument == instrument)
            return &slots[i];
    return NULL;
}

/* Shorter bars make a longer one; true when *bar is a finished bar of the strategy's own interval. */
static bool bar_of_interval(struct strategy_slot *slot, struct strategy_head *head, struct bar *bar)
{
    int64_t interval_ns = slot->row.start.bar_interval_ns;
    struct bar *partial = &head->partial;
    if (interval_ns == 0 || bar->end_ns - bar->start_ns >= interval_ns)
        return true;
    int64_t start_ns = num_div_floor(bar->start_ns, interval_ns) * interval_ns;
    if (partial->start_ns != start_ns) {
        *partial = *bar;
        partial->start_ns = start_ns;
        partial->end_ns = start_ns + interval_ns;
    } else {
        partial->high_ticks =
            bar->high_ticks > partial->high_ticks ? bar->high_ticks : partial->high_ticks;
        partial->low_ticks =
            bar->low_ticks < partial->low_ticks ? bar->low_ticks : partial->low_ticks;
        partial->close_ticks = bar->close_ticks;
        if (num_add(partial->volume_lots, bar->volume_lots, &partial->volume_lots))
            partial->volume_lots = INT64_MAX;
        partial->trade_count += bar->trade_count;
    }
    if (bar->end_ns < partial->end_ns)
        return false;
    *bar = *partial;
    memset(partial, 0, sizeof *partial);
    return true;
}

static void feed_indicators(struct engine *engine, struct strategy_slot *slot,
                            const struct tw_bar *bar)
{
    struct strategy_head *head = head_of(engine, slot);
    struct indicator_bar values = { bar->open,  bar->high,   bar->low,
                                    bar->close, bar->volume, bar->start_ns };
    for (uint32_t i = 0; i < head->indicator_count; i++) {
        struct indicator_use *use = &head->indicators[i];
        const struct indicator *row = indicator_find(use->name);
        double out[INDICATOR_OUTPUTS_MAX];
        row->update(block_of(engine, slot) + use->offset, &values, out);
        use->values[head->bars % INDICATOR_HISTORY] = out[use->output];
    }
    head->bars++;
}

static bool all_had_values(const struct strategy_head *head, uint32_t ago)
{
    for (uint32_t i = 0; i < head->indicator_count; i++)
        if (head->bars <= ago ||
            isnan(head->indicators[i].values[(head->bars - 1 - ago) % INDICATOR_HISTORY]))
            return false;
    return true;
}

/* Some backtesting programs never ask a strategy about the first bar at which it knows all it wants. */
static bool is_skipped(const struct strategy_slot *slot, const struct strategy_head *head)
{
    return slot->row.start.skips_first && all_had_values(head, 0) && !all_had_values(head, 1);
}

void strategies_bar(struct step *step, uint32_t instrument, const struct bar *finished)
{
    struct engine *engine = step->engine;
    const struct instrument *rules = &instrument_of(engine, instrument)->row;
    for (struct strategy_slot *slot = NULL; (slot = next_running(engine, instrument, slot));) {
        const struct tw_strategy *strategy = descriptor_of(slot);
        struct bar bar = *finished;
        slot->touched = true;
        if (!strategy || !bar_of_interval(slot, head_of(engine, slot), &bar))
            continue;
        struct tw_bar told = { .start_ns = bar.start_ns,
                               .end_ns = bar.end_ns,
                               .open_ticks = bar.open_ticks,
                               .high_ticks = bar.high_ticks,
                               .low_ticks = bar.low_ticks,
                               .close_ticks = bar.close_ticks,
                               .volume_lots = bar.volume_lots,
                               .open = num_to_double(bar.open_ticks, rules->price_scale),
                               .high = num_to_double(bar.high_ticks, rules->price_scale),
                               .low = num_to_double(bar.low_ticks, rules->price_scale),
                               .close = num_to_double(bar.close_ticks, rules->price_scale),
                               .volume = num_to_double(bar.volume_lots, rules->qty_scale) };
        feed_indicators(engine, slot, &told);
        slot->row.bars++;
        slot->dirty = true;
        if (strategy->bar && !is_skipped(slot, head_of(engine, slot))) {
            struct tw_context context = context_for(step, slot);
            strategy->bar(&api, &context, own_state(engine, slot), &told);
        }
    }
}

void strategies_quote(struct step *step, uint32_t instrument, const struct quote *quote,
                      int64_t ts_ns)
{
    struct engine *engine = step->engine;
    const struct instrument *rules = &instrument_of(engine, instrument)->row;
    for (struct strategy_slot *slot = NULL; (slot = next_running(engine, instrument, slot));) {
        const struct tw_strategy *strategy = descriptor_of(slot);
        if (!strategy || !strategy->quote)
            continue;
        struct tw_quote told = { .ts_ns = ts_ns,
                                 .bid_ticks = quote->bid_ticks,
                                 .bid_lots = quote->bid_lots,
                                 .ask_ticks = quote->ask_ticks,
                                 .ask_lots = quote->ask_lots,
                                 .bid = num_to_double(quote->bid_ticks, rules->price_scale),
                                 .ask = num_to_double(quote->ask_ticks, rules->price_scale) };
        struct tw_context context = context_for(step, slot);
        strategy->quote(&api, &context, own_state(engine, slot), &told);
    }
}

void strategies_trade(struct step *step, uint32_t instrument, const struct trade *trade,
                      int64_t ts_ns)
{
    struct engine *engine = step->engine;
    const struct instrument *rules = &instrument_of(engine, instrument)->row;
    for (struct strategy_slot *slot = NULL; (slot = next_running(engine, instrument, slot));) {
        const struct tw_strategy *strategy = descriptor_of(slot);
        if (!strategy || !strategy->trade)
            continue;
        struct tw_trade told = { .ts_ns = ts_ns,
                                 .price_ticks = trade->price_ticks,
                                 .qty_lots = trade->qty_lots,
                                 .aggressor = trade->aggressor,
                                 .price = num_to_double(trade->price_ticks, rules->price_scale),
                                 .qty = num_to_double(trade->qty_lots, rules->qty_scale) };
        struct tw_context context = context_for(step, slot);
        strategy->trade(&api, &context, own_state(engine, slot), &told);
    }
}

void strategies_fill(struct step *step, const struct order *order, int64_t price_ticks,
                     int64_t qty_lots, i128 notional)
{
    struct engine *engine = step->engine;
    struct strategy_slot *slot = strategy_of(engine, order->strategy);
    if (!slot)
        return;
    int64_t signed_lots = order->side == SIDE_BUY ? qty_lots : -qty_lots;
    (void)position_book(&slot->row.position_lots, &slot->row.cost, &slot->row.realised, signed_lots,
                        notional);
    slot->row.fills++;
    slot->dirty = true;
    const struct tw_strategy *strategy = descriptor_of(slot);
    if (!strategy || !strategy->fill || slot->row.status != STRATEGY_RUNNING)
        return;
    struct tw_fill told = { .order_id = order->id,
                            .price_ticks = price_ticks,
                            .qty_lots = qty_lots,
                            .open_lots = order_open_lots(order),
                            .side = order->side };
    struct tw_context context = context_for(step, slot);
    strategy->fill(&api, &context, own_state(engine, slot), &told);
}

void strategies_order(struct step *step, const struct order *order)
{
    struct engine *engine = step->engine;
    struct strategy_slot *slot = strategy_of(engine, order->strategy);
    const struct tw_strategy *strategy = slot ? descriptor_of(slot) : NULL;
    if (!strategy || !strategy->order || slot->row.status != STRATEGY_RUNNING)
        return;
    struct tw_order_event told = { .order_id = order->id, .state = order->state };
    struct tw_context context = context_for(step, slot);
    strategy->order(&api, &context, own_state(engine, slot), &told);
}

void strategies_timer(struct step *step, uint64_t id, uint64_t tag)
{
    struct strategy_slot *slot = strategy_of(step->engine, (uint16_t)id);
    const struct tw_strategy *strategy = slot ? descriptor_of(slot) : NULL;
    if (!strategy || !strategy->timer || slot->row.status != STRATEGY_RUNNING)
        return;
    struct tw_context context = context_for(step, slot);
    strategy->timer(&api, &context, own_state(step->engine, slot), tag);
}

bool strategies_share(struct engine *engine, uint16_t strategy, int64_t *lots)
{
    const struct strategy_slot *slot = strategy_of(engine, strategy);
    if (slot)
        *lots = slot->row.position_lots;
    return slot != NULL;
}

void strategies_order_count(struct engine *engine, uint16_t strategy, int by)
{
    struct strategy_slot *slot = strategy_of(engine, strategy);
    if (slot)
        slot->open_orders += (uint32_t)by;
}

/* ---- telling ---- */

static void tell_patch(struct step *step, const struct strategy_slot *slot, uint32_t offset,
                       uint32_t size)
{
    struct engine *engine = step->engine;
    struct event *event = outcome(step, EVENT_STRATEGY_STATE, sizeof(struct strategy_patch) + size);
    struct strategy_patch *patch = event_body(event);
    event->strategy = slot->row.id;
    *patch = (struct strategy_patch){ .offset = offset, .size = size };
    memcpy(patch + 1, block_of(engine, slot) + offset, size);
    memcpy(shadow_of(engine, slot) + offset, block_of(engine, slot) + offset, size);
}

/* Runs of changed lines; a patch stays below half of EVENT_BODY_MAX. */
static void tell_state(struct step *step, const struct strategy_slot *slot)
{
    const uint8_t *block = block_of(step->engine, slot), *shadow = shadow_of(step->engine, slot);
    uint32_t size = slot->row.state_bytes, run = 0, from = 0;
    for (uint32_t at = 0; at < size; at += PATCH_LINE) {
        uint32_t line = size - at < PATCH_LINE ? size - at : PATCH_LINE;
        bool changed = memcmp(block + at, shadow + at, line) != 0;
        if (changed && run == 0)
            from = at;
        if (changed)
            run = at + line - from;
        if (run && (!changed || run >= EVENT_BODY_MAX / 2 || at + line == size)) {
            tell_patch(step, slot, from, run);
            run = 0;
        }
    }
}

void strategies_tell(struct step *step)
{
    struct engine *engine = step->engine;
    struct strategy_slot *slots = strategy_slots(engine);
    for (uint32_t i = 1; i < engine->strategy_count; i++) {
        struct strategy_slot *slot = &slots[i];
        if (slot->dirty) {
            struct event *event = outcome(step, EVENT_STRATEGY, sizeof slot->row);
            event->strategy = slot->row.id;
            event->account = slot->row.account;
            event->instrument = slot->row.instrument;
            memcpy(event_body(event), &slot->row, sizeof slot->row);
        }
        if (slot->touched)
            tell_state(step, slot);
        slot->dirty = slot->touched = false;
    }
}

/* ---- recovery ---- */

void strategies_recover_row(struct engine *engine, const struct strategy_row *row)
{
    struct strategy_slot *slot = &strategy_slots(engine)[row->id];
    slot->row = *row;
    uint32_t end = row->state_offset + row->state_bytes;
    if (end > engine->strategy_state_used)
        engine->strategy_state_used = end;
    if (row->id >= engine->strategy_count)
        engine->strategy_count = row->id + 1u;
}

enum err strategies_recover_patch(struct engine *engine, uint16_t id,
                                  const struct strategy_patch *patch)
{
    struct strategy_slot *slot = strategy_of(engine, id);
    if (!slot || patch->offset > slot->row.state_bytes ||
        patch->size > slot->row.state_bytes - patch->offset)
        return ERR_CORRUPT;
    memcpy(block_of(engine, slot) + patch->offset, patch + 1, patch->size);
    memcpy(shadow_of(engine, slot) + patch->offset, patch + 1, patch->size);
    return OK;
}

#include "engine/commands.h"
#include <string.h>
#include "engine/emulate.h"
#include "engine/ledger.h"
#include "engine/orders.h"
#include "engine/strategies.h"
#include "engine/table.h"
#include "engine/timer.h"

/* What a command came to. */
struct result {
    enum err err;
    uint64_t order_id;
    uint16_t denial;
};
typedef struct result apply_command(struct step *step, const struct event *input);

static struct result just(enum err err) { return (struct result){ .err = err }; }

static void image(struct step *step, uint16_t kind, uint16_t account, const void *row, size_t size)
{
    struct event *event = outcome(step, kind, size);
    event->account = account;
    memcpy(event_body(event), row, size);
}

/* ---- the house ---- */

static struct result session_start(struct step *step, const struct event *input)
{
    const struct session_start *body = event_body_const(input);
    struct engine_row *row = &step->engine->row;
    row->instance_id = body->instance_id;
    row->engine_version = body->engine_version;
    image(step, EVENT_ENGINE, 0, row, sizeof *row);
    return just(OK);
}

static struct result asset_define(struct step *step, const struct event *input)
{
    const struct asset *body = event_body_const(input);
    struct asset *assets = TABLE(step->engine, assets, struct asset);
    if (body->id == 0 || body->id >= step->engine->limits.assets_max || !body->code[0])
        return just(ERR_RANGE);
    if (assets[body->id].id && strcmp(assets[body->id].code, body->code) != 0)
        return just(ERR_EXISTS); /* an id keeps its meaning */
    assets[body->id] = *body;
    image(step, EVENT_ASSET, 0, body, sizeof *body);
    return just(OK);
}

/* Open orders and positions are told in the old scales and assets: a new version keeps them. */
static bool same_meaning(const struct instrument *a, const struct instrument *b)
{
    return a->venue == b->venue && a->kind == b->kind && a->price_scale == b->price_scale &&
           a->qty_scale == b->qty_scale && a->multiplier == b->multiplier &&
           a->multiplier_scale == b->multiplier_scale && a->base_asset == b->base_asset &&
           a->quote_asset == b->quote_asset && a->settle_asset == b->settle_asset;
}

static struct result instrument_define(struct step *step, const struct event *input)
{
    const struct instrument *body = event_body_const(input);
    struct engine *engine = step->engine;
    if (body->id == 0 || body->id >= engine->limits.instruments_max)
        return just(ERR_RANGE);
    const struct asset *assets = TABLE(engine, assets, struct asset);
    uint32_t count = engine->limits.assets_max;
    bool known = body->base_asset < count && body->quote_asset < count &&
                 body->settle_asset < count && assets[body->base_asset].id &&
                 assets[body->quote_asset].id;
    if (!known)
        return just(ERR_NOT_FOUND);
    if (body->kind == INSTRUMENT_INVERSE)
        return just(ERR_UNSUPPORTED);
    enum err err = instrument_check(body);
    if (err)
        return just(err);
    struct instrument_slot *slot = &instrument_slots(engine)[body->id];
    bool again = slot->row.id != 0;
    if (again && (body->version <= slot->row.version || !same_meaning(body, &slot->row)))
        return just(ERR_STATE);
    if (!again)
        slot->watch_head = slot->watch_tail = NO_SLOT;
    slot->row = *body;
    slot->market.instrument = body->id;
    image(step, EVENT_INSTRUMENT, 0, body, sizeof *body);
    return just(OK);
}

static struct result account_open(struct step *step, const struct event *input)
{
    const struct account *body = event_body_const(input);
    struct engine *engine = step->engine;
    if (body->id == 0 || body->id >= engine->limits.accounts_max ||
        body->base_currency >= engine->limits.assets_max || body->mode == ACCOUNT_MODE_NONE)
        return just(ERR_RANGE);
    struct account *account = &account_rows(engine)[body->id];
    if (account->id)
        return just(ERR_EXISTS);
    *account = (struct account){ .id = body->id,
                                 .venue = body->venue,
                                 .base_currency = body->base_currency,
                                 .mode = body->mode,
                                 .hedging = body->hedging,
                                 .venue_caps = body->venue_caps };
    memcpy(account->name, body->name, sizeof account->name);
    dirty_account(engine, body->id);
    return just(OK);
}

static struct result cash_adjust(struct step *step, const struct event *input)
{
    const struct cash_adjust *body = event_body_const(input);
    struct engine *engine = step->engine;
    const struct asset *assets = TABLE(engine, assets, struct asset);
    i128 total;
    bool known = account_of(engine, input->account) && body->asset < engine->limits.assets_max &&
                 assets[body->asset].id && body->kind > LEDGER_NONE &&
                 body->kind < LEDGER_KIND_COUNT;
    if (!known)
        return just(ERR_NOT_FOUND);
    const struct balance *balance = balance_of(engine, input->account, body->asset);
    if (body->amount > AMOUNT_MAX / 1024 || body->amount < -(AMOUNT_MAX / 1024) ||
        amount_add(balance->total, body->amount, &total) || total < balance->reserved ||
        total > AMOUNT_MAX / 2)
        return just(ERR_RANGE);
    ledger_move(step, input->account, body->asset, body->amount, body->kind, 0, 0);
    return just(OK);
}

static struct result risk_limits_set(struct step *step, const struct event *input)
{
    const struct risk_limits *body = event_body_const(input);
    if (!account_of(step->engine, input->account))
        return just(ERR_NOT_FOUND);
    if (body->order_notional_max < 0 || body->position_notional_max < 0 ||
        body->order_qty_max_e8 < 0 || body->position_qty_max_e8 < 0 || body->price_collar_e9 < 0 ||
        body->price_collar_e9 > 1000000000 || body->entry_valid_ns < 0)
        return just(ERR_RANGE);
    limits_rows(step->engine)[input->account] = *body;
    image(step, EVENT_LIMITS, input->account, body, sizeof *body);
    return just(OK);
}

/* ---- orders ---- */

static struct result order_submit(struct step *step, const struct event *input)
{
    struct opening from = { .account = input->account,
                            .strategy = STRATEGY_MANUAL,
                            .instrument = input->instrument,
                            .order_id = input->seq };
    struct opened opened = orders_open(step, &from, event_body_const(input));
    return (struct result){ opened.err, opened.order_id, opened.denial };
}

static struct order_slot *find(struct engine *engine, uint16_t account, const struct order_ref *ref)
{
    if (ref->order_id)
        return table_find(engine, ref->order_id);
    const struct key_slot *key = table_key(engine, account, ref->client_order_id);
    return key ? table_find(engine, key->order_id) : NULL;
}

static struct result order_cancel(struct step *step, const struct event *input)
{
    struct order_slot *slot = find(step->engine, input->account, event_body_const(input));
    if (!slot || slot->row.account != input->account)
        return just(ERR_NOT_FOUND);
    uint64_t id = slot->row.id;
    return (struct result){ .err = orders_cancel(step, slot), .order_id = id };
}

static struct result order_amend(struct step *step, const struct event *input)
{
    const struct order_amend *body = event_body_const(input);
    struct order_slot *slot = find(step->engine, input->account, &body->ref);
    if (!slot || slot->row.account != input->account)
        return just(ERR_NOT_FOUND);
    struct result result = { .order_id = slot->row.id };
    result.err = orders_amend(step, slot, body, &result.denial);
    return result;
}

/* account and instrument 0 = all. What one step may not move goes on by a timer at once, past the last order
 * that was reached: an UNKNOWN order stays what it is however often it is asked. */
static void cancel_all(struct step *step, uint16_t account, uint32_t instrument, uint64_t after_id)
{
    struct engine *engine = step->engine;
    uint64_t reached = after_id;
    struct order_slot *slots = order_slots(engine);
    for (uint32_t at = engine->order_head, next; at != NO_SLOT; at = next) {
        struct order_slot *slot = &slots[at];
        next = slot->next;
        bool mine = (!account || slot->row.account == account) &&
                    (!instrument || slot->row.instrument == instrument);
        if (slot->row.id <= after_id || !mine || order_is_done(&slot->row) ||
            slot->row.state == ORDER_CANCELLING)
            continue;
        if (step->moved >= STEP_ORDERS_MAX) {
            (void)timer_set(step, TIMER_CANCEL_ALL, (uint64_t)account << 32 | instrument, reached,
                            step->ts_ns);
            return; /* without a timer left: the next cancel-all goes on */
        }
        reached = slot->row.id;
        (void)orders_cancel(step, slot);
    }
}

static struct result order_cancel_all(struct step *step, const struct event *input)
{
    cancel_all(step, input->account, input->instrument, 0);
    return just(OK);
}

static struct result halt(struct step *step, const struct event *input)
{
    const struct halt_command *body = event_body_const(input);
    struct engine *engine = step->engine;
    if (body->level > HALT_ENTRIES)
        return just(ERR_RANGE);
    if (input->account && !account_of(engine, input->account))
        return just(ERR_NOT_FOUND);
    for (uint32_t at = 1; at < engine->limits.accounts_max; at++) {
        uint16_t id = (uint16_t)at;
        struct account *account = account_of(engine, id);
        if (!account || (input->account && input->account != id))
            continue;
        account->halt = body->level;
        memset(account->halt_reason, 0, sizeof account->halt_reason);
        if (body->level)
            memcpy(account->halt_reason, body->reason, sizeof account->halt_reason);
        dirty_account(engine, id);
    }
    if (body->cancel_open)
        cancel_all(step, input->account, 0, 0);
    return just(OK);
}

static struct result strategy_start(struct step *step, const struct event *input)
{
    return just(strategies_start(step, input));
}

static struct result strategy_stop(struct step *step, const struct event *input)
{
    return just(strategies_stop(step, event_body_const(input)));
}

/* ---- time and archive ---- */

static struct result timer_input(struct step *step, const struct event *input)
{
    (void)input;
    commands_timers(step);
    return just(OK);
}

static struct result nothing(struct step *step, const struct event *input)
{
    (void)step;
    (void)input; /* it is in the journal: that is all it is for */
    return just(OK);
}

static struct result archive_cursor(struct step *step, const struct event *input)
{
    const struct seq_cursor *body = event_body_const(input);
    if (body->seq > input->seq)
        return just(ERR_RANGE);
    if (body->seq > step->engine->row.archive_seq)
        step->engine->row.archive_seq = body->seq;
    return just(OK);
}

/* A closed order comes back from the archive, because a late fill is on its way. */
static struct result order_restore(struct step *step, const struct event *input)
{
    const struct order *body = event_body_const(input);
    if (table_find(step->engine, body->id))
        return just(ERR_EXISTS);
    bool past = body->id > 0 && body->id < input->seq && body->last_seq < input->seq;
    bool ended = order_state_is_done(body->state) && body->state < ORDER_STATE_COUNT &&
                 body->reserved == 0 && body->qty_lots >= 0 && body->filled_lots >= 0;
    if (!past || !ended || !account_of(step->engine, body->account) ||
        !instrument_of(step->engine, body->instrument) || body->position_side >= POSITION_SIDES ||
        (body->side != SIDE_BUY && body->side != SIDE_SELL) || body->type >= ORDER_TYPE_COUNT)
        return just(ERR_RANGE);
    if (step->engine->order_count == step->engine->limits.orders_max) {
        struct order_slot *oldest = table_oldest_archived(step->engine);
        if (!oldest)
            return just(ERR_FULL);
        struct event *event = outcome(step, EVENT_ORDER_EVICTED, sizeof(struct seq_cursor));
        ((struct seq_cursor *)event_body(event))->seq = oldest->row.id;
        table_evict(step->engine, oldest);
    }
    struct order_slot *slot = table_add(step->engine, body);
    dirty_order(step->engine, slot);
    return (struct result){ .err = OK, .order_id = body->id };
}

void commands_timers(struct step *step)
{
    struct timer_row timer;
    uint32_t ran = 0; /* a strategy may set its timer for now, again and again */
    while (step->moved < STEP_ORDERS_MAX && ran++ < STEP_TIMERS_MAX && timer_take(step, &timer)) {
        struct engine *engine = step->engine;
        switch ((enum timer_kind)timer.kind) {
        case TIMER_EXPIRE_ORDER: {
            struct order_slot *slot = table_find(engine, timer.subject);
            if (slot && slot->row.state == ORDER_NEW)
                orders_end(step, slot, EV_EXPIRE, "time_up");
            break;
        }
        case TIMER_STRATEGY: strategies_timer(step, timer.subject, timer.tag); break;
        case TIMER_CANCEL_ALL:
            cancel_all(step, (uint16_t)(timer.subject >> 32), (uint32_t)timer.subject, timer.tag);
            break;
        case TIMER_MARKET_AGAIN:
            emulate_market(step, instrument_of(engine, (uint32_t)timer.subject), timer.tag != 0);
            break;
        }
    }
}

static apply_command *const commands[128] = {
    [EVENT_SESSION_START] = session_start,
    [EVENT_ASSET_DEFINE] = asset_define,
    [EVENT_INSTRUMENT_DEFINE] = instrument_define,
    [EVENT_ACCOUNT_OPEN] = account_open,
    [EVENT_CASH_ADJUST] = cash_adjust,
    [EVENT_RISK_LIMITS] = risk_limits_set,
    [EVENT_ORDER_SUBMIT] = order_submit,
    [EVENT_ORDER_CANCEL] = order_cancel,
    [EVENT_ORDER_AMEND] = order_amend,
    [EVENT_CANCEL_ALL] = order_cancel_all,
    [EVENT_HALT] = halt,
    [EVENT_STRATEGY_START] = strategy_start,
    [EVENT_STRATEGY_STOP] = strategy_stop,
    [EVENT_TIMER] = timer_input,
    [EVENT_CLOCK_STEP] = nothing,
    [EVENT_ARCHIVE_CURSOR] = archive_cursor,
    [EVENT_ORDER_RESTORE] = order_restore,
};

/* Bodies of commands that someone waits for begin with the request id. */
static uint64_t request_of(const struct event *input)
{
    switch ((enum event_kind)input->kind) {
    case EVENT_CASH_ADJUST:
    case EVENT_ORDER_SUBMIT:
    case EVENT_ORDER_CANCEL:
    case EVENT_ORDER_AMEND:
    case EVENT_CANCEL_ALL:
    case EVENT_HALT:
    case EVENT_STRATEGY_START:
    case EVENT_STRATEGY_STOP: return *(const uint64_t *)event_body_const(input);
    default: return 0;
    }
}

void commands_apply(struct step *step, const struct event *input)
{
    assert(commands[input->kind]); /* every input kind has its row */
    struct result result = commands[input->kind](step, input);
    uint64_t request_id = request_of(input);
    if (!request_id && result.err == OK)
        return;
    struct event *event = outcome(step, EVENT_RESULT, sizeof(struct command_result));
    event->account = input->account;
    event->instrument = input->instrument;
    *(struct command_result *)event_body(event) =
        (struct command_result){ .request_id = request_id,
                                 .order_id = result.order_id,
                                 .err = (uint16_t)result.err,
                                 .denial = result.denial };
}

#include "engine/orders.h"
#include <string.h>
#include "engine/emulate.h"
#include "engine/ledger.h"
#include "engine/sizing.h"
#include "engine/strategies.h"
#include "engine/table.h"
#include "engine/timer.h"
#include "risk/limits.h"
#include "risk/risk.h"

#define E9 1000000000

/* ---- exposure ---- */

/* An amend keeps the larger of both quantities in the count until it is answered, also while a cancel
 * overtakes it or no answer comes. */
int64_t orders_counted_lots(const struct order *order)
{
    int64_t open = order_open_lots(order);
    if (!order_state_is_done(order->state) && order->amend_qty_lots - order->filled_lots > open)
        open = order->amend_qty_lots - order->filled_lots;
    return open;
}

struct exposure orders_before(const struct order_slot *slot)
{
    return (struct exposure){ .open_lots = orders_counted_lots(&slot->row),
                              .reserved = slot->row.reserved,
                              .asset = slot->row.reserved_asset,
                              .done = order_state_is_done(slot->row.state) };
}

static void move_reserve(struct step *step, const struct order *order,
                         const struct exposure *before)
{
    if (before->reserved == order->reserved && before->asset == order->reserved_asset)
        return;
    if (before->asset) {
        struct balance *old = balance_of(step->engine, order->account, before->asset);
        old->reserved -= before->reserved;
        dirty_balance(step->engine, old);
    }
    if (order->reserved_asset) {
        struct balance *new = balance_of(step->engine, order->account, order->reserved_asset);
        new->reserved += order->reserved;
        dirty_balance(step->engine, new);
    }
}

void orders_after(struct step *step, struct order_slot *slot, const struct exposure *before)
{
    struct engine *engine = step->engine;
    struct order *order = &slot->row;
    bool done = order_state_is_done(order->state);
    if (done)
        order->reserved = 0;
    if (order->state != ORDER_NEW) /* only what was never sent waits for a trigger */
        emulate_forget(engine, slot);
    if (order->state != ORDER_NEW && !done)
        order->flags &= (uint8_t)~ORDER_EMULATED;
    move_reserve(step, order, before);
    int64_t moved = orders_counted_lots(order) - before->open_lots;
    if (moved) {
        struct position *position =
            position_of(engine, order->account, order->instrument, order->position_side);
        /* no image for it: recovery counts order rows as this does */
        *(order->side == SIDE_BUY ? &position->open_buy_lots : &position->open_sell_lots) += moved;
    }
    if (done && !before->done) {
        account_of(engine, order->account)->open_orders--;
        engine->row.orders_open--;
        table_closed(engine, slot);
        strategies_order_count(engine, order->strategy, -1);
    }
    order->updated_ns = step->ts_ns;
    dirty_order(engine, slot);
    step->moved++;
}

/* The venue lets such an order take no more than the position has when its turn comes, so several of
 * them (a stop and a target) share one position. */
static bool shares_cover(struct engine *engine, const struct order *order)
{
    return (order->flags & ORDER_REDUCE_ONLY) &&
           (account_of(engine, order->account)->venue_caps & VENUE_CAP_REDUCE_ONLY);
}

/* How many lots of its side bring the position nearer to zero, other open orders counted; 0: nothing is
 * held against it. own_lots: what of the open ones is the order itself. */
static int64_t closing_room(struct engine *engine, const struct order *order, int64_t own_lots)
{
    const struct position *position =
        position_of(engine, order->account, order->instrument, order->position_side);
    bool sells = order->side == SIDE_SELL;
    int64_t held = sells ? position->qty_lots : -position->qty_lots;
    int64_t open = sells ? position->open_sell_lots : position->open_buy_lots;
    int64_t room = held - (shares_cover(engine, order) ? 0 : open - own_lots);
    return held > 0 && room > 0 ? room : 0;
}

static bool is_reducing(struct engine *engine, const struct order *order, int64_t own_lots)
{
    int64_t room = closing_room(engine, order, own_lots);
    return room > 0 && order->qty_lots - order->filled_lots <= room;
}

static enum err need(struct engine *engine, const struct order *order, int64_t open_lots,
                     int64_t room, i128 *amount, uint16_t *asset)
{
    const struct instrument *instrument = &instrument_of(engine, order->instrument)->row;
    int64_t closing_lots = room < open_lots ? room : open_lots;
    enum err err = ledger_need(order, instrument, open_lots, closing_lots, amount, asset);
    if (err == OK && *asset == instrument->base_asset && shares_cover(engine, order))
        *amount = 0;
    return err;
}

/* What the order needs as it is and, while an amend is not answered, as it may be: the larger. An order
 * without any price (held for the open) keeps its share of what was held when it was sent. */
static void hold(struct engine *engine, struct order *order, const struct exposure *before)
{
    i128 amount, amended_amount = 0;
    uint16_t asset;
    int64_t open_lots = orders_counted_lots(order);
    int64_t room = closing_room(engine, order, before->open_lots);
    if (order->price_ticks == 0 && order->stop_ticks == 0) {
        if (open_lots < before->open_lots &&
            amount_mul_div_ceil(before->reserved, open_lots, before->open_lots, &amount) == OK)
            order->reserved = amount;
        return;
    }
    if (need(engine, order, order_open_lots(order), room, &amount, &asset))
        return;
    int64_t amended_lots = order->amend_qty_lots - order->filled_lots;
    if (amended_lots > 0 && !order_state_is_done(order->state)) {
        struct order amended = *order;
        amended.price_ticks = order->amend_price_ticks;
        if (need(engine, &amended, amended_lots, room, &amended_amount, &asset))
            return;
    }
    order->reserved = amended_amount > amount ? amended_amount : amount;
    order->reserved_asset = asset;
}

/* ---- the gate ---- */

/* Windows of one second that begin with the first order. */
static struct rate_row *rate_now(struct step *step, uint16_t account)
{
    struct rate_row *rate = &rate_rows(step->engine)[account];
    if (step->ts_ns - rate->window_start_ns >= E9)
        *rate = (struct rate_row){ .window_start_ns = step->ts_ns, .account = account };
    dirty_rate(step->engine, account);
    return rate;
}

/* Runs every rule over `order`; own: what it counts and holds already (amends). Sets the reserve it
 * needs in order->reserved. */
static uint16_t gate(struct step *step, struct order *order, const struct exposure *own,
                     struct risk_denial *denial)
{
    struct engine *engine = step->engine;
    struct instrument_slot *instrument = instrument_of(engine, order->instrument);
    struct account *account = account_of(engine, order->account);
    const struct position *position =
        position_of(engine, order->account, order->instrument, order->position_side);
    int64_t market_ticks = sizing_market_ticks(&instrument->market, order->side);
    *denial = (struct risk_denial){ .code = RISK_NO_PRICE };
    if (order->price_ticks == 0 && order->stop_ticks == 0 && market_ticks == 0)
        return RISK_NO_PRICE;
    sizing_protect(order, &instrument->row, market_ticks);
    struct rate_row *rate = rate_now(step, order->account);

    struct risk_view view = { .order = order,
                              .instrument = &instrument->row,
                              .orders_this_second = rate->count,
                              .account = account,
                              .position = position,
                              .limits = &limits_rows(engine)[order->account],
                              .engine_ts_ns = step->ts_ns,
                              .market_ticks = market_ticks,
                              .own_open_lots = own->open_lots,
                              .amending = own->asset != 0 };
    view.value_ticks = order->price_ticks  ? order->price_ticks
                       : order->stop_ticks ? order->stop_ticks
                                           : market_ticks;
    int64_t room = closing_room(engine, order, own->open_lots);
    view.reducing = is_reducing(engine, order, own->open_lots);
    struct order valued = *order; /* a trigger without a limit is worth its trigger */
    valued.price_ticks = view.value_ticks;
    int64_t open_lots = order->qty_lots - order->filled_lots;
    if (instrument_notional(&instrument->row, view.value_ticks, order->qty_lots, &view.notional) ||
        need(engine, &valued, open_lots, room, &view.needed, &order->reserved_asset)) {
        /* beyond every number: the rule whose bound was broken tells which */
        view.notional = view.needed = AMOUNT_MAX;
    }
    const struct balance *balance = balance_of(engine, order->account, order->reserved_asset);
    view.free = balance->total - balance->reserved +
                (own->asset == order->reserved_asset ? own->reserved : 0);
    if (room > 0 && room < open_lots) /* through zero: what it closes pays for what it opens */
        view.free += sizing_gain(engine, order, view.value_ticks, room);
    uint16_t code = risk_check(&view, denial);
    if (code == RISK_PASS) {
        order->reserved = view.needed;
        rate->count++;
    }
    return code;
}

/* ---- opening ---- */

static bool has(uint8_t value, uint8_t count) { return value > 0 && value < count; }

static bool is_stop_type(uint8_t type) { return type == ORDER_STOP || type == ORDER_STOP_LIMIT; }
static bool is_touch_type(uint8_t type)
{
    return type == ORDER_MARKET_IF_TOUCHED || type == ORDER_LIMIT_IF_TOUCHED;
}
static bool is_trailing_type(uint8_t type)
{
    return type == ORDER_TRAILING_STOP || type == ORDER_TRAILING_STOP_LIMIT;
}
static bool is_limit_type(uint8_t type)
{
    return type == ORDER_LIMIT || type == ORDER_STOP_LIMIT || type == ORDER_LIMIT_IF_TOUCHED;
}

/* Does the intent make sense by itself? What it is worth and whether it may be is the gate's. */
static enum err intent_check(const struct intent *intent, const struct account *account)
{
    uint8_t type = intent->type;
    if ((intent->side != SIDE_BUY && intent->side != SIDE_SELL) || !has(type, ORDER_TYPE_COUNT) ||
        !has(intent->tif, TIF_COUNT) || intent->position_side > POSITION_SHORT)
        return ERR_RANGE;
    bool sized = intent->size_mode == SIZE_LOTS
                     ? intent->qty_lots > 0
                     : intent->qty_lots == 0 && intent->size_e9 > 0 && intent->size_e9 <= E9;
    if (!sized || intent->size_mode > SIZE_VALUE_FRACTION)
        return ERR_RANGE;
    if (intent->price_ticks < 0 || intent->stop_ticks < 0 || intent->trail_ticks < 0 ||
        intent->display_lots < 0 || intent->expire_ns < 0 || intent->valid_until_ns < 0)
        return ERR_RANGE;
    /* a trailing stop may name where it begins, and a trailing stop-limit its limit */
    if (type != ORDER_TRAILING_STOP_LIMIT && is_limit_type(type) != (intent->price_ticks > 0))
        return ERR_RANGE;
    if (is_trailing_type(type) != (intent->trail_ticks > 0) ||
        (!is_trailing_type(type) &&
         (is_stop_type(type) || is_touch_type(type)) != (intent->stop_ticks > 0)))
        return ERR_RANGE;
    if (intent->tif == TIF_AT_OPEN && type != ORDER_MARKET && type != ORDER_LIMIT)
        return ERR_RANGE;
    if ((intent->tif == TIF_GTD) != (intent->expire_ns > 0))
        return ERR_RANGE;
    bool rests = intent->tif == TIF_GTC || intent->tif == TIF_GTD || intent->tif == TIF_DAY;
    if ((intent->flags & ORDER_POST_ONLY) && (type != ORDER_LIMIT || !rests))
        return ERR_RANGE;
    if (intent->display_lots && (!is_limit_type(type) || !rests))
        return ERR_RANGE;
    if (intent->flags & ~(ORDER_POST_ONLY | ORDER_REDUCE_ONLY | ORDER_TARGET))
        return ERR_RANGE;
    if ((intent->flags & ORDER_TARGET) && (type != ORDER_MARKET || intent->flags != ORDER_TARGET))
        return ERR_RANGE;
    return (intent->position_side != POSITION_NET) == (account->hedging != 0) ? OK : ERR_RANGE;
}

static struct order row_of(struct step *step, const struct opening *from,
                           const struct intent *intent, const struct account *account)
{
    struct order order = { .id = from->order_id,
                           .created_ns = step->ts_ns,
                           .valid_until_ns = intent->valid_until_ns,
                           .expire_ns = intent->expire_ns,
                           .qty_lots = intent->qty_lots,
                           .price_ticks = intent->price_ticks,
                           .stop_ticks = intent->stop_ticks,
                           .trail_ticks = intent->trail_ticks,
                           .display_lots = intent->display_lots,
                           .size_e9 = intent->size_e9,
                           .body_hash = intent->body_hash,
                           .instrument = from->instrument,
                           .account = from->account,
                           .venue = account->venue,
                           .strategy = from->strategy,
                           .side = intent->side,
                           .type = intent->type,
                           .tif = intent->tif,
                           .flags = intent->flags,
                           .state = ORDER_NEW,
                           .size_mode = intent->size_mode,
                           .position_side = intent->position_side };
    memcpy(order.client_order_id, intent->client_order_id, sizeof order.client_order_id);
    return order;
}

static void send(struct step *step, struct order_slot *slot);

static void deny(struct step *step, struct order_slot *slot, const struct risk_denial *denial)
{
    struct exposure before = orders_before(slot);
    enum surprise surprise = order_apply(&slot->row, &(struct order_event){ .kind = EV_DENY });
    assert(surprise == AS_EXPECTED); /* only a NEW order comes to the gate */
    slot->row.denial = denial->code;
    slot->row.denial_limit = denial->limit;
    slot->row.denial_nearest = denial->nearest;
    account_of(step->engine, slot->row.account)->denials++;
    orders_after(step, slot, &before);
}

/* The gate and, past it, the wire. */
static uint16_t try_send(struct step *step, struct order_slot *slot)
{
    struct risk_denial denial;
    if (slot->row.valid_until_ns && slot->row.valid_until_ns < step->ts_ns) {
        orders_end(step, slot, EV_EXPIRE, "valid_until passed");
        return RISK_PASS;
    }
    struct exposure before = orders_before(slot);
    if (slot->row.size_mode == SIZE_EQUITY_FRACTION && slot->row.qty_lots == 0)
        slot->row.qty_lots = sizing_lots(step->engine, &slot->row);
    uint16_t code = gate(step, &slot->row, &before, &denial);
    int64_t against_lots = sizing_against_lots(step->engine, &slot->row);
    if (code == RISK_balance && against_lots > 0 && against_lots < slot->row.qty_lots) {
        slot->row.qty_lots = against_lots; /* the other half of a target: out, if not in again */
        slot->row.denial = code;
        code = gate(step, &slot->row, &before, &denial);
    }
    orders_after(step, slot, &before);
    if (code == RISK_PASS)
        send(step, slot);
    else
        deny(step, slot, &denial);
    return code;
}

/* An order that waits here: the gate is passed now when its worth is known, so that a hopeless one is
 * denied at once and its money is held. */
static uint16_t try_wait(struct step *step, struct order_slot *slot)
{
    struct risk_denial denial;
    if (slot->row.tif != TIF_AT_OPEN && slot->row.size_mode == SIZE_LOTS) {
        struct exposure before = orders_before(slot);
        uint16_t code = gate(step, &slot->row, &before, &denial);
        orders_after(step, slot, &before);
        if (code != RISK_PASS) {
            deny(step, slot, &denial);
            return code;
        }
    }
    slot->row.flags |= ORDER_EMULATED;
    emulate_watch(step->engine, slot);
    if (slot->row.tif == TIF_GTD)
        timer_set(step, TIMER_EXPIRE_ORDER, slot->row.id, 0, slot->row.expire_ns);
    dirty_order(step->engine, slot);
    return RISK_PASS;
}

/* Entries that name no end of validity get the account's; what reduces or waits has none. */
static void default_validity(struct step *step, struct order *order)
{
    int64_t valid_ns = limits_rows(step->engine)[order->account].entry_valid_ns;
    if (order->valid_until_ns == 0 && valid_ns > 0 &&
        !is_reducing(step->engine, order, orders_counted_lots(order)))
        order->valid_until_ns = step->ts_ns + valid_ns;
}

static struct order_slot *make_room_and_add(struct step *step, const struct order *order)
{
    struct engine *engine = step->engine;
    if (engine->order_count == engine->limits.orders_max) {
        struct order_slot *oldest = table_oldest_archived(engine);
        if (!oldest)
            return NULL;
        struct event *event = outcome(step, EVENT_ORDER_EVICTED, sizeof(struct seq_cursor));
        ((struct seq_cursor *)event_body(event))->seq = oldest->row.id;
        table_evict(engine, oldest);
    }
    return table_add(engine, order);
}

static struct opened known_key(const struct key_slot *key, uint64_t body_hash)
{
    return (struct opened){ .err = key->body_hash == body_hash ? ERR_EXISTS : ERR_DUPLICATE,
                            .order_id = key->order_id };
}

struct opened orders_open(struct step *step, const struct opening *from,
                          const struct intent *intent)
{
    struct engine *engine = step->engine;
    struct account *account = account_of(engine, from->account);
    if (!account || !instrument_of(engine, from->instrument))
        return (struct opened){ .err = ERR_NOT_FOUND };
    enum err err = intent_check(intent, account);
    if (err)
        return (struct opened){ .err = err };
    const struct key_slot *key = intent->client_order_id[0]
                                     ? table_key(engine, from->account, intent->client_order_id)
                                     : NULL;
    if (key)
        return known_key(key, intent->body_hash);
    struct order order = row_of(step, from, intent, account);
    if (order.size_mode == SIZE_VALUE_FRACTION) /* by what is known now, whenever it is sent */
        order.qty_lots = sizing_lots(engine, &order);
    else if (order.size_mode == SIZE_LOTS)
        order.qty_lots += sizing_against_lots(engine, &order);
    bool waits = emulate_wanted(&order, account);
    if (waits && order.tif == TIF_GTD && !timer_has_room(engine))
        return (struct opened){ .err = ERR_FULL };
    struct order_slot *slot = make_room_and_add(step, &order);
    if (!slot)
        return (struct opened){ .err = ERR_FULL };
    account->intents++;
    account->open_orders++;
    engine->row.orders_open++;
    strategies_order_count(engine, from->strategy, 1);
    /* what is new counts from nothing */
    struct exposure nothing = { 0 };
    orders_after(step, slot, &nothing);

    uint16_t denial;
    if (waits) {
        denial = try_wait(step, slot);
    } else {
        default_validity(step, &slot->row);
        denial = try_send(step, slot);
    }
    return (struct opened){ .err = OK, .order_id = order.id, .denial = denial };
}

/* ---- on the wire ---- */

/* What the venue knows the order by: the data dir's instance and the order's sequence number, so that no
 * two orders of any run ever share one. */
static void venue_client_id(const struct engine *engine, uint64_t order_id, char *out)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    uint64_t parts[2] = { engine->row.instance_id, order_id };
    char text[CLIENT_ORDER_ID_MAX];
    size_t at = sizeof text;
    text[--at] = 0;
    for (int part = 1; part >= 0; part--) {
        uint64_t value = parts[part];
        do {
            text[--at] = digits[value & 31];
        } while ((value >>= 5) != 0);
        text[--at] = part ? '-' : 'w';
    }
    text[--at] = 't';
    memcpy(out, text + at, sizeof text - at);
}

/* For the out gate. The order itself stands in its image in the same batch. */
static void wire(struct step *step, uint16_t kind, const struct order *order)
{
    bool new_order = kind == EVENT_SEND_ORDER;
    struct event *event =
        outcome(step, kind, new_order ? sizeof(struct send_order) : sizeof(struct send_cancel));
    struct send_order *body = event_body(event); /* all sends begin with the order's id */
    step->wired = true;
    event->account = order->account;
    event->venue = order->venue;
    event->instrument = order->instrument;
    event->strategy = order->strategy;
    body->order_id = order->id;
    if (new_order)
        venue_client_id(step->engine, order->id, body->venue_client_id);
}

static void send(struct step *step, struct order_slot *slot)
{
    struct exposure before = orders_before(slot);
    enum surprise surprise = order_apply(&slot->row, &(struct order_event){ .kind = EV_SUBMIT });
    assert(surprise == AS_EXPECTED);
    slot->row.flags |= ORDER_SENT_ONCE;
    orders_after(step, slot, &before);
    wire(step, EVENT_SEND_ORDER, &slot->row);
}

void orders_release(struct step *step, struct order_slot *slot)
{
    struct order *order = &slot->row;
    emulate_forget(step->engine, slot);
    order->flags |= ORDER_TRIGGERED;
    order->flags &= (uint8_t)~ORDER_EMULATED;
    order->type = emulate_becomes(order->type);
    if (order->type == ORDER_LIMIT && order->price_ticks == 0)
        order->price_ticks =
            order->stop_ticks; /* a trailing stop-limit without a limit of its own */
    if (order->tif == TIF_AT_OPEN || order->qty_lots == 0) {
        (void)try_send(step, slot);
        return;
    }
    /* It was gated when it came: a protective order must not be stopped by a limit that has been used up
     * since. Only money that is not there stops it, after a gap through its trigger. */
    const struct instrument_slot *instrument = instrument_of(step->engine, order->instrument);
    struct exposure before = orders_before(slot);
    sizing_protect(order, &instrument->row, sizing_market_ticks(&instrument->market, order->side));
    orders_hold_again(step, slot, &before);
    const struct balance *balance = balance_of(step->engine, order->account, order->reserved_asset);
    i128 free = balance->total - balance->reserved + before.reserved, wanted = order->reserved;
    orders_after(step, slot, &before);
    if (wanted > before.reserved && wanted > free)
        deny(step, slot, &(struct risk_denial){ .code = RISK_balance, .limit = free });
    else
        send(step, slot);
}

void orders_end(struct step *step, struct order_slot *slot, enum order_event_kind how,
                const char *reason)
{
    struct exposure before = orders_before(slot);
    if (order_apply(&slot->row, &(struct order_event){ .kind = how }) != AS_EXPECTED)
        return;
    strncpy(slot->row.reason, reason, REASON_MAX - 1);
    orders_after(step, slot, &before);
}

enum err orders_cancel(struct step *step, struct order_slot *slot)
{
    if (order_is_done(&slot->row))
        return ERR_STATE;
    if (slot->row.state == ORDER_NEW) { /* it never left */
        orders_end(step, slot, EV_CANCEL, "");
        return OK;
    }
    if (slot->row.state == ORDER_CANCELLING)
        return OK; /* asked already */
    struct exposure before = orders_before(slot);
    if (order_apply(&slot->row, &(struct order_event){ .kind = EV_CANCEL_REQUEST }) != AS_EXPECTED)
        return ERR_STATE;
    orders_after(step, slot, &before);
    wire(step, EVENT_SEND_CANCEL, &slot->row);
    return OK;
}

enum err orders_amend(struct step *step, struct order_slot *slot, const struct order_amend *amend,
                      uint16_t *denial_code)
{
    struct order *order = &slot->row, wanted = *order;
    const struct account *account = account_of(step->engine, order->account);
    bool waits = order->state == ORDER_NEW;
    *denial_code = RISK_PASS;
    if (!waits && order->state != ORDER_OPEN)
        return ERR_STATE;
    if (!waits && !(account->venue_caps & VENUE_CAP_AMEND))
        return ERR_UNSUPPORTED;
    if (amend->qty_lots < 0 || amend->price_ticks < 0 || !is_limit_type(order->type) ||
        (amend->qty_lots == 0 && amend->price_ticks == 0) ||
        (amend->qty_lots > 0 && amend->qty_lots <= order->filled_lots))
        return ERR_RANGE;
    wanted.qty_lots = amend->qty_lots ? amend->qty_lots : order->qty_lots;
    wanted.price_ticks = amend->price_ticks ? amend->price_ticks : order->price_ticks;
    struct risk_denial denial;
    struct exposure before = orders_before(slot);
    *denial_code = gate(step, &wanted, &before, &denial);
    if (*denial_code != RISK_PASS)
        return ERR_DENIED;
    struct order_event move = { .kind = waits ? EV_AMEND : EV_AMEND_REQUEST,
                                .price_ticks = wanted.price_ticks,
                                .qty_lots = wanted.qty_lots };
    if (order_apply(order, &move) != AS_EXPECTED)
        return ERR_STATE;
    order->amend_qty_lots = waits ? 0 : wanted.qty_lots;
    order->amend_price_ticks = waits ? 0 : wanted.price_ticks;
    order->reserved =
        wanted.reserved > before.reserved || waits ? wanted.reserved : before.reserved;
    orders_after(step, slot, &before);
    if (!waits)
        wire(step, EVENT_SEND_AMEND, order);
    return OK;
}

/* After a report moved the order: hold what its open part needs now. */
void orders_hold_again(struct step *step, struct order_slot *slot, const struct exposure *before)
{
    hold(step->engine, &slot->row, before);
}

#include "engine/reports.h"
#include <string.h>
#include "engine/ledger.h"
#include "engine/orders.h"
#include "engine/strategies.h"
#include "engine/table.h"

/* EV_COUNT: no such report. */
static enum order_event_kind move_of(uint16_t kind)
{
    switch ((enum event_kind)kind) {
    case EVENT_VENUE_ACCEPT: return EV_ACCEPT;
    case EVENT_VENUE_REJECT: return EV_REJECT;
    case EVENT_VENUE_FILL: return EV_FILL;
    case EVENT_VENUE_CANCEL: return EV_CANCEL;
    case EVENT_VENUE_CANCEL_REJECT: return EV_CANCEL_REJECT;
    case EVENT_VENUE_AMEND: return EV_AMEND;
    case EVENT_VENUE_AMEND_REJECT: return EV_AMEND_REJECT;
    case EVENT_VENUE_EXPIRE: return EV_EXPIRE;
    case EVENT_VENUE_TIMEOUT: return EV_TIMEOUT;
    default: return EV_COUNT;
    }
}

/* order: whose report it was, also where the report names another account; NULL = nobody's here. */
static void surprised(struct step *step, const struct event *input, const struct order *order,
                      enum discrepancy_code code, bool freezes)
{
    const struct venue_report *report = event_body_const(input);
    uint64_t order_id = order ? order->id : report->order_id;
    uint16_t account_id = order ? order->account : input->account;
    struct event *event = outcome(step, EVENT_DISCREPANCY, sizeof(struct discrepancy));
    struct discrepancy *told = event_body(event);
    event->account = account_id;
    event->instrument = order ? order->instrument : input->instrument;
    event->venue = input->venue;
    *told = (struct discrepancy){ .order_id = order_id,
                                  .report_kind = input->kind,
                                  .code = (uint8_t)code };
    static_assert(sizeof told->detail == sizeof report->reason, "a reason fits");
    memcpy(told->detail, report->reason, sizeof told->detail);
    struct account *account = account_of(step->engine, account_id);
    if (!account)
        return;
    account->discrepancies++;
    if (freezes && account->halt == HALT_NONE) {
        account->halt = HALT_ENTRIES;
        strncpy(account->halt_reason, discrepancy_name((uint8_t)code),
                sizeof account->halt_reason - 1);
    }
    dirty_account(step->engine, account_id);
}

/* Quantities of a report stay so small that sums of a thousand such still fit an int64. */
#define REPORT_LOTS_MAX (INT64_MAX / 1024)

static bool fill_makes_sense(const struct engine *engine, const struct instrument_slot *instrument,
                             const struct venue_report *report)
{
    i128 notional, fee = report->fee < -AMOUNT_MAX ? -1 : report->fee;
    fee = report->fee < 0 && fee != -1 ? -fee : fee;
    return report->qty_lots > 0 && report->qty_lots <= REPORT_LOTS_MAX && report->price_ticks > 0 &&
           fee >= 0 && fee <= AMOUNT_MAX / 1024 && report->fee_asset < engine->limits.assets_max &&
           instrument_notional(&instrument->row, report->price_ticks, report->qty_lots,
                               &notional) == OK &&
           notional <= AMOUNT_MAX / 1024; /* sums of a thousand such still fit */
}

static void tell_fill(struct step *step, const struct order *order,
                      const struct venue_report *report, uint16_t fee_asset, i128 realised)
{
    struct event *event = outcome(step, EVENT_FILL, sizeof(struct fill));
    struct fill *fill = event_body(event);
    event->account = order->account;
    event->venue = order->venue;
    event->instrument = order->instrument;
    event->strategy = order->strategy;
    event->source_ts_ns = step->input->source_ts_ns;
    *fill = (struct fill){ .order_id = order->id,
                           .price_ticks = report->price_ticks,
                           .qty_lots = report->qty_lots,
                           .fee = report->fee,
                           .realised = realised,
                           .fee_asset = fee_asset,
                           .side = order->side,
                           .liquidity = report->liquidity,
                           .position_side = order->position_side };
    memcpy(fill->trade_id, report->trade_id, sizeof fill->trade_id);
    memcpy(fill->client_order_id, order->client_order_id, sizeof fill->client_order_id);
}

/* Money and position of one fill, whoever's order it was. */
static void book(struct step *step, const struct order *order, const struct venue_report *report)
{
    const struct instrument_slot *instrument = instrument_of(step->engine, order->instrument);
    struct fill_terms terms = { .account = order->account,
                                .side = order->side,
                                .position_side = order->position_side,
                                .price_ticks = report->price_ticks,
                                .qty_lots = report->qty_lots,
                                .fee = report->fee,
                                .fee_asset = report->fee_asset ? report->fee_asset
                                                               : instrument->row.quote_asset,
                                .order_id = order->id };
    i128 realised = ledger_fill(step, instrument, &terms);
    account_of(step->engine, order->account)->fills++; /* recovery counts EVENT_FILL */
    table_fill_add(step->engine, order->venue, order->instrument, order->id, report->trade_id);
    tell_fill(step, order, report, terms.fee_asset, realised);
}

static enum discrepancy_code fill_surprise(const struct order *order, enum surprise surprise)
{
    switch (surprise) {
    case FILL_AFTER_END: return DISCREPANCY_FILL_AFTER_END;
    case OVERFILL: return DISCREPANCY_OVERFILL;
    case AS_EXPECTED:
    case UNEXPECTED_MOVE: break;
    }
    /* the venue fills what never left the house */
    return order->flags & ORDER_SENT_ONCE ? DISCREPANCY_NONE : DISCREPANCY_UNEXPECTED_MOVE;
}

static void apply_fill(struct step *step, const struct event *input, struct order_slot *slot)
{
    const struct venue_report *report = event_body_const(input);
    const struct instrument_slot *instrument = instrument_of(step->engine, slot->row.instrument);
    i128 notional;
    if (!fill_makes_sense(step->engine, instrument, report)) {
        surprised(step, input, &slot->row, DISCREPANCY_UNEXPECTED_MOVE, true);
        return;
    }
    if (!table_fill_is_new(step->engine, slot->row.venue, slot->row.instrument, slot->row.id,
                           report->trade_id))
        return; /* told twice: known */
    uint8_t state = slot->row.state;
    struct exposure before = orders_before(slot);
    struct order_event move = { .kind = EV_FILL,
                                .price_ticks = report->price_ticks,
                                .qty_lots = report->qty_lots };
    enum surprise surprise = order_apply(&slot->row, &move);
    book(step, &slot->row, report);
    orders_hold_again(step, slot, &before);
    orders_after(step, slot, &before);
    enum discrepancy_code code = fill_surprise(&slot->row, surprise);
    if (code != DISCREPANCY_NONE)
        surprised(step, input, &slot->row, code, true);
    if (instrument_notional(&instrument->row, report->price_ticks, report->qty_lots, &notional))
        return; /* checked above */
    strategies_fill(step, &slot->row, report->price_ticks, report->qty_lots, notional);
    if (slot->row.state != state)
        strategies_order(step, &slot->row);
}

/* A fill of an order this house never sent: another client of the account. The money moved all the same. */
static void foreign_fill(struct step *step, const struct event *input)
{
    surprised(step, input, NULL, DISCREPANCY_UNKNOWN_ORDER, true);
    const struct venue_report *report = event_body_const(input);
    const struct instrument_slot *instrument = instrument_of(step->engine, input->instrument);
    bool sided = report->side == SIDE_BUY || report->side == SIDE_SELL;
    struct account *account = account_of(step->engine, input->account);
    if (!instrument || !account || !sided || !fill_makes_sense(step->engine, instrument, report))
        return;
    struct order foreign = { .id = report->order_id,
                             .account = input->account,
                             .venue = account->venue,
                             .instrument = input->instrument,
                             .strategy = STRATEGY_FOREIGN,
                             .side = report->side };
    book(step, &foreign, report);
}

static void note_answer(struct order *order, const struct venue_report *report)
{
    if (report->venue_order_id[0])
        memcpy(order->venue_order_id, report->venue_order_id, sizeof order->venue_order_id);
    if (report->reason[0])
        memcpy(order->reason, report->reason, sizeof order->reason);
}

static bool foreign_is_new(struct step *step, const struct event *input)
{
    const struct venue_report *report = event_body_const(input);
    const struct account *account = account_of(step->engine, input->account);
    return !account || table_fill_is_new(step->engine, account->venue, input->instrument,
                                         report->order_id, report->trade_id);
}

/* An answer clears what was asked for: the amend's own, any once the order is done, and what the venue
 * shows after a silence. */
static bool ends_amend(const struct order *order, enum order_event_kind move, uint8_t state_before)
{
    return move == EV_AMEND || move == EV_AMEND_REJECT || order_is_done(order) ||
           (state_before == ORDER_UNKNOWN && order->state == ORDER_OPEN);
}

static bool amend_makes_sense(const struct instrument_slot *instrument,
                              const struct venue_report *report)
{
    i128 notional;
    return report->qty_lots <= REPORT_LOTS_MAX &&
           instrument_notional(&instrument->row, report->price_ticks, report->qty_lots,
                               &notional) == OK;
}

void reports_apply(struct step *step, const struct event *input)
{
    const struct venue_report *report = event_body_const(input);
    struct order_slot *slot = report->order_id ? table_find(step->engine, report->order_id) : NULL;
    if (!slot) {
        if (input->kind != EVENT_VENUE_FILL)
            surprised(step, input, NULL, DISCREPANCY_UNKNOWN_ORDER, false);
        else if (foreign_is_new(step, input))
            foreign_fill(step, input);
        return;
    }
    if (input->kind == EVENT_VENUE_FILL) {
        apply_fill(step, input, slot);
        return;
    }
    uint8_t state = slot->row.state;
    struct exposure before = orders_before(slot);
    struct order_event move = { .kind = move_of(input->kind),
                                .price_ticks = report->price_ticks,
                                .qty_lots = report->qty_lots };
    bool sane = move.kind != EV_AMEND ||
                amend_makes_sense(instrument_of(step->engine, slot->row.instrument), report);
    if (!sane || order_apply(&slot->row, &move) != AS_EXPECTED) {
        surprised(step, input, &slot->row, DISCREPANCY_UNEXPECTED_MOVE, false);
        return;
    }
    note_answer(&slot->row, report);
    if (ends_amend(&slot->row, move.kind, state))
        slot->row.amend_qty_lots = slot->row.amend_price_ticks = 0;
    if (slot->row.state != state || move.kind == EV_AMEND)
        orders_hold_again(step, slot, &before);
    orders_after(step, slot, &before);
    if (slot->row.state != state)
        strategies_order(step, &slot->row);
}

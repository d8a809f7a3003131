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

static void surprised(struct step *step, const struct event *input, uint64_t order_id,
                      enum discrepancy_code code, bool freezes)
{
    struct event *event = outcome(step, EVENT_DISCREPANCY, sizeof(struct discrepancy));
    struct discrepancy *told = event_body(event);
    event->account = input->account;
    event->instrument = input->instrument;
    event->venue = input->venue;
    *told = (struct discrepancy){ .order_id = order_id,
                                  .report_kind = input->kind,
                                  .code = (uint8_t)code };
    const struct venue_report *report = event_body_const(input);
    strncpy(told->detail, report->reason, sizeof told->detail - 1);
    struct account *account = account_of(step->engine, input->account);
    if (!account)
        return;
    account->discrepancies++;
    if (freezes && account->halt == HALT_NONE) {
        account->halt = HALT_ENTRIES;
        strncpy(account->halt_reason, discrepancy_name((uint8_t)code),
                sizeof account->halt_reason - 1);
    }
    dirty_account(step->engine, input->account);
}

static bool fill_makes_sense(const struct engine *engine, const struct instrument_slot *instrument,
                             const struct venue_report *report)
{
    i128 notional, fee = report->fee < 0 ? -report->fee : report->fee;
    return report->qty_lots > 0 && report->price_ticks > 0 && fee <= AMOUNT_MAX / 1024 &&
           report->fee_asset < engine->limits.assets_max &&
           instrument_notional(&instrument->row, report->price_ticks, report->qty_lots,
                               &notional) == OK &&
           notional <= AMOUNT_MAX / 1024; /* sums of a thousand such still fit */
}

static void tell_fill(struct step *step, const struct order *order,
                      const struct venue_report *report, i128 realised)
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
                           .fee_asset = report->fee_asset,
                           .side = order->side,
                           .liquidity = report->liquidity,
                           .position_side = order->position_side };
    memcpy(fill->trade_id, report->trade_id, sizeof fill->trade_id);
    memcpy(fill->client_order_id, order->client_order_id, sizeof fill->client_order_id);
}

/* Money and position of one fill, whoever's order it was. */
static i128 book(struct step *step, const struct order *order, const struct venue_report *report)
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
    account_of(step->engine, order->account)->fills++;
    dirty_account(step->engine, order->account);
    table_fill_add(step->engine, order->venue, order->instrument, order->id, report->trade_id);
    tell_fill(step, order, report, realised);
    return realised;
}

static void apply_fill(struct step *step, const struct event *input, struct order_slot *slot)
{
    const struct venue_report *report = event_body_const(input);
    const struct instrument_slot *instrument = instrument_of(step->engine, slot->row.instrument);
    i128 notional;
    if (!fill_makes_sense(step->engine, instrument, report)) {
        surprised(step, input, slot->row.id, DISCREPANCY_UNEXPECTED_MOVE, true);
        return;
    }
    if (!table_fill_is_new(step->engine, slot->row.venue, slot->row.instrument, slot->row.id,
                           report->trade_id))
        return; /* told twice: known */
    struct exposure before = orders_before(slot);
    struct order_event move = { .kind = EV_FILL,
                                .price_ticks = report->price_ticks,
                                .qty_lots = report->qty_lots };
    enum surprise surprise = order_apply(&slot->row, &move);
    book(step, &slot->row, report);
    orders_hold_again(step, slot);
    orders_after(step, slot, &before);
    if (surprise == FILL_AFTER_END)
        surprised(step, input, slot->row.id, DISCREPANCY_FILL_AFTER_END, true);
    else if (surprise == OVERFILL)
        surprised(step, input, slot->row.id, DISCREPANCY_OVERFILL, true);
    if (instrument_notional(&instrument->row, report->price_ticks, report->qty_lots, &notional))
        return; /* checked above */
    strategies_fill(step, &slot->row, report->price_ticks, report->qty_lots, notional);
}

/* A fill of an order this house never sent: another client of the account. The money moved all the same. */
static void foreign_fill(struct step *step, const struct event *input)
{
    const struct venue_report *report = event_body_const(input);
    const struct instrument_slot *instrument = instrument_of(step->engine, input->instrument);
    bool sided = report->side == SIDE_BUY || report->side == SIDE_SELL;
    struct account *account = account_of(step->engine, input->account);
    if (!instrument || !account || !sided || !fill_makes_sense(step->engine, instrument, report))
        return;
    if (!table_fill_is_new(step->engine, account->venue, input->instrument, report->order_id,
                           report->trade_id))
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

void reports_apply(struct step *step, const struct event *input)
{
    const struct venue_report *report = event_body_const(input);
    struct order_slot *slot = report->order_id ? table_find(step->engine, report->order_id) : NULL;
    if (!slot) {
        surprised(step, input, report->order_id, DISCREPANCY_UNKNOWN_ORDER,
                  input->kind == EVENT_VENUE_FILL);
        if (input->kind == EVENT_VENUE_FILL)
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
    if (order_apply(&slot->row, &move) != AS_EXPECTED) {
        surprised(step, input, slot->row.id, DISCREPANCY_UNEXPECTED_MOVE, false);
        return;
    }
    note_answer(&slot->row, report);
    if (slot->row.state != ORDER_AMENDING && slot->row.state != ORDER_UNKNOWN)
        slot->row.amend_qty_lots = slot->row.amend_price_ticks = 0;
    if (slot->row.state != state || move.kind == EV_AMEND)
        orders_hold_again(step, slot);
    orders_after(step, slot, &before);
    if (slot->row.state != state)
        strategies_order(step, &slot->row);
}

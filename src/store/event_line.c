/* Records as lines: one table of fields, written as JSON or as text for people. */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "store/journal_tool.h"

enum field_type {
    FIELD_ID,   /* uint64, a string in JSON: it may be past 2^53 */
    FIELD_TIME, /* int64 ns, likewise */
    FIELD_I64,  /* ticks, lots: numbers */
    FIELD_U32,
    FIELD_U16,
    FIELD_U8,
    FIELD_AMOUNT, /* i128, 18 decimals */
    FIELD_DOUBLE,
    FIELD_TEXT,
    FIELD_SIDE,
    FIELD_ORDER_TYPE,
    FIELD_TIF,
    FIELD_STATE,
    FIELD_LEDGER_KIND
};
struct field {
    const char *name;
    uint16_t offset, size;
    uint8_t type;
};
#define F(type_of, member, type)                                                                   \
    {                                                                                              \
#member, offsetof(struct type_of, member), sizeof(((struct type_of *)0)->member), type     \
    }

static const struct field order_fields[] = {
    F(order, id, FIELD_ID),
    F(order, client_order_id, FIELD_TEXT),
    F(order, venue_order_id, FIELD_TEXT),
    F(order, state, FIELD_STATE),
    F(order, side, FIELD_SIDE),
    F(order, type, FIELD_ORDER_TYPE),
    F(order, tif, FIELD_TIF),
    F(order, qty_lots, FIELD_I64),
    F(order, filled_lots, FIELD_I64),
    F(order, price_ticks, FIELD_I64),
    F(order, stop_ticks, FIELD_I64),
    F(order, reserved, FIELD_AMOUNT),
    F(order, denial, FIELD_U16),
    F(order, parent_id, FIELD_ID),
    F(order, reason, FIELD_TEXT),
};
static const struct field intent_fields[] = {
    F(intent, request_id, FIELD_ID),   F(intent, client_order_id, FIELD_TEXT),
    F(intent, side, FIELD_SIDE),       F(intent, type, FIELD_ORDER_TYPE),
    F(intent, tif, FIELD_TIF),         F(intent, qty_lots, FIELD_I64),
    F(intent, price_ticks, FIELD_I64), F(intent, stop_ticks, FIELD_I64),
    F(intent, size_e9, FIELD_I64),
};
static const struct field ref_fields[] = {
    F(order_ref, request_id, FIELD_ID),
    F(order_ref, order_id, FIELD_ID),
    F(order_ref, client_order_id, FIELD_TEXT),
};
static const struct field amend_fields[] = {
    F(order_amend, ref.order_id, FIELD_ID),
    F(order_amend, ref.client_order_id, FIELD_TEXT),
    F(order_amend, qty_lots, FIELD_I64),
    F(order_amend, price_ticks, FIELD_I64),
};
static const struct field report_fields[] = {
    F(venue_report, order_id, FIELD_ID),     F(venue_report, venue_order_id, FIELD_TEXT),
    F(venue_report, trade_id, FIELD_TEXT),   F(venue_report, qty_lots, FIELD_I64),
    F(venue_report, price_ticks, FIELD_I64), F(venue_report, fee, FIELD_AMOUNT),
    F(venue_report, fee_asset, FIELD_U16),   F(venue_report, reason, FIELD_TEXT),
};
static const struct field fill_fields[] = {
    F(fill, order_id, FIELD_ID),     F(fill, client_order_id, FIELD_TEXT),
    F(fill, trade_id, FIELD_TEXT),   F(fill, side, FIELD_SIDE),
    F(fill, qty_lots, FIELD_I64),    F(fill, price_ticks, FIELD_I64),
    F(fill, fee, FIELD_AMOUNT),      F(fill, fee_asset, FIELD_U16),
    F(fill, realised, FIELD_AMOUNT),
};
static const struct field position_fields[] = {
    F(position, instrument, FIELD_U32),  F(position, position_side, FIELD_U8),
    F(position, qty_lots, FIELD_I64),    F(position, cost, FIELD_AMOUNT),
    F(position, realised, FIELD_AMOUNT), F(position, fees, FIELD_AMOUNT),
    F(position, fills, FIELD_ID),
};
static const struct field balance_fields[] = {
    F(balance, asset, FIELD_U16),
    F(balance, total, FIELD_AMOUNT),
    F(balance, reserved, FIELD_AMOUNT),
};
static const struct field account_fields[] = {
    F(account, id, FIELD_U16),           F(account, name, FIELD_TEXT),
    F(account, mode, FIELD_U8),          F(account, halt, FIELD_U8),
    F(account, halt_reason, FIELD_TEXT), F(account, open_orders, FIELD_U32),
};
static const struct field ledger_fields[] = {
    F(ledger_entry, kind, FIELD_LEDGER_KIND), F(ledger_entry, from, FIELD_U16),
    F(ledger_entry, to, FIELD_U16),           F(ledger_entry, asset, FIELD_U16),
    F(ledger_entry, amount, FIELD_AMOUNT),    F(ledger_entry, order_id, FIELD_ID),
};
static const struct field cash_fields[] = {
    F(cash_adjust, asset, FIELD_U16),
    F(cash_adjust, amount, FIELD_AMOUNT),
    F(cash_adjust, kind, FIELD_LEDGER_KIND),
    F(cash_adjust, evidence, FIELD_TEXT),
};
static const struct field halt_fields[] = {
    F(halt_command, level, FIELD_U8),
    F(halt_command, cancel_open, FIELD_U8),
    F(halt_command, reason, FIELD_TEXT),
};
static const struct field session_fields[] = {
    F(session_start, instance_id, FIELD_ID),
    F(session_start, engine_version, FIELD_U32),
    F(session_start, build, FIELD_TEXT),
};
static const struct field result_fields[] = {
    F(command_result, request_id, FIELD_ID),
    F(command_result, order_id, FIELD_ID),
    F(command_result, err, FIELD_U16),
    F(command_result, denial, FIELD_U16),
};
static const struct field send_order_fields[] = {
    F(send_order, order_id, FIELD_ID),
    F(send_order, venue_client_id, FIELD_TEXT),
};
static const struct field send_fields[] = {
    F(send_cancel, order_id, FIELD_ID),
};
static const struct field rate_fields[] = {
    F(rate_row, window_start_ns, FIELD_I64),
    F(rate_row, count, FIELD_U32),
};
static const struct field discrepancy_fields[] = {
    F(discrepancy, code, FIELD_U8),
    F(discrepancy, order_id, FIELD_ID),
    F(discrepancy, report_kind, FIELD_U16),
    F(discrepancy, detail, FIELD_TEXT),
};
static const struct field strategy_start_fields[] = {
    F(strategy_start, type, FIELD_TEXT),
    F(strategy_start, name, FIELD_TEXT),
    F(strategy_start, bar_interval_ns, FIELD_TIME),
    F(strategy_start, size_e9, FIELD_I64),
    F(strategy_start, size_lots, FIELD_I64),
};
static const struct field strategy_ref_fields[] = {
    F(strategy_ref, name, FIELD_TEXT),
    F(strategy_ref, reason, FIELD_TEXT),
};
static const struct field strategy_fields[] = {
    F(strategy_row, id, FIELD_U16),
    F(strategy_row, start.type, FIELD_TEXT),
    F(strategy_row, start.name, FIELD_TEXT),
    F(strategy_row, status, FIELD_U8),
    F(strategy_row, position_lots, FIELD_I64),
    F(strategy_row, realised, FIELD_AMOUNT),
    F(strategy_row, reason, FIELD_TEXT),
};
static const struct field quote_fields[] = {
    F(quote, bid_ticks, FIELD_I64),
    F(quote, bid_lots, FIELD_I64),
    F(quote, ask_ticks, FIELD_I64),
    F(quote, ask_lots, FIELD_I64),
};
static const struct field trade_fields[] = {
    F(trade, price_ticks, FIELD_I64),
    F(trade, qty_lots, FIELD_I64),
    F(trade, trade_id, FIELD_ID),
    F(trade, aggressor, FIELD_SIDE),
};
static const struct field bar_fields[] = {
    F(bar, start_ns, FIELD_TIME),   F(bar, end_ns, FIELD_TIME),   F(bar, open_ticks, FIELD_I64),
    F(bar, high_ticks, FIELD_I64),  F(bar, low_ticks, FIELD_I64), F(bar, close_ticks, FIELD_I64),
    F(bar, volume_lots, FIELD_I64),
};
static const struct field signal_fields[] = {
    F(signal, direction, FIELD_U8),
    F(signal, confidence, FIELD_DOUBLE),
    F(signal, value, FIELD_DOUBLE),
    F(signal, feature, FIELD_TEXT),
};
static const struct field instrument_fields[] = {
    F(instrument, id, FIELD_U32),         F(instrument, symbol, FIELD_TEXT),
    F(instrument, price_scale, FIELD_U8), F(instrument, qty_scale, FIELD_U8),
    F(instrument, tick_step, FIELD_I64),  F(instrument, lot_step, FIELD_I64),
};
static const struct field asset_fields[] = { F(asset, code, FIELD_TEXT) };
static const struct field cursor_fields[] = { F(seq_cursor, seq, FIELD_ID) };
static const struct field step_fields[] = { F(clock_step, step_ns, FIELD_TIME) };
static const struct field timer_fields[] = {
    F(timer_row, id, FIELD_ID),
    F(timer_row, kind, FIELD_U32),
    F(timer_row, subject, FIELD_ID),
    F(timer_row, deadline_ns, FIELD_TIME),
};
static const struct field engine_fields[] = {
    F(engine_row, inputs, FIELD_ID),
    F(engine_row, orders_open, FIELD_U32),
    F(engine_row, archive_seq, FIELD_ID),
};

#define KIND(kind, fields) [kind] = { fields, sizeof fields / sizeof fields[0] }
static const struct {
    const struct field *fields;
    size_t count;
} bodies[EVENT_KIND_MAX] = {
    KIND(EVENT_SESSION_START, session_fields),
    KIND(EVENT_ASSET_DEFINE, asset_fields),
    KIND(EVENT_INSTRUMENT_DEFINE, instrument_fields),
    KIND(EVENT_ACCOUNT_OPEN, account_fields),
    KIND(EVENT_CASH_ADJUST, cash_fields),
    KIND(EVENT_ORDER_SUBMIT, intent_fields),
    KIND(EVENT_ORDER_CANCEL, ref_fields),
    KIND(EVENT_ORDER_AMEND, amend_fields),
    KIND(EVENT_CANCEL_ALL, ref_fields),
    KIND(EVENT_HALT, halt_fields),
    KIND(EVENT_STRATEGY_START, strategy_start_fields),
    KIND(EVENT_STRATEGY_STOP, strategy_ref_fields),
    KIND(EVENT_CLOCK_STEP, step_fields),
    KIND(EVENT_ARCHIVE_CURSOR, cursor_fields),
    KIND(EVENT_ORDER_RESTORE, order_fields),
    KIND(EVENT_VENUE_ACCEPT, report_fields),
    KIND(EVENT_VENUE_REJECT, report_fields),
    KIND(EVENT_VENUE_FILL, report_fields),
    KIND(EVENT_VENUE_CANCEL, report_fields),
    KIND(EVENT_VENUE_CANCEL_REJECT, report_fields),
    KIND(EVENT_VENUE_AMEND, report_fields),
    KIND(EVENT_VENUE_AMEND_REJECT, report_fields),
    KIND(EVENT_VENUE_EXPIRE, report_fields),
    KIND(EVENT_VENUE_TIMEOUT, report_fields),
    KIND(EVENT_QUOTE, quote_fields),
    KIND(EVENT_TRADE, trade_fields),
    KIND(EVENT_BAR_OPEN, bar_fields),
    KIND(EVENT_BAR, bar_fields),
    KIND(EVENT_ORDER, order_fields),
    KIND(EVENT_POSITION, position_fields),
    KIND(EVENT_BALANCE, balance_fields),
    KIND(EVENT_ACCOUNT, account_fields),
    KIND(EVENT_STRATEGY, strategy_fields),
    KIND(EVENT_TIMER_ROW, timer_fields),
    KIND(EVENT_ENGINE, engine_fields),
    KIND(EVENT_ORDER_EVICTED, cursor_fields),
    KIND(EVENT_ASSET, asset_fields),
    KIND(EVENT_INSTRUMENT, instrument_fields),
    KIND(EVENT_INTENT, intent_fields),
    KIND(EVENT_SEND_ORDER, send_order_fields),
    KIND(EVENT_SEND_CANCEL, send_fields),
    KIND(EVENT_SEND_AMEND, send_fields),
    KIND(EVENT_RATE, rate_fields),
    KIND(EVENT_FILL, fill_fields),
    KIND(EVENT_LEDGER, ledger_fields),
    KIND(EVENT_DISCREPANCY, discrepancy_fields),
    KIND(EVENT_BAR_CLOSED, bar_fields),
    KIND(EVENT_SIGNAL, signal_fields),
    KIND(EVENT_RESULT, result_fields),
};

#define VALUE_MAX 160

static uint64_t unsigned_of(const uint8_t *at, size_t size)
{
    uint64_t value = 0; /* little-endian, like the record */
    memcpy(&value, at, size < sizeof value ? size : sizeof value);
    return value;
}

/* The field as text; *quoted tells whether JSON wants quotes. Empty: nothing worth a word. */
static void field_text(const struct field *field, const uint8_t *at, char out[VALUE_MAX],
                       bool *quoted)
{
    uint64_t value = unsigned_of(at, field->size);
    row_i128 amount;
    double real;
    out[0] = 0;
    *quoted = true;
    switch ((enum field_type)field->type) {
    case FIELD_ID:
    case FIELD_TIME:
        if (value)
            (void)snprintf(out, VALUE_MAX, field->type == FIELD_ID ? "%llu" : "%lld",
                           (unsigned long long)value);
        break;
    case FIELD_I64:
        *quoted = false;
        (void)snprintf(out, VALUE_MAX, "%lld", (long long)value);
        break;
    case FIELD_U32:
    case FIELD_U16:
    case FIELD_U8:
        *quoted = false;
        (void)snprintf(out, VALUE_MAX, "%llu", (unsigned long long)value);
        break;
    case FIELD_AMOUNT:
        *quoted = false;
        memcpy(&amount, at, sizeof amount);
        if (amount <= AMOUNT_MAX && amount >= -AMOUNT_MAX)
            (void)amount_format(amount, out);
        break;
    case FIELD_DOUBLE:
        memcpy(&real, at, sizeof real);
        (void)snprintf(out, VALUE_MAX, "%.17g", real);
        break;
    case FIELD_TEXT:
        (void)snprintf(out, VALUE_MAX, "%.*s", (int)strnlen((const char *)at, field->size),
                       (const char *)at);
        break;
    case FIELD_SIDE: (void)snprintf(out, VALUE_MAX, "%s", side_name((uint8_t)value)); break;
    case FIELD_ORDER_TYPE:
        (void)snprintf(out, VALUE_MAX, "%s", order_type_name((uint8_t)value));
        break;
    case FIELD_TIF: (void)snprintf(out, VALUE_MAX, "%s", tif_name((uint8_t)value)); break;
    case FIELD_STATE: (void)snprintf(out, VALUE_MAX, "%s", order_state_name((uint8_t)value)); break;
    case FIELD_LEDGER_KIND:
        (void)snprintf(out, VALUE_MAX, "%s", ledger_kind_name((uint8_t)value));
        break;
    }
}

/* Calls for each field that says something. */
static void each_field(const struct event *event,
                       void (*each)(void *context, const char *name, const char *value,
                                    bool quoted),
                       void *context)
{
    size_t body_bytes = event->length - EVENT_HEADER_BYTES;
    if (event->kind >= EVENT_KIND_MAX)
        return;
    for (size_t i = 0; i < bodies[event->kind].count; i++) {
        const struct field *field = &bodies[event->kind].fields[i];
        char value[VALUE_MAX];
        bool quoted;
        if ((size_t)field->offset + field->size > body_bytes)
            continue;
        field_text(field, (const uint8_t *)event_body_const(event) + field->offset, value, &quoted);
        if (value[0])
            each(context, field->name, value, quoted);
    }
}

static void json_field(void *context, const char *name, const char *value, bool quoted)
{
    json_key(context, name);
    if (quoted)
        json_string(context, value);
    else
        json_raw(context, value, strlen(value));
}

static void json_id(struct json_write *write, const char *key, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    if (value)
        json_field(write, key, text, true);
}

size_t event_line_json(const struct event *event, char out[JOURNAL_LINE_MAX])
{
    struct json_write write;
    json_write_init(&write, out, JOURNAL_LINE_MAX - 1);
    json_object_begin(&write);
    json_id(&write, "seq", event->seq);
    json_kv(&write, "kind", string, event_kind_name(event->kind));
    json_kv(&write, "version", u64, event->version);
    json_id(&write, "ts_ns", (uint64_t)event->engine_ts_ns);
    json_id(&write, "source_ts_ns", (uint64_t)event->source_ts_ns);
    json_id(&write, "cause_seq", event->cause_seq);
    const struct {
        const char *name;
        uint32_t value;
    } small[] = { { "account", event->account },
                  { "venue", event->venue },
                  { "instrument", event->instrument },
                  { "strategy", event->strategy },
                  { "flags", event->flags } };
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++)
        if (small[i].value)
            json_kv(&write, small[i].name, u64, small[i].value);
    json_key(&write, "body");
    json_object_begin(&write);
    each_field(event, json_field, &write);
    json_object_end(&write);
    json_object_end(&write);
    assert(!write.overflow);
    out[write.length] = 0;
    return write.length;
}

struct text_line {
    char *out;
    size_t length;
};

static void text_field(void *context, const char *name, const char *value, bool quoted)
{
    struct text_line *line = context;
    size_t room = JOURNAL_LINE_MAX - line->length;
    int wrote = snprintf(line->out + line->length, room, " %s=%s", name, value);
    (void)quoted;
    size_t more = wrote < 0 ? 0 : (size_t)wrote;
    line->length += more < room ? more : room - 1;
}

size_t event_line_text(const struct event *event, char out[JOURNAL_LINE_MAX])
{
    char stamp[CLOCK_TEXT_MAX] = "-";
    if (event->engine_ts_ns >= 0)
        (void)clock_format(event->engine_ts_ns, stamp);
    struct text_line line = { .out = out };
    char cause[VALUE_MAX];
    int wrote = snprintf(out, JOURNAL_LINE_MAX, "%10llu %s %s%-16s", (unsigned long long)event->seq,
                         stamp, event->cause_seq ? "  " : "", event_kind_name(event->kind));
    line.length = wrote < 0 ? 0 : (size_t)wrote;
    const struct {
        const char *name;
        uint32_t value;
    } small[] = { { "account", event->account },
                  { "instrument", event->instrument },
                  { "strategy", event->strategy } };
    (void)snprintf(cause, sizeof cause, "%llu", (unsigned long long)event->cause_seq);
    if (event->cause_seq)
        text_field(&line, "cause", cause, false);
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        char value[16];
        (void)snprintf(value, sizeof value, "%u", small[i].value);
        if (small[i].value)
            text_field(&line, small[i].name, value, false);
    }
    each_field(event, text_field, &line);
    for (size_t i = 0; i < line.length; i++) /* a line stays one line */
        out[i] = (unsigned char)out[i] < ' ' ? '?' : out[i];
    return line.length;
}

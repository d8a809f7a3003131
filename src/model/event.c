#include "model/event.h"

struct kind_row {
    const char *name;
    uint16_t version;
    int8_t class;
    uint32_t body_bytes_min;
};

static const struct kind_row kinds[EVENT_KIND_MAX] = {
#define X(name, number, version, class, bytes, about)                                              \
    [number] = { #name, version, EVENT_##class, (uint32_t)(bytes) },
    EVENT_KINDS(X)
#undef X
};

static const struct kind_row *row_of(uint16_t kind)
{
    return kind < EVENT_KIND_MAX && kinds[kind].name ? &kinds[kind] : NULL;
}

int event_kind_class(uint16_t kind)
{
    const struct kind_row *row = row_of(kind);
    return row ? row->class : -1;
}

uint16_t event_kind_version(uint16_t kind)
{
    const struct kind_row *row = row_of(kind);
    return row ? row->version : 0;
}

/* The names are those of the enum without "EVENT_": made by the compiler from
 * the one list, so a new kind needs no second place. */
const char *event_kind_name(uint16_t kind)
{
    switch ((enum event_kind)kind) {
#define X(name, number, version, class, bytes, about)                                              \
    case name: {                                                                                   \
        static const char text[] = #name;                                                          \
        return text + sizeof "EVENT_" - 1;                                                         \
    }
        EVENT_KINDS(X)
#undef X
    case EVENT_NONE:
    case EVENT_KIND_MAX: break;
    }
    return "UNKNOWN";
}

static bool terminated(const char *text, size_t size) { return memchr(text, 0, size) != NULL; }

static bool order_strings_end(const struct order *order)
{
    return terminated(order->client_order_id, sizeof order->client_order_id) &&
           terminated(order->venue_order_id, sizeof order->venue_order_id) &&
           terminated(order->reason, sizeof order->reason);
}

static bool report_strings_end(const struct venue_report *report)
{
    return terminated(report->trade_id, sizeof report->trade_id) &&
           terminated(report->venue_order_id, sizeof report->venue_order_id) &&
           terminated(report->reason, sizeof report->reason);
}

/* Strings of a body that were not NUL-terminated would run on into the next record. */
static bool strings_end(const struct event *event)
{
    const void *body = event_body_const(event);
    switch (event->kind) {
    case EVENT_ORDER_SUBMIT:
    case EVENT_INTENT:
        return terminated(((const struct intent *)body)->client_order_id, CLIENT_ORDER_ID_MAX);
    case EVENT_ORDER_CANCEL:
    case EVENT_CANCEL_ALL:
        return terminated(((const struct order_ref *)body)->client_order_id, CLIENT_ORDER_ID_MAX);
    case EVENT_ORDER_AMEND:
        return terminated(((const struct order_amend *)body)->ref.client_order_id,
                          CLIENT_ORDER_ID_MAX);
    case EVENT_ORDER:
    case EVENT_ORDER_RESTORE:
    case EVENT_SEND_CANCEL:
    case EVENT_SEND_AMEND: return order_strings_end(body);
    case EVENT_SEND_ORDER:
        return terminated(((const struct send_order *)body)->venue_client_id, CLIENT_ORDER_ID_MAX);
    case EVENT_ASSET_DEFINE:
    case EVENT_ASSET: return terminated(((const struct asset *)body)->code, ASSET_CODE_MAX);
    case EVENT_INSTRUMENT_DEFINE:
    case EVENT_INSTRUMENT: return terminated(((const struct instrument *)body)->symbol, SYMBOL_MAX);
    case EVENT_ACCOUNT_OPEN:
    case EVENT_ACCOUNT:
        return terminated(((const struct account *)body)->name, ACCOUNT_NAME_MAX) &&
               terminated(((const struct account *)body)->halt_reason,
                          sizeof((const struct account *)body)->halt_reason);
    case EVENT_HALT:
        return terminated(((const struct halt_command *)body)->reason,
                          sizeof((const struct halt_command *)body)->reason);
    case EVENT_STRATEGY_START:
        return terminated(((const struct strategy_start *)body)->type, STRATEGY_NAME_MAX) &&
               terminated(((const struct strategy_start *)body)->name, STRATEGY_NAME_MAX);
    case EVENT_STRATEGY_STOP:
        return terminated(((const struct strategy_ref *)body)->name, STRATEGY_NAME_MAX) &&
               terminated(((const struct strategy_ref *)body)->reason,
                          sizeof((const struct strategy_ref *)body)->reason);
    case EVENT_CASH_ADJUST:
        return terminated(((const struct cash_adjust *)body)->evidence,
                          sizeof((const struct cash_adjust *)body)->evidence);
    case EVENT_SESSION_START:
        return terminated(((const struct session_start *)body)->build,
                          sizeof((const struct session_start *)body)->build);
    case EVENT_STRATEGY:
        return terminated(((const struct strategy_row *)body)->start.type, STRATEGY_NAME_MAX) &&
               terminated(((const struct strategy_row *)body)->start.name, STRATEGY_NAME_MAX) &&
               terminated(((const struct strategy_row *)body)->reason,
                          sizeof((const struct strategy_row *)body)->reason);
    case EVENT_DISCREPANCY:
        return terminated(((const struct discrepancy *)body)->detail,
                          sizeof((const struct discrepancy *)body)->detail);
    case EVENT_SIGNAL: return terminated(((const struct signal *)body)->feature, STRATEGY_NAME_MAX);
    case EVENT_FILL:
        return terminated(((const struct fill *)body)->trade_id, TRADE_ID_MAX) &&
               terminated(((const struct fill *)body)->client_order_id, CLIENT_ORDER_ID_MAX);
    default: return event_kind_class(event->kind) != EVENT_VENUE || report_strings_end(body);
    }
}

static bool tail_fits(const struct event *event, size_t body_bytes)
{
    if (event->kind == EVENT_BOOK) {
        const struct book_head *head = event_body_const(event);
        return head->bid_count <= BOOK_LEVELS_MAX && head->ask_count <= BOOK_LEVELS_MAX &&
               body_bytes >= sizeof *head + (head->bid_count + (size_t)head->ask_count) *
                                                sizeof(struct book_level);
    }
    if (event->kind == EVENT_STRATEGY_STATE) {
        const struct strategy_patch *patch = event_body_const(event);
        return patch->size <= EVENT_BODY_MAX && body_bytes >= sizeof *patch + patch->size;
    }
    return true;
}

enum err event_check(const struct event *event, size_t room)
{
    if (room < EVENT_HEADER_BYTES)
        return ERR_CORRUPT;
    if (event->length < EVENT_HEADER_BYTES || event->length % 8 || event->length > room ||
        event->length > EVENT_HEADER_BYTES + EVENT_BODY_MAX)
        return ERR_CORRUPT;
    const struct kind_row *row = row_of(event->kind);
    if (!row || event->version > row->version)
        return ERR_VERSION;
    size_t body_bytes = event->length - EVENT_HEADER_BYTES;
    if (event->version == 0 || body_bytes < row->body_bytes_min)
        return ERR_CORRUPT;
    return strings_end(event) && tail_fits(event, body_bytes) ? OK : ERR_CORRUPT;
}

struct event *batch_add(struct batch *batch, uint16_t kind, size_t body_bytes)
{
    uint32_t length = event_length(body_bytes);
    assert(body_bytes <= EVENT_BODY_MAX);
    assert(batch->capacity - batch->size >= length);
    struct event *event = (struct event *)(batch->bytes + batch->size);
    memset(event, 0, length);
    event->length = length;
    event->kind = kind;
    event->version = event_kind_version(kind);
    batch->size += length;
    batch->count++;
    return event;
}

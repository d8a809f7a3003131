#include "gateway/internal.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "gateway/order_body.h"
#include "gateway/show.h"
#include "risk/risk.h"

#define ORDER_ANSWER_BYTES 1024

/* ---- reading ---- */

void orders_events(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    struct json_write write;
    json_write_init(&write, gateway->answer, ANSWER_BYTES);
    json_object_begin(&write);
    json_key(&write, "items");
    json_array_begin(&write);
    uint64_t first =
        gateway->recent_count > RECENT_EVENTS ? gateway->recent_count - RECENT_EVENTS : 0;
    for (uint64_t i = first; i < gateway->recent_count; i++)
        stream_show_recent(gateway, &gateway->recent[i % RECENT_EVENTS], &write);
    json_array_end(&write);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

/* Every open order, and the newest closed ones up to the limit; oldest first. */
void orders_state(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    const struct view *view = &gateway->view;
    uint32_t count = 0, open = 0, row = view->newest;
    for (; row != LOOKUP_NONE && count < ORDERS_LISTED_MAX; row = view->orders[row].older) {
        bool done = order_state_is_done(view->orders[row].order.state);
        open += !done;
        /* Room is kept for the open orders that are still to come. */
        if (!done || count + (view->open_count - open) < ORDERS_LISTED_MAX)
            gateway->answer_rows[count++] = row;
    }
    struct json_write write;
    json_write_init(&write, gateway->answer, ANSWER_BYTES);
    json_object_begin(&write);
    json_key(&write, "items");
    json_array_begin(&write);
    while (count-- > 0)
        show_order(&write, view, &view->orders[gateway->answer_rows[count]].order);
    json_array_end(&write);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

static const struct order *find_order(struct gateway *gateway, const char *client_order_id,
                                      struct order *room)
{
    uint16_t account = gateway->config.account;
    const struct order *order = view_order_by_key(&gateway->view, account, client_order_id);
    if (order)
        return order;
    const struct gateway_host *host = gateway->host;
    return host->find_archived &&
                   host->find_archived(host->app, account, client_order_id, room) == OK
               ? room
               : NULL;
}

void order_state(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    struct problem problem = { PROBLEM_NONE, { "" } };
    const char *id = http_query(request, "client_order_id");
    struct order room;
    const struct order *order = NULL;
    if (!id || !client_order_id_is_good(id))
        (void)problem_set(&problem, PROBLEM_BAD_PARAMS,
                          "name the order: /api/order_state?client_order_id=...");
    else if (!(order = find_order(gateway, id, &room)))
        (void)problem_set(&problem, PROBLEM_NOT_FOUND,
                          "no order has the client_order_id '%s': see /api/orders_state", id);
    if (problem.id) {
        answer_problem(gateway, request, &problem);
        return;
    }
    char text[ORDER_ANSWER_BYTES];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    show_order(&write, &gateway->view, order);
    answer_json(gateway, request, 200, &write);
}

/* ---- writing ---- */

/* ids that no order ever had: the clock's milliseconds, and a sequence that never starts again. */
static void make_client_order_id(struct gateway *gateway, char out[CLIENT_ORDER_ID_MAX])
{
    uint64_t now_ms = (uint64_t)(clock_wall_ns() / NS_PER_MS);
    if (now_ms > gateway->web_last_ms)
        gateway->web_last_ms = now_ms; /* a clock that was set back must not repeat an id */
    do {
        (void)snprintf(out, CLIENT_ORDER_ID_MAX, "web-%llu-%llu",
                       (unsigned long long)gateway->web_last_ms,
                       (unsigned long long)++gateway->web_sequence);
        /* After a restart the sequence begins again: only the view can hold the same millisecond. */
    } while (view_order_by_key(&gateway->view, gateway->config.account, out));
}

static void post_failed(struct gateway *gateway, struct http_request *request, enum err err)
{
    struct problem problem = { PROBLEM_NONE, { "" } };
    if (err == ERR_FULL)
        (void)problem_set(
            &problem, PROBLEM_OVERLOADED,
            "too much is waiting right now and nothing was done: try again in a second");
    else
        (void)problem_set(&problem, PROBLEM_SHUTTING_DOWN,
                          "the daemon is stopping and nothing was done: try again when it is back");
    answer_problem(gateway, request, &problem);
}

/* Gives a command to the engine; the request is answered by its result. */
static void post(struct gateway *gateway, struct http_request *request, struct pending *pending,
                 struct event *command, size_t body_bytes)
{
    command->length = event_length(body_bytes);
    command->version = event_kind_version(command->kind);
    command->account = gateway->config.account;
    command->instrument = pending->instrument;
    command->received_ns = request->received_ns;
    command->source_ts_ns = clock_wall_ns();
    pending->kind = command->kind;
    pending->request = request;
    pending->since_ns = request->received_ns;
    enum err err = gateway->closing ? ERR_STATE : gateway->host->post(gateway->host->app, command);
    if (err) {
        pending_give_back(&gateway->pendings, pending);
        post_failed(gateway, request, err);
        return;
    }
    request->tag |= pending->id << 8; /* the lowest byte is the route; see orders_gone */
}

struct submit_command {
    struct event event;
    struct intent intent;
};
struct cancel_command {
    struct event event;
    struct order_ref ref;
};
static_assert(sizeof(struct submit_command) == EVENT_HEADER_BYTES + sizeof(struct intent),
              "packed");
static_assert(sizeof(struct cancel_command) == EVENT_HEADER_BYTES + sizeof(struct order_ref),
              "packed");

static void answer_order(struct gateway *gateway, struct http_request *request,
                         const struct order *order);
static void answer_duplicate(struct gateway *gateway, struct http_request *request,
                             const struct order *order, const struct intent *intent,
                             uint32_t instrument);

void order_submit_post(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    struct problem problem = { PROBLEM_NONE, { "" } };
    struct submit_command command;
    const struct instrument *instrument = NULL;
    memset(&command.event, 0, sizeof command.event);
    if (!order_body_parse(&gateway->view, gateway->config.account, request_is_form(request),
                          request->body, request->body_size, &command.intent, &instrument,
                          &problem)) {
        answer_problem(gateway, request, &problem);
        return;
    }
    struct intent *intent = &command.intent;
    if (!intent->client_order_id[0]) {
        make_client_order_id(gateway, intent->client_order_id);
    } else if (!view_order_by_key(&gateway->view, gateway->config.account,
                                  intent->client_order_id)) {
        struct order room; /* the engine forgot it long ago; the archive did not */
        const struct order *old = find_order(gateway, intent->client_order_id, &room);
        if (old && old->body_hash == intent->body_hash) {
            answer_order(gateway, request, old);
            return;
        }
        if (old) {
            answer_duplicate(gateway, request, old, intent, instrument->id);
            return;
        }
    }
    struct pending *pending = pending_take(&gateway->pendings);
    if (!pending) {
        post_failed(gateway, request, ERR_FULL);
        return;
    }
    intent->request_id = pending->id;
    pending->intent = *intent;
    pending->instrument = instrument->id;
    command.event.kind = EVENT_ORDER_SUBMIT;
    post(gateway, request, pending, &command.event, sizeof *intent);
}

static void answer_cancel_problem(struct gateway *gateway, struct http_request *request,
                                  const struct order *order)
{
    struct problem problem = { PROBLEM_NONE, { "" } };
    if (order)
        (void)problem_set(&problem, PROBLEM_ORDER_DONE,
                          "the order is %s: nothing is left to cancel", show_status(order));
    else
        (void)problem_set(&problem, PROBLEM_NOT_FOUND,
                          "no order has this id: see /api/orders_state for those there are");
    answer_problem(gateway, request, &problem);
}

void order_cancel_post(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    struct problem problem = { PROBLEM_NONE, { "" } };
    struct cancel_body body;
    if (!cancel_body_parse(&gateway->view, request_is_form(request), request->body,
                           request->body_size, &body, &problem)) {
        answer_problem(gateway, request, &problem);
        return;
    }
    struct order room;
    const struct order *order = body.order_id ? view_order(&gateway->view, body.order_id)
                                              : find_order(gateway, body.client_order_id, &room);
    bool other = order && body.instrument && order->instrument != body.instrument->id;
    if (other ||
        order == &room) { /* a named symbol must be the order's; the archive holds done ones */
        answer_cancel_problem(gateway, request, other ? NULL : order);
        return;
    }
    struct pending *pending = pending_take(&gateway->pendings);
    if (!pending) {
        post_failed(gateway, request, ERR_FULL);
        return;
    }
    struct cancel_command command;
    memset(&command, 0, sizeof command);
    command.event.kind = EVENT_ORDER_CANCEL;
    command.ref.request_id = pending->id;
    command.ref.order_id = body.order_id;
    memcpy(command.ref.client_order_id, body.client_order_id, sizeof body.client_order_id);
    memset(&pending->intent, 0, sizeof pending->intent);
    memcpy(pending->intent.client_order_id, body.client_order_id, sizeof body.client_order_id);
    pending->order_id = body.order_id;
    pending->instrument = order ? order->instrument : 0;
    post(gateway, request, pending, &command.event, sizeof command.ref);
}

/* ---- answers, once the result is in the view ---- */

static void answer_denied(struct gateway *gateway, struct http_request *request,
                          const struct order *order)
{
    char text[ORDER_ANSWER_BYTES], sentence[RISK_TEXT_MAX] = "";
    const struct instrument *instrument = view_instrument(&gateway->view, order->instrument);
    if (instrument)
        (void)risk_denial_text(order, instrument, sentence, sizeof sentence);
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, false);
    json_kv(&write, "error", string, risk_code_name(order->denial));
    json_kv(&write, "message", string, sentence);
    json_kv(&write, "client_order_id", string, order->client_order_id);
    json_object_end(&write);
    answer_json(gateway, request, problem_status(PROBLEM_DENIED), &write);
}

static void answer_order(struct gateway *gateway, struct http_request *request,
                         const struct order *order)
{
    if (order->state == ORDER_DENIED) {
        answer_denied(gateway, request, order);
        return;
    }
    char text[ORDER_ANSWER_BYTES], id[NUM_TEXT_MAX];
    size_t length = num_format((int64_t)order->id, 0, id);
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, true);
    json_kv(&write, "client_order_id", string, order->client_order_id);
    json_kv(&write, "order_id", string_n, id, length);
    json_object_end(&write); /* no venue_order_id: a repeated order has the same answer */
    answer_json(gateway, request, 200, &write);
}

static void answer_duplicate(struct gateway *gateway, struct http_request *request,
                             const struct order *order, const struct intent *intent,
                             uint32_t instrument)
{
    char fields[160] = "";
    if (order)
        order_differences(order, intent, instrument, fields, sizeof fields);
    struct problem problem = { PROBLEM_NONE, { "" } };
    (void)problem_set(&problem, PROBLEM_DUPLICATE_ORDER,
                      "client_order_id '%s' belongs to an order with another %s: use a new id",
                      intent->client_order_id, fields[0] ? fields : "body");
    answer_problem(gateway, request, &problem);
}

static void answer_refused(struct gateway *gateway, struct http_request *request,
                           const struct command_result *result)
{
    static const struct {
        uint16_t err;
        enum problem_id id;
    } ids[] = {
        { ERR_FULL, PROBLEM_OVERLOADED },         { ERR_LIMIT, PROBLEM_OVERLOADED },
        { ERR_NOT_FOUND, PROBLEM_NOT_FOUND },     { ERR_STATE, PROBLEM_CONFLICT },
        { ERR_PRECISION, PROBLEM_BAD_PRECISION },
    };
    struct problem problem = { PROBLEM_NONE, { "" } };
    enum problem_id id = PROBLEM_BAD_PARAMS;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (ids[i].err == result->err)
            id = ids[i].id;
    (void)problem_set(&problem, id, "the order was refused: %s", err_text((enum err)result->err));
    answer_problem(gateway, request, &problem);
}

static void answer_submit(struct gateway *gateway, const struct pending *pending)
{
    const struct command_result *result = &pending->result;
    const struct order *order = view_order(&gateway->view, result->order_id);
    struct order room;
    if (!order && (result->err == ERR_EXISTS || result->err == ERR_DUPLICATE))
        order = find_order(gateway, pending->intent.client_order_id, &room); /* left the memory */
    if (result->err == ERR_DUPLICATE)
        answer_duplicate(gateway, pending->request, order, &pending->intent, pending->instrument);
    else if (order && (result->err == OK || result->err == ERR_EXISTS || result->denial))
        answer_order(gateway, pending->request, order);
    else
        answer_refused(gateway, pending->request, result);
}

static void answer_cancel(struct gateway *gateway, const struct pending *pending)
{
    const struct command_result *result = &pending->result;
    const struct view *view = &gateway->view;
    const struct order *order =
        result->order_id ? view_order(view, result->order_id)
        : pending->order_id
            ? view_order(view, pending->order_id)
            : view_order_by_key(view, gateway->config.account, pending->intent.client_order_id);
    if (result->err == ERR_NOT_FOUND || result->err == ERR_STATE) {
        answer_cancel_problem(gateway, pending->request, result->err == ERR_STATE ? order : NULL);
        return;
    }
    if (result->err) {
        answer_refused(gateway, pending->request, result);
        return;
    }
    char text[ORDER_ANSWER_BYTES];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, true);
    json_kv(&write, "client_order_id", string,
            order ? order->client_order_id : pending->intent.client_order_id);
    json_object_end(&write);
    answer_json(gateway, pending->request, 200, &write);
}

void orders_answer_ready(struct gateway *gateway)
{
    struct pendings *pendings = &gateway->pendings;
    int64_t now_ns = pendings->ready_first ? clock_monotonic_ns() : 0;
    while (pendings->ready_first) {
        struct pending *pending = pendings->ready_first;
        pendings->ready_first = pending->next_ready;
        if (pending->request) {
            metrics_latency(gateway, now_ns - pending->since_ns);
            if (pending->kind == EVENT_ORDER_SUBMIT)
                answer_submit(gateway, pending);
            else
                answer_cancel(gateway, pending);
        }
        pending_give_back(pendings, pending);
    }
}

void orders_result(struct gateway *gateway, const struct command_result *result)
{
    struct pending *pending = pending_find(&gateway->pendings, result->request_id);
    if (!pending || pending->ready)
        return; /* somebody else's, or one that was given up */
    pending->result = *result;
    pending_ready(&gateway->pendings, pending);
}

void orders_gone(void *context, struct http_request *request)
{
    struct gateway *gateway = context;
    struct pending *pending = pending_find(&gateway->pendings, request->tag >> 8);
    if (pending && pending->request == request)
        pending->request = NULL;
}

static void give_up(struct gateway *gateway, struct pending *pending, enum problem_id id,
                    const char *sentence)
{
    struct problem problem = { PROBLEM_NONE, { "" } };
    (void)problem_set(&problem, id, "%s", sentence);
    if (pending->request)
        answer_problem(gateway, pending->request, &problem);
    pending_give_back(&gateway->pendings, pending);
}

void orders_expire(struct gateway *gateway, int64_t now_ns)
{
    for (struct pending *at = gateway->pendings.oldest, *next; at; at = next) {
        next = at->newer;
        if (at->since_ns + ANSWER_WITHIN_NS > now_ns)
            break;
        if (!at->ready)
            give_up(gateway, at, PROBLEM_NO_ANSWER,
                    "no result came in time and the command may still be done: ask "
                    "/api/order_state before you repeat it with the same client_order_id");
    }
}

void orders_refuse_all(struct gateway *gateway)
{
    orders_answer_ready(gateway);
    while (gateway->pendings.oldest)
        give_up(gateway, gateway->pendings.oldest, PROBLEM_SHUTTING_DOWN,
                "the daemon is stopping and the command may be done: ask /api/order_state when it "
                "is back");
}

/* Results told while the gateway was lapped are gone; the rows tell what they were. */
void orders_after_lap(struct gateway *gateway)
{
    for (struct pending *at = gateway->pendings.oldest; at; at = at->newer) {
        const struct order *order = at->kind == EVENT_ORDER_CANCEL && at->order_id
                                        ? view_order(&gateway->view, at->order_id)
                                        : view_order_by_key(&gateway->view, gateway->config.account,
                                                            at->intent.client_order_id);
        if (at->ready || !order)
            continue;
        at->result = (struct command_result){ .request_id = at->id, .order_id = order->id };
        if (at->kind == EVENT_ORDER_SUBMIT && order->body_hash != at->intent.body_hash)
            at->result.err = ERR_DUPLICATE;
        else if (at->kind == EVENT_ORDER_CANCEL && order->state != ORDER_CANCELLING &&
                 !(order->flags & ORDER_CANCEL_WANTED) && order->state != ORDER_CANCELLED) {
            if (!order_state_is_done(order->state))
                continue; /* perhaps it was not applied yet: its result may come */
            at->result.err = ERR_STATE;
        }
        pending_ready(&gateway->pendings, at);
    }
}

void orders_init(struct gateway *gateway)
{
    /* Ids of a former life of the daemon must not meet requests of this one. */
    gateway->pendings.generation = (uint64_t)(clock_wall_ns() / NS_PER_MS) & 0xFFFFFFFFu;
}

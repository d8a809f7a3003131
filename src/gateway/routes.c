#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "gateway/internal.h"

/* The table: routing, 404, 405 with Allow, GET /api and the counters come from it. */
const struct route routes[] = {
    { HTTP_GET, "/", PERM_PUBLIC, "read", page_get, "the page" },
    { HTTP_GET, "/health", PERM_PUBLIC, "read", health_plain, "is the daemon there" },
    { HTTP_GET, "/metrics", PERM_PUBLIC, "read", metrics_get, "Prometheus metrics" },
    { HTTP_GET, "/api", PERM_PUBLIC, "read", routes_help, "this list" },
    { HTTP_GET, "/api/health", PERM_PUBLIC, "read", health_api, "state of the engine" },
    { HTTP_GET, "/api/market", PERM_READ, "read", market_first, "last price of the first market" },
    { HTTP_GET, "/api/market/{symbol}", PERM_READ, "read", market_symbol, "prices of one market" },
    { HTTP_GET, "/api/orders", PERM_READ, "read", orders_events, "the last 200 order events" },
    { HTTP_GET, "/api/orders_state", PERM_READ, "read", orders_state, "orders as they are now" },
    { HTTP_GET, "/api/order_state", PERM_READ, "read", order_state,
      "one order by client_order_id" },
    { HTTP_POST, "/api/order", PERM_WRITE, "orders", order_submit_post, "place an order" },
    { HTTP_POST, "/api/cancel", PERM_WRITE, "orders", order_cancel_post, "cancel one order" },
    { HTTP_GET, "/api/account", PERM_READ, "read", account_get, "balances" },
    { HTTP_GET, "/api/positions", PERM_READ, "read", positions_get, "open positions" },
    { HTTP_GET, "/api/positions/{symbol}", PERM_READ, "read", position_symbol, "one position" },
    { HTTP_GET, "/api/stream", PERM_PUBLIC, "stream", stream_get, "events as they happen (SSE)" },
};
const size_t routes_count = sizeof routes / sizeof routes[0];
static_assert(sizeof routes / sizeof routes[0] < 255, "a request's tag keeps the row in a byte");

#define JSON_TYPE "application/json"
static const char json_type[] = JSON_TYPE; /* one address: ready-made responses are kept by it */

/* ---- answers ---- */

static void count(struct gateway *gateway, const struct http_request *request, int status)
{
    size_t row = request->tag & 0xff; /* 0: no route */
    unsigned method = request->method == HTTP_GET ? 0 : request->method == HTTP_POST ? 1 : 2;
    if (status > 0 && status < STATUS_MAX)
        gateway->route_counts[(row * 3 + method) * STATUS_MAX + (size_t)status]++;
}

void answer_text(struct gateway *gateway, struct http_request *request, int status,
                 const struct http_answer *answer)
{
    struct http_answer full = *answer;
    full.status = status;
    count(gateway, request, status);
    http_answer(request, &full);
}

void answer_json(struct gateway *gateway, struct http_request *request, int status,
                 struct json_write *write)
{
    assert(!write->overflow); /* lists have limits that fit */
    answer_text(gateway, request, status,
                &(struct http_answer){
                    .content_type = json_type, .body = write->out, .size = write->length });
}

static void answer_with(struct gateway *gateway, struct http_request *request,
                        const struct problem *problem, const char *const *fields, bool close)
{
    char text[ERRTEXT_MAX * 6 + 128]; /* every byte may need an escape */
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "error", string, problem_code(problem->id));
    json_kv(&write, "message", string, problem->text.text);
    json_object_end(&write);
    answer_text(gateway, request, problem_status(problem->id),
                &(struct http_answer){ .content_type = json_type,
                                       .body = write.out,
                                       .size = write.length,
                                       .fields = fields,
                                       .close = close });
}

void answer_problem(struct gateway *gateway, struct http_request *request,
                    const struct problem *problem)
{
    static const char *const retry[] = { "Retry-After", "1", NULL };
    answer_with(gateway, request, problem, problem_status(problem->id) == 503 ? retry : NULL,
                false);
}

/* ---- before the body ---- */

static const struct {
    enum problem_id id;
    const char *sentence;
} faults[] = {
    [HTTP_FIELD_MALFORMED] = { PROBLEM_BAD_REQUEST,
                               "a header field has a blank before its colon, or goes on in the "
                               "next "
                               "line: write each as \"Name: value\" in one line" },
    [HTTP_LENGTH_TWICE] = { PROBLEM_AMBIGUOUS_LENGTH,
                            "the length of the body is not certain: send one Content-Length, or "
                            "Transfer-Encoding alone" },
    [HTTP_ENCODING_FOREIGN] = { PROBLEM_UNSUPPORTED_ENCODING,
                                "send the body with Content-Length, or with Transfer-Encoding: "
                                "chunked" },
    [HTTP_HOST_MISSING] = { PROBLEM_HOST_MISSING, "send exactly one Host field" },
    [HTTP_HOST_FOREIGN] = { PROBLEM_HOST_NOT_ALLOWED,
                            "this server does not go by that name: use localhost, 127.0.0.1 or a "
                            "configured listen address" },
    [HTTP_ORIGIN_FOREIGN] = { PROBLEM_ORIGIN_NOT_ALLOWED,
                              "pages of other sites may not change anything here: open the page of "
                              "this server" },
    [HTTP_BODY_TOO_LARGE] = { PROBLEM_BODY_TOO_LARGE, "the body is too large: send at most 1 MiB" },
};

static bool refuse_fault(struct gateway *gateway, struct http_request *request, bool close)
{
    if (request->fault == HTTP_FINE)
        return false;
    struct problem problem = { PROBLEM_NONE, { "" } };
    (void)problem_set(&problem, faults[request->fault].id, "%s", faults[request->fault].sentence);
    answer_with(gateway, request, &problem, NULL, close);
    return true;
}

static bool is_type(const char *field, const char *type)
{
    size_t length = strlen(type);
    return strncasecmp(field, type, length) == 0 &&
           strchr("; \t", field[length]) != NULL; /* its end, or parameters: strchr finds the NUL */
}

bool request_is_form(const struct http_request *request)
{
    return request->content_type &&
           is_type(request->content_type, "application/x-www-form-urlencoded");
}

/* The part of the path that the braces take; NULL: the path is another. */
static const char *match(const char *pattern, const char *path)
{
    while (*pattern && *pattern == *path) {
        pattern++;
        path++;
    }
    if (*pattern == '{')
        return *path && !strchr(path, '/') ? path : NULL;
    return *pattern == *path ? path : NULL;
}

static const struct route *find(const char *path, const char **tail)
{
    for (size_t i = 0; i < routes_count; i++)
        if ((*tail = match(routes[i].path, path)) != NULL)
            return &routes[i];
    return NULL;
}

static void refuse_method(struct gateway *gateway, struct http_request *request,
                          const struct route *route)
{
    char allow[48];
    (void)snprintf(allow, sizeof allow, "%sOPTIONS",
                   route->methods & HTTP_GET ? "GET, HEAD, " : "POST, ");
    const char *const fields[] = { "Allow", allow, NULL };
    if (request->method == HTTP_OPTIONS) {
        answer_text(gateway, request, 204, &(struct http_answer){ .fields = fields });
        return;
    }
    struct problem problem = { PROBLEM_NONE, { "" } };
    (void)problem_set(&problem, PROBLEM_METHOD_NOT_ALLOWED, "%s takes %s: %s", route->path, allow,
                      route->about);
    answer_with(gateway, request, &problem, fields, false);
}

static bool type_fits(const struct http_request *request)
{
    const char *type = request->content_type;
    return !type || is_type(type, json_type) || request_is_form(request);
}

void routes_head(void *context, struct http_request *request)
{
    struct gateway *gateway = context;
    const char *tail;
    if (refuse_fault(gateway, request, true))
        return;
    const struct route *route = find(request->path, &tail);
    request->tag = route ? (uint64_t)(route - routes) + 1 : 0;
}

void routes_request(void *context, struct http_request *request)
{
    struct gateway *gateway = context;
    struct problem problem = { PROBLEM_NONE, { "" } };
    const char *tail;
    const struct route *route = find(request->path, &tail);
    if (refuse_fault(gateway, request, false))
        return;
    if (!route) {
        (void)problem_set(&problem, PROBLEM_NOT_FOUND,
                          "there is nothing at this path: see GET /api");
    } else {
        enum http_method as = request->method == HTTP_HEAD ? HTTP_GET : request->method;
        if (!(route->methods & as)) {
            refuse_method(gateway, request, route);
            return;
        }
        if (as == HTTP_GET || type_fits(request)) {
            route->handler(gateway, request, tail);
            return;
        }
        (void)problem_set(&problem, PROBLEM_UNSUPPORTED_TYPE,
                          "send the body as Content-Type: " JSON_TYPE);
    }
    answer_problem(gateway, request, &problem);
}

void routes_help(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    static const char *const permissions[] = { "public", "read", "write" };
    struct json_write write;
    json_write_init(&write, gateway->answer, ANSWER_BYTES);
    json_object_begin(&write);
    json_key(&write, "routes");
    json_array_begin(&write);
    for (size_t i = 0; i < routes_count; i++) {
        json_object_begin(&write);
        json_kv(&write, "method", string, http_method_name((enum http_method)routes[i].methods));
        json_kv(&write, "path", string, routes[i].path);
        json_kv(&write, "permission", string, permissions[routes[i].permission]);
        json_kv(&write, "about", string, routes[i].about);
        json_object_end(&write);
    }
    json_array_end(&write);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

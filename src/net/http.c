#include "net/http.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/fields.h"
#include "net/hosts.h"
#include "net/listen.h"

/*
 * libmicrohttpd runs in external mode: its epoll descriptor is watched by the loop, MHD_run() does
 * what is ready. Measured on 64 connections, what costs is system calls, so:
 *
 * - A request that waits for its answer is not suspended (epoll_ctl twice and an eventfd write
 *   each): its handler returns without a response, which MHD 0.9.75 takes as "ask again". It stays
 *   in MHD's ready list, which costs one call of answer() per MHD_run().
 * - MHD_queue_response() outside of MHD_run() prepares the reply; one MHD_run() writes all of them.
 * - Small replies reuse response objects whose header fields are ready; only bytes change. Date is
 *   one of these fields (MHD's own is made anew for each reply), so they last for a second.
 */
#define LISTENERS_MAX 8
#define POOL_BYTES 16384    /* of MHD, a connection: 8 KiB of fields fit; only touched pages cost */
#define BODY_INLINE 1024    /* an order fits; larger bodies go to the heap */
#define CACHED_SIZE_MAX 512 /* of a reply whose response object is kept */
#define DRAIN_BYTES_MAX (8u << 20) /* of a refused body that is read, so that the client sees why */
#define TICK_NS NS_PER_S
#define WAITING_RUN_NS (5 * NS_PER_MS)
#define RUNS_MAX 4

enum stage {
    READING, /* header fields are there, the body not yet */
    WAITING, /* the user has it whole and has not answered */
    ANSWERED,
    TAKEN, /* the user writes to the socket */
    RELEASED
};

struct cached_response { /* its header fields are made once */
    struct MHD_Response *response;
    struct cached_response *next;
    const char *content_type;
    int64_t date_s;
    size_t size;
    char body[];
};

struct request {
    struct http_request public;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct request *next; /* free list, or list of those READING a body */
    struct request *previous;
    struct cached_response *response; /* goes back when the reply is written */
    char *body;                       /* inline_body, or the heap's */
    size_t capacity;
    enum stage stage;
    bool too_large, in_list;
    char inline_body[BODY_INLINE];
};

struct listener {
    int socket;
    uint16_t port;
    struct http_server *server;
    struct net_poll *poll;
};

struct http_server {
    struct http_config config;
    struct hosts hosts;
    struct MHD_Daemon *daemon;
    struct net_poll *poll;
    struct net_timer *tick, *again;
    struct listener listeners[LISTENERS_MAX];
    size_t listener_count;
    int spare; /* given up for a moment to turn a connection away when descriptors are used up */
    struct arena arena;
    struct request *requests, *free, *reading_oldest, *reading_newest;
    size_t requests_used; /* those above were never touched: their pages cost nothing */
    struct cached_response *cached[CACHED_SIZE_MAX + 1];
    int64_t date_s;
    char date[32];
    size_t waiting;
    bool running, closing;
    struct http_counters counters;
};

static const struct {
    const char *name;
    enum http_method method;
} methods[] = {
    { "GET", HTTP_GET },         { "POST", HTTP_POST },     { "HEAD", HTTP_HEAD },
    { "PUT", HTTP_PUT },         { "DELETE", HTTP_DELETE }, { "PATCH", HTTP_PATCH },
    { "OPTIONS", HTTP_OPTIONS }, { "OTHER", HTTP_OTHER },
};

static enum http_method method_of(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0] - 1; i++)
        if (strcmp(name, methods[i].name) == 0)
            return methods[i].method;
    return HTTP_OTHER;
}

const char *http_method_name(enum http_method method)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (methods[i].method == method)
            return methods[i].name;
    return "OTHER";
}

/* ---- MHD_run and when to call it again ---- */

static void run(struct http_server *server)
{
    if (server->running)
        return; /* called from inside: the outer call goes on until nothing is ready */
    server->running = true;
    MHD_UNSIGNED_LONG_LONG timeout_ms = 1;
    for (int i = 0; i < RUNS_MAX; i++) {
        (void)MHD_run(server->daemon);
        /* Waiting requests make the time 0 always, so it says nothing while there are any. */
        timeout_ms = 1;
        if (server->waiting > 0 || MHD_get_timeout(server->daemon, &timeout_ms) != MHD_YES ||
            timeout_ms > 0)
            break;
    }
    server->running = false;
    if (server->waiting > 0)
        net_timer_set(server->again, clock_monotonic_ns() + WAITING_RUN_NS);
    else if (timeout_ms == 0)
        net_timer_set(server->again, 0);
}

static void on_ready(void *server) { run(server); }

void http_flush(struct http_server *server) { run(server); }

/* ---- requests ---- */

static void reading_remove(struct request *request)
{
    struct http_server *server = request->server;
    if (!request->in_list)
        return;
    if (request->previous)
        request->previous->next = request->next;
    else
        server->reading_oldest = request->next;
    if (request->next)
        request->next->previous = request->previous;
    else
        server->reading_newest = request->previous;
    request->in_list = false;
}

static void reading_add(struct request *request)
{
    struct http_server *server = request->server;
    request->in_list = true;
    request->next = NULL;
    request->previous = server->reading_newest;
    if (server->reading_newest)
        server->reading_newest->next = request;
    else
        server->reading_oldest = request;
    server->reading_newest = request;
}

static struct request *request_take(struct http_server *server, struct MHD_Connection *connection)
{
    struct request *request = server->free;
    if (request)
        server->free = request->next;
    else if (server->requests_used < server->config.connections_max)
        request = &server->requests[server->requests_used++];
    else
        return NULL; /* cannot be: there is one for each connection */
    request->public = (struct http_request){ .received_ns = clock_monotonic_ns() };
    request->server = server;
    request->connection = connection;
    request->next = request->previous = NULL;
    request->response = NULL;
    request->body = request->inline_body;
    request->capacity = BODY_INLINE;
    request->stage = READING;
    request->too_large = request->in_list = false;
    return request;
}

static void request_give_back(struct request *request)
{
    struct http_server *server = request->server;
    if (request->body != request->inline_body)
        free(request->body);
    if (request->response) {
        request->response->next = server->cached[request->response->size];
        server->cached[request->response->size] = request->response;
    }
    request->next = server->free;
    server->free = request;
}

static enum MHD_Result take_field(void *fields, enum MHD_ValueKind kind, const char *key,
                                  size_t key_size, const char *value, size_t value_size)
{
    (void)kind;
    fields_add(fields, key, key_size, value, value_size);
    return MHD_YES;
}

static size_t unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return fields_unescape(text);
}

static enum MHD_Result begin(struct http_server *server, struct MHD_Connection *connection,
                             const char *path, const char *method, void **slot)
{
    struct request *request = request_take(server, connection);
    if (!request)
        return MHD_NO;
    *slot = request;
    request->public.method = method_of(method);
    struct fields fields;
    fields_begin(&fields, &request->public, path, &server->hosts);
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_field, &fields);
    request->public.fault = fields_fault(&fields, &server->hosts, server->config.body_bytes_max);
    request->too_large = request->public.fault == HTTP_BODY_TOO_LARGE;
    if (request->too_large && request->public.content_length <= DRAIN_BYTES_MAX)
        request->public.fault = HTTP_FINE; /* told when the body was read: see end_of_body */
    server->config.head(server->config.context, &request->public);
    if (request->stage == READING && (fields.lengths || fields.encodings))
        reading_add(request);
    return MHD_YES;
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t size)
{
    struct http_request *public = &request->public;
    size_t limit = request->server->config.body_bytes_max;
    if (request->too_large || size > limit - public->body_size) {
        request->too_large = true;
        public->body_size += size; /* only counted from here on */
        return public->body_size > limit + DRAIN_BYTES_MAX ? MHD_NO : MHD_YES;
    }
    size_t needed = public->body_size + size;
    if (needed > request->capacity) {
        size_t capacity = needed > 2 * request->capacity ? needed : 2 * request->capacity;
        char *heap = malloc(capacity);
        if (!heap)
            return MHD_NO;
        memcpy(heap, request->body, public->body_size);
        if (request->body != request->inline_body)
            free(request->body);
        request->body = heap;
        request->capacity = capacity;
    }
    memcpy(request->body + public->body_size, data, size);
    public->body_size = needed;
    return MHD_YES;
}

static void end_of_body(struct request *request)
{
    struct http_server *server = request->server;
    reading_remove(request);
    request->stage = WAITING;
    server->waiting++;
    request->public.body = request->body;
    if (request->too_large) {
        request->public.fault = HTTP_BODY_TOO_LARGE;
        request->public.body_size = 0;
    }
    server->config.request(server->config.context, &request->public);
}

/* MHD's access handler: once for the header fields, once for each piece of the body, once at the
 * end, and again each run while there is no answer. */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **slot)
{
    (void)version;
    struct request *request = *slot;
    const struct http_server *server = context;
    if (server->closing && (!request || request->stage == READING))
        return MHD_NO; /* the user is not there any more */
    if (!request)
        return begin(context, connection, url, method, slot);
    if (request->stage == RELEASED)
        return MHD_NO;
    if (*size > 0) {
        enum MHD_Result result = take_body(request, data, *size);
        *size = 0;
        return result;
    }
    if (request->stage == READING)
        end_of_body(request);
    return MHD_YES;
}

static void completed(void *context, struct MHD_Connection *connection, void **slot,
                      enum MHD_RequestTerminationCode code)
{
    struct http_server *server = context;
    struct request *request = *slot;
    (void)connection;
    (void)code;
    if (!request)
        return;
    *slot = NULL;
    reading_remove(request);
    if (request->stage == WAITING)
        server->waiting--;
    assert(request->stage != TAKEN); /* MHD does not look at it until http_release */
    if (request->stage == WAITING || request->stage == READING)
        server->config.gone(server->config.context, &request->public);
    request_give_back(request);
}

const char *http_query(const struct http_request *public, const char *name)
{
    const struct request *request = (const struct request *)public;
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* ---- answers ---- */

static void add_fields(struct MHD_Response *response, const char *const *fields)
{
    for (; fields && fields[0]; fields += 2)
        (void)MHD_add_response_header(response, fields[0], fields[1]);
}

/* RFC 9110 5.6.7; the clock of a reply is its second. */
static void look_at_clock(struct http_server *server)
{
    int64_t now_s = clock_wall_ns() / NS_PER_S;
    if (now_s == server->date_s)
        return;
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)now_s;
    struct tm at;
    if (!gmtime_r(&seconds, &at))
        return;
    server->date_s = now_s;
    (void)snprintf(server->date, sizeof server->date, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
                   days + 3 * at.tm_wday, (unsigned)at.tm_mday % 100, months + 3 * at.tm_mon,
                   (unsigned)(at.tm_year + 1900) % 10000, (unsigned)at.tm_hour % 100,
                   (unsigned)at.tm_min % 100, (unsigned)at.tm_sec % 100);
}

static void cached_free(struct cached_response *cached)
{
    if (cached->response)
        MHD_destroy_response(cached->response);
    free(cached);
}

static struct cached_response *cached_make(struct http_server *server, const char *content_type,
                                           size_t size)
{
    struct cached_response *cached = malloc(sizeof *cached + size);
    if (!cached)
        return NULL;
    cached->content_type = content_type;
    cached->size = size;
    cached->date_s = server->date_s;
    cached->response = MHD_create_response_from_buffer(size, cached->body, MHD_RESPMEM_PERSISTENT);
    if (!cached->response) {
        cached_free(cached);
        return NULL;
    }
    (void)MHD_add_response_header(cached->response, "Content-Type", content_type);
    (void)MHD_add_response_header(cached->response, "Date", server->date);
    add_fields(cached->response, server->config.common);
    return cached;
}

static struct cached_response *cached_take(struct http_server *server, const char *content_type,
                                           size_t size)
{
    struct cached_response *cached;
    while ((cached = server->cached[size])) {
        server->cached[size] = cached->next;
        if (cached->content_type == content_type && cached->date_s == server->date_s)
            return cached;
        cached_free(cached);
    }
    return cached_make(server, content_type, size);
}

static bool queue_cached(struct request *request, const struct http_answer *answer)
{
    struct cached_response *cached =
        cached_take(request->server, answer->content_type, answer->size);
    if (!cached)
        return false;
    memcpy(cached->body, answer->body, answer->size);
    request->response = cached;
    return MHD_queue_response(request->connection, (unsigned)answer->status, cached->response) ==
           MHD_YES;
}

static bool queue_fresh(struct request *request, const struct http_answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->size, (void *)(uintptr_t)answer->body, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return false;
    if (answer->content_type)
        (void)MHD_add_response_header(response, "Content-Type", answer->content_type);
    if (answer->close)
        (void)MHD_add_response_header(response, "Connection", "close");
    (void)MHD_add_response_header(response, "Date", request->server->date);
    add_fields(response, request->server->config.common);
    add_fields(response, answer->fields);
    bool queued =
        MHD_queue_response(request->connection, (unsigned)answer->status, response) == MHD_YES;
    MHD_destroy_response(response); /* the connection holds it now */
    return queued;
}

static void cut(struct request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    (void)shutdown(info->connect_fd, SHUT_RDWR); /* MHD reads the end and closes */
}

void http_answer(struct http_request *public, const struct http_answer *answer)
{
    struct request *request = (struct request *)public;
    assert(request->stage == READING || request->stage == WAITING);
    if (request->stage == WAITING)
        request->server->waiting--;
    else
        reading_remove(request);
    request->stage = ANSWERED;
    look_at_clock(request->server);
    bool small = answer->content_type && answer->size > 0 && answer->size <= CACHED_SIZE_MAX &&
                 !answer->fields && !answer->close;
    /* Queueing outside of MHD_run() may end the request at once (the client left), so nothing of
     * `request` is touched after it succeeded. */
    if (!(small ? queue_cached(request, answer) : queue_fresh(request, answer)))
        cut(request);
}

int http_take_over(struct http_request *public)
{
    struct request *request = (struct request *)public;
    assert(request->stage == WAITING);
    request->server->waiting--;
    request->stage = TAKEN;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int socket_fd = info->connect_fd;
    MHD_suspend_connection(request->connection); /* out of MHD's epoll, without a timeout */
    return socket_fd;
}

void http_release(struct http_request *public)
{
    struct request *request = (struct request *)public;
    assert(request->stage == TAKEN);
    request->stage = RELEASED;
    MHD_resume_connection(request->connection); /* the next run calls answer(), which says MHD_NO */
    net_timer_set(request->server->again, 0);
}

/* ---- connections ---- */

static void turn_away(struct http_server *server, int listening)
{
    /* Without a free descriptor the connection would stay in the backlog and wake us for ever. */
    (void)close(server->spare);
    int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (client >= 0)
        (void)close(client);
    server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    server->counters.refused++;
}

static void on_connect(void *context)
{
    struct listener *listener = context;
    struct http_server *server = listener->server;
    for (int i = 0; i < 64; i++) { /* a round serves others too */
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int client = accept4(listener->socket, (struct sockaddr *)&address, &length,
                             SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0) {
            if (errno == EMFILE || errno == ENFILE)
                turn_away(server, listener->socket);
            break;
        }
        if (MHD_add_connection(server->daemon, client, (struct sockaddr *)&address, length) ==
            MHD_YES)
            server->counters.accepted++;
        else
            server->counters.refused++; /* MHD closed it: over the limit */
    }
    run(server);
}

static void on_tick(void *context)
{
    struct http_server *server = context;
    int64_t now_ns = clock_monotonic_ns();
    for (struct request *at = server->reading_oldest, *next; at; at = next) {
        next = at->next;
        if (at->public.received_ns + server->config.request_timeout_ns > now_ns)
            break;
        reading_remove(at);
        cut(at);
    }
    run(server); /* MHD ends what stood idle only when it runs */
    net_timer_set(server->tick, now_ns + TICK_NS);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static enum err open_listeners(struct http_server *server, struct net_loop *loop,
                               struct errtext *detail)
{
    for (size_t i = 0; i < server->config.listen_count; i++) {
        struct listener *listener = &server->listeners[i];
        const char *address = server->config.listen[i];
        struct errtext problem = { "" };
        *listener = (struct listener){ .socket = -1, .server = server };
        enum err err = listen_open(address, &listener->socket, &listener->port, &problem);
        if (err == OK)
            err = net_poll_new(loop, listener->socket, on_connect, listener, &listener->poll);
        if (err == ERR_BUSY && i > 0) {
            char quoted[ERRTEXT_MAX + 2];
            log_warning("listen_skipped", "address=%s reason=%s", address,
                        log_quote(problem.text, strlen(problem.text), quoted, sizeof quoted));
            continue;
        }
        if (err)
            return errtext_set(detail, err, "%s", problem.text);
    }
    return OK;
}

static enum err start_daemon(struct http_server *server, struct net_loop *loop)
{
    const struct http_config *config = &server->config;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
            MHD_USE_SUPPRESS_DATE_NO_CLOCK,
        0, NULL, NULL, answer, server, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(config->idle_timeout_ns / NS_PER_S),
        MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_UNESCAPE_CALLBACK, unescape,
        NULL, MHD_OPTION_END);
    if (!server->daemon)
        return ERR_IO;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    enum err err = net_poll_new(loop, info->epoll_fd, on_ready, server, &server->poll);
    if (err == OK)
        err = net_timer_new(loop, on_tick, server, &server->tick);
    if (err == OK)
        err = net_timer_new(loop, on_ready, server, &server->again);
    if (err == OK)
        net_timer_set(server->tick, clock_monotonic_ns() + TICK_NS);
    return err;
}

enum err http_open(const struct http_config *config, struct net_loop *loop,
                   struct http_server **out, struct errtext *detail)
{
    assert(config->listen_count > 0 && config->connections_max > 0);
    assert(config->body_bytes_max > 0 && config->idle_timeout_ns >= NS_PER_S);
    if (config->listen_count > LISTENERS_MAX)
        return errtext_set(detail, ERR_LIMIT, "at most %d addresses to listen on", LISTENERS_MAX);
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return errtext_set(detail, ERR_MEMORY, "no memory for the HTTP server");
    server->config = *config;
    server->listener_count = config->listen_count;
    server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    hosts_init(&server->hosts, config->listen, config->listen_count);
    raise_descriptor_limit();
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        server->listeners[i].socket = -1;
    size_t count = config->connections_max;
    enum err err = arena_init(&server->arena, count * sizeof(struct request) + 64);
    if (err == OK) {
        server->requests = (struct request *)(void *)server->arena.base;
        err = start_daemon(server, loop);
    }
    if (err)
        (void)errtext_set(detail, err, "the HTTP server cannot start: %s", err_text(err));
    else
        err = open_listeners(server, loop, detail);
    if (err) {
        http_close(server);
        return err;
    }
    *out = server;
    return OK;
}

void http_close(struct http_server *server)
{
    if (!server)
        return;
    server->closing = true;
    for (size_t i = 0; i < server->listener_count; i++) {
        net_poll_free(server->listeners[i].poll);
        if (server->listeners[i].socket >= 0)
            (void)close(server->listeners[i].socket);
    }
    if (server->daemon) {
        for (int i = 0; i < RUNS_MAX; i++) /* last answers go out, released streams end */
            (void)MHD_run(server->daemon);
        net_poll_free(server->poll);
        MHD_stop_daemon(server->daemon);
    }
    net_timer_free(server->tick);
    net_timer_free(server->again);
    for (size_t size = 0; size <= CACHED_SIZE_MAX; size++)
        for (struct cached_response *at = server->cached[size], *next; at; at = next) {
            next = at->next;
            cached_free(at);
        }
    if (server->arena.base)
        arena_release(&server->arena);
    (void)close(server->spare);
    free(server);
}

uint16_t http_port(const struct http_server *server, size_t index)
{
    return index < server->listener_count ? server->listeners[index].port : 0;
}

struct http_counters http_counters(const struct http_server *server)
{
    struct http_counters counters = server->counters;
    counters.open =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
    return counters;
}

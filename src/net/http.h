/*
 * net/http.h - an HTTP/1.1 server on the loop: requests in, answers out, sockets taken over for
 * event streams. Mechanism only: paths, bodies and words are the user's.
 *
 * A request is told twice: `head` when its header fields are there (answer here to refuse it before
 * its body is read), `request` when its body is there too. It may be answered in the call or later;
 * `gone` says that the client left before. Everything runs on the loop's thread.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "net/loop.h"

/* bits, so that a route can take several */
enum http_method {
    HTTP_GET = 1,
    HTTP_HEAD = 2,
    HTTP_POST = 4,
    HTTP_PUT = 8,
    HTTP_DELETE = 16,
    HTTP_PATCH = 32,
    HTTP_OPTIONS = 64,
    HTTP_OTHER = 128
};
const char *http_method_name(enum http_method method);

/* Why a request must be refused before anybody looks at its path. */
enum http_fault {
    HTTP_FINE = 0,
    HTTP_FIELD_MALFORMED,  /* "Name :", or a field over two lines: smuggling */
    HTTP_LENGTH_TWICE,     /* two lengths, or one beside Transfer-Encoding: smuggling */
    HTTP_ENCODING_FOREIGN, /* a Transfer-Encoding other than chunked */
    HTTP_HOST_MISSING,     /* none, or more than one */
    HTTP_HOST_FOREIGN,     /* a name that is not ours: DNS rebinding */
    HTTP_ORIGIN_FOREIGN,   /* a page of another site wants to change something */
    HTTP_BODY_TOO_LARGE
};

struct http_request { /* fields are read-only for the user; texts live until the answer */
    enum http_method method;
    enum http_fault fault;
    const char *path;                                  /* decoded, without the query */
    const char *content_type, *origin, *last_event_id; /* NULL: no such field */
    uint64_t content_length;                           /* as announced; 0 when not */
    const char *body;
    size_t body_size;
    int64_t received_ns; /* monotonic, when the header fields were there */
    uint64_t tag;        /* the user's */
};

/* A decoded argument of the query, or NULL. */
const char *http_query(const struct http_request *request, const char *name);

struct http_answer {
    int status;
    const char *content_type; /* NULL: no body */
    const void *body;         /* borrowed */
    size_t size;
    const char *const *fields; /* further header fields: name, value, ..., NULL; may be NULL */
    bool close;                /* the connection ends after it */
};
/* Every answer also carries the fields of http_config.common. */
void http_answer(struct http_request *request, const struct http_answer *answer);

struct http_config {
    const char *const *listen; /* "127.0.0.1:8080", "[::1]:8080" */
    size_t listen_count;
    uint32_t connections_max;
    size_t body_bytes_max;
    int64_t idle_timeout_ns;    /* a connection without a request, or a request that stands still */
    int64_t request_timeout_ns; /* from header fields to the end of the body */
    const char *const *common;  /* fields of every answer: name, value, ..., NULL */
    void *context;
    void (*head)(void *context, struct http_request *request);
    void (*request)(void *context, struct http_request *request);
    void (*gone)(void *context, struct http_request *request);
};

struct http_server;

/* Binds all addresses. When the first is taken: ERR_BUSY, and detail names port and holder; another
 * one that is taken is a warning in the log. ERR_SYNTAX for a text that is no address. */
MUST_USE enum err http_open(const struct http_config *config, struct net_loop *loop,
                            struct http_server **out, struct errtext *detail);
/* Every request is answered or gone, every stream ended before; what still comes is cut off. */
void http_close(struct http_server *server);

/* Writes what was answered outside of the calls above; do it once for many answers. */
void http_flush(struct http_server *server);

/* The port of a listener, for tests that listen on port 0; 0 when it was not bound. */
uint16_t http_port(const struct http_server *server, size_t index);

struct http_counters {
    uint64_t accepted, refused, open;
};
struct http_counters http_counters(const struct http_server *server);

/*
 * Takes the connection out of HTTP: nothing is answered, the user writes to the socket himself
 * (non-blocking). The request stays alive until http_release, which closes the connection. `gone` is
 * not called for it: the user sees the end on the socket.
 */
int http_take_over(struct http_request *request);
void http_release(struct http_request *request);

#endif

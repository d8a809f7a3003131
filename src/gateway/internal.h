/*
 * gateway/internal.h - what the gateway's files share.
 */
#ifndef GATEWAY_INTERNAL_H
#define GATEWAY_INTERNAL_H
#include "base/json.h"
#include "gateway/gateway.h"
#include "gateway/problem.h"
#include "gateway/view.h"
#include "net/http.h"
#include "net/push.h"

#define RECENT_EVENTS 200       /* of GET /api/orders */
#define RECENT_BYTES 640        /* of one of them */
#define ANSWER_BYTES (4u << 20) /* the largest JSON answer; the lists have limits that fit */
#define ORDERS_LISTED_MAX 4000
#define MARKET_FRAME_NS (INT64_C(100) * 1000000) /* at most ten market frames a second and symbol */
#define ANSWER_WITHIN_NS (INT64_C(10) * 1000000000) /* a command without a result is told as such */
#define STATUS_MAX 600
#define LATENCY_BUCKETS 11

/* ---- pending.c: writes that wait for their result ---- */

struct pending {
    struct http_request *request;  /* NULL: the client left; the slot waits for the result still */
    struct pending *older, *newer; /* waiting, oldest first; `newer` also links the free ones */
    struct pending *next_ready;
    uint64_t id;
    uint16_t kind; /* EVENT_ORDER_SUBMIT, EVENT_ORDER_CANCEL */
    bool ready;
    uint32_t instrument;
    int64_t since_ns;
    struct intent intent; /* of a submit; of a cancel only client_order_id */
    uint64_t order_id;    /* of a cancel: 0 = by client_order_id */
    struct command_result result;
};
struct pendings {
    struct pending *slots, *free, *oldest, *newest, *ready_first, *ready_last;
    uint32_t max, used, count;
    uint64_t generation;
};

/* What happened to orders is kept as the row and told in words when somebody asks. */
struct recent {
    const char *type; /* order_received, order_update: `order`; NULL: `text` */
    int64_t ts_ns;
    uint16_t length;
    union {
        char text[RECENT_BYTES];
        struct order order;
    };
};

struct gateway_metrics {
    uint64_t orders[ORDER_TYPE_COUNT][3], fills[3], cancels, denials, rejects;
    uint64_t market[3]; /* quote, trade, bar */
    uint64_t latency_buckets[LATENCY_BUCKETS + 1], latency_count;
    int64_t latency_sum_ns, stall_ns_max;
};

struct gateway {
    struct gateway_config config;
    const struct gateway_host *host;
    struct net_loop *loop;
    struct http_server *http;
    struct push *push;
    struct net_timer *market_timer, *tick;
    struct view view;
    struct pendings pendings;
    struct arena arena; /* pendings, recent, answer */
    struct recent *recent;
    uint64_t recent_count;
    char *answer; /* ANSWER_BYTES: where large answers are made */
    uint32_t *answer_rows;
    uint64_t *route_counts;                       /* [route][status]: see routes.c */
    uint32_t *markets_changed, *accounts_changed; /* ids with news for the stream */
    size_t markets_changed_count, accounts_changed_count;
    bool *account_marked, *market_marked;
    int64_t account_shown_ns, started_ns, last_stall_ns;
    uint64_t event_seq; /* of the last record that was told on the stream */
    bool loaded, closing;
    bool streaming; /* somebody may want frames: see push_wanted */
    const char *trouble;
    uint64_t web_last_ms, web_sequence;
    struct gateway_metrics metrics;
};

/* ---- routes.c ---- */

#define PERM_PUBLIC 0
#define PERM_READ 1
#define PERM_WRITE 2

typedef void route_handler(struct gateway *gateway, struct http_request *request, const char *tail);
struct route {
    uint8_t methods;  /* enum http_method bits; HEAD comes with GET */
    const char *path; /* "/api/positions/{symbol}": a last part in braces takes any one segment */
    uint8_t permission;
    const char *rate; /* class of the rate limiter */
    route_handler *handler;
    const char *about;
};
extern const struct route routes[];
extern const size_t routes_count;

void routes_head(void *gateway, struct http_request *request);
void routes_request(void *gateway, struct http_request *request);

/* All answers go through these: they count. */
void answer_json(struct gateway *gateway, struct http_request *request, int status,
                 struct json_write *write);
void answer_text(struct gateway *gateway, struct http_request *request, int status,
                 const struct http_answer *answer);
/* A browser's form instead of JSON. */
bool request_is_form(const struct http_request *request);

void answer_problem(struct gateway *gateway, struct http_request *request,
                    const struct problem *problem);

/* ---- handlers, one file per resource ---- */

route_handler health_plain, health_api, market_first, market_symbol, orders_events, orders_state,
    order_state, order_submit_post, order_cancel_post, account_get, positions_get, position_symbol,
    stream_get, metrics_get, page_get, routes_help;

void orders_init(struct gateway *gateway);
void orders_answer_ready(struct gateway *gateway);
void orders_gone(void *gateway, struct http_request *request);
void orders_result(struct gateway *gateway, const struct command_result *result);
void orders_expire(struct gateway *gateway, int64_t now_ns);
void orders_after_lap(struct gateway *gateway);
void orders_refuse_all(struct gateway *gateway);

struct pending *pending_take(struct pendings *pendings);
struct pending *pending_find(struct pendings *pendings, uint64_t id);
void pending_give_back(struct pendings *pendings, struct pending *pending);
void pending_ready(struct pendings *pendings, struct pending *pending);

/* Makes the stream's frames of one record; called before the view takes it. */
void stream_record(struct gateway *gateway, const struct event *event);
void stream_flush(struct gateway *gateway, int64_t now_ns);
void stream_lap(struct gateway *gateway, uint64_t seq);
void stream_show_recent(const struct gateway *gateway, const struct recent *recent,
                        struct json_write *write);

void metrics_record(struct gateway *gateway, const struct event *event);
void metrics_latency(struct gateway *gateway, int64_t took_ns);

extern const unsigned char page_html[];
extern const unsigned page_html_size;

#endif

/*
 * gateway/gateway.h - the HTTP face: routes over a view made of row images.
 *
 * The gateway never reaches into the engine. It is told durable batches in order, keeps the last
 * image of every row, answers reads from them, turns writes into commands and answers those once
 * their result is in the view. It runs on the network thread and never blocks.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "model/event.h"
#include "net/loop.h"

struct gateway_host { /* what the app lends; borrowed while the gateway is open */
    void *app;
    /* Gives a command to the engine (copied). ERR_FULL: no room now: 503 with Retry-After. ERR_STATE:
     * shutting down: 503. */
    enum err (*post)(void *app, const struct event *command);
    /* Closed orders that left the memory. ERR_NOT_FOUND. */
    enum err (*find_archived)(void *app, uint16_t account, const char *client_order_id,
                              struct order *out);
};

struct gateway_config {
    const char *const *listen; /* "127.0.0.1:8080", "[::1]:8080" */
    size_t listen_count;
    uint16_t account; /* trading.default account: orders go there */
    uint32_t connections_max;
    uint32_t sse_clients_max;
    size_t body_bytes_max; /* 1 MiB */
    uint32_t orders_max;   /* size of the view's order table: the engine's */
    size_t stream_bytes;   /* what Last-Event-ID can reach back to */
    const char *version, *build;
    const struct journal *journal; /* for its metrics; NULL: they are 0 */
    const char *first_market;      /* symbol of GET /api/market without a name: "BTCUSDT" */
};

struct gateway;

/* Binds. The first address that is taken: ERR_BUSY with a sentence naming the port, the holder where it
 * can be known, and --listen; any other taken address: a warning in the log. */
MUST_USE enum err gateway_open(const struct gateway_config *config, struct net_loop *loop,
                               const struct gateway_host *host, struct gateway **out,
                               struct errtext *detail);
/* Stops taking connections, answers what is pending with 503, cuts streams. */
void gateway_close(struct gateway *gateway);

/* The view is loaded from images first (again after a lap: gateway_load_begin forgets all rows and
 * keeps what is pending), then follows batches. */
void gateway_load_begin(struct gateway *gateway);
void gateway_load_image(struct gateway *gateway, const struct event *image);
void gateway_load_end(struct gateway *gateway, uint64_t seq);

/* One durable batch, in order of the sequence. */
void gateway_batch(struct gateway *gateway, const void *batch, size_t size_bytes);

/* After a round of batches: answers what became ready and writes streams, once. */
void gateway_flush(struct gateway *gateway, int64_t now_ns);

/* What /api/health says besides: NULL = well. A static or long-lived text. */
void gateway_set_trouble(struct gateway *gateway, const char *trouble);

#endif

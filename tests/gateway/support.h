/* A gateway on a loopback port with an engine of a few lines behind it: posts become batches. */
#ifndef TESTS_GATEWAY_SUPPORT_H
#define TESTS_GATEWAY_SUPPORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gateway/gateway.h"

#define BTC 1 /* BTCUSDT: two decimals, five decimals */
#define ACCOUNT 1

struct rig {
    struct net_loop *loop;
    struct gateway *gateway;
    uint16_t port;
    uint64_t seq;
    uint8_t *bytes; /* of the batch that is made */
    struct batch batch;
    struct event posted[8]; /* headers of commands that wait; body in posted_body */
    uint8_t posted_body[8][512];
    size_t posted_count;
    enum err post_err;     /* what post() says */
    bool silent;           /* commands are taken and never answered */
    uint16_t deny_with;    /* risk code for the next orders */
    struct order archived; /* what find_archived knows */
    int64_t now_ns;
};

void rig_open(struct rig *rig, size_t stream_bytes, uint32_t sse_max);
void rig_close(struct rig *rig);
/* Lets the loop turn for this long, answering what is posted. */
void rig_run(struct rig *rig, int64_t ms);

/* Batches by hand: rig_begin, rig_add..., rig_send. */
void rig_begin(struct rig *rig);
struct event *rig_add(struct rig *rig, uint16_t kind, const void *body, size_t size);
void rig_send(struct rig *rig);
void rig_trade(struct rig *rig, int64_t price_ticks, int64_t qty_lots);
struct order rig_order(struct rig *rig, const char *client_order_id, uint8_t state);
void rig_images(struct rig *rig, void (*each)(void *context, const struct event *image),
                void *context);

/* A raw client. Reads what came within `ms` of turning the loop; texts are NUL-terminated. */
int client_open(struct rig *rig);
void client_send(int client, const char *text);
size_t client_read(struct rig *rig, int client, char *out, size_t size, int64_t ms);
/* One exchange on a connection of its own: the whole reply. */
const char *ask(struct rig *rig, const char *request);
/* POST with a JSON body. */
const char *post_json(struct rig *rig, const char *path, const char *body);
const char *get(struct rig *rig, const char *path);
int status_of(const char *reply);

#endif

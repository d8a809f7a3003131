#include "base/clock.h"
#include "gateway/internal.h"

#define HEALTH_BYTES 2048

void health_plain(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    char text[64];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, true);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

/* The superset of both documents: {ok, engine{connected}} and {status, timestamp, engine{...}}. */
void health_api(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    char text[HEALTH_BYTES], seq[NUM_TEXT_MAX];
    const struct view *view = &gateway->view;
    bool well = gateway->loaded && !gateway->trouble && !gateway->closing;
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    (void)num_format((int64_t)view->seq, 0, seq);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, well);
    json_kv(&write, "status", string, well ? "ok" : "trouble");
    json_kv(&write, "timestamp", i64, clock_wall_ns() / NS_PER_S);
    json_key(&write, "trouble");
    if (gateway->trouble)
        json_string(&write, gateway->trouble);
    else
        json_null(&write);
    json_key(&write, "engine");
    json_object_begin(&write);
    json_kv(&write, "connected", bool, gateway->loaded && !gateway->closing);
    json_kv(&write, "running", bool, gateway->loaded && !gateway->closing);
    json_kv(&write, "uptime_seconds", i64, (clock_monotonic_ns() - gateway->started_ns) / NS_PER_S);
    json_kv(&write, "seq", string, seq);
    json_kv(&write, "engine_ts_ns", i64, view->engine_ts_ns);
    json_kv(&write, "orders", i64, (int64_t)view->orders_count);
    json_kv(&write, "orders_open", i64, (int64_t)view->open_count);
    json_object_end(&write);
    json_kv(&write, "version", string, gateway->config.version);
    json_kv(&write, "build", string, gateway->config.build);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

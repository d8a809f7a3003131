/*
 * net/push.h - event streams (SSE): one byte ring of frames, shared by all clients.
 *
 * A frame is copied into the ring once; a client is a socket and a cursor. Who falls behind the
 * ring, or does not read for PUSH_STALL_NS, is cut off: nobody waits for him. Who comes back says the last
 * id he saw and gets what followed; when that is no longer there, a `gap` frame says so.
 *
 * Ids only grow. Frames without an id belong to the next one with an id: so an outcome told in
 * several frames is resumed as a whole.
 */
#ifndef NET_PUSH_H
#define NET_PUSH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "net/http.h"
#include "net/loop.h"

#define PUSH_STALL_NS (INT64_C(15) * 1000000000)
#define PUSH_SILENCE_NS (INT64_C(10) * 1000000000) /* then a comment keeps proxies awake */
#define PUSH_RETURN_NS (INT64_C(120) * 1000000000) /* who left longer ago is told of a gap */
#define PUSH_FRAME_MAX 8192

struct push;

MUST_USE enum err push_new(struct net_loop *loop, size_t ring_bytes, uint32_t clients_max,
                           struct push **out);
void push_free(struct push *push); /* cuts all clients */

/* What came before first_id is not known here: resuming from it is a gap. */
void push_begin(struct push *push, uint64_t last_id);

/* Appends one frame; id 0 = none. data is one line. */
void push_frame(struct push *push, const char *event, const char *data, size_t size, uint64_t id);
uint64_t push_last_id(const struct push *push);

/* Somebody is there, or left so lately that he may come back for what he missed. While nobody is, the
 * user need not make frames: push_begin(last id) for each keeps it true what a later client is told. */
bool push_wanted(const struct push *push, int64_t now_monotonic_ns);

/* Writes to clients; a pass over very many is spread over several rounds of the loop. */
void push_flush(struct push *push);

/* Makes the request a client. Live from now, or from after `last_id`. ERR_LIMIT: too many clients; the
 * request is untouched then. */
MUST_USE enum err push_join(struct push *push, struct http_request *request, bool resume,
                            uint64_t last_id);

struct push_counters {
    uint64_t clients, joined, cut_off, frames, bytes;
};
struct push_counters push_counters(const struct push *push);

#endif

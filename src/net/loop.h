/*
 * net/loop.h - the one event loop of the network thread (libuv), hidden: timers, wake-ups from other
 * threads, descriptors.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct net_loop;
struct net_timer;
struct net_wake;
struct net_poll;
typedef void net_call(void *context);

MUST_USE enum err net_loop_new(struct net_loop **out);
void net_loop_free(struct net_loop *loop); /* everything made from it is closed before */

/* Runs until net_loop_stop(). after_io, when set, is called once after each round of I/O callbacks and
 * before the loop sleeps: where queued work of the round is done together. */
void net_loop_run(struct net_loop *loop);
void net_loop_stop(struct net_loop *loop);
void net_loop_after_io(struct net_loop *loop, net_call *call, void *context);

/* Longest time one round took, ns, since the last call: the stalled-loop gauge. */
int64_t net_loop_stall_ns(struct net_loop *loop);

/* A timer that calls once at a monotonic time (clock_monotonic_ns); setting it again moves it;
 * INT64_MAX = not set. */
MUST_USE enum err net_timer_new(struct net_loop *loop, net_call *call, void *context,
                                struct net_timer **out);
void net_timer_set(struct net_timer *timer, int64_t at_monotonic_ns);
void net_timer_free(struct net_timer *timer);

/* net_wake_send() may be called from any thread; the call runs on the loop, once for many sends. */
MUST_USE enum err net_wake_new(struct net_loop *loop, net_call *call, void *context,
                               struct net_wake **out);
void net_wake_send(struct net_wake *wake);
void net_wake_free(struct net_wake *wake);

/* Calls while the descriptor is readable (level-triggered). */
MUST_USE enum err net_poll_new(struct net_loop *loop, int descriptor, net_call *call, void *context,
                               struct net_poll **out);
void net_poll_free(struct net_poll *poll);

/* Calls on the loop when the process gets this signal. */
MUST_USE enum err net_signal(struct net_loop *loop, int signal, net_call *call, void *context);

#endif

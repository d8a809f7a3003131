#include "net/loop.h"
#include <assert.h>
#include <stdlib.h>
#include <uv.h>
#include "base/clock.h"

struct net_loop {
    uv_loop_t uv;
    uv_prepare_t before_sleep; /* after_io runs here: all callbacks of the round are done */
    uv_check_t after_sleep;    /* a round begins when the loop wakes up */
    net_call *after_io;
    void *after_io_context;
    int64_t round_start_ns, stall_ns;
};

/* Each handle is freed by libuv's close callback, so `handle` comes first in every struct. */
struct net_timer {
    uv_timer_t handle;
    net_call *call;
    void *context;
    int64_t at_ns; /* INT64_MAX = not set */
};
struct net_wake {
    uv_async_t handle;
    net_call *call;
    void *context;
};
struct net_poll {
    uv_poll_t handle;
    net_call *call;
    void *context;
};
struct net_signal {
    uv_signal_t handle;
    net_call *call;
    void *context;
};

static enum err err_of(int status)
{
    if (status == 0)
        return OK;
    return status == UV_ENOMEM ? ERR_MEMORY : ERR_IO;
}

static void handle_freed(uv_handle_t *handle) { free(handle); }

static void end_round(struct net_loop *loop)
{
    if (loop->round_start_ns == 0)
        return;
    int64_t took_ns = clock_monotonic_ns() - loop->round_start_ns;
    if (took_ns > loop->stall_ns)
        loop->stall_ns = took_ns;
    loop->round_start_ns = 0;
}

static void on_before_sleep(uv_prepare_t *handle)
{
    struct net_loop *loop = handle->data;
    if (loop->after_io)
        loop->after_io(loop->after_io_context);
    end_round(loop);
}

static void on_after_sleep(uv_check_t *handle)
{
    struct net_loop *loop = handle->data;
    loop->round_start_ns = clock_monotonic_ns();
}

enum err net_loop_new(struct net_loop **out)
{
    struct net_loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return ERR_MEMORY;
    enum err err = err_of(uv_loop_init(&loop->uv));
    if (err) {
        free(loop);
        return err;
    }
    /* These three calls cannot fail on a loop that was just made (libuv: they only link lists). */
    (void)uv_prepare_init(&loop->uv, &loop->before_sleep);
    (void)uv_check_init(&loop->uv, &loop->after_sleep);
    loop->before_sleep.data = loop->after_sleep.data = loop;
    (void)uv_prepare_start(&loop->before_sleep, on_before_sleep);
    (void)uv_check_start(&loop->after_sleep, on_after_sleep);
    *out = loop;
    return OK;
}

static void close_leftover(uv_handle_t *handle, void *loop_argument)
{
    struct net_loop *loop = loop_argument;
    if (uv_is_closing(handle))
        return;
    bool ours =
        handle == (uv_handle_t *)&loop->before_sleep || handle == (uv_handle_t *)&loop->after_sleep;
    uv_close(handle, ours ? NULL : handle_freed); /* signals live as long as the loop */
}

void net_loop_free(struct net_loop *loop)
{
    if (!loop)
        return;
    uv_walk(&loop->uv, close_leftover, loop);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT); /* only close callbacks are left */
    int status = uv_loop_close(&loop->uv);
    assert(status == 0);
    free(loop);
}

void net_loop_run(struct net_loop *loop) { (void)uv_run(&loop->uv, UV_RUN_DEFAULT); }

void net_loop_stop(struct net_loop *loop) { uv_stop(&loop->uv); }

void net_loop_after_io(struct net_loop *loop, net_call *call, void *context)
{
    loop->after_io = call;
    loop->after_io_context = context;
}

int64_t net_loop_stall_ns(struct net_loop *loop)
{
    int64_t stall_ns = loop->stall_ns;
    loop->stall_ns = 0;
    return stall_ns;
}

/* ---- timers ---- */

static void on_timer(uv_timer_t *handle)
{
    struct net_timer *timer = (struct net_timer *)handle;
    /* libuv counts in ms of its cached time; an early call would make the user's work find
     * nothing due, so go to sleep again for the rest. */
    if (timer->at_ns > clock_monotonic_ns()) {
        net_timer_set(timer, timer->at_ns);
        return;
    }
    timer->at_ns = INT64_MAX;
    timer->call(timer->context);
}

enum err net_timer_new(struct net_loop *loop, net_call *call, void *context, struct net_timer **out)
{
    struct net_timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return ERR_MEMORY;
    (void)uv_timer_init(&loop->uv, &timer->handle);
    timer->call = call;
    timer->context = context;
    timer->at_ns = INT64_MAX;
    *out = timer;
    return OK;
}

void net_timer_set(struct net_timer *timer, int64_t at_monotonic_ns)
{
    timer->at_ns = at_monotonic_ns;
    if (at_monotonic_ns == INT64_MAX) {
        (void)uv_timer_stop(&timer->handle);
        return;
    }
    int64_t wait_ns = at_monotonic_ns - clock_monotonic_ns();
    uint64_t wait_ms = wait_ns <= 0 ? 0 : (uint64_t)((wait_ns + NS_PER_MS - 1) / NS_PER_MS);
    uv_update_time(timer->handle.loop); /* the cached time may be a whole round old */
    (void)uv_timer_start(&timer->handle, on_timer, wait_ms, 0);
}

void net_timer_free(struct net_timer *timer)
{
    if (timer)
        uv_close((uv_handle_t *)&timer->handle, handle_freed);
}

/* ---- wake-ups ---- */

static void on_wake(uv_async_t *handle)
{
    struct net_wake *wake = (struct net_wake *)handle;
    wake->call(wake->context);
}

enum err net_wake_new(struct net_loop *loop, net_call *call, void *context, struct net_wake **out)
{
    struct net_wake *wake = calloc(1, sizeof *wake);
    if (!wake)
        return ERR_MEMORY;
    enum err err = err_of(uv_async_init(&loop->uv, &wake->handle, on_wake));
    if (err) {
        free(wake);
        return err;
    }
    wake->call = call;
    wake->context = context;
    *out = wake;
    return OK;
}

void net_wake_send(struct net_wake *wake)
{
    int status = uv_async_send(&wake->handle);
    assert(status == 0);
}

void net_wake_free(struct net_wake *wake)
{
    if (wake)
        uv_close((uv_handle_t *)&wake->handle, handle_freed);
}

/* ---- descriptors ---- */

static void on_readable(uv_poll_t *handle, int status, int events)
{
    struct net_poll *poll = (struct net_poll *)handle;
    (void)status; /* an error shows when the descriptor is read */
    (void)events;
    poll->call(poll->context);
}

enum err net_poll_new(struct net_loop *loop, int descriptor, net_call *call, void *context,
                      struct net_poll **out)
{
    struct net_poll *poll = calloc(1, sizeof *poll);
    if (!poll)
        return ERR_MEMORY;
    if (uv_poll_init(&loop->uv, &poll->handle, descriptor) != 0) {
        free(poll); /* never linked into the loop */
        return ERR_IO;
    }
    poll->call = call;
    poll->context = context;
    int status = uv_poll_start(&poll->handle, UV_READABLE, on_readable);
    assert(status == 0); /* fails only on a handle that is being closed */
    *out = poll;
    return OK;
}

void net_poll_free(struct net_poll *poll)
{
    if (poll)
        uv_close((uv_handle_t *)&poll->handle, handle_freed);
}

/* ---- signals ---- */

static void on_signal(uv_signal_t *handle, int number)
{
    struct net_signal *signal = (struct net_signal *)handle;
    (void)number;
    signal->call(signal->context);
}

enum err net_signal(struct net_loop *loop, int signal, net_call *call, void *context)
{
    struct net_signal *watch = calloc(1, sizeof *watch);
    if (!watch)
        return ERR_MEMORY;
    enum err err = err_of(uv_signal_init(&loop->uv, &watch->handle));
    if (err) {
        free(watch);
        return err;
    }
    watch->call = call;
    watch->context = context;
    uv_unref((uv_handle_t *)&watch->handle); /* waiting for a signal alone keeps nothing running */
    return err_of(uv_signal_start(&watch->handle, on_signal, signal));
}

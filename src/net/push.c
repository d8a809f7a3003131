#include "net/push.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/clock.h"

/*
 * Positions are byte offsets since the start of time; a position's byte is at position % size.
 * marks[] remembers where the frames of an id end, in a ring of its own. The sockets are not MHD's
 * business any more: they have their own epoll descriptor, watched by the loop.
 */
#define MARK_BYTES 64        /* one mark for so many bytes of ring: ids are seldom closer */
#define PASS_CLIENTS 256     /* written to in one round of the loop */
#define PASS_CLIENT_NS 10000 /* twice what a write costs: passes take at most half of the time */
#define TICK_NS NS_PER_S

struct mark {
    uint64_t id, end;
};

struct client {
    struct http_request *request; /* NULL: a free row */
    int socket;
    bool blocked;   /* the socket is full; epoll tells when it is not */
    uint32_t place; /* in order[] */
    uint64_t cursor;
    int64_t stalled_ns; /* since when it has not taken what there was; 0 = it has all */
};

struct push {
    struct arena arena;
    uint8_t *ring;
    size_t ring_size;
    uint64_t tail, head; /* tail: start of the oldest whole frame group that is kept */
    struct mark *marks;
    size_t marks_size;
    uint64_t mark_tail, mark_head;
    uint64_t forgotten_id, last_id;
    struct client *clients;
    uint32_t *order; /* rows in use, then free rows */
    uint32_t clients_max, count;
    uint32_t pass_at; /* place the pass goes on from; >= count: no pass */
    bool wanted;      /* frames came since the pass began */
    int64_t pass_next_ns, appended_ns;
    int64_t left_ns; /* when the last client left; INT64_MIN = there never was one */
    int epoll;
    struct net_poll *poll;
    struct net_timer *pass_timer, *tick;
    struct push_counters counters;
};

static const char response_head[] = "HTTP/1.1 200 OK\r\n"
                                    "Content-Type: text/event-stream; charset=utf-8\r\n"
                                    "Cache-Control: no-cache\r\n"
                                    "X-Accel-Buffering: no\r\n"
                                    "X-Content-Type-Options: nosniff\r\n"
                                    "Referrer-Policy: no-referrer\r\n"
                                    "Connection: close\r\n"
                                    "\r\n"
                                    "retry: 2000\n\n";

/* ---- the ring ---- */

static void forget_oldest(struct push *push)
{
    if (push->mark_tail == push->mark_head) {
        push->tail = push->head; /* frames without any id filled the ring */
        return;
    }
    const struct mark *mark = &push->marks[push->mark_tail++ % push->marks_size];
    push->forgotten_id = mark->id;
    push->tail = mark->end;
}

static void append(struct push *push, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    size_t at = push->head % push->ring_size;
    size_t first = size < push->ring_size - at ? size : push->ring_size - at;
    memcpy(push->ring + at, from, first);
    memcpy(push->ring, from + first, size - first);
    push->head += size;
}

static void make_room(struct push *push, size_t size)
{
    while (push->head + size - push->tail > push->ring_size)
        forget_oldest(push);
    while (push->mark_head - push->mark_tail >= push->marks_size)
        forget_oldest(push);
}

void push_frame(struct push *push, const char *event, const char *data, size_t size, uint64_t id)
{
    char head[96];
    int length = id ? snprintf(head, sizeof head,
                               "id: %llu\nevent: %s\ndata: ", (unsigned long long)id, event)
                    : snprintf(head, sizeof head, "event: %s\ndata: ", event);
    assert(length > 0 && (size_t)length < sizeof head);
    assert(size <= PUSH_FRAME_MAX);
    assert(id == 0 || id > push->last_id);
    make_room(push, (size_t)length + size + 2);
    append(push, head, (size_t)length);
    append(push, data, size);
    append(push, "\n\n", 2);
    if (id) {
        push->last_id = id;
        push->marks[push->mark_head++ % push->marks_size] =
            (struct mark){ .id = id, .end = push->head };
    }
    push->counters.frames++;
    push->counters.bytes += (uint64_t)length + size + 2;
    push->wanted = true;
}

void push_begin(struct push *push, uint64_t last_id)
{
    push->tail = push->head;
    push->mark_tail = push->mark_head;
    if (last_id > push->last_id)
        push->last_id = last_id;
    push->forgotten_id = push->last_id;
}

uint64_t push_last_id(const struct push *push) { return push->last_id; }

bool push_wanted(const struct push *push, int64_t now_ns)
{
    return push->count > 0 ||
           (push->left_ns != INT64_MIN && now_ns - push->left_ns < PUSH_RETURN_NS);
}

/* Where what followed `id` begins: the end of the last mark whose id is not above it. */
static uint64_t position_after(const struct push *push, uint64_t id)
{
    uint64_t low = push->mark_tail, high = push->mark_head;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (push->marks[middle % push->marks_size].id <= id)
            low = middle + 1;
        else
            high = middle;
    }
    return low == push->mark_tail ? push->tail : push->marks[(low - 1) % push->marks_size].end;
}

/* ---- clients ---- */

static void leave(struct push *push, struct client *client)
{
    uint32_t row = (uint32_t)(client - push->clients), place = client->place;
    uint32_t last = push->order[--push->count];
    push->order[place] = last;
    push->clients[last].place = place;
    push->order[push->count] = row;
    push->left_ns = clock_monotonic_ns();
    (void)epoll_ctl(push->epoll, EPOLL_CTL_DEL, client->socket, NULL);
    http_release(client->request);
    client->request = NULL;
}

static void cut_off(struct push *push, struct client *client)
{
    push->counters.cut_off++;
    leave(push, client);
}

/* Writes what is new. False: the client is gone. */
static bool write_new(struct push *push, struct client *client, int64_t now_ns)
{
    if (client->cursor < push->tail) { /* its next byte was overwritten */
        cut_off(push, client);
        return false;
    }
    if (client->blocked || client->cursor == push->head)
        return true;
    size_t size = (size_t)(push->head - client->cursor), at = client->cursor % push->ring_size;
    size_t first = size < push->ring_size - at ? size : push->ring_size - at;
    struct iovec parts[2] = { { push->ring + at, first }, { push->ring, size - first } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = size > first ? 2 : 1 };
    ssize_t sent = sendmsg(client->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        leave(push, client);
        return false;
    }
    if (sent > 0) {
        client->cursor += (uint64_t)sent;
        client->stalled_ns = 0;
    }
    if (client->cursor < push->head) {
        if (client->stalled_ns == 0)
            client->stalled_ns = now_ns;
        struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLOUT,
                                     .data.u32 = (uint32_t)(client - push->clients) };
        client->blocked = epoll_ctl(push->epoll, EPOLL_CTL_MOD, client->socket, &event) == 0;
    }
    return true;
}

static void pass(void *context)
{
    struct push *push = context;
    int64_t now_ns = clock_monotonic_ns();
    if (push->pass_at >= push->count) { /* the last pass is over: begin one when there is need */
        if (!push->wanted)
            return;
        if (now_ns < push->pass_next_ns) {
            net_timer_set(push->pass_timer, push->pass_next_ns);
            return;
        }
        push->wanted = false;
        push->appended_ns = now_ns;
        push->pass_at = 0;
        push->pass_next_ns = now_ns + (int64_t)push->count * PASS_CLIENT_NS;
    }
    for (int i = 0; i < PASS_CLIENTS && push->pass_at < push->count; i++)
        if (write_new(push, &push->clients[push->order[push->pass_at]], now_ns))
            push->pass_at++; /* else: another client took its place */
    if (push->pass_at < push->count || push->wanted)
        net_timer_set(push->pass_timer, push->pass_at < push->count ? 0 : push->pass_next_ns);
}

void push_flush(struct push *push)
{
    if (push->count > 0)
        pass(push);
    else
        push->wanted = false;
}

static void on_socket(struct push *push, struct client *client, uint32_t events)
{
    if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
        leave(push, client);
        return;
    }
    if (events & EPOLLIN) { /* a stream's client has nothing to say */
        char unwanted[512];
        ssize_t size = recv(client->socket, unwanted, sizeof unwanted, MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
            leave(push, client);
            return;
        }
    }
    if (events & EPOLLOUT) {
        struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP,
                                     .data.u32 = (uint32_t)(client - push->clients) };
        (void)epoll_ctl(push->epoll, EPOLL_CTL_MOD, client->socket, &event);
        client->blocked = false;
        (void)write_new(push, client, clock_monotonic_ns());
    }
}

static void on_sockets(void *context)
{
    struct push *push = context;
    struct epoll_event events[64];
    int count = epoll_wait(push->epoll, events, 64, 0);
    for (int i = 0; i < count; i++) {
        struct client *client = &push->clients[events[i].data.u32];
        if (client->request) /* may have left within this round */
            on_socket(push, client, events[i].events);
    }
}

static void on_tick(void *context)
{
    static const char comment[] = ": keep-alive\n\n";
    struct push *push = context;
    int64_t now_ns = clock_monotonic_ns();
    for (uint32_t place = 0; place < push->count;) {
        struct client *client = &push->clients[push->order[place]];
        if (client->stalled_ns && now_ns - client->stalled_ns > PUSH_STALL_NS)
            cut_off(push, client);
        else
            place++;
    }
    /* All clients get all frames, so the silence of the ring is the silence of each. */
    if (push->count > 0 && now_ns - push->appended_ns >= PUSH_SILENCE_NS) {
        make_room(push, sizeof comment - 1);
        append(push, comment, sizeof comment - 1);
        push->wanted = true;
        push_flush(push);
    }
    net_timer_set(push->tick, now_ns + TICK_NS);
}

enum err push_join(struct push *push, struct http_request *request, bool resume, uint64_t last_id)
{
    if (push->count == push->clients_max)
        return ERR_LIMIT;
    char first[sizeof response_head + 256];
    size_t size = sizeof response_head - 1;
    memcpy(first, response_head, size);
    uint64_t cursor = push->head;
    if (resume && last_id <= push->last_id) { /* frames without an id may have followed the last */
        cursor = position_after(push, last_id);
        if (last_id < push->forgotten_id)
            size += (size_t)snprintf(first + size, sizeof first - size,
                                     "id: %llu\nevent: gap\ndata: {\"from\":%llu,\"to\":%llu}\n\n",
                                     (unsigned long long)push->forgotten_id,
                                     (unsigned long long)last_id + 1,
                                     (unsigned long long)push->forgotten_id);
    }
    uint32_t row = push->order[push->count];
    struct client *client = &push->clients[row];
    *client = (struct client){ .request = request,
                               .socket = http_take_over(request),
                               .place = push->count++,
                               .cursor = cursor };
    push->counters.joined++;
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.u32 = row };
    if (epoll_ctl(push->epoll, EPOLL_CTL_ADD, client->socket, &event) != 0 ||
        send(client->socket, first, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
        leave(push, client); /* a socket that cannot take its first 500 bytes */
    else
        (void)write_new(push, client, clock_monotonic_ns());
    return OK;
}

struct push_counters push_counters(const struct push *push)
{
    struct push_counters counters = push->counters;
    counters.clients = push->count;
    return counters;
}

enum err push_new(struct net_loop *loop, size_t ring_bytes, uint32_t clients_max, struct push **out)
{
    assert(ring_bytes >= 4 * PUSH_FRAME_MAX && clients_max > 0);
    struct push *push = calloc(1, sizeof *push);
    if (!push)
        return ERR_MEMORY;
    push->ring_size = ring_bytes;
    push->marks_size = ring_bytes / MARK_BYTES;
    push->clients_max = clients_max;
    push->left_ns = INT64_MIN;
    push->appended_ns = clock_monotonic_ns();
    push->epoll = epoll_create1(EPOLL_CLOEXEC);
    enum err err = push->epoll < 0 ? ERR_IO : OK;
    if (err == OK)
        err = arena_init(&push->arena, ring_bytes + push->marks_size * sizeof *push->marks +
                                           clients_max * (sizeof *push->clients + 4) + 512);
    if (err == OK)
        err = net_poll_new(loop, push->epoll, on_sockets, push, &push->poll);
    if (err == OK)
        err = net_timer_new(loop, pass, push, &push->pass_timer);
    if (err == OK)
        err = net_timer_new(loop, on_tick, push, &push->tick);
    if (err) {
        push_free(push);
        return err;
    }
    push->ring = arena_take(&push->arena, ring_bytes);
    push->marks = arena_take(&push->arena, push->marks_size * sizeof *push->marks);
    push->clients = arena_take(&push->arena, clients_max * sizeof *push->clients);
    push->order = arena_take(&push->arena, clients_max * sizeof *push->order);
    for (uint32_t i = 0; i < clients_max; i++)
        push->order[i] = i;
    net_timer_set(push->tick, clock_monotonic_ns() + TICK_NS);
    *out = push;
    return OK;
}

void push_free(struct push *push)
{
    if (!push)
        return;
    while (push->count > 0)
        leave(push, &push->clients[push->order[push->count - 1]]);
    net_timer_free(push->pass_timer);
    net_timer_free(push->tick);
    net_poll_free(push->poll);
    if (push->epoll >= 0)
        (void)close(push->epoll);
    if (push->arena.base)
        arena_release(&push->arena);
    free(push);
}

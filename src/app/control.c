/* The daemon's side of the control socket, nested in the network loop. */
#include "app/control.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/control_wire.h"
#include "base/clock.h"
#include "base/log.h"

struct client {
    struct control *control;
    struct net_poll *poll; /* NULL while the answer is awaited: nothing more is read */
    int64_t deadline_ns;
    size_t length;
    int descriptor; /* -1 = a free slot */
    uint32_t slot, generation;
    bool waiting;
    char line[CONTROL_LINE_MAX];
};
struct control {
    struct net_loop *loop;
    struct net_poll *poll;
    struct net_timer *timer;
    control_fn *handle;
    void *app;
    int directory, listener;
    struct client clients[CONTROL_CLIENTS_MAX];
};

static void drop_client(struct client *client)
{
    if (client->poll)
        net_poll_free(client->poll);
    (void)close(client->descriptor);
    client->poll = NULL;
    client->descriptor = -1;
    client->waiting = false;
    client->generation++; /* answers still on their way find nobody */
}

static void set_timer(struct control *control)
{
    int64_t first = INT64_MAX;
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (control->clients[i].descriptor >= 0 && control->clients[i].deadline_ns < first)
            first = control->clients[i].deadline_ns;
    net_timer_set(control->timer, first);
}

/* An answer is smaller than any socket buffer: either it fits at once or the client is odd. */
static void send_answer(int descriptor, bool ok, const char *message, const char *status_json)
{
    char line[CONTROL_LINE_MAX];
    size_t length = control_write_answer(ok, message, status_json, line, sizeof line);
    if (length == 0)
        length = control_write_answer(ok, "done; the details are too long for this answer", NULL,
                                      line, sizeof line);
    if (send(descriptor, line, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
        log_warning("control_answer_lost", "errno=%d", errno);
}

static void answer_and_drop(struct client *client, bool ok, const char *message,
                            const char *status_json)
{
    send_answer(client->descriptor, ok, message, status_json);
    drop_client(client);
}

static void on_timer(void *context)
{
    struct control *control = context;
    int64_t now_ns = clock_monotonic_ns();
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        struct client *client = &control->clients[i];
        if (client->descriptor >= 0 && client->deadline_ns <= now_ns)
            answer_and_drop(client, false,
                            client->waiting ? "no answer yet; see `tradewind halt --status`"
                                            : "no request came in time",
                            NULL);
    }
    set_timer(control);
}

static void handle_line(struct client *client)
{
    struct control *control = client->control;
    struct control_request request;
    struct errtext detail = { "" };
    char *end = memchr(client->line, '\n', client->length);
    enum err err = control_parse(client->line, (size_t)(end - client->line), &request, &detail);
    if (err) {
        answer_and_drop(client, false, detail.text, NULL);
        set_timer(control);
        return;
    }
    net_poll_free(client->poll); /* one request a connection: no more reading */
    client->poll = NULL;
    client->waiting = true;
    client->deadline_ns = clock_monotonic_ns() + CONTROL_ANSWER_S * NS_PER_S;
    set_timer(control);
    log_info("control_request", "verb=%s", control_verbs[request.verb]);
    struct control_handle handle = { client->slot, client->generation };
    control->handle(control->app, &request, handle);
}

static void on_readable(void *context)
{
    struct client *client = context;
    size_t room = sizeof client->line - client->length;
    ssize_t got = recv(client->descriptor, client->line + client->length, room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        drop_client(client);
        set_timer(client->control);
        return;
    }
    client->length += (size_t)got;
    if (memchr(client->line, '\n', client->length)) {
        handle_line(client);
    } else if (client->length == sizeof client->line) {
        answer_and_drop(client, false, "the request is longer than a line may be", NULL);
        set_timer(client->control);
    }
}

static bool is_ours(int descriptor)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return false;
    return peer.uid == 0 || peer.uid == geteuid();
}

static struct client *free_slot(struct control *control)
{
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (control->clients[i].descriptor < 0)
            return &control->clients[i];
    return NULL;
}

static void on_connect(void *context)
{
    struct control *control = context;
    int descriptor = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0)
        return; /* gone again, or out of descriptors: the poll calls again */
    struct client *client = free_slot(control);
    bool ours = is_ours(descriptor);
    if (!ours || !client) {
        send_answer(descriptor, false,
                    ours ? "too many control connections; try again in a moment"
                         : "only the daemon's own user and root are heard here",
                    NULL);
        (void)close(descriptor);
        return;
    }
    client->length = 0;
    client->descriptor = descriptor;
    client->deadline_ns = clock_monotonic_ns() + CONTROL_IDLE_S * NS_PER_S;
    if (net_poll_new(control->loop, descriptor, on_readable, client, &client->poll) != OK)
        drop_client(client);
    set_timer(control);
}

void control_reply(struct control *control, struct control_handle handle, bool ok,
                   const char *message, const char *status_json)
{
    assert(handle.slot < CONTROL_CLIENTS_MAX);
    struct client *client = &control->clients[handle.slot];
    if (client->generation != handle.generation || !client->waiting)
        return; /* the client left or was told to wait no longer */
    answer_and_drop(client, ok, message, status_json);
    set_timer(control);
}

/* Under the data dir's lock an old socket is a leftover of a crash. */
static enum err remove_stale(int directory, struct errtext *detail)
{
    struct stat about;
    if (fstatat(directory, CONTROL_NAME, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return OK;
    if (!S_ISSOCK(about.st_mode))
        return errtext_set(detail, ERR_EXISTS,
                           CONTROL_NAME " in the data dir is not a socket; move it away");
    if (unlinkat(directory, CONTROL_NAME, 0) != 0)
        return errtext_set(detail, ERR_IO, "cannot remove the old " CONTROL_NAME ": %s",
                           strerror(errno));
    return OK;
}

static enum err open_listener(struct control *control, struct errtext *detail)
{
    struct sockaddr_un address;
    control_address(control->directory, &address);
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* Linux takes the mode of the new name from the socket: it is never open to others. */
    if (control->listener < 0 || fchmod(control->listener, 0600) != 0 ||
        bind(control->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(control->listener, CONTROL_CLIENTS_MAX) != 0)
        return errtext_set(detail, ERR_IO, "cannot open " CONTROL_NAME " in the data dir: %s",
                           strerror(errno));
    return OK;
}

static enum err open_all(struct control *control, const char *data_dir, struct errtext *detail)
{
    control->directory = open(data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (control->directory < 0)
        return errtext_set(detail, ERR_IO, "cannot open the data dir %s: %s", data_dir,
                           strerror(errno));
    enum err err = remove_stale(control->directory, detail);
    if (!err)
        err = open_listener(control, detail);
    if (!err)
        err = net_timer_new(control->loop, on_timer, control, &control->timer);
    if (!err)
        err = net_poll_new(control->loop, control->listener, on_connect, control, &control->poll);
    return err;
}

enum err control_open(const char *data_dir, struct net_loop *loop, control_fn *handle, void *app,
                      struct control **out, struct errtext *detail)
{
    assert(data_dir && loop && handle);
    struct control *control = calloc(1, sizeof *control);
    if (!control)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    *control = (struct control){
        .loop = loop, .handle = handle, .app = app, .directory = -1, .listener = -1
    };
    for (uint32_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        control->clients[i].control = control;
        control->clients[i].slot = i;
        control->clients[i].descriptor = -1;
    }
    errtext_set(detail, OK, "%s", "");
    enum err err = open_all(control, data_dir, detail);
    if (err) {
        if (detail && !*detail->text)
            errtext_set(detail, err, "control socket: %s", err_text(err));
        control_close(control);
        return err;
    }
    *out = control;
    return OK;
}

void control_close(struct control *control)
{
    if (!control)
        return;
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (control->clients[i].descriptor >= 0)
            answer_and_drop(&control->clients[i], false, "the daemon is stopping", NULL);
    if (control->poll) /* it was opened whole: the name is ours */
        (void)unlinkat(control->directory, CONTROL_NAME, 0);
    if (control->poll)
        net_poll_free(control->poll);
    if (control->timer)
        net_timer_free(control->timer);
    if (control->listener >= 0)
        (void)close(control->listener);
    if (control->directory >= 0)
        (void)close(control->directory);
    free(control);
}

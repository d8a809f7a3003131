/* The command line's side of the control socket. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "app/control_wire.h"
#include "base/clock.h"

static enum err connect_to(const char *data_dir, int *out, struct errtext *detail)
{
    struct sockaddr_un address;
    int directory = open(data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return errtext_set(detail, errno == EACCES ? ERR_DENIED : ERR_NOT_FOUND,
                           "cannot open the data dir %s: %s; name it with --data-dir", data_dir,
                           strerror(errno));
    control_address(directory, &address);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int status =
        descriptor < 0 ? -1 : connect(descriptor, (struct sockaddr *)&address, sizeof address);
    int why = errno;
    (void)close(directory);
    if (status == 0) {
        *out = descriptor;
        return OK;
    }
    if (descriptor >= 0)
        (void)close(descriptor);
    if (why == ENOENT || why == ECONNREFUSED)
        return errtext_set(detail, ERR_NOT_FOUND,
                           "no daemon runs with the data dir %s; start it with `tradewind serve`, "
                           "or name another with --data-dir",
                           data_dir);
    if (why == EACCES)
        return errtext_set(detail, ERR_DENIED,
                           "the daemon of %s belongs to another user; run this as that user",
                           data_dir);
    return errtext_set(detail, ERR_IO, "cannot reach the daemon of %s: %s", data_dir,
                       strerror(why));
}

/* Reads up to the end of the line or of the connection. */
static enum err read_line(int descriptor, char *line, size_t size, size_t *length)
{
    int64_t until_ns = clock_monotonic_ns() + (CONTROL_ANSWER_S + 2) * NS_PER_S;
    for (*length = 0; *length < size;) {
        int64_t left_ns = until_ns - clock_monotonic_ns();
        struct pollfd wait = { .fd = descriptor, .events = POLLIN };
        if (left_ns <= 0 || poll(&wait, 1, (int)(left_ns / NS_PER_MS) + 1) == 0)
            return ERR_TIMEOUT;
        ssize_t got = recv(descriptor, line + *length, size - *length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? ERR_IO : ERR_SYNTAX;
        char *end = memchr(line + *length, '\n', (size_t)got);
        *length += (size_t)got;
        if (end) {
            *length = (size_t)(end - line);
            return OK;
        }
    }
    return ERR_SYNTAX;
}

enum err control_call(const char *data_dir, const struct control_request *request,
                      struct control_answer *answer, struct errtext *detail)
{
    char line[CONTROL_LINE_MAX];
    int descriptor = -1;
    enum err err = connect_to(data_dir, &descriptor, detail);
    if (err)
        return err;
    size_t length = control_write_request(request, line, sizeof line);
    /* A refusal may come before the request was read: then sending fails and the answer is there. */
    (void)send(descriptor, line, length, MSG_NOSIGNAL);
    err = read_line(descriptor, line, sizeof line, &length);
    (void)close(descriptor);
    if (!err)
        err = control_parse_answer(line, length, answer);
    if (err)
        return errtext_set(detail, err,
                           "the daemon of %s gave no sensible answer (%s); see its log", data_dir,
                           err_text(err));
    return OK;
}

/*
 * app/control.h - the daemon's own door: <data_dir>/control.sock.
 *
 * For the person at the machine, and it works when HTTP does not. One connection carries one line of
 * JSON in and one line out:
 *
 *   {"verb":"halt","reason":"maintenance","cancel_open":true}
 *   {"ok":true,"message":"entries are halted","status":null}
 *
 * The socket is 0600 and only the daemon's own user and root are heard (SO_PEERCRED). Everything is
 * bounded: CONTROL_CLIENTS_MAX at once, CONTROL_LINE_MAX bytes a line, CONTROL_IDLE_S to say it.
 *
 * An answer may come later than the call: the app answers a halt once the journal holds it.
 */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "net/loop.h"

#define CONTROL_CLIENTS_MAX 16
#define CONTROL_LINE_MAX 4096
#define CONTROL_IDLE_S 5    /* to send a request */
#define CONTROL_ANSWER_S 30 /* for the app to answer; then the client is told to look at `status` */
#define CONTROL_REASON_MAX 64

enum control_verb { CONTROL_HALT, CONTROL_RESUME, CONTROL_STATUS, CONTROL_VERB_COUNT };

struct control_request {
    enum control_verb verb;
    uint8_t level;                   /* CONTROL_HALT: enum halt_level */
    bool cancel_open;                /* CONTROL_HALT: cancel every open order too */
    char reason[CONTROL_REASON_MAX]; /* UTF-8, cut at a character; "" = none given */
};

/* Copies a reason, cut to fit. */
void control_set_reason(struct control_request *request, const char *text);

/* ---- the daemon's side: on the network thread only ---- */

struct control;

/* Names one request. A plain value: it may be kept as long as wanted, and answering one whose client
 * is gone does nothing. */
struct control_handle {
    uint32_t slot, generation;
};

/* Handles one request; `handle` is answered now or later, once, by control_reply(). */
typedef void control_fn(void *app, const struct control_request *request,
                        struct control_handle handle);

/*
 * Opens the socket. The caller holds the lock of the data dir: a socket that is still there then
 * belongs to nobody and is removed. ERR_EXISTS: something that is no socket has its name; ERR_IO,
 * ERR_MEMORY; each with a sentence.
 */
MUST_USE enum err control_open(const char *data_dir, struct net_loop *loop, control_fn *handle,
                               void *app, struct control **out, struct errtext *detail);
/* Closes all clients (unanswered ones hear that the daemon stops) and removes the socket. */
void control_close(struct control *control);

/* status_json: a ready JSON value, or NULL. Message: one sentence. */
void control_reply(struct control *control, struct control_handle handle, bool ok,
                   const char *message, const char *status_json);

/* One line -> request. ERR_SYNTAX with a sentence. */
MUST_USE enum err control_parse(const char *line, size_t length, struct control_request *out,
                                struct errtext *detail);

/* ---- the command line's side: blocks ---- */

struct control_answer {
    bool ok;
    char message[512];
    char status[CONTROL_LINE_MAX]; /* JSON; "" = none */
};

/* Asks the daemon of this data dir. OK: it answered (answer->ok says what). ERR_NOT_FOUND: none runs
 * there; ERR_DENIED: it belongs to another user; ERR_TIMEOUT, ERR_IO, ERR_SYNTAX: no sensible answer;
 * each with a sentence. */
MUST_USE enum err control_call(const char *data_dir, const struct control_request *request,
                               struct control_answer *answer, struct errtext *detail);

#endif

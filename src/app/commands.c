/* app/commands.c - the control socket's verbs: halt, resume, status. */
#include <stdio.h>
#include <string.h>
#include "app/cli.h"
#include "app/daemon_internal.h"
#include "base/json.h"

struct halt_input {
    struct event event;
    struct halt_command body;
};

static void post_halt(struct daemon *daemon, const struct control_request *request, size_t slot)
{
    struct halt_input input = { .event = { .length = sizeof input,
                                           .kind = EVENT_HALT,
                                           .version = event_kind_version(EVENT_HALT) },
                                .body = { .request_id = APP_REQUESTS + slot,
                                          .level = request->verb == CONTROL_HALT ? request->level
                                                                                 : HALT_NONE,
                                          .cancel_open = request->cancel_open } };
    static_assert(sizeof input.body.reason == sizeof request->reason, "a reason fits");
    memcpy(input.body.reason, request->reason, sizeof input.body.reason);
    if (input.body.level == HALT_NONE)
        daemon->disk_halt = false; /* a person's word stands over ours */
    if (core_post(&daemon->core, &input.event)) {
        doorbell_ring(&daemon->engine_bell);
        return;
    }
    daemon->waits[slot].used = false;
    control_reply(daemon->control, daemon->waits[slot].handle, false,
                  "the engine has no room for commands now; try again", NULL);
}

static void status(struct daemon *daemon, struct control_handle handle)
{
    char text[512];
    struct json_write write;
    json_write_init(&write, text, sizeof text - 1);
    json_object_begin(&write);
    json_kv(&write, "version", string, tradewind_version());
    json_kv(&write, "build", string, tradewind_build());
    json_kv(&write, "durable_seq", u64, journal_durable_seq(daemon->dir.journal));
    json_kv(&write, "archive_seq", u64, keeper_archived_seq(daemon->keeper));
    json_kv(&write, "mode", string, daemon->split ? "split" : "inline");
    json_kv(&write, "halted", bool, daemon->account.halt != HALT_NONE);
    json_kv(&write, "halt_reason", string, daemon->account.halt_reason);
    json_kv(&write, "journal_failed", bool, scribe_state(daemon->scribe) == SCRIBE_FAILED);
    json_kv(&write, "disk_full", bool, scribe_state(daemon->scribe) == SCRIBE_DISK_FULL);
    json_object_end(&write);
    text[write.length] = 0;
    control_reply(daemon->control, handle, true,
                  daemon->account.halt == HALT_NONE ? "the daemon runs, entries are let through"
                                                    : "the daemon runs, entries are halted",
                  text);
}

void control_handle_request(void *context, const struct control_request *request,
                            struct control_handle handle)
{
    struct daemon *daemon = context;
    if (request->verb == CONTROL_STATUS) {
        status(daemon, handle);
        return;
    }
    for (size_t slot = 0; slot < CONTROL_CLIENTS_MAX; slot++) {
        if (daemon->waits[slot].used)
            continue;
        daemon->waits[slot] = (struct control_wait){ handle, request->verb, true };
        post_halt(daemon, request, slot);
        return;
    }
    control_reply(daemon->control, handle, false, "too many requests at once; try again", NULL);
}

/* The result is durable and its halt is in force. */
void control_result(struct daemon *daemon, const struct command_result *result)
{
    uint64_t slot = result->request_id - APP_REQUESTS;
    if (result->request_id < APP_REQUESTS || slot >= CONTROL_CLIENTS_MAX ||
        !daemon->waits[slot].used)
        return;
    struct control_wait *wait = &daemon->waits[slot];
    wait->used = false;
    bool ok = result->err == OK;
    control_reply(daemon->control, wait->handle, ok,
                  !ok                          ? err_text((enum err)result->err)
                  : wait->verb == CONTROL_HALT ? "entries are halted; cancels and reducing orders "
                                                 "pass"
                                               : "entries are let through again",
                  NULL);
}

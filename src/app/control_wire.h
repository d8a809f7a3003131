/*
 * app/control_wire.h - what both sides of the control socket share. Only for control*.c.
 */
#ifndef APP_CONTROL_WIRE_H
#define APP_CONTROL_WIRE_H
#include <sys/socket.h>
#include <sys/un.h>
#include "app/control.h"

#define CONTROL_NAME "control.sock"

/* A socket name has 108 bytes at most, a data dir's may be longer: the name goes through a
 * descriptor of the directory. */
void control_address(int directory, struct sockaddr_un *out);

/* Names of verbs, in the order of enum control_verb. */
extern const char *const control_verbs[CONTROL_VERB_COUNT];

/* One line with its '\n'; 0 when it does not fit. */
size_t control_write_request(const struct control_request *request, char *out, size_t size);
size_t control_write_answer(bool ok, const char *message, const char *status_json, char *out,
                            size_t size);
MUST_USE enum err control_parse_answer(const char *line, size_t length, struct control_answer *out);

#endif

/*
 * gateway/problem.h - what can be wrong with a request: stable code, status. One list.
 *
 * Codes are for programs and never change; the sentence is for a person and says what to do.
 */
#ifndef GATEWAY_PROBLEM_H
#define GATEWAY_PROBLEM_H
#include <stdbool.h>
#include "base/err.h"

#define PROBLEMS(X)                                                                                \
    X(BAD_JSON, 400, "bad_json")                                                                   \
    X(BAD_PARAMS, 400, "bad_params")                                                               \
    X(BAD_PRECISION, 400, "bad_precision")                                                         \
    X(BAD_REQUEST, 400, "bad_request")                                                             \
    X(UNKNOWN_FIELD, 400, "unknown_field")                                                         \
    X(DUPLICATE_FIELD, 400, "duplicate_field")                                                     \
    X(UNKNOWN_SYMBOL, 400, "unknown_symbol")                                                       \
    X(HOST_MISSING, 400, "host_missing")                                                           \
    X(AMBIGUOUS_LENGTH, 400, "ambiguous_length")                                                   \
    X(ORIGIN_NOT_ALLOWED, 403, "origin_not_allowed")                                               \
    X(NOT_FOUND, 404, "not_found")                                                                 \
    X(SYMBOL_NOT_FOUND, 404, "unknown_symbol")                                                     \
    X(METHOD_NOT_ALLOWED, 405, "method_not_allowed")                                               \
    X(DUPLICATE_ORDER, 409, "duplicate_client_order_id")                                           \
    X(ORDER_DONE, 409, "order_done")                                                               \
    X(CONFLICT, 409, "conflict")                                                                   \
    X(BODY_TOO_LARGE, 413, "body_too_large")                                                       \
    X(UNSUPPORTED_TYPE, 415, "unsupported_content_type")                                           \
    X(HOST_NOT_ALLOWED, 421, "host_not_allowed")                                                   \
    X(DENIED, 422, "denied")                                                                       \
    X(UNSUPPORTED_ENCODING, 501, "unsupported_transfer_encoding")                                  \
    X(OVERLOADED, 503, "overloaded")                                                               \
    X(SHUTTING_DOWN, 503, "shutting_down")                                                         \
    X(TOO_MANY_STREAMS, 503, "too_many_streams")                                                   \
    X(NO_ANSWER, 504, "no_answer")

enum problem_id {
    PROBLEM_NONE = 0,
#define X(id, status, code) PROBLEM_##id,
    PROBLEMS(X)
#undef X
        PROBLEM_COUNT
};

struct problem {
    enum problem_id id;
    struct errtext text;
};

int problem_status(enum problem_id id);
const char *problem_code(enum problem_id id);

/* Always false, so that a reader can `return problem_set(...)`. The first problem stays. */
bool problem_set(struct problem *problem, enum problem_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

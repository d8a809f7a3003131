/*
 * base/err.h - the world's mistakes as values.
 *
 * One list, so that number, name and sentence of an error can never drift apart. Our own
 * mistakes are asserts and never reach here. A function that returns enum err leaves its
 * results untouched unless it returns OK.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stddef.h>

#define ERR_LIST(X)                                                                                \
    X(ERR_STATE, "not possible in this state")                                                     \
    X(ERR_RANGE, "number out of range")                                                            \
    X(ERR_SYNTAX, "not in the expected form")                                                      \
    X(ERR_PRECISION, "more decimal places than allowed")                                           \
    X(ERR_FULL, "no room left")                                                                    \
    X(ERR_EMPTY, "nothing there")                                                                  \
    X(ERR_NOT_FOUND, "not found")                                                                  \
    X(ERR_EXISTS, "exists already")                                                                \
    X(ERR_DUPLICATE, "the same key with another body")                                             \
    X(ERR_LIMIT, "a limit was reached")                                                            \
    X(ERR_DEPTH, "nested too deeply")                                                              \
    X(ERR_SIZE, "larger than allowed")                                                             \
    X(ERR_IO, "input or output failed")                                                            \
    X(ERR_NO_SPACE, "no space left on the disk")                                                   \
    X(ERR_CORRUPT, "damaged data")                                                                 \
    X(ERR_VERSION, "written by a newer version")                                                   \
    X(ERR_END, "end of data")                                                                      \
    X(ERR_BUSY, "in use by another")                                                               \
    X(ERR_DENIED, "not permitted")                                                                 \
    X(ERR_TIMEOUT, "took too long")                                                                \
    X(ERR_MEMORY, "out of memory")                                                                 \
    X(ERR_UNSUPPORTED, "not supported")

enum err {
    OK = 0,
#define X(name, text) name,
    ERR_LIST(X)
#undef X
        ERR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

/* "ERR_RANGE"; a static string. */
const char *err_name(enum err err);

/* "number out of range"; a static string. */
const char *err_text(enum err err);

/* A sentence for a person, made at the edge: what is wrong and what to do. */
#define ERRTEXT_MAX 512
struct errtext {
    char text[ERRTEXT_MAX];
};

/* Writes the sentence (cut at ERRTEXT_MAX) and returns err, so that `return errtext_set(...)`
 * reads well. text may be NULL: then nobody wants the sentence. */
enum err errtext_set(struct errtext *text, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

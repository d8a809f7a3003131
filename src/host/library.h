/*
 * host/library.h - a user's strategy: a shared library (.so) loaded into this process.
 *
 * What the library says of itself is checked before anybody uses it, and each refusal is a sentence that says
 * what to do. Its code is trusted: it runs with the rights of this process, from its constructors on, and a
 * crash of it is a crash of this process.
 */
#ifndef HOST_LIBRARY_H
#define HOST_LIBRARY_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "tradewind/strategy.h"

#define LIBRARY_FILE_BYTES_MAX (64u << 20)
#define LIBRARY_STATE_BYTES_MAX                                                                    \
    (1u << 20)              /* a strategy's own state; a run has 4 MiB with indicators */
#define LIBRARY_NAME_MAX 31 /* characters; as long as the engine's events carry */
#define LIBRARY_ABOUT_MAX 200

struct library {
    /* Ours, cut or padded with zeros to what this program knows; what it points to is the library's. */
    struct tw_strategy strategy;
    uint64_t file_hash; /* hash_bytes() of the file */
    void *handle;       /* of dlopen(); NULL = not loaded */
};

/* True for what can only mean a file: it has a slash, or ends with ".so". */
bool library_is_path(const char *text);

/* 1 to LIBRARY_NAME_MAX small letters, digits and underscores, a letter first: the same name is fit for a file, a
 * configuration key and a command line. */
bool library_is_name(const char *name);

/* Loads and checks. ERR_NOT_FOUND (no such file), ERR_IO, ERR_SYNTAX (no library, or not of this machine),
 * ERR_SIZE, ERR_VERSION (of the interface), ERR_UNSUPPORTED (not loadable, no entry point), ERR_RANGE (what it
 * says of itself); the sentence is in *detail. Unload after OK only; *out must stay where it is meanwhile. */
MUST_USE enum err library_load(const char *path, struct library *out, struct errtext *detail);

/* Nothing of the descriptor may be in use any more. */
void library_unload(struct library *library);

/* The descriptor alone, as library_load() checks it: ERR_VERSION, ERR_SIZE, ERR_RANGE. `path` is for the
 * sentences; what is good is copied to *out. */
MUST_USE enum err library_check(const char *path, const struct tw_strategy *told,
                                struct tw_strategy *out, struct errtext *detail);

#endif

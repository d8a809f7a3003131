/*
 * ops/config.h - one table of keys, and their values from file, environment and flags.
 *
 * A key is one row of CONFIG_KEYS (ops/config_keys.h): id, dotted name, type, unit, range, default,
 * reload class, environment name, aliases, sentence. Everything else - checking, help, the reference
 * page, `--set` - is made from the row. Precedence: flag > environment > file > default.
 */
#ifndef OPS_CONFIG_H
#define OPS_CONFIG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/num.h"

enum config_type {
    CONFIG_BOOL, CONFIG_INT, CONFIG_DECIMAL /* exact text, checked as a decimal */, CONFIG_TEXT,
    CONFIG_ENUM, CONFIG_BYTES /* 64MiB, 1GiB */, CONFIG_DURATION /* 250ms, 2s, 1m, 1h, 1d */,
    CONFIG_LIST /* of texts */
};
enum config_reload { CONFIG_RELOAD_LIVE, CONFIG_RELOAD_RESTART };

enum config_key {
#define X(id, ...) id,
#include "ops/config_keys.h"
#undef X
    CONFIG_KEY_COUNT
};

struct config;

/* One strategy of the `strategies:` list. */
struct config_strategy {
    const char *name, *type, *symbol;
    int64_t interval_ns;
    const char *size; /* "equity=0.95" or "qty=0.01" */
    struct { const char *name; double value; } params[16];
    size_t param_count;
};

struct config_source {
    const char *file;        /* NULL = search: ./tradewind.yaml, ./config/config.yaml, /etc/... */
    const char *const *sets; /* "key=value" flags */
    size_t set_count;
    const char *const *environment; /* environ-like, NULL-terminated; NULL = none */
};

/* Reads and checks everything. On failure `problems` (caller's, filled up to its size) has one line
 * for each mistake: file:line:column: what is wrong, the line with a caret, what to do. */
MUST_USE enum err config_load(const struct config_source *source, struct config **out, char *problems,
                              size_t problems_size);
void config_free(struct config *config);

/* Values; asserts on a wrong type. Texts are borrowed from the config. */
bool config_bool(const struct config *config, enum config_key key);
int64_t config_int(const struct config *config, enum config_key key); /* INT, BYTES; DURATION in ns */
const char *config_text(const struct config *config, enum config_key key); /* TEXT, DECIMAL */
int config_enum(const struct config *config, enum config_key key); /* index of the choice */
/* DECIMAL scaled; the row's digits guarantee that it is exact. */
int64_t config_decimal(const struct config *config, enum config_key key, int scale);
size_t config_list(const struct config *config, enum config_key key, const char *const **items);
size_t config_strategies(const struct config *config, const struct config_strategy **items);

/* Where a value came from: "default", "file tradewind.yaml:12", "environment TRADEWIND_X", "--set". */
const char *config_origin(const struct config *config, enum config_key key);
const char *config_key_name(enum config_key key);

/* Writes the reference page (Markdown) or a commented tradewind.yaml of all keys. */
void config_write_reference(void (*line)(void *context, const char *text), void *context);
void config_write_sample(void (*line)(void *context, const char *text), void *context);

#endif

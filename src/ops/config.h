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
    CONFIG_BOOL,
    CONFIG_INT,
    CONFIG_DECIMAL /* exact text, checked as a decimal */,
    CONFIG_TEXT,
    CONFIG_ENUM,
    CONFIG_BYTES /* 64MiB, 1GiB */,
    CONFIG_DURATION /* 250ms, 2s, 1m, 1h, 1d */,
    CONFIG_LIST /* of texts */
};
enum config_reload { CONFIG_RELOAD_LIVE, CONFIG_RELOAD_RESTART };

enum config_key {
#define X(id, ...) id,
#include "ops/config_keys.h"
#undef X
    CONFIG_KEY_COUNT
};

/* What CONFIG_KEYS says of one key; texts are static, "" = none. */
struct config_row {
    const char *id, *name, *unit, *low, *high, *fallback, *choices, *environment, *aliases,
        *sentence;
    enum config_type type;
    enum config_reload reload;
};
const struct config_row *config_row(enum config_key key);

/* A dotted name or alias -> key. ERR_NOT_FOUND; *nearest (may be NULL) is then the name that was
 * probably meant, or NULL. */
MUST_USE enum err config_find(const char *name, enum config_key *out, const char **nearest);

struct config;

#define CONFIG_STRATEGIES_MAX 64
#define CONFIG_PARAMS_MAX 16

/* One strategy of the `strategies:` list. */
struct config_strategy {
    const char *name, *type, *symbol;
    int64_t interval_ns;
    const char *size; /* "equity=0.95" or "qty=0.01" */
    struct {
        const char *name;
        double value;
    } params[CONFIG_PARAMS_MAX];
    size_t param_count;
};

struct config_source {
    const char *file;        /* NULL = search: ./tradewind.yaml, ./config/config.yaml, /etc/... */
    const char *const *sets; /* "key=value" flags */
    size_t set_count;
    const char *const *environment; /* environ-like, NULL-terminated; NULL = none */
};

/* Reads and checks everything. On failure `problems` (the caller's, filled up to its size) tells every
 * mistake: file:line:column: what is wrong and what to do, then the line with a caret.
 * ERR_NOT_FOUND: source->file is not there; ERR_SYNTAX: mistakes; ERR_SIZE: the file is larger than
 * 1 MiB; ERR_IO; ERR_MEMORY. */
MUST_USE enum err config_load(const struct config_source *source, struct config **out,
                              char *problems, size_t problems_size);
void config_free(struct config *config);

/* Values; asserts on a wrong type. Texts are borrowed from the config. */
bool config_bool(const struct config *config, enum config_key key);
int64_t config_int(const struct config *config,
                   enum config_key key); /* INT, BYTES; DURATION in ns */
const char *config_text(const struct config *config, enum config_key key); /* TEXT, DECIMAL */
int config_enum(const struct config *config, enum config_key key);         /* index of the choice */
/* DECIMAL times 10^scale, exactly: `bps` and `percent` keys have at most 4 digits after the point,
 * others 8 (config_digits()), and every value fits at scale 8. Asserts digits <= scale <= 8. */
#define CONFIG_DECIMAL_SCALE_MAX 8
int config_digits(enum config_key key);
int64_t config_decimal(const struct config *config, enum config_key key, int scale);
size_t config_list(const struct config *config, enum config_key key, const char *const **items);
size_t config_strategies(const struct config *config, const struct config_strategy **items);

/* Where a value came from: "default", "file tradewind.yaml:12", "environment TRADEWIND_X", "--set". */
const char *config_origin(const struct config *config, enum config_key key);
const char *config_key_name(enum config_key key);

/* The value as it was written, list items joined by ", "; borrowed from the config. */
const char *config_value_text(const struct config *config, enum config_key key);
/* The file that was read, or NULL. */
const char *config_file(const struct config *config);
/* What a value must be: "a whole number from 16 to 60000 connections". Returns out. */
const char *config_expected(enum config_key key, char *out, size_t size);

/* Writes the reference page (Markdown) or a commented tradewind.yaml of all keys. */
void config_write_reference(void (*line)(void *context, const char *text), void *context);
void config_write_sample(void (*line)(void *context, const char *text), void *context);

#endif

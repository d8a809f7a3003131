/*
 * ops/config_internal.h - what the files of the configuration share. Not for other layers.
 */
#ifndef OPS_CONFIG_INTERNAL_H
#define OPS_CONFIG_INTERNAL_H
#include "ops/config.h"
#include "ops/keep.h"
#include "ops/problems.h"
#include "ops/yaml_tree.h"

#define CONFIG_LIST_MAX 64 /* items of one list */

struct config_value {
    int64_t number;   /* BOOL, INT, BYTES, DURATION (ns), ENUM (index), DECIMAL (scale 8) */
    const char *text; /* as written; lists joined by ", " */
    const char **items;
    size_t item_count;
    const char *origin;
    unsigned line; /* in the file; 0 = not from there */
};

struct config {
    struct keep keep;
    const char *file; /* NULL: none was found */
    struct config_value values[CONFIG_KEY_COUNT];
    struct config_strategy *strategies;
    size_t strategy_count;
};

#define NAME_LENGTH_MAX 128 /* a longer key name is nobody's key */

/* Does a key's name or alias begin with "path."? */
bool config_is_section(const char *path);
/* The section that was probably meant (in out), or NULL. */
const char *config_nearest_section(const char *path, char *out, size_t size);
/* "server.listen" -> "TRADEWIND_SERVER_LISTEN" */
void config_environment_name(enum config_key key, char *out, size_t size);

/* Checks one text against the row and fills number, text, items of *out. ERR_SYNTAX, ERR_RANGE,
 * ERR_PRECISION, ERR_FULL (too many items). */
MUST_USE enum err config_value_parse(enum config_key key, const char *text, struct keep *keep,
                                     struct config_value *out);

/* "1m" -> ns. Also for intervals of strategies. */
MUST_USE enum err config_parse_duration(const char *text, int64_t *out_ns);

/* Reads the `strategies:` list; NULL node = the default strategy. */
void config_read_strategies(struct config *config, const struct yaml_node *list,
                            struct problems *problems);

#endif

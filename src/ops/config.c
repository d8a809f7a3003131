/* Files, environment and flags become one set of values; every mistake is told at once. */
#include "ops/config.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "ops/config_internal.h"
#include "ops/nearest.h"

#define SHOWN_MAX 80 /* of a bad value in a message */

static const char *const search_path[] = { "tradewind.yaml", "config/config.yaml",
                                           "/etc/tradewind/tradewind.yaml" };

/* ---- one value from anywhere ---- */

/* Says what is wrong with a value in one sentence. */
static void explain(enum err err, enum config_key key, const char *text, char *out, size_t size)
{
    char expected[512];
    const char *what = err == ERR_RANGE       ? "is out of range"
                       : err == ERR_PRECISION ? "has too many digits"
                       : err == ERR_FULL      ? "has too many items"
                                              : "does not fit";
    (void)snprintf(out, size, "%s: '%.*s' %s; give %s", config_key_name(key), SHOWN_MAX, text, what,
                   config_expected(key, expected, sizeof expected));
}

/* Sets a value from the environment or a flag. */
static void set_value(struct config *config, enum config_key key, const char *text,
                      const char *origin, struct problems *problems)
{
    struct config_value value = { .origin = origin };
    char why[1024];
    enum err err = config_value_parse(key, text, &config->keep, &value);
    if (err) {
        explain(err, key, text, why, sizeof why);
        problems_add(problems, origin, "%s", why);
        return;
    }
    config->values[key] = value;
}

static void set_defaults(struct config *config)
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        struct config_value *value = &config->values[key];
        value->origin = "default";
        enum err err = OK;
        if (config_row(key)->type == CONFIG_TEXT)
            value->text = config_row(key)->fallback;
        else
            err = config_value_parse((enum config_key)key, config_row(key)->fallback, &config->keep,
                                     value);
        assert(err == OK || config->keep.failed); /* the row's own default fits the row */
    }
}

/* ---- the file ---- */

struct file_walk {
    struct config *config;
    struct problems *problems;
    const struct yaml_node *strategies;
};

/* A list's items, or one text with commas. */
static const char *text_of_list(struct file_walk *walk, const struct yaml_node *node)
{
    const char *joined = NULL;
    for (const struct yaml_node *item = node->child; item; item = item->next) {
        if (item->kind != YAML_SCALAR || item->null || strchr(item->text, ',')) {
            problems_at(walk->problems, item->line, item->column,
                        "an item of this list is one plain text without commas");
            return NULL;
        }
        joined =
            joined ? keep_format(&walk->config->keep, "%s,%s", joined, item->text) : item->text;
    }
    return joined ? joined : "";
}

static void take_file_value(struct file_walk *walk, enum config_key key,
                            const struct yaml_node *node)
{
    struct config *config = walk->config;
    const char *text = node->text;
    char expected[512], why[1024];
    bool list = config_row(key)->type == CONFIG_LIST && node->kind == YAML_LIST;
    if (config->values[key].line) {
        problems_at(walk->problems, node->key_line, node->key_column,
                    "%s: set already in line %u; keep one of the two", config_key_name(key),
                    config->values[key].line);
        return;
    }
    config->values[key].line = node->key_line; /* seen, even when the value turns out bad */
    if (!list && (node->kind != YAML_SCALAR || node->null)) {
        problems_at(walk->problems, node->kind == YAML_SCALAR ? node->key_line : node->line,
                    node->kind == YAML_SCALAR ? node->key_column : node->column,
                    "%s: %s; give %s, or remove the line for the default (%s)",
                    config_key_name(key),
                    node->kind == YAML_SCALAR ? "no value"
                    : node->kind == YAML_MAP  ? "a map does not fit"
                                              : "a list does not fit",
                    config_expected(key, expected, sizeof expected), config_row(key)->fallback);
        return;
    }
    if (list && !(text = text_of_list(walk, node)))
        return;
    struct config_value value = { .line = node->key_line };
    enum err err = config_value_parse(key, text, &config->keep, &value);
    if (err) {
        explain(err, key, text, why, sizeof why);
        problems_at(walk->problems, node->line, node->column, "%s", why);
        return;
    }
    value.origin = keep_format(&config->keep, "file %s:%u", config->file, node->key_line);
    config->values[key] = value;
}

static void take_unknown(struct file_walk *walk, const char *path, const struct yaml_node *node)
{
    enum config_key unused;
    char section[NAME_LENGTH_MAX];
    const char *nearest = NULL;
    if (node->kind == YAML_MAP)
        nearest = config_nearest_section(path, section, sizeof section);
    else if (config_find(path, &unused, &nearest) == OK)
        return;
    problems_at(walk->problems, node->key_line, node->key_column,
                nearest ? "%.*s: no such %s; did you mean %s?"
                        : "%.*s: no such %s; `tradewind config reference` lists all",
                SHOWN_MAX, path, node->kind == YAML_MAP ? "section" : "key", nearest);
}

static void walk_map(struct file_walk *walk, const struct yaml_node *map, const char *prefix)
{
    for (const struct yaml_node *node = map->child; node; node = node->next) {
        char path[NAME_LENGTH_MAX];
        enum config_key key;
        int length = snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", node->key);
        bool fits = length > 0 && length < NAME_LENGTH_MAX;
        if (fits && config_find(path, &key, NULL) == OK) {
            take_file_value(walk, key, node);
        } else if (strcmp(path, "strategies") == 0) {
            if (walk->strategies)
                problems_at(walk->problems, node->key_line, node->key_column,
                            "strategies: set already in line %u; keep one of the two",
                            walk->strategies->key_line);
            else
                walk->strategies = node;
        } else if (fits && config_is_section(path)) {
            if (node->kind == YAML_MAP)
                walk_map(walk, node, path);
            else if (
                !node->null) /* an empty section is what is left when all its lines are comments */
                problems_at(walk->problems, node->line, node->column,
                            "%s: is a section; put its keys below it, indented", path);
        } else {
            take_unknown(walk, path, node);
        }
    }
}

static enum err read_text(struct config *config, const char *file, const char **text,
                          size_t *length, struct problems *problems)
{
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat about;
    if (descriptor < 0 || fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
        int why = errno;
        enum err err = descriptor < 0 && why == ENOENT ? ERR_NOT_FOUND : ERR_IO;
        problems_add(problems, file, "%s; %s",
                     descriptor < 0 ? strerror(why) : "not a regular file",
                     err == ERR_NOT_FOUND ? "check --config, or leave it away to use the defaults"
                                          : "check the name and its permissions");
        if (descriptor >= 0)
            (void)close(descriptor);
        return err;
    }
    char *bytes = keep_bytes(&config->keep, YAML_FILE_BYTES_MAX + 2);
    ssize_t got = bytes ? 1 : -1;
    *length = 0;
    while (got > 0 && *length <= YAML_FILE_BYTES_MAX) {
        got = read(descriptor, bytes + *length, YAML_FILE_BYTES_MAX + 1 - *length);
        *length += got > 0 ? (size_t)got : 0;
    }
    (void)close(descriptor);
    *text = bytes;
    if (bytes && got < 0)
        problems_add(problems, file, "could not be read; check the disk");
    else if (*length > YAML_FILE_BYTES_MAX)
        problems_add(problems, file, "larger than 1 MiB; a configuration is a few pages");
    return !bytes ? ERR_MEMORY : got < 0 ? ERR_IO : *length > YAML_FILE_BYTES_MAX ? ERR_SIZE : OK;
}

static const char *find_file(const struct config_source *source)
{
    if (source->file)
        return source->file;
    for (size_t i = 0; i < sizeof search_path / sizeof search_path[0]; i++)
        if (access(search_path[i], F_OK) == 0)
            return search_path[i];
    return NULL;
}

static enum err read_file(struct config *config, const struct config_source *source,
                          struct problems *problems)
{
    const char *found = find_file(source);
    struct yaml_node *root = NULL;
    struct file_walk walk = { .config = config, .problems = problems };
    if (found) {
        config->file = keep_text(&config->keep, found, strlen(found));
        enum err err = read_text(config, found, &problems->text, &problems->text_length, problems);
        if (err)
            return err;
        problems->file = config->file;
        yaml_tree_parse(problems, &config->keep, &root);
    }
    if (root && root->kind == YAML_MAP)
        walk_map(&walk, root, "");
    else if (root && !root->null)
        problems_at(problems, root->line, root->column,
                    "a configuration is a map; write lines of the form `key: value`");
    config_read_strategies(config, walk.strategies, problems);
    return OK;
}

/* ---- environment and flags ---- */

/* The value of a name; an empty one counts as not set, as compose files write it. */
static const char *look_up(const char *const *environment, const char *name, size_t length)
{
    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=' &&
            (*environment)[length + 1])
            return *environment + length + 1;
    return NULL;
}

static void read_environment(struct config *config, const char *const *environment,
                             struct problems *problems)
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        char own[NAME_LENGTH_MAX];
        config_environment_name((enum config_key)key, own, sizeof own);
        const char *name = own, *value = look_up(environment, own, strlen(own));
        size_t length = strlen(own);
        for (const char *at = config_row(key)->environment; !value && *at;) {
            name = at;
            length = strcspn(at, " ");
            value = look_up(environment, name, length);
            at += length + strspn(at + length, " ");
        }
        if (value)
            set_value(config, (enum config_key)key, value,
                      keep_format(&config->keep, "environment %.*s", (int)length, name), problems);
    }
}

/* A mistyped TRADEWIND_ name must not pass in silence, but it may also be another program's. */
static void warn_of_strangers(const char *const *environment)
{
    for (; environment && *environment; environment++) {
        char name[NAME_LENGTH_MAX], own[NAME_LENGTH_MAX];
        size_t length = strcspn(*environment, "=");
        if (strncmp(*environment, "TRADEWIND_", 10) != 0 || length >= sizeof name)
            continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)length, *environment);
        char best[NAME_LENGTH_MAX] = "";
        struct nearest near = { .wanted = name };
        bool known = false;
        for (int key = 0; !known && key < CONFIG_KEY_COUNT; key++) {
            unsigned before = near.distance;
            bool had = near.best != NULL;
            config_environment_name((enum config_key)key, own, sizeof own);
            known = strcmp(own, name) == 0;
            nearest_offer(&near, own);
            if (near.best && (!had || near.distance < before))
                memcpy(best, own, sizeof best);
        }
        if (!known && *best)
            log_warning("config_environment_unknown", "name=%s did_you_mean=%s", name, best);
    }
}

static void read_sets(struct config *config, const struct config_source *source,
                      struct problems *problems)
{
    for (size_t i = 0; i < source->set_count; i++) {
        const char *set = source->sets[i], *equals = strchr(set, '=');
        char name[NAME_LENGTH_MAX];
        const char *where = keep_format(&config->keep, "--set %s", set), *nearest = NULL;
        if (!equals || equals == set || (size_t)(equals - set) >= sizeof name) {
            problems_add(problems, where, "must be key=value, such as log.level=debug");
            continue;
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)(equals - set), set);
        enum config_key key;
        if (config_find(name, &key, &nearest) == OK)
            set_value(config, key, equals + 1, where, problems);
        else if (strncmp(name, "strategies", 10) == 0)
            problems_add(problems, where, "the strategies list is set in the file only");
        else
            problems_add(problems, where,
                         nearest ? "no such key; did you mean %s?"
                                 : "no such key; `tradewind config reference` lists all",
                         nearest);
    }
}

enum err config_load(const struct config_source *source, struct config **out, char *problems_out,
                     size_t problems_size)
{
    struct problems problems;
    problems_init(&problems, problems_out, problems_size);
    struct config *config = calloc(1, sizeof *config);
    if (!config) {
        problems_add(&problems, "configuration", "out of memory");
        return ERR_MEMORY;
    }
    set_defaults(config);
    enum err err = read_file(config, source, &problems);
    if (!err) {
        read_environment(config, source->environment, &problems);
        read_sets(config, source, &problems);
    }
    if (!err && problems.count)
        err = ERR_SYNTAX;
    if (config->keep.failed) {
        problems_add(&problems, "configuration", "out of memory");
        err = ERR_MEMORY;
    }
    problems_end(&problems);
    if (err) {
        config_free(config);
        return err;
    }
    warn_of_strangers(source->environment);
    *out = config;
    return OK;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    keep_release(&config->keep);
    free(config);
}

/* The table of keys, and finding a key by what somebody wrote. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "ops/config_internal.h"
#include "ops/nearest.h"

static const struct config_row rows[CONFIG_KEY_COUNT] = {
#define X(key, name_, type_, unit_, low_, high_, default_, choices_, reload_, environment_,        \
          alias_, sentence_)                                                                       \
    [key] = { #key,     name_,        unit_,  low_,      high_, default_,                          \
              choices_, environment_, alias_, sentence_, type_, reload_ },
#include "ops/config_keys.h"
#undef X
};

const struct config_row *config_row(enum config_key key)
{
    assert((unsigned)key < CONFIG_KEY_COUNT);
    return &rows[key];
}
const char *config_key_name(enum config_key key) { return config_row(key)->name; }

/* Is `word` one of the blank-separated words of `list`? With prefix: does one begin with "word."? */
static bool has_word(const char *list, const char *word, size_t length, bool prefix)
{
    for (const char *at = list; *at;) {
        size_t width = strcspn(at, " ");
        if (strncmp(at, word, length) == 0 &&
            (prefix ? width > length && at[length] == '.' : width == length))
            return true;
        at += width + strspn(at + width, " ");
    }
    return false;
}

enum err config_find(const char *name, enum config_key *out, const char **nearest)
{
    struct nearest near = { .wanted = name };
    size_t length = strlen(name);
    for (int key = 0; length && key < CONFIG_KEY_COUNT; key++) {
        if (strcmp(rows[key].name, name) == 0 || has_word(rows[key].aliases, name, length, false)) {
            *out = (enum config_key)key;
            return OK;
        }
        nearest_offer(&near, rows[key].name);
    }
    /* "connections_max" without its section is a common slip. */
    for (int key = 0; !near.best && key < CONFIG_KEY_COUNT; key++) {
        const char *last = strrchr(rows[key].name, '.');
        if (last && strcmp(last + 1, name) == 0)
            near.best = rows[key].name;
    }
    if (nearest)
        *nearest = near.best;
    return ERR_NOT_FOUND;
}

bool config_is_section(const char *path)
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++)
        if (has_word(rows[key].name, path, strlen(path), true) ||
            has_word(rows[key].aliases, path, strlen(path), true))
            return true;
    return false;
}

const char *config_nearest_section(const char *path, char *out, size_t size)
{
    struct nearest near = { .wanted = path };
    nearest_offer(&near, "strategies");
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        const char *point = strrchr(rows[key].name, '.');
        if (!point)
            continue;
        struct nearest one = near;
        (void)snprintf(out, size, "%.*s", (int)(point - rows[key].name), rows[key].name);
        nearest_offer(&one, out);
        if (one.best == out) {
            near.distance = one.distance;
            near.best = rows[key].name; /* stands for its section */
        }
    }
    if (!near.best)
        return NULL;
    const char *point = strrchr(near.best, '.');
    (void)snprintf(out, size, "%.*s", point ? (int)(point - near.best) : (int)strlen(near.best),
                   near.best);
    return out;
}

void config_environment_name(enum config_key key, char *out, size_t size)
{
    size_t length =
        (size_t)snprintf(out, size, "TRADEWIND_%s", config_key_name((enum config_key)key));
    assert(length < size);
    for (char *at = out; *at; at++)
        *at = *at == '.' ? '_' : (char)toupper((unsigned char)*at);
}

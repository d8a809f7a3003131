/* The `strategies:` list. Whether a type exists is the strategy registry's to say; here is checked
 * what a file can get wrong by itself. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ctype.h>
#include "base/clock.h"
#include "model/event.h"
#include "ops/config_internal.h"
#include "ops/nearest.h"

#define INTERVAL_NS_MIN NS_PER_S
#define INTERVAL_NS_MAX (86400 * NS_PER_S)

struct strategy_read {
    struct config *config;
    struct problems *problems;
    struct config_strategy *out;
};

static bool is_name(const char *text, size_t room)
{
    size_t length = strlen(text);
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("_-./:", *at))
            return false;
    return length > 0 && length < room;
}

static const char *take_name(struct strategy_read *read, const char *text)
{
    read->out->name = text;
    return is_name(text, STRATEGY_NAME_MAX) ? NULL : "up to 31 letters, digits, _ - . / or :";
}
static const char *take_type(struct strategy_read *read, const char *text)
{
    read->out->type = text;
    return is_name(text, STRATEGY_NAME_MAX) ? NULL : "the name of a strategy: sma_cross_long";
}
static const char *take_symbol(struct strategy_read *read, const char *text)
{
    read->out->symbol = text;
    return is_name(text, SYMBOL_MAX) ? NULL : "an instrument, such as BTCUSDT";
}
static const char *take_interval(struct strategy_read *read, const char *text)
{
    enum err err = config_parse_duration(text, &read->out->interval_ns);
    bool fits = !err && read->out->interval_ns >= INTERVAL_NS_MIN &&
                read->out->interval_ns <= INTERVAL_NS_MAX;
    return fits ? NULL : "a duration from 1s to 1d, such as 1m";
}
static const char *take_size(struct strategy_read *read, const char *text)
{
    int64_t value = 0;
    bool equity = strncmp(text, "equity=", 7) == 0, qty = strncmp(text, "qty=", 4) == 0;
    const char *number = text + (equity ? 7 : 4);
    read->out->size = text;
    bool fits = (equity || qty) && num_parse(number, strlen(number), 9, &value) == OK &&
                value > 0 && (qty || value <= 1000000000);
    return fits ? NULL : "equity= and a share above 0, at most 1, or qty= and a quantity: qty=0.01";
}

static const struct {
    const char *name;
    const char *(*take)(struct strategy_read *read, const char *text); /* NULL, or what to give */
} fields[] = { { "name", take_name },         { "type", take_type }, { "symbol", take_symbol },
               { "interval", take_interval }, { "size", take_size }, { "params", NULL } };
#define FIELD_COUNT (sizeof fields / sizeof fields[0])
#define FIELD_PARAMS (FIELD_COUNT - 1)

static size_t find_field(const char *name, const char **nearest)
{
    struct nearest near = { .wanted = name };
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(fields[i].name, name) == 0)
            return i;
        nearest_offer(&near, fields[i].name);
    }
    *nearest = near.best;
    return FIELD_COUNT;
}

static void set_param(struct config_strategy *out, const char *name, double value)
{
    out->params[out->param_count].name = name;
    out->params[out->param_count++].value = value;
}

static void read_params(struct strategy_read *read, const struct yaml_node *node)
{
    struct problems *problems = read->problems;
    if (node->kind != YAML_MAP) {
        if (!node->null)
            problems_at(problems, node->line, node->column,
                        "params: is a map of numbers, such as { fast: 10, slow: 30 }");
        return;
    }
    for (const struct yaml_node *param = node->child; param; param = param->next) {
        char *end = NULL;
        double value = param->kind == YAML_SCALAR ? strtod(param->text, &end) : 0;
        bool again = false;
        for (size_t i = 0; i < read->out->param_count; i++)
            again |= strcmp(read->out->params[i].name, param->key) == 0;
        if (again)
            problems_at(problems, param->key_line, param->key_column,
                        "%.40s: given twice; keep one of the two", param->key);
        else if (!is_name(param->key, STRATEGY_NAME_MAX))
            problems_at(problems, param->key_line, param->key_column,
                        "the name of a param has up to 31 letters, digits, _ - . / or :");
        else if (!end || end == param->text || *end || !isfinite(value))
            problems_at(problems, param->line, param->column, "%.40s: give a number", param->key);
        else if (read->out->param_count == CONFIG_PARAMS_MAX)
            problems_at(problems, param->key_line, param->key_column, "more than %d params",
                        CONFIG_PARAMS_MAX);
        else
            set_param(read->out, param->key, value);
    }
}

static void read_field(struct strategy_read *read, const struct yaml_node *node, unsigned *seen)
{
    const char *nearest = NULL;
    size_t field = find_field(node->key, &nearest);
    if (field == FIELD_COUNT) {
        problems_at(read->problems, node->key_line, node->key_column,
                    nearest ? "%.40s: no such key of a strategy; did you mean %s?"
                            : "%.40s: no such key of a strategy; there are name, type, symbol, "
                              "interval, size, params",
                    node->key, nearest);
        return;
    }
    if (*seen & 1u << field) {
        problems_at(read->problems, node->key_line, node->key_column,
                    "%s: given twice; keep one of the two", node->key);
        return;
    }
    *seen |= 1u << field;
    if (field == FIELD_PARAMS) {
        read_params(read, node);
        return;
    }
    const char *give = fields[field].take(read, node->kind == YAML_SCALAR ? node->text : "");
    if (give)
        problems_at(read->problems, node->line, node->column, "%s: '%.40s' does not fit; give %s",
                    node->key, node->text, give);
}

static void set_default(struct config_strategy *out)
{
    *out = (struct config_strategy){ .name = "sma_btc",
                                     .type = "sma_cross_long",
                                     .symbol = "BTCUSDT",
                                     .interval_ns = 60 * NS_PER_S,
                                     .size = "qty=0.01" };
    set_param(out, "fast", 10);
    set_param(out, "slow", 30);
}

static void read_strategy(struct strategy_read *read, const struct yaml_node *item)
{
    unsigned seen = 0;
    *read->out = (struct config_strategy){ .interval_ns = 60 * NS_PER_S, .size = "qty=0.01" };
    if (item->kind != YAML_MAP) {
        problems_at(read->problems, item->line, item->column,
                    "a strategy is a map with name, type and symbol");
        return;
    }
    for (const struct yaml_node *node = item->child; node; node = node->next)
        read_field(read, node, &seen);
    for (size_t i = 0; i < 3; i++) /* name, type, symbol */
        if (!(seen & 1u << i))
            problems_at(read->problems, item->line, item->column, "a strategy needs a %s",
                        fields[i].name);
    for (const struct config_strategy *other = read->config->strategies; other < read->out; other++)
        if (read->out->name && other->name && strcmp(other->name, read->out->name) == 0)
            problems_at(read->problems, item->line, item->column,
                        "two strategies are named %.40s; give each its own name", other->name);
}

void config_read_strategies(struct config *config, const struct yaml_node *list,
                            struct problems *problems)
{
    size_t count = 0;
    if (list && (list->kind == YAML_MAP || (list->kind == YAML_SCALAR && !list->null))) {
        problems_at(problems, list->line, list->column,
                    "strategies: is a list; begin each strategy with `- name: ...`");
        return;
    }
    for (const struct yaml_node *item = list ? list->child : NULL; item; item = item->next)
        count++;
    if (count > CONFIG_STRATEGIES_MAX) {
        problems_at(problems, list->line, list->column, "more than %d strategies",
                    CONFIG_STRATEGIES_MAX);
        return;
    }
    config->strategies = keep_bytes(&config->keep, (count + 1) * sizeof *config->strategies);
    if (!config->strategies)
        return;
    if (!list) {
        set_default(&config->strategies[0]);
        config->strategy_count = 1;
        return;
    }
    struct strategy_read read = { config, problems, config->strategies };
    for (const struct yaml_node *item = list->child; item; item = item->next, read.out++)
        read_strategy(&read, item);
    config->strategy_count = count;
}

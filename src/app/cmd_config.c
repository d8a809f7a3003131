#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/cli.h"
#include "base/clock.h"
#include "base/json.h"

#define JSON_BYTES (1u << 20)

/* What the options of all config commands fill. */
static struct {
    const char *file;
    struct cli_list sets;
    bool json;
} asked;

#define ROW_JSON                                                                                   \
    {                                                                                              \
        .name = "json", .sentence = "print JSON", .kind = CLI_FLAG, .target = &asked.json          \
    }
static const struct cli_option source_options[] = {
    { .name = "config",
      .argument = "FILE",
      .sentence = "this file instead of the usual places",
      .kind = CLI_TEXT,
      .target = &asked.file },
    { .name = "set",
      .argument = "KEY=VALUE",
      .sentence = "as if given to serve; again for more",
      .kind = CLI_LIST,
      .target = &asked.sets },
    ROW_JSON,
};
static const struct cli_option json_options[] = { ROW_JSON };

static int begin(const struct cli_usage *usage, int argc, char **argv, int *operands)
{
    memset(&asked, 0, sizeof asked);
    return cli_parse(usage, argc, argv, operands);
}

static void print_line(void *unused, const char *text)
{
    (void)unused;
    (void)puts(text);
}

static int print_json(struct json_write *write)
{
    if (write->overflow)
        return cli_fail("the answer is larger than expected");
    (void)printf("%.*s\n", (int)write->length, write->out);
    return CLI_OK;
}

static const struct cli_usage usage_check = {
    "tradewind config check [options]",
    "Reads the configuration and tells every mistake at once",
    NULL,
    source_options,
    CLI_COUNT(source_options),
    0,
    0
};
static int config_check(int argc, char **argv)
{
    struct config *config;
    int operands, code = begin(&usage_check, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    code = cli_load_config(asked.file, &asked.sets, &config);
    if (code != CLI_GO) {
        if (asked.json)
            (void)puts("{\"ok\":false}");
        return code;
    }
    const char *file = config_file(config);
    char out[2048];
    struct json_write write;
    json_write_init(&write, out, sizeof out);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, true);
    json_key(&write, "file");
    if (file)
        json_string(&write, file);
    else
        json_null(&write);
    json_object_end(&write);
    if (asked.json)
        code = print_json(&write);
    else
        (void)printf("%s: good\n", file ? file : "no file, only defaults");
    config_free(config);
    return asked.json ? code : CLI_OK;
}

static const char *const type_names[] = {
    [CONFIG_BOOL] = "bool", [CONFIG_INT] = "int",           [CONFIG_DECIMAL] = "decimal",
    [CONFIG_TEXT] = "text", [CONFIG_ENUM] = "enum",         [CONFIG_BYTES] = "bytes",
    [CONFIG_LIST] = "list", [CONFIG_DURATION] = "duration",
};

static void write_strategy(struct json_write *write, const struct config_strategy *strategy)
{
    json_object_begin(write);
    json_kv(write, "name", string, strategy->name);
    json_kv(write, "type", string, strategy->type);
    json_kv(write, "symbol", string, strategy->symbol);
    json_kv(write, "interval_s", num, strategy->interval_ns, 9);
    json_kv(write, "size", string, strategy->size);
    json_key(write, "params");
    json_object_begin(write);
    for (size_t i = 0; i < strategy->param_count; i++) /* names are plain: config_load checked */
        json_kv(write, strategy->params[i].name, double, strategy->params[i].value);
    json_object_end(write);
    json_object_end(write);
}

static int show_json(const struct config *config)
{
    char *out = malloc(JSON_BYTES);
    if (!out)
        return cli_fail("out of memory");
    struct json_write write;
    json_write_init(&write, out, JSON_BYTES);
    json_object_begin(&write);
    json_key(&write, "values");
    json_array_begin(&write);
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        json_object_begin(&write);
        json_kv(&write, "key", string, config_key_name((enum config_key)key));
        json_kv(&write, "value", string, config_value_text(config, (enum config_key)key));
        json_kv(&write, "origin", string, config_origin(config, (enum config_key)key));
        json_object_end(&write);
    }
    json_array_end(&write);
    const struct config_strategy *strategies;
    size_t count = config_strategies(config, &strategies);
    json_key(&write, "strategies");
    json_array_begin(&write);
    for (size_t i = 0; i < count; i++)
        write_strategy(&write, &strategies[i]);
    json_array_end(&write);
    json_object_end(&write);
    int code = print_json(&write);
    free(out);
    return code;
}

static void show_text(const struct config *config)
{
    const struct config_strategy *strategies;
    size_t count = config_strategies(config, &strategies);
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        const char *value = config_value_text(config, (enum config_key)key);
        (void)printf("%-28s %-32s %s\n", config_key_name((enum config_key)key),
                     *value ? value : "\"\"", config_origin(config, (enum config_key)key));
    }
    for (size_t i = 0; i < count; i++) {
        (void)printf("strategy %s: %s on %s, every %lld s, %s", strategies[i].name,
                     strategies[i].type, strategies[i].symbol,
                     (long long)(strategies[i].interval_ns / NS_PER_S), strategies[i].size);
        for (size_t j = 0; j < strategies[i].param_count; j++)
            (void)printf(" %s=%.15g", strategies[i].params[j].name, strategies[i].params[j].value);
        (void)putchar('\n');
    }
}

static const struct cli_usage usage_show = { "tradewind config show [options]",
                                             "Prints every value and where it comes from",
                                             NULL,
                                             source_options,
                                             CLI_COUNT(source_options),
                                             0,
                                             0 };
static int config_show(int argc, char **argv)
{
    struct config *config;
    int operands, code = begin(&usage_show, argc, argv, &operands);
    if (code == CLI_GO)
        code = cli_load_config(asked.file, &asked.sets, &config);
    if (code != CLI_GO)
        return code;
    code = CLI_OK;
    if (asked.json)
        code = show_json(config);
    else
        show_text(config);
    config_free(config);
    return code;
}

static void explain_json(enum config_key key)
{
    const struct config_row *row = config_row(key);
    char out[4096], expected[512];
    struct json_write write;
    json_write_init(&write, out, sizeof out);
    json_object_begin(&write);
    json_kv(&write, "key", string, row->name);
    json_kv(&write, "type", string, type_names[row->type]);
    json_kv(&write, "expects", string, config_expected(key, expected, sizeof expected));
    json_kv(&write, "default", string, row->fallback);
    json_kv(&write, "unit", string, row->unit);
    json_kv(&write, "low", string, row->low);
    json_kv(&write, "high", string, row->high);
    json_kv(&write, "environment", string, row->environment);
    json_kv(&write, "aliases", string, row->aliases);
    json_kv(&write, "about", string, row->sentence);
    json_object_end(&write);
    (void)print_json(&write);
}

static const struct cli_usage usage_explain = { "tradewind config explain KEY [options]",
                                                "Tells what one key means and may be",
                                                NULL,
                                                json_options,
                                                CLI_COUNT(json_options),
                                                1,
                                                1 };
static int config_explain(int argc, char **argv)
{
    int operands, code = begin(&usage_explain, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    enum config_key key;
    const char *nearest = NULL;
    if (config_find(argv[operands], &key, &nearest) != OK)
        return nearest ? cli_fail("no such key: %s; did you mean %s?", argv[operands], nearest)
                       : cli_fail("no such key: %s; `tradewind config reference` lists all",
                                  argv[operands]);
    if (asked.json) {
        explain_json(key);
        return CLI_OK;
    }
    const struct config_row *row = config_row(key);
    char expected[512];
    (void)printf("%s\n  %s\n  value:    %s\n  default:  %s\n", row->name, row->sentence,
                 config_expected(key, expected, sizeof expected),
                 *row->fallback ? row->fallback : "\"\"");
    if (*row->environment)
        (void)printf("  further environment names: %s\n", row->environment);
    if (*row->aliases)
        (void)printf("  also read as: %s\n", row->aliases);
    return CLI_OK;
}

static const struct cli_usage usage_reference = {
    "tradewind config reference",
    "Prints the reference page of all keys as Markdown",
    NULL,
    NULL,
    0,
    0,
    0
};
static int config_reference(int argc, char **argv)
{
    int operands, code = begin(&usage_reference, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    config_write_reference(print_line, NULL);
    return CLI_OK;
}

static const struct cli_usage usage_sample = {
    "tradewind config sample",
    "Prints a tradewind.yaml with every key as a comment",
    NULL,
    NULL,
    0,
    0,
    0
};
static int config_sample(int argc, char **argv)
{
    int operands, code = begin(&usage_sample, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    config_write_sample(print_line, NULL);
    return CLI_OK;
}

static const struct cli_command commands[] = {
    { "check", "read the configuration and tell every mistake", config_check },
    { "show", "print every value and where it comes from", config_show },
    { "explain", "tell what one key means and may be", config_explain },
    { "reference", "print the reference page of all keys", config_reference },
    { "sample", "print a tradewind.yaml to start from", config_sample },
};
static const struct cli_menu menu = { .name = "tradewind config",
                                      .commands = commands,
                                      .count = CLI_COUNT(commands) };

int cmd_config(int argc, char **argv) { return cli_run(&menu, argc, argv); }

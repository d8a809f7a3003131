/* tradewind strategy: which strategies there are, and what each can be told. */
#include <stdio.h>
#include <string.h>
#include "app/cli.h"
#include "base/json.h"
#include "strategy/strategy_registry.h"

#define JSON_MAX 65536

static struct {
    bool json;
} asked;

static const struct cli_option options[] = {
    { "json", NULL, "print JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage list_usage = { "tradewind strategy list [--json]",
                                             "Names every strategy of this program",
                                             NULL,
                                             options,
                                             CLI_COUNT(options),
                                             0,
                                             0 };
static const struct cli_usage show_usage = {
    "tradewind strategy show NAME [--json]",
    "Tells what a strategy does and its parameters",
    "Give them to a backtest with --param NAME=NUMBER, to the daemon under strategies in the\n"
    "configuration.",
    options,
    CLI_COUNT(options),
    1,
    1
};

static void json_of(struct json_write *write, const struct tw_strategy *strategy)
{
    json_object_begin(write);
    json_kv(write, "name", string, strategy->name);
    json_kv(write, "about", string, strategy->about);
    json_kv(write, "shorts", bool, (strategy->traits & TW_SHORTS) != 0);
    json_key(write, "params");
    json_array_begin(write);
    for (uint32_t i = 0; i < strategy->param_count; i++) {
        const struct tw_param *param = &strategy->params[i];
        json_object_begin(write);
        json_kv(write, "name", string, param->name);
        json_kv(write, "about", string, param->about);
        json_kv(write, "default", double, param->default_value);
        json_kv(write, "low", double, param->low);
        json_kv(write, "high", double, param->high);
        json_object_end(write);
    }
    json_array_end(write);
    json_object_end(write);
}

/* only: that strategy; NULL = all, as an array. */
static int print_json(const struct tw_strategy *only)
{
    static char text[JSON_MAX];
    struct json_write write;
    json_write_init(&write, text, sizeof text - 1);
    if (only) {
        json_of(&write, only);
    } else {
        json_array_begin(&write);
        for (size_t i = 0; strategy_at(i); i++)
            json_of(&write, strategy_at(i));
        json_array_end(&write);
    }
    if (write.overflow)
        return cli_fail("the list is longer than %d bytes", JSON_MAX);
    text[write.length] = 0;
    (void)puts(text);
    return CLI_OK;
}

static int list(int argc, char **argv)
{
    int operands, code = cli_parse(&list_usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    if (asked.json)
        return print_json(NULL);
    for (size_t i = 0; strategy_at(i); i++)
        (void)printf("  %-22s %s\n", strategy_at(i)->name, strategy_at(i)->about);
    return CLI_OK;
}

static int show(int argc, char **argv)
{
    int operands, code = cli_parse(&show_usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    const struct tw_strategy *strategy = strategy_find(argv[operands]);
    if (!strategy)
        return cli_fail("there is no strategy '%s'\nSee: tradewind strategy list", argv[operands]);
    if (asked.json)
        return print_json(strategy);
    (void)printf("%s: %s\n", strategy->name, strategy->about);
    for (uint32_t i = 0; i < strategy->param_count; i++) {
        const struct tw_param *param = &strategy->params[i];
        (void)printf("  %-26s %-10g %g to %g: %s\n", param->name, param->default_value, param->low,
                     param->high, param->about);
    }
    if (strategy->traits & TW_SHORTS)
        (void)puts("  It can sell what it does not hold: it needs an account that lets it.");
    return CLI_OK;
}

static const struct cli_command commands[] = {
    { "list", "names every strategy", list },
    { "show", "what one does, and its parameters", show },
    { "new", "the source of one of your own, to begin with", cmd_strategy_new },
};
static const struct cli_menu menu = { .name = "tradewind strategy",
                                      .commands = commands,
                                      .count = CLI_COUNT(commands) };

int cmd_strategy(int argc, char **argv)
{
    memset(&asked, 0, sizeof asked);
    return cli_run(&menu, argc, argv);
}

/* tradewind serve: the daemon in the foreground. */
#include "app/cli.h"
#include "app/daemon.h"

static const char *config_path, *data_dir;
static struct cli_list listen_list, sets;

static const struct cli_option options[] = {
    { .name = "config",
      .argument = "FILE",
      .sentence = "configuration file; default: searched for",
      .kind = CLI_TEXT,
      .target = &config_path },
    { .name = "listen",
      .argument = "ADDR:PORT",
      .sentence = "listen here instead of server.listen; may be repeated",
      .kind = CLI_LIST,
      .target = &listen_list },
    { .name = "data-dir",
      .argument = "DIR",
      .sentence = "folder of everything that is kept",
      .kind = CLI_TEXT,
      .target = &data_dir },
    { .name = "set",
      .argument = "KEY=VALUE",
      .sentence = "set a configuration key; may be repeated",
      .kind = CLI_LIST,
      .target = &sets },
};
static const struct cli_usage usage = {
    "tradewind serve [options]",
    "Runs the daemon: market data, strategies, orders, HTTP",
    "Stops on SIGTERM or Ctrl-C; open orders are kept unless shutdown.orders is cancel.\n"
    "Page and API: http://127.0.0.1:8080/ and http://127.0.0.1:8000/ unless told otherwise.",
    options,
    CLI_COUNT(options),
    0,
    0
};

int cmd_serve(int argc, char **argv)
{
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    struct config *config;
    code = cli_load_config(config_path, &sets, &config);
    if (code != CLI_GO)
        return code;
    code = daemon_run(config, data_dir, listen_list.items, listen_list.count);
    config_free(config);
    return code;
}

/* One binary. A command is one file (cmd_<name>.c) and one row here. */
#include "app/cli.h"

static const struct cli_command commands[] = {
    { "serve", "run the daemon: strategies, venues, HTTP", cmd_serve },
    { "backtest", "run a strategy over a file of past market data", cmd_backtest },
    { "sweep", "run a strategy over many combinations of parameters", cmd_sweep },
    { "walkforward", "choose parameters on past bars, judge them on the next", cmd_walkforward },
    { "bias", "prove that a backtest does not look ahead", cmd_bias },
    { "data", "import, look at, resample and make market-data files", cmd_data },
    { "book", "rebuild an order book from its messages", cmd_book },
    { "indicators", "indicators of a file of past bars, as a table", cmd_indicators },
    { "strategy", "which strategies there are and what they can be told", cmd_strategy },
    { "journal", "look into the record of everything that happened", cmd_journal },
    { "halt", "stop new entries in the running daemon", cmd_halt },
    { "resume", "let entries through again", cmd_resume },
    { "config", "check, show and explain the configuration", cmd_config },
    { "version", "print version and build", cmd_version },
};
static const struct cli_menu menu = {
    .name = "tradewind",
    .details = "Five-minute start: `tradewind serve`, then http://127.0.0.1:8080/health.",
    .commands = commands,
    .count = CLI_COUNT(commands),
};

int main(int argc, char **argv) { return cli_run(&menu, argc, argv); }

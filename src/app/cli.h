/*
 * app/cli.h - the command line: menus of commands, rows of options, help made from both.
 *
 * Exit codes: 0 it worked, 1 it failed, 2 the call itself was wrong. Results go to stdout, everything
 * said to a person about trouble goes to stderr and tells what to do.
 *
 *   static bool json;
 *   static const struct cli_option options[] = {
 *       { .name = "json", .sentence = "print JSON", .kind = CLI_FLAG, .target = &json },
 *   };
 *   static const struct cli_usage usage = { "tradewind thing [options]", "does it", NULL,
 *                                           options, CLI_COUNT(options), 0, 0 };
 *   int operands, code = cli_parse(&usage, argc, argv, &operands);
 *   if (code != CLI_GO)
 *       return code;
 */
#ifndef APP_CLI_H
#define APP_CLI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/config.h"

#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2
#define CLI_GO (-1) /* nothing to exit for: go on */
#define CLI_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* ---- options ---- */

#define CLI_LIST_MAX 64
struct cli_list { /* an option that may be given again and again */
    const char *items[CLI_LIST_MAX];
    size_t count;
};
enum cli_kind {
    CLI_FLAG, /* target: bool */
    CLI_TEXT, /* target: const char * (borrows from argv) */
    CLI_LIST, /* target: struct cli_list */
    CLI_INT   /* target: int64_t, checked against low..high unless both are 0 */
};
struct cli_option {
    const char *name;     /* "data-dir" for --data-dir */
    const char *argument; /* "DIR"; NULL for a flag */
    const char *sentence;
    enum cli_kind kind;
    void *target;
    int64_t low, high;
};
struct cli_usage {
    const char *line;     /* "tradewind halt [options]" */
    const char *sentence; /* what it does */
    const char *details;  /* more help, or NULL */
    const struct cli_option *options;
    size_t option_count;
    int operands_min, operands_max; /* words that are no options */
};

/* Reads argv[1..]. CLI_GO, and the index of the first operand in *operands (all operands are last);
 * or the exit code: --help was printed, or the mistake told. --help is always there. */
int cli_parse(const struct cli_usage *usage, int argc, char **argv, int *operands);

/* ---- menus ---- */

struct cli_command {
    const char *name, *sentence;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};
struct cli_menu {
    const char *name;    /* "tradewind journal" */
    const char *details; /* printed below the commands, or NULL */
    const struct cli_command *commands;
    size_t count;
};
/* Runs the command named by argv[1]; `help [COMMAND]`, --help and nothing print the help. */
int cli_run(const struct cli_menu *menu, int argc, char **argv);

/* ---- what every command needs ---- */

/* "tradewind: <sentence>" on stderr; returns CLI_FAILED. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Loads the configuration with the process's environment (file, sets: NULL = none given) and sets
 * the log level. CLI_GO, or CLI_FAILED after telling all problems. */
int cli_load_config(const char *file, const struct cli_list *sets, struct config **out);

/* The data dir: `given`, else the configuration's. CLI_GO or CLI_FAILED. */
int cli_data_dir(const char *given, const char *config_file, char *out, size_t size);

#define CLI_JOURNAL_DIR "journal" /* in the data dir: where the journal is */

/* The folder of the journal: `operand`, else `given`, else the configuration's data dir. Each may name a data
 * dir or its journal folder. CLI_GO, CLI_FAILED, or CLI_USAGE when two are given. */
int cli_journal_dir(const char *operand, const char *given, const char *config_file, char *out,
                    size_t size);

/* "0.1.0", and 20 hex digits of the linker's build id ("unknown" without one). */
const char *tradewind_version(void);
const char *tradewind_build(void);

/* One file each. */
int cmd_serve(int argc, char **argv);
int cmd_backtest(int argc, char **argv);
int cmd_sweep(int argc, char **argv);
int cmd_walkforward(int argc, char **argv);
int cmd_bias(int argc, char **argv);
int cmd_data(int argc, char **argv);
int cmd_book(int argc, char **argv);
int cmd_indicators(int argc, char **argv);
int cmd_strategy(int argc, char **argv);
int cmd_strategy_new(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_journal_replay(int argc, char **argv);
int cmd_halt(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif

/* Goal: the command line says what it can do, does what its rows say, and tells a mistake with what
 * was probably meant and exit code 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>
#include "app/cli.h"
#include "app/progress.h"
#include "base/clock.h"

static char said[65536]; /* stdout and stderr of the last run */

/* Runs with both outputs going to a file, then reads it. */
static int run_caught(int (*run)(int argc, char **argv), int argc, char **argv)
{
    char path[] = "/tmp/test_cli_XXXXXX";
    int file = mkstemp(path), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    assert_true(file >= 0 && out >= 0 && err >= 0);
    (void)fflush(NULL);
    (void)dup2(file, STDOUT_FILENO);
    (void)dup2(file, STDERR_FILENO);
    int code = run(argc, argv);
    (void)fflush(NULL);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    ssize_t got = pread(file, said, sizeof said - 1, 0);
    said[got > 0 ? got : 0] = '\0';
    (void)close(file);
    (void)close(out);
    (void)close(err);
    (void)unlink(path);
    return code;
}

static struct {
    bool loud;
    const char *name;
    struct cli_list list;
    int64_t count;
    int operands;
    char first_operand[32];
} got;

static int cmd_paint(int argc, char **argv)
{
    static const struct cli_option options[] = {
        { .name = "loud", .sentence = "shout", .kind = CLI_FLAG, .target = &got.loud },
        { .name = "name",
          .argument = "TEXT",
          .sentence = "who",
          .kind = CLI_TEXT,
          .target = &got.name },
        { .name = "param",
          .argument = "K=V",
          .sentence = "again",
          .kind = CLI_LIST,
          .target = &got.list },
        { .name = "count",
          .argument = "N",
          .sentence = "how many",
          .kind = CLI_INT,
          .target = &got.count,
          .low = 1,
          .high = 9 },
    };
    static const struct cli_usage usage = {
        "tool paint [options] [FILE]", "Paints", "More words.", options, CLI_COUNT(options), 0, 1
    };
    memset(&got, 0, sizeof got);
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    got.operands = argc - operands;
    if (got.operands)
        (void)snprintf(got.first_operand, sizeof got.first_operand, "%s", argv[operands]);
    return CLI_OK;
}

static const struct cli_command commands[] = { { "paint", "put colour on", cmd_paint } };
static const struct cli_menu menu = { .name = "tool",
                                      .commands = commands,
                                      .count = CLI_COUNT(commands) };
static int run_menu(int argc, char **argv) { return cli_run(&menu, argc, argv); }

/* One call as a line; words are parted by blanks. */
static int say(int (*run)(int argc, char **argv), const char *line)
{
    static char words[256];
    char *argv[32] = { NULL };
    int argc = 0;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return run_caught(run, argc, argv);
}

static void options_reach_their_targets(void **unused)
{
    (void)unused;
    assert_int_equal(say(run_menu, "tool paint --loud --name=me file --param a=1 --param b=2 "
                                   "--count 9"),
                     CLI_OK);
    assert_true(got.loud);
    assert_string_equal(got.name, "me");
    assert_int_equal(got.list.count, 2);
    assert_string_equal(got.list.items[1], "b=2");
    assert_int_equal(got.count, 9);
    assert_int_equal(got.operands, 1);
    assert_string_equal(got.first_operand, "file");
    assert_string_equal(said, "");
}

static void help_is_made_from_the_rows(void **unused)
{
    (void)unused;
    static const char *const calls[] = { "tool", "tool help", "tool --help", "tool -h" };
    for (size_t i = 0; i < CLI_COUNT(calls); i++) {
        assert_int_equal(say(run_menu, calls[i]), CLI_OK);
        assert_non_null(strstr(said, "paint       put colour on\n"));
    }
    static const char *const pages[] = { "tool help paint", "tool paint --help",
                                         "tool paint --loud -h" };
    for (size_t i = 0; i < CLI_COUNT(pages); i++) {
        assert_int_equal(say(run_menu, pages[i]), CLI_OK);
        assert_non_null(strstr(said, "usage: tool paint [options] [FILE]\n\nPaints.\n"));
        assert_non_null(strstr(said, "--param K=V"));
        assert_non_null(strstr(said, "More words."));
    }
}

static void a_wrong_call_is_told_and_ends_with_2(void **unused)
{
    (void)unused;
    static const struct {
        const char *call, *saying;
    } cases[] = {
        { "tool piant", "no such command: piant; did you mean paint?\nSee: tool --help" },
        { "tool help piant", "did you mean paint?" },
        { "tool quite-else", "no such command: quite-else\n" },
        { "tool paint --laud",
          "no such option: --laud; did you mean --loud?\nSee: tool paint --help" },
        { "tool paint --nmae=x", "no such option: --nmae=x; did you mean --name?" },
        { "tool paint -x", "no such option: -x" },
        { "tool paint --loud=5", "--loud=5 takes no argument" },
        { "tool paint --name", "--name needs an argument" },
        { "tool paint --count ten", "--count: 'ten' is not a whole number" },
        { "tool paint --count 10", "--count: 10 is not from 1 to 9" },
        { "tool paint a b", "'b' is one word too many" },
    };
    for (size_t i = 0; i < CLI_COUNT(cases); i++) {
        assert_int_equal(say(run_menu, cases[i].call), CLI_USAGE);
        if (!strstr(said, cases[i].saying))
            print_error("wanted: %s\ngot: %s\n", cases[i].saying, said);
        assert_non_null(strstr(said, cases[i].saying));
    }
}

static void config_commands_answer(void **unused)
{
    (void)unused;
    assert_int_equal(say(cmd_config, "config explain log.level"), CLI_OK);
    assert_non_null(strstr(said, "one of debug, info, warning, error"));
    assert_int_equal(say(cmd_config, "config explain log.level --json"), CLI_OK);
    assert_non_null(strstr(said, "\"default\":\"info\""));
    assert_int_equal(say(cmd_config, "config explain log.levle"), CLI_FAILED);
    assert_non_null(strstr(said, "did you mean log.level?"));
    assert_int_equal(say(cmd_config, "config show --json --set log.level=error"), CLI_OK);
    assert_non_null(strstr(said, "{\"key\":\"log.level\",\"value\":\"error\","
                                 "\"origin\":\"--set log.level=error\"}"));
    assert_non_null(strstr(said, "\"params\":{\"fast\":10,\"slow\":30}"));
    assert_int_equal(say(cmd_config, "config show"), CLI_OK);
    assert_non_null(strstr(said, "strategy sma_btc: sma_cross_long on BTCUSDT, every 60 s"));
    assert_int_equal(say(cmd_config, "config check --set log.level=loud"), CLI_FAILED);
    assert_non_null(strstr(said, "one of debug, info, warning, error"));
    assert_int_equal(say(cmd_config, "config check --config /nowhere.yaml"), CLI_FAILED);
    assert_non_null(strstr(said, "/nowhere.yaml: No such file"));
    assert_int_equal(say(cmd_config, "config sample"), CLI_OK);
    assert_non_null(strstr(said, "#server:"));
}

static void version_names_the_build(void **unused)
{
    (void)unused;
    assert_int_equal(say(cmd_version, "version"), CLI_OK);
    assert_non_null(strstr(said, tradewind_version()));
    assert_int_equal(say(cmd_version, "version --json"), CLI_OK);
    assert_non_null(strstr(said, "\"build\":\""));
    assert_non_null(strstr(said, tradewind_build()));
}

static void halt_without_a_daemon_says_so(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/test_cli_dir_XXXXXX", line[128];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(line, sizeof line, "halt --data-dir %s", dir);
    assert_int_equal(say(cmd_halt, line), CLI_FAILED);
    assert_non_null(strstr(said, "no daemon runs with the data dir"));
    assert_non_null(strstr(said, "tradewind serve"));
    assert_int_equal(rmdir(dir), 0);
    assert_int_equal(say(cmd_resume, line), CLI_FAILED);
    assert_non_null(strstr(said, "cannot open the data dir"));
}

static void progress_tells_rate_and_time_left(void **unused)
{
    (void)unused;
    char out[160];
    struct progress progress = { .label = "verify", .unit = "MB", .total = 100, .done = 25 };
    assert_string_equal(progress_text(&progress, 10 * NS_PER_S, out, sizeof out),
                        "verify [######..................]  25 %  2 MB/s  0:30 left");
    progress.total = 0;
    assert_string_equal(progress_text(&progress, 10 * NS_PER_S, out, sizeof out),
                        "verify 25 MB, 2/s");
    progress.total = 10; /* the work outgrew the guess */
    assert_non_null(strstr(progress_text(&progress, NS_PER_S, out, sizeof out), "100 %"));
}

int main(void)
{
    /* A tradewind.yaml of whoever runs the tests is not to be found. */
    char dir[] = "/tmp/test_cli_home_XXXXXX";
    if (!mkdtemp(dir) || chdir(dir) != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_reach_their_targets),
        cmocka_unit_test(help_is_made_from_the_rows),
        cmocka_unit_test(a_wrong_call_is_told_and_ends_with_2),
        cmocka_unit_test(config_commands_answer),
        cmocka_unit_test(version_names_the_build),
        cmocka_unit_test(halt_without_a_daemon_says_so),
        cmocka_unit_test(progress_tells_rate_and_time_left),
    };
    int failed = cmocka_run_group_tests_name("cli", tests, NULL, NULL);
    return rmdir(dir) != 0 || failed;
}

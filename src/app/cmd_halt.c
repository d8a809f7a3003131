/* tradewind halt, tradewind resume: over the control socket, so they work when HTTP does not. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "app/cli.h"
#include "app/control_wire.h"
#include "model/account.h"

static struct {
    const char *data_dir, *config, *reason;
    bool cancel, status, json;
} asked;

#define ROW_COMMON                                                                                 \
    { .name = "data-dir",                                                                          \
      .argument = "DIR",                                                                           \
      .sentence = "data dir of the daemon; default: the configuration's",                          \
      .kind = CLI_TEXT,                                                                            \
      .target = &asked.data_dir },                                                                 \
        { .name = "config",                                                                        \
          .argument = "FILE",                                                                      \
          .sentence = "configuration that names the data dir",                                     \
          .kind = CLI_TEXT,                                                                        \
          .target = &asked.config },                                                               \
        { .name = "reason",                                                                        \
          .argument = "TEXT",                                                                      \
          .sentence = "kept in the journal and shown",                                             \
          .kind = CLI_TEXT,                                                                        \
          .target = &asked.reason },                                                               \
    {                                                                                              \
        .name = "json", .sentence = "print the answer as JSON", .kind = CLI_FLAG,                  \
        .target = &asked.json                                                                      \
    }

static const struct cli_option halt_options[] = {
    ROW_COMMON,
    { .name = "cancel",
      .sentence = "cancel every open order too",
      .kind = CLI_FLAG,
      .target = &asked.cancel },
    { .name = "status",
      .sentence = "only tell how things are",
      .kind = CLI_FLAG,
      .target = &asked.status },
};
static const struct cli_option resume_options[] = { ROW_COMMON };

static const struct cli_usage halt_usage = {
    "tradewind halt [options]",
    "Stops new entries in the running daemon; reducing orders and cancels still pass",
    "The halt is in the journal before this returns, and holds over a restart, until\n"
    "`tradewind resume`.",
    halt_options,
    CLI_COUNT(halt_options),
    0,
    0
};
static const struct cli_usage resume_usage = { "tradewind resume [options]",
                                               "Lets entries through again after a halt",
                                               NULL,
                                               resume_options,
                                               CLI_COUNT(resume_options),
                                               0,
                                               0 };

static int call(const struct cli_usage *usage, enum control_verb verb, int argc, char **argv)
{
    char data_dir[PATH_MAX];
    struct control_answer answer;
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(usage, argc, argv, &operands);
    if (code == CLI_GO)
        code = cli_data_dir(asked.data_dir, asked.config, data_dir, sizeof data_dir);
    if (code != CLI_GO)
        return code;
    struct control_request request = { .verb = asked.status ? CONTROL_STATUS : verb,
                                       .level = HALT_ENTRIES,
                                       .cancel_open = asked.cancel };
    control_set_reason(&request, asked.reason ? asked.reason : "by command line");
    enum err err = control_call(data_dir, &request, &answer, &detail);
    if (err)
        return cli_fail("%s", detail.text);
    if (asked.json) {
        char line[2 * CONTROL_LINE_MAX];
        size_t length = control_write_answer(
            answer.ok, answer.message, *answer.status ? answer.status : NULL, line, sizeof line);
        (void)fwrite(line, 1, length, stdout);
        return answer.ok ? CLI_OK : CLI_FAILED;
    }
    if (!answer.ok)
        return cli_fail("%s", answer.message);
    (void)printf("%s%s%s\n", answer.message, *answer.status ? "\n" : "", answer.status);
    return CLI_OK;
}

int cmd_halt(int argc, char **argv) { return call(&halt_usage, CONTROL_HALT, argc, argv); }

int cmd_resume(int argc, char **argv) { return call(&resume_usage, CONTROL_RESUME, argc, argv); }

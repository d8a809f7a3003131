/* tradewind journal: read only, also while the daemon writes. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "app/cli.h"
#include "app/progress.h"
#include "base/json.h"
#include "store/journal_tool.h"

static struct {
    const char *data_dir, *config;
    int64_t from, to;
    bool json;
} asked;

#define ROWS_COMMON                                                                                \
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
        { .name = "json", .sentence = "print JSON", .kind = CLI_FLAG, .target = &asked.json },

static const struct cli_option verify_options[] = { ROWS_COMMON };
static const struct cli_option dump_options[] = {
    ROWS_COMMON{ .name = "from",
                 .argument = "SEQ",
                 .sentence = "first record; default: the oldest",
                 .kind = CLI_INT,
                 .target = &asked.from,
                 .low = 0,
                 .high = INT64_MAX },
    { .name = "to",
      .argument = "SEQ",
      .sentence = "last record; default: the newest",
      .kind = CLI_INT,
      .target = &asked.to,
      .low = 0,
      .high = INT64_MAX },
};

/* Parses and finds the journal's folder: CLI_GO or the exit code. */
static int begin(const struct cli_usage *usage, int argc, char **argv, char *out, size_t size)
{
    memset(&asked, 0, sizeof asked);
    asked.to = INT64_MAX;
    int operands, code = cli_parse(usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    const char *operand = operands < argc ? argv[operands] : NULL;
    return cli_journal_dir(operand, asked.data_dir, asked.config, out, size);
}

static void print_report(const struct journal_verify_report *report, bool ok, const char *why)
{
    char out[4096];
    struct json_write write;
    json_write_init(&write, out, sizeof out);
    json_object_begin(&write);
    json_kv(&write, "ok", bool, ok);
    json_kv(&write, "segments", u64, report->segments);
    json_kv(&write, "batches", u64, report->batches);
    json_kv(&write, "records", u64, report->records);
    json_kv(&write, "bytes", u64, report->bytes);
    json_kv(&write, "first_seq", u64, report->first_seq);
    json_kv(&write, "last_seq", u64, report->last_seq);
    json_kv(&write, "instance_id", u64, report->instance_id);
    json_kv(&write, "torn_bytes", u64, report->torn_bytes);
    if (!ok) {
        json_kv(&write, "segment", string, report->segment);
        json_kv(&write, "offset", u64, report->offset);
        json_kv(&write, "why", string, why);
    }
    json_object_end(&write);
    (void)printf("%.*s\n", (int)write.length, write.out);
}

static const struct cli_usage verify_usage = {
    "tradewind journal verify [DIR] [options]",
    "Reads every record and checks it",
    "DIR is a data dir, or the journal folder in it. Exit code 0: the journal is whole. A torn "
    "tail is what a crash leaves; the next start\n"
    "cuts it off. With journal.sync: always, nothing in it was ever acknowledged.",
    verify_options,
    CLI_COUNT(verify_options),
    0,
    1
};
static int verify(int argc, char **argv)
{
    char directory[PATH_MAX];
    struct journal_verify_report report = { 0 };
    struct errtext detail = { "" };
    int code = begin(&verify_usage, argc, argv, directory, sizeof directory);
    if (code != CLI_GO)
        return code;
    enum err err = journal_verify(&file_ops_system, directory, &report, &detail);
    const char *why = *detail.text ? detail.text : err_text(err);
    if (asked.json)
        print_report(&report, err == OK, why);
    if (err)
        return cli_fail("%s", why);
    if (asked.json)
        return CLI_OK;
    (void)printf("whole: records %llu to %llu in %llu batches, %llu segments, %llu bytes\n",
                 (unsigned long long)report.first_seq, (unsigned long long)report.last_seq,
                 (unsigned long long)report.batches, (unsigned long long)report.segments,
                 (unsigned long long)report.bytes);
    if (report.torn_bytes)
        (void)printf("an unfinished write of %llu bytes at the end; the next start cuts it off\n",
                     (unsigned long long)report.torn_bytes);
    return CLI_OK;
}

struct dump {
    struct progress progress;
    bool quiet; /* lines go to the terminal: no bar between them */
};

static void dump_line(void *context, const char *line, size_t length)
{
    struct dump *dump = context;
    (void)fwrite(line, 1, length, stdout);
    (void)putchar('\n');
    if (!dump->quiet)
        progress_set(&dump->progress, dump->progress.done + 1);
}

static const struct cli_usage dump_usage = {
    "tradewind journal dump [DIR] [options]",
    "Prints one line for each record",
    "DIR is a data dir, or the journal folder in it.\n"
    "The record with seq N is followed by the records that came from it (cause=N).",
    dump_options,
    CLI_COUNT(dump_options),
    0,
    1
};
static int dump(int argc, char **argv)
{
    char directory[PATH_MAX];
    struct errtext detail = { "" };
    struct dump dump = { .quiet = isatty(STDOUT_FILENO) == 1 };
    int code = begin(&dump_usage, argc, argv, directory, sizeof directory);
    if (code != CLI_GO)
        return code;
    if (asked.from > asked.to)
        return cli_fail("--from %lld is behind --to %lld", (long long)asked.from,
                        (long long)asked.to);
    progress_begin(&dump.progress, "dump", "records", 0);
    enum err err = journal_dump(&file_ops_system, directory, (uint64_t)asked.from,
                                asked.to == INT64_MAX ? UINT64_MAX : (uint64_t)asked.to, asked.json,
                                dump_line, &dump, &detail);
    progress_end(&dump.progress);
    if (err)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    if (fflush(stdout) != 0 || ferror(stdout))
        return cli_fail("could not write all lines; is the disk full?");
    return CLI_OK;
}

static const struct cli_command commands[] = {
    { "verify", "read every record and check it", verify },
    { "dump", "print one line for each record", dump },
    { "replay", "decide again from the recorded inputs and compare", cmd_journal_replay },
};
static const struct cli_menu menu = { .name = "tradewind journal",
                                      .commands = commands,
                                      .count = CLI_COUNT(commands) };

int cmd_journal(int argc, char **argv) { return cli_run(&menu, argc, argv); }

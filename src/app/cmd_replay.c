/* tradewind journal replay: would this program decide today what was decided then? */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "app/cli.h"
#include "app/progress.h"
#include "backtest/replay.h"
#include "base/json.h"
#include "ops/config.h"

static struct {
    const char *data_dir, *config;
    struct cli_list sets;
    int64_t orders_max, keys_max;
    bool json;
} asked;

static const struct cli_option options[] = {
    { "data-dir", "DIR", "data dir of the daemon; default: the configuration's", CLI_TEXT,
      &asked.data_dir, 0, 0 },
    { "config", "FILE", "configuration that the daemon ran with", CLI_TEXT, &asked.config, 0, 0 },
    { "set", "KEY=VALUE", "as given to the daemon; again for more", CLI_LIST, &asked.sets, 0, 0 },
    { "orders-max", "N", "orders.max it ran with; default: the configuration's", CLI_INT,
      &asked.orders_max, 16, 1 << 24 },
    { "keys-max", "N", "orders.keys_max it ran with; default: the configuration's", CLI_INT,
      &asked.keys_max, 17, 1 << 26 },
    { "json", NULL, "print JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage usage = {
    "tradewind journal replay [DIR] [options]",
    "Decides every recorded input again and compares every byte",
    "DIR is a data dir, or the journal folder in it. Exit code 0: this program decides the\n"
    "same; 1: it does not, or the journal cannot be decided again.",
    options,
    CLI_COUNT(options),
    0,
    1
};

/* Limits as the daemon takes them from its configuration; journal.market must have let enough in. */
static int take_config(struct engine_limits *limits)
{
    struct config *config = NULL;
    int code = cli_load_config(asked.config, &asked.sets, &config);
    if (code != CLI_GO)
        return code;
    *limits = engine_limits_default;
    limits->orders_max =
        (uint32_t)(asked.orders_max ? asked.orders_max : config_int(config, KEY_ORDERS_MAX));
    limits->keys_max =
        (uint32_t)(asked.keys_max ? asked.keys_max : config_int(config, KEY_KEYS_MAX));
    bool blind = strcmp(config_value_text(config, KEY_JOURNAL_MARKET), "none") == 0;
    config_free(config);
    if (blind)
        return cli_fail("journal.market is none: the journal leaves out the prices that decisions "
                        "were made on, so they cannot be made again");
    return CLI_GO;
}

static void print_json(const struct replay_report *report)
{
    char out[2048], hash[17];
    struct json_write write;
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)report->state_hash);
    json_write_init(&write, out, sizeof out);
    json_object_begin(&write);
    json_kv(&write, "same", bool, report->same);
    json_kv(&write, "batches", u64, report->batches);
    json_kv(&write, "records", u64, report->records);
    json_kv(&write, "last_seq", u64, report->last_seq);
    json_kv(&write, "state_hash", string, hash);
    if (!report->same) {
        json_kv(&write, "different_seq", u64, report->different_seq);
        json_kv(&write, "difference", string, report->difference);
    }
    json_object_end(&write);
    (void)printf("%.*s\n", (int)write.length, write.out);
}

static void show_progress(void *context, uint64_t records) { progress_set(context, records); }

int cmd_journal_replay(int argc, char **argv)
{
    char directory[PATH_MAX];
    struct engine_limits limits;
    struct replay_report report;
    struct progress progress;
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code == CLI_GO)
        code = take_config(&limits);
    if (code == CLI_GO)
        code = cli_journal_dir(operands < argc ? argv[operands] : NULL, asked.data_dir,
                               asked.config, directory, sizeof directory);
    if (code != CLI_GO)
        return code;
    progress_begin(&progress, "replay", "records", 0);
    enum err err = replay_journal(&file_ops_system, directory, &limits, show_progress, &progress,
                                  &report, &detail);
    progress_end(&progress);
    if (err)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    if (asked.json)
        print_json(&report);
    if (!report.same)
        return cli_fail("after %llu equal batches (%llu records): %s",
                        (unsigned long long)report.batches, (unsigned long long)report.records,
                        report.difference);
    if (!asked.json)
        (void)printf("the same: %llu batches, %llu records, state %016llx\n",
                     (unsigned long long)report.batches, (unsigned long long)report.records,
                     (unsigned long long)report.state_hash);
    return fflush(stdout) == 0 ? CLI_OK : cli_fail("the result could not be printed");
}

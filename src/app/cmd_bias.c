/* tradewind bias: does a strategy know the future? */
#include <stdio.h>
#include <string.h>
#include "app/cmd_study.h"
#include "app/user_strategy.h"
#include "backtest/bias.h"
#include "backtest/report.h"

#define PREFIXES 40

static struct study study;
static int64_t prefixes;
static const struct cli_option options[] = {
    STUDY_RUN_OPTIONS(study),
    { "prefixes", "N", "so many prefixes of the file; default 40", CLI_INT, &prefixes, 1, 1000000 },
};
static const struct cli_usage usage = {
    "tradewind bias --data FILE --symbol NAME --strategy NAME [options]",
    "Proves that a backtest does not look ahead",
    "Runs again over random first parts of the file: whatever was decided on them must be decided "
    "again,\nto the byte. Exit code 1 when a decision needed bars that were not there yet.",
    options,
    CLI_COUNT(options),
    0,
    0
};

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    if (!progress->label)
        progress_begin(progress, "bias", "prefixes", total);
    progress_set(progress, done);
}

static int tell(const struct bias_report *report)
{
    char when[REPORT_TIME_MAX];
    if (report->found) {
        report_full_time(report->bar_ns, when);
        return cli_fail("looks ahead: with only the first %llu of %llu bars, bar %llu (%s) went "
                        "differently: something that was decided there needs later bars",
                        (unsigned long long)report->prefix_bars, (unsigned long long)report->bars,
                        (unsigned long long)report->bar, when);
    }
    (void)printf("no lookahead: %llu first parts of %llu bars went as the whole did, to the byte\n"
                 "  (%llu orders on %llu bars; every second part ends at one of them)\n",
                 (unsigned long long)report->prefixes, (unsigned long long)report->bars,
                 (unsigned long long)report->orders, (unsigned long long)report->decided);
    if (fflush(stdout) != 0)
        return cli_fail("the result could not be printed; is the disk full?");
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    struct bias_config config = { .prefixes = PREFIXES };
    struct bias_report report = { .found = false };
    struct progress progress = { .label = NULL };
    struct errtext detail = { "" };
    study_begin(&study);
    prefixes = PREFIXES;
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code == CLI_GO)
        code = study_run_config(&study, "bias", &config.run);
    if (code != CLI_GO)
        return code;
    config.prefixes = (uint64_t)prefixes;
    config.seed = (uint64_t)study.seed;
    config.progress = show_progress;
    config.context = &progress;
    enum err err = bias_check(&config, &report, &detail);
    if (progress.label)
        progress_end(&progress);
    if (err)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    return tell(&report);
}

int cmd_bias(int argc, char **argv)
{
    int code = run(argc, argv);
    user_strategy_unload();
    return code;
}

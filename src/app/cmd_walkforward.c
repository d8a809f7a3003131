/* tradewind walkforward: parameters chosen on the past, judged on what came after. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/cmd_study.h"
#include "app/user_strategy.h"
#include "backtest/report.h"
#include "backtest/walkforward.h"

#define PARAMS_TEXT_MAX 1024
#define DATE_LENGTH 10

static struct study study;
static struct study_search search;
static struct {
    const char *out;
    int64_t train, test, gap, holdout;
    bool anchored, final, unlock, json;
} asked;

static const struct cli_option options[] = {
    STUDY_RUN_OPTIONS(study),
    STUDY_SEARCH_OPTIONS(search),
    { "train", "BARS", "parameters are chosen on so many bars", CLI_INT, &asked.train, 2,
      INT64_MAX },
    { "test", "BARS", "and judged on so many after them", CLI_INT, &asked.test, 2, INT64_MAX },
    { "gap", "BARS", "between train and test, in neither; default 0", CLI_INT, &asked.gap, 0,
      INT64_MAX },
    { "anchored", NULL, "every train begins with the first bar and grows", CLI_FLAG,
      &asked.anchored, 0, 0 },
    { "holdout", "BARS", "the last bars, which no window touches; default 0", CLI_INT,
      &asked.holdout, 0, INT64_MAX },
    { "final", NULL, "evaluate the hold-out: once for the same data", CLI_FLAG, &asked.final, 0,
      0 },
    { "unlock", NULL, "evaluate it again; that is recorded", CLI_FLAG, &asked.unlock, 0, 0 },
    { "out", "DIR", "writes walkforward.json, and holdout.txt with --final", CLI_TEXT, &asked.out,
      0, 0 },
    { "json", NULL, "print the report as JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage usage = {
    "tradewind walkforward --data FILE --symbol NAME --strategy NAME --grid NAME=VALUES\n"
    "                             --train BARS --test BARS [options]",
    "Chooses parameters on past bars and judges them on the bars that follow",
    "Each window's sweep sees its train bars only; the best combination then runs over the test "
    "bars.\nWhat the tests earned, one after the other, is what the search for parameters is "
    "worth.",
    options,
    CLI_COUNT(options),
    0,
    0
};

static void print_window(const struct walk_config *config, const struct walk_window *window)
{
    const struct axes *axes = &config->search.axes;
    char params[PARAMS_TEXT_MAX], from[REPORT_TIME_MAX], to[REPORT_TIME_MAX];
    if (!window->chosen) {
        (void)printf("  bars %llu+%llu: no combination has a value on the train bars (too few "
                     "trades or days?)\n",
                     (unsigned long long)window->test_first, (unsigned long long)window->test_bars);
        return;
    }
    report_full_time(window->test_from_ns, from);
    report_full_time(window->test_to_ns, to);
    (void)printf("  %.*s to %.*s %12.5g %12.5g %9.2f %% %7llu  %s\n", DATE_LENGTH, from,
                 DATE_LENGTH, to, window->train_objective, window->test_objective,
                 100 * window->test_return, (unsigned long long)window->test_trades,
                 study_params(axes, window->values_e9, params, sizeof params));
}

static void print_table(const struct walk_config *config, const struct walk *walk)
{
    const char *objective = config->search.objective->name;
    (void)printf("%s %s, %zu %s windows of %llu bars\n", config->search.run.symbol,
                 config->search.run.strategy, walk->count,
                 config->anchored ? "anchored" : "rolling", (unsigned long long)walk->file_bars);
    (void)printf("  %-24s %12s %12s %11s %7s  %s\n", "test", "train", "test", "return", "trades",
                 objective);
    for (size_t i = 0; i < walk->count; i++)
        print_window(config, &walk->windows[i]);
    (void)printf("  %-24s %12.5g %12.5g %9.2f %%  %llu of %llu windows earned\n", "together",
                 walk->train_mean, walk->test_mean, 100 * walk->return_total,
                 (unsigned long long)walk->profitable, (unsigned long long)walk->tested);
    (void)printf("  efficiency (test / train): %.3g\n", walk->efficiency);
    if (config->final)
        (void)puts("hold-out");
    if (config->final)
        print_window(config, &walk->holdout);
}

static enum err write_report(const struct walk_config *config, const struct walk *walk,
                             struct errtext *detail)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    walk_json(config, walk, memory);
    enum err err = fclose(memory) ? errtext_set(detail, ERR_MEMORY, "out of memory") : OK;
    if (err == OK)
        err = report_directory(asked.out, detail);
    if (err == OK)
        err = report_text(asked.out, "walkforward.json", text, length, detail);
    free(text);
    return err;
}

static int take_options(struct walk_config *out)
{
    if (!asked.train || !asked.test) {
        (void)cli_fail("--train and --test are missing: how many bars to choose on and to judge "
                       "on\nSee: tradewind walkforward --help");
        return CLI_USAGE;
    }
    if (asked.final && (!asked.holdout || !asked.out)) {
        (void)cli_fail("--final needs --holdout BARS, and --out DIR to record that it was done");
        return CLI_USAGE;
    }
    out->train_bars = (uint64_t)asked.train;
    out->test_bars = (uint64_t)asked.test;
    out->gap_bars = (uint64_t)asked.gap;
    out->holdout_bars = (uint64_t)asked.holdout;
    out->anchored = asked.anchored;
    out->final = asked.final;
    out->unlock = asked.unlock;
    out->directory = asked.out;
    return CLI_GO;
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    if (!progress->label)
        progress_begin(progress, "walkforward", "windows", total);
    progress_set(progress, done);
}

static int run(int argc, char **argv)
{
    static struct walk_config config; /* too large for a stack */
    struct walk *walk = NULL;
    struct progress progress = { .label = NULL };
    struct errtext detail = { "" };
    study_begin(&study);
    memset(&search, 0, sizeof search);
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code == CLI_GO)
        code = study_sweep_config(&study, &search, "walkforward", &config.search);
    if (code == CLI_GO)
        code = take_options(&config);
    if (code != CLI_GO)
        return code;
    config.progress = show_progress;
    config.context = &progress;
    enum err err = walk_run(&config, &walk, &detail);
    if (progress.label)
        progress_end(&progress);
    if (err == OK && asked.out)
        err = write_report(&config, walk, &detail);
    if (err) {
        free(walk);
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    }
    if (asked.json)
        walk_json(&config, walk, stdout);
    else
        print_table(&config, walk);
    free(walk);
    return fflush(stdout) ? cli_fail("the result could not be printed; is the disk full?") : CLI_OK;
}

int cmd_walkforward(int argc, char **argv)
{
    int code = run(argc, argv);
    user_strategy_unload();
    return code;
}

/* tradewind sweep: one strategy over many combinations of parameters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/cmd_study.h"
#include "app/user_strategy.h"
#include "backtest/report.h"

#define TOP_ROWS 10
#define PARAMS_TEXT_MAX 1024

static struct study study;
static struct study_search search;
static struct {
    const char *out;
    bool json;
} asked;

static const struct cli_option options[] = {
    STUDY_RUN_OPTIONS(study),
    STUDY_SEARCH_OPTIONS(search),
    { "out", "DIR", "results.csv, heatmap.html, sweep.json, best/; goes on where it was", CLI_TEXT,
      &asked.out, 0, 0 },
    { "json", NULL, "print the ranking as JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage usage = {
    "tradewind sweep --data FILE --symbol NAME --strategy NAME --grid NAME=VALUES [options]",
    "Runs a strategy over many combinations of parameters",
    "Every combination is the same run as `tradewind backtest` makes. With --out an interrupted "
    "sweep\ngoes on when it is called again. The best of many is luck in part: see tradewind "
    "walkforward.",
    options,
    CLI_COUNT(options),
    0,
    0
};

static void print_row(const struct sweep *sweep, size_t row)
{
    const struct axes *axes = &sweep->config->axes;
    char params[PARAMS_TEXT_MAX];
    const struct sweep_row *told = &sweep->rows[row];
    (void)printf("  %12.6g %12.6g %8.0f %11.2f %%  %s\n", told->objective, told->plateau,
                 told->columns[0], told->columns[2],
                 study_params(axes, sweep->values_e9 + row * axes->count, params, sizeof params));
}

static void print_table(const struct sweep *sweep)
{
    (void)printf("%s %s, %zu combinations", sweep->config->run.symbol, sweep->config->run.strategy,
                 sweep->count);
    if (sweep->resumed)
        (void)printf(", %zu of them done before", sweep->resumed);
    if (sweep->refused)
        (void)printf(", %zu refused by the strategy", sweep->refused);
    (void)printf("\n  %12.12s %12s %8s %13s\n", sweep->config->objective->name, "plateau", "trades",
                 "return");
    for (size_t i = 0; i < sweep->ranked && i < TOP_ROWS; i++)
        print_row(sweep, sweep->ranking[i]);
    if (sweep->stable < sweep->count) {
        (void)puts("best plateau");
        print_row(sweep, sweep->stable);
    }
    if (!sweep->ranked)
        (void)puts("  no combination has a value: did any trade?");
}

/* The best as a single run: what the sweep told of it must come out again. */
static enum err write_best(const struct sweep *sweep, struct errtext *detail)
{
    char path[PARAMS_TEXT_MAX];
    struct backtest_config config;
    struct backtest_result *result = NULL;
    if (!sweep->ranked)
        return OK;
    size_t best = sweep->ranking[0];
    sweep_run_config(sweep, best, &config);
    (void)snprintf(path, sizeof path, "%s/best", asked.out);
    enum err err = backtest_run(&config, &result, detail);
    if (err == OK && result->state_hash != sweep->rows[best].state_hash)
        err = errtext_set(detail, ERR_CORRUPT,
                          "the best combination does not run as it did in the sweep: did the data "
                          "change?");
    if (err == OK)
        err = report_write(result, path, detail);
    backtest_result_free(result);
    return err;
}

static enum err write_text(const struct sweep *sweep, const char *name, bool page,
                           struct errtext *detail)
{
    char *text = NULL;
    size_t length = 0;
    bool wanted = true;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    if (page)
        wanted = sweep_page(sweep, memory);
    else
        sweep_json(sweep, SIZE_MAX, memory);
    enum err err = fclose(memory) ? errtext_set(detail, ERR_MEMORY, "out of memory") : OK;
    if (err == OK && wanted)
        err = report_text(asked.out, name, text, length, detail);
    free(text);
    return err;
}

static int tell(const struct sweep *sweep)
{
    struct errtext detail = { "" };
    enum err err = OK;
    if (asked.out) {
        err = write_best(sweep, &detail);
        if (err == OK)
            err = write_text(sweep, "heatmap.html", true, &detail);
        if (err == OK)
            err = write_text(sweep, "sweep.json", false, &detail);
    }
    if (err)
        return cli_fail("%s", detail.text);
    if (asked.json)
        sweep_json(sweep, TOP_ROWS, stdout);
    else
        print_table(sweep);
    if (asked.out && !asked.json)
        (void)printf("written to %s\n", asked.out);
    if (fflush(stdout) != 0)
        return cli_fail("the result could not be printed; is the disk full?");
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    static struct sweep_config config; /* too large for a stack */
    struct sweep *sweep = NULL;
    struct progress progress = { .label = NULL };
    struct errtext detail = { "" };
    study_begin(&study);
    memset(&search, 0, sizeof search);
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code == CLI_GO)
        code = study_sweep_config(&study, &search, "sweep", &config);
    if (code != CLI_GO)
        return code;
    config.directory = asked.out;
    config.progress = study_progress;
    config.context = &progress;
    enum err err = sweep_run(&config, &sweep, &detail);
    if (progress.label)
        progress_end(&progress);
    if (err)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    code = tell(sweep);
    sweep_free(sweep);
    return code;
}

int cmd_sweep(int argc, char **argv)
{
    int code = run(argc, argv);
    user_strategy_unload();
    return code;
}

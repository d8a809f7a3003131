/*
 * app/cmd_study.h - what the commands that make many backtests have in common: the options of every single
 * run, and the parameters that vary.
 */
#ifndef APP_CMD_STUDY_H
#define APP_CMD_STUDY_H
#include "app/cli.h"
#include "app/progress.h"
#include "backtest/sweep.h"

struct study { /* as asked for; zeroed before cli_parse() by study_begin() */
    const char *data, *symbol, *strategy, *cash, *fee, *step, *tick, *size, *fill;
    struct cli_list params;
    int64_t seed;
};
#define STUDY_RUN_OPTIONS(study)                                                                   \
    { "data", "FILE", "bars: .csv or .csv.gz, oldest first", CLI_TEXT, &(study).data, 0, 0 },      \
        { "symbol", "NAME", "what the file is data of", CLI_TEXT, &(study).symbol, 0, 0 },         \
        { "strategy",                                                                              \
          "NAME",                                                                                  \
          "sma_cross_long, ...; or a library of your own: ./mine.so",                              \
          CLI_TEXT,                                                                                \
          &(study).strategy,                                                                       \
          0,                                                                                       \
          0 },                                                                                     \
        { "param",  "NAME=NUMBER",   "a parameter that stays; again for more",                     \
          CLI_LIST, &(study).params, 0,                                                            \
          0 },                                                                                     \
        { "cash", "AMOUNT", "at the start; default 100000", CLI_TEXT, &(study).cash, 0, 0 },       \
        { "fee-bps", "BPS", "fee of each side; default 10", CLI_TEXT, &(study).fee, 0, 0 },        \
        { "qty-step", "QTY", "quantities are multiples of it; default 1", CLI_TEXT, &(study).step, \
          0,          0 },                                                                         \
        { "tick-step", "PRICE", "stops and limits are multiples of it", CLI_TEXT, &(study).tick,   \
          0,           0 },                                                                        \
        { "size", "SIZE", "equity=0.95, backtrader=0.95, qty=2", CLI_TEXT, &(study).size, 0, 0 },  \
        { "fill", "WHEN", "next_open (default) or this_close", CLI_TEXT, &(study).fill, 0, 0 },    \
    {                                                                                              \
        "seed", "N", "of all chance; default 42", CLI_INT, &(study).seed, 0, INT64_MAX             \
    }

struct study_search { /* which parameters vary, and what is best */
    struct cli_list grid, range;
    const char *objective;
    int64_t random, jobs;
    bool least;
};
#define STUDY_SEARCH_OPTIONS(search)                                                               \
    { "grid",   "NAME=VALUES",  "5:50:5 (both ends are in) or 5,10,20; again for more",            \
      CLI_LIST, &(search).grid, 0,                                                                 \
      0 },                                                                                         \
        { "random",                                                                                \
          "N",                                                                                     \
          "so many combinations drawn by the seed from the --range options",                       \
          CLI_INT,                                                                                 \
          &(search).random,                                                                        \
          1,                                                                                       \
          SWEEP_COMBOS_MAX },                                                                      \
        { "range",  "NAME=LOW..HIGH", "or LOW..HIGH:STEP; again for more",                         \
          CLI_LIST, &(search).range,  0,                                                           \
          0 },                                                                                     \
        { "objective",                                                                             \
          "NAME",                                                                                  \
          "what the best has most of; default sharpe",                                             \
          CLI_TEXT,                                                                                \
          &(search).objective,                                                                     \
          0,                                                                                       \
          0 },                                                                                     \
        { "least", NULL, "the best has least of it", CLI_FLAG, &(search).least, 0, 0 },            \
    {                                                                                              \
        "jobs", "N", "processes; default one for each core", CLI_INT, &(search).jobs, 1,           \
            SWEEP_JOBS_MAX                                                                         \
    }

void study_begin(struct study *study);
/* CLI_GO, or the exit code after telling what is missing or wrong. A library of the caller's own is loaded:
 * user_strategy_unload() at the end, whatever they gave. */
int study_run_config(const struct study *study, const char *command, struct backtest_config *out);
int study_sweep_config(const struct study *study, const struct study_search *search,
                       const char *command, struct sweep_config *out);

/* For struct sweep_config: context is a struct progress of zeros. */
void study_progress(void *context, uint64_t done, uint64_t total);

/* "fast=10 slow=30" of a row of `axes->count` values; returns out. */
const char *study_params(const struct axes *axes, const int64_t *values_e9, char *out, size_t size);

#endif

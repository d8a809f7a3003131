#include "app/cmd_study.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "app/user_strategy.h"
#include "strategy/strategy_registry.h"

#define NAMES_MAX 1600

void study_begin(struct study *study)
{
    memset(study, 0, sizeof *study);
    study->seed = (int64_t)backtest_config_default.seed;
}

static int missing(const char *command, const char *option, const char *example)
{
    (void)cli_fail("--%s is missing; for example --%s %s\nSee: tradewind %s --help", option, option,
                   example, command);
    return CLI_USAGE;
}

int study_run_config(const struct study *study, const char *command, struct backtest_config *out)
{
    struct errtext detail = { "" };
    if (!study->data)
        return missing(command, "data", "bars.csv");
    if (!study->symbol)
        return missing(command, "symbol", "BTCUSDT");
    if (!study->strategy)
        return missing(command, "strategy", strategy_at(0)->name);
    *out = backtest_config_default;
    if (study->fill && strcmp(study->fill, backtest_fill_name(BACKTEST_THIS_CLOSE)) == 0) {
        out->fill_at = BACKTEST_THIS_CLOSE;
    } else if (study->fill && strcmp(study->fill, backtest_fill_name(BACKTEST_NEXT_OPEN)) != 0) {
        (void)cli_fail("--fill %s: there is next_open and this_close", study->fill);
        return CLI_USAGE;
    }
    out->data = study->data;
    out->symbol = study->symbol;
    out->strategy = study->strategy;
    out->cash = study->cash ? study->cash : out->cash;
    out->fee_bps = study->fee ? study->fee : out->fee_bps;
    out->qty_step = study->step ? study->step : out->qty_step;
    out->tick_step = study->tick;
    out->size = study->size ? study->size : out->size;
    out->seed = (uint64_t)study->seed;
    out->build = tradewind_build();
    for (size_t i = 0; i < study->params.count; i++)
        if (backtest_param_add(out, study->params.items[i], &detail)) {
            (void)cli_fail("%s", detail.text);
            return CLI_USAGE;
        }
    return user_strategy_load(out);
}

static int take_axes(const struct study_search *search, struct axes *axes)
{
    struct errtext detail = { "" };
    enum err err = OK;
    if ((search->random > 0) != (search->range.count > 0) ||
        (search->random > 0) == (search->grid.count > 0)) {
        (void)cli_fail("say what varies: --grid NAME=LOW:HIGH:STEP for every combination, or "
                       "--random N with --range NAME=LOW..HIGH for some");
        return CLI_USAGE;
    }
    for (size_t i = 0; err == OK && i < search->grid.count; i++)
        err = axes_add_grid(axes, search->grid.items[i], &detail);
    for (size_t i = 0; err == OK && i < search->range.count; i++)
        err = axes_add_range(axes, search->range.items[i], &detail);
    if (err == OK)
        return CLI_GO;
    (void)cli_fail("%s", detail.text);
    return CLI_USAGE;
}

int study_sweep_config(const struct study *study, const struct study_search *search,
                       const char *command, struct sweep_config *out)
{
    char names[NAMES_MAX];
    memset(out, 0, sizeof *out);
    int code = study_run_config(study, command, &out->run);
    if (code == CLI_GO)
        code = take_axes(search, &out->axes);
    if (code != CLI_GO)
        return code;
    const char *objective = search->objective ? search->objective : "sharpe";
    out->objective = metric_find(objective);
    if (!out->objective) {
        (void)cli_fail("--objective %s: there is no such number; there is: %s", objective,
                       metric_names(names, sizeof names));
        return CLI_USAGE;
    }
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    cores = cores < 1 ? 1 : cores > SWEEP_JOBS_MAX ? SWEEP_JOBS_MAX : cores;
    out->jobs = search->jobs ? (unsigned)search->jobs : (unsigned)cores;
    out->least = search->least;
    out->random_count = (uint64_t)search->random;
    out->seed = (uint64_t)study->seed;
    return CLI_GO;
}

void study_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    if (!progress->label)
        progress_begin(progress, "sweep", "runs", total);
    progress_set(progress, done);
}

const char *study_params(const struct axes *axes, const int64_t *values_e9, char *out, size_t size)
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < axes->count && used < size; i++) {
        char text[NUM_TEXT_MAX];
        (void)num_format(values_e9[i], AXIS_SCALE, text);
        used += (size_t)snprintf(out + used, size - used, "%s%s=%s", i ? " " : "",
                                 axes->axis[i].name, text);
    }
    return out;
}

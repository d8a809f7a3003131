#include "backtest/sweep.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "backtest/sweep_parts.h"

struct taking {
    struct sweep *sweep;
    int file; /* results.csv; -1 = none */
    char refusal[256];
};

void sweep_run_config(const struct sweep *sweep, size_t row, struct backtest_config *out)
{
    const struct axes *axes = &sweep->config->axes;
    *out = sweep->config->run;
    out->progress = NULL;
    out->each_batch = NULL;
    for (size_t i = 0; i < axes->count; i++) {
        struct backtest_param *param = &out->params[out->param_count++];
        memcpy(param->name, axes->axis[i].name, sizeof param->name);
        param->value = axis_value(sweep->values_e9[row * axes->count + i]);
    }
}

static enum err check(const struct sweep_config *config, struct errtext *detail)
{
    assert(config->jobs >= 1 && config->jobs <= SWEEP_JOBS_MAX);
    assert(config->objective);
    if (config->run.param_count + config->axes.count > TW_PARAMS_MAX)
        return errtext_set(detail, ERR_FULL, "more than %d parameters", TW_PARAMS_MAX);
    for (size_t i = 0; i < config->axes.count; i++)
        for (size_t j = 0; j < config->run.param_count; j++)
            if (strcmp(config->axes.axis[i].name, config->run.params[j].name) == 0)
                return errtext_set(detail, ERR_DUPLICATE,
                                   "parameter %s is given and varied: take one away",
                                   config->run.params[j].name);
    return OK;
}

static enum err take_combos(struct sweep *sweep, struct errtext *detail)
{
    const struct sweep_config *config = sweep->config;
    size_t width = config->axes.count, count = config->random_count;
    if (width == 0)
        return errtext_set(detail, ERR_EMPTY,
                           "nothing to vary: give --grid NAME=LOW:HIGH:STEP, or --random N with "
                           "--range NAME=LOW..HIGH");
    if (count > SWEEP_COMBOS_MAX)
        return errtext_set(detail, ERR_LIMIT, "more than %d combinations", SWEEP_COMBOS_MAX);
    enum err err = count ? OK : axes_grid_count(&config->axes, &count, detail);
    if (err)
        return err;
    sweep->values_e9 = calloc(count * width, sizeof *sweep->values_e9);
    sweep->rows = calloc(count, sizeof *sweep->rows);
    sweep->ranking = calloc(count, sizeof *sweep->ranking);
    if (!sweep->values_e9 || !sweep->rows || !sweep->ranking)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    if (config->random_count)
        count = axes_draw(&config->axes, config->seed, count, sweep->values_e9);
    for (size_t i = 0; i < count && !config->random_count; i++)
        axes_grid_at(&config->axes, i, sweep->values_e9 + i * width);
    sweep->count = sweep->stable = count;
    return count ? OK : errtext_set(detail, ERR_MEMORY, "out of memory");
}

static enum err take(void *context, const struct sweep_message *message, struct errtext *detail)
{
    struct taking *taking = context;
    struct sweep *sweep = taking->sweep;
    sweep->rows[message->row] = message->result;
    sweep->done++;
    if (message->result.status == SWEEP_REFUSED && sweep->refused++ == 0)
        memcpy(taking->refusal, message->text, sizeof taking->refusal);
    enum err err = OK;
    if (taking->file >= 0)
        err = sweep_file_append(sweep, taking->file, message->row, detail);
    if (sweep->config->progress)
        sweep->config->progress(sweep->config->context, sweep->done - sweep->resumed,
                                sweep->count - sweep->resumed);
    return err;
}

static enum err run_all(struct sweep *sweep, struct errtext *detail)
{
    struct taking taking = { .sweep = sweep, .file = -1 };
    enum err err = sweep_file_open(sweep, &taking.file, detail);
    if (err == OK && sweep->done < sweep->count)
        err = sweep_work(sweep, take, &taking, detail);
    if (taking.file >= 0)
        (void)close(taking.file); /* every line was synced */
    if (err == OK && sweep->refused == sweep->count)
        err = errtext_set(detail, ERR_STATE, "no combination can run. %s", taking.refusal);
    return err;
}

enum err sweep_run(const struct sweep_config *config, struct sweep **out, struct errtext *detail)
{
    struct sweep *sweep = calloc(1, sizeof *sweep);
    if (!sweep)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    sweep->config = config;
    enum err err = check(config, detail);
    if (err == OK)
        err = take_combos(sweep, detail);
    if (err == OK)
        err = backtest_data_hash(config->run.data, &sweep->data_hash, detail);
    if (err == OK)
        err = run_all(sweep, detail);
    if (err == OK) {
        sweep_rank(sweep);
        if (config->directory)
            err = sweep_file_finish(sweep, detail);
    }
    if (err) {
        sweep_free(sweep);
        return err;
    }
    *out = sweep;
    return OK;
}

void sweep_free(struct sweep *sweep)
{
    if (!sweep)
        return;
    free(sweep->values_e9);
    free(sweep->rows);
    free(sweep->ranking);
    free(sweep);
}

#include "backtest/walkforward.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "backtest/plan.h"
#include "backtest/report.h"

/* ---- the lock of the hold-out ---- */

static enum err lock_path(const struct walk_config *config, char out[PATH_MAX],
                          struct errtext *detail)
{
    if (!config->holdout_bars || !config->directory)
        return errtext_set(detail, ERR_STATE,
                           "a final evaluation needs a hold-out and a directory to record it in");
    if (snprintf(out, PATH_MAX, "%s/" WALK_HOLDOUT, config->directory) >= PATH_MAX)
        return errtext_set(detail, ERR_SIZE, "the name of the output directory is too long");
    return OK;
}

static enum err check_lock(const struct walk_config *config, uint64_t data_hash,
                           struct errtext *detail)
{
    char path[PATH_MAX], line[512];
    bool seen = false;
    enum err err = lock_path(config, path, detail);
    if (err)
        return err;
    FILE *file = fopen(path, "r");
    if (!file && errno != ENOENT)
        return errtext_set(detail, ERR_IO, "%s cannot be read: %s", path, strerror(errno));
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "data ", 5) == 0 && strtoull(line + 5, NULL, 16) == data_hash)
            seen = true;
    if (file)
        (void)fclose(file);
    if (seen && !config->unlock)
        return errtext_set(
            detail, ERR_DENIED,
            "the hold-out of these data was evaluated before (see %s). A second look "
            "makes it part of the search: take new data, or --unlock and trust it "
            "less",
            path);
    return OK;
}

/* On the disk before anything is seen, so that no interruption gives a free look. */
static enum err record(const struct walk_config *config, uint64_t data_hash, struct errtext *detail)
{
    char path[PATH_MAX], line[128];
    enum err err = lock_path(config, path, detail);
    if (err == OK)
        err = report_directory(config->directory, detail);
    if (err)
        return err;
    int length = snprintf(line, sizeof line, "data %016llx holdout_bars %llu%s\n",
                          (unsigned long long)data_hash, (unsigned long long)config->holdout_bars,
                          config->unlock ? " unlocked" : "");
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0 || write(file, line, (size_t)length) != length || fsync(file) != 0)
        err = errtext_set(detail, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
    if (file >= 0)
        (void)close(file);
    return err;
}

/* ---- one window ---- */

static enum err choose(const struct walk_config *config, struct walk_window *window,
                       struct backtest_config *chosen, struct errtext *detail)
{
    struct sweep_config *search = malloc(sizeof *search);
    struct sweep *sweep = NULL;
    if (!search)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    *search = config->search;
    search->directory = NULL;
    search->run.bar_first = window->train_first;
    search->run.bar_count = window->train_bars;
    search->run.warm_count = 0;
    enum err err = sweep_run(search, &sweep, detail);
    if (err == OK && sweep->ranked > 0) {
        size_t best = sweep->ranking[0], width = search->axes.count;
        window->chosen = true;
        window->train_objective = sweep->rows[best].objective;
        memcpy(window->values_e9, sweep->values_e9 + best * width,
               width * sizeof *window->values_e9);
        sweep_run_config(sweep, best, chosen);
    }
    sweep_free(sweep);
    free(search);
    return err;
}

static enum err test(const struct walk_config *config, struct walk_window *window,
                     struct backtest_config *chosen, struct errtext *detail)
{
    struct backtest_result *result = NULL;
    chosen->bar_first = window->test_first;
    chosen->bar_count = window->test_bars;
    chosen->warm_count = window->test_first - window->train_first;
    enum err err = backtest_run(chosen, &result, detail);
    if (err)
        return err;
    window->test_objective = metric_value(config->search.objective, result);
    window->test_return = result->stats.return_total;
    window->test_drawdown = result->stats.drawdown_max;
    window->test_trades = result->trade_count;
    window->state_hash = result->state_hash;
    window->test_from_ns = result->points[0].start_ns;
    window->test_to_ns = result->points[result->point_count - 1].start_ns;
    backtest_result_free(result);
    return OK;
}

static struct walk_window window_at(const struct walk_config *config, uint64_t test_first,
                                    uint64_t test_bars)
{
    uint64_t train_end = test_first - config->gap_bars;
    uint64_t train_first = config->anchored ? 0 : train_end - config->train_bars;
    return (struct walk_window){ .train_first = train_first,
                                 .train_bars = train_end - train_first,
                                 .test_first = test_first,
                                 .test_bars = test_bars,
                                 .train_objective = NAN,
                                 .test_objective = NAN };
}

/* `data_hash`: of the hold-out, to be recorded; NULL = a window like any other. */
static enum err evaluate(const struct walk_config *config, const uint64_t *data_hash,
                         struct walk_window *window, struct errtext *detail)
{
    struct backtest_config chosen;
    enum err err = choose(config, window, &chosen, detail);
    if (err == OK && data_hash && window->chosen)
        err = record(config, *data_hash, detail);
    if (err == OK && window->chosen)
        err = test(config, window, &chosen, detail);
    return err;
}

/* ---- all of them ---- */

static void sum_up(struct walk *walk)
{
    double train = 0, tested = 0, both = 0, growth = 1;
    for (size_t i = 0; i < walk->count; i++) {
        const struct walk_window *window = &walk->windows[i];
        if (!window->chosen)
            continue;
        walk->tested++;
        walk->profitable += window->test_return > 0;
        growth *= 1 + window->test_return;
        if (!isfinite(window->test_objective))
            continue;
        train += window->train_objective;
        tested += window->test_objective;
        both++;
    }
    walk->return_total = growth - 1;
    walk->train_mean = both > 0 ? train / both : NAN;
    walk->test_mean = both > 0 ? tested / both : NAN;
    walk->efficiency = walk->train_mean > 0 ? walk->test_mean / walk->train_mean : NAN;
}

static enum err take_file(const struct walk_config *config, struct walk *walk,
                          struct errtext *detail)
{
    struct survey survey;
    uint64_t train = config->train_bars, gap = config->gap_bars, tested = config->test_bars;
    enum err err = survey_make(&config->search.run, 0, 0, &survey, detail);
    if (err)
        return err;
    walk->file_bars = survey.file_bars;
    walk->data_hash = survey.hash;
    uint64_t bars = survey.file_bars;
    if (train < 2 || tested < 2 || train > bars || gap > bars || tested > bars ||
        config->holdout_bars > bars || train + gap + tested + config->holdout_bars > bars)
        return errtext_set(
            detail, ERR_RANGE,
            "%s has %llu bars: train, gap, test and hold-out of %llu, %llu, %llu and "
            "%llu do not fit (train and test have at least 2)",
            config->search.run.data, (unsigned long long)bars, (unsigned long long)train,
            (unsigned long long)gap, (unsigned long long)tested,
            (unsigned long long)config->holdout_bars);
    walk->count = (bars - config->holdout_bars - train - gap) / tested;
    if (walk->count > WALK_WINDOWS_MAX)
        return errtext_set(detail, ERR_LIMIT, "more than %d windows: make the tests longer",
                           WALK_WINDOWS_MAX);
    return config->final ? check_lock(config, survey.hash, detail) : OK;
}

enum err walk_run(const struct walk_config *config, struct walk **out, struct errtext *detail)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (!walk)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    enum err err = take_file(config, walk, detail);
    uint64_t first = config->train_bars + config->gap_bars;
    for (size_t i = 0; err == OK && i < walk->count; i++) {
        walk->windows[i] = window_at(config, first + i * config->test_bars, config->test_bars);
        err = evaluate(config, NULL, &walk->windows[i], detail);
        if (config->progress)
            config->progress(config->context, i + 1, walk->count);
    }
    if (err == OK && config->final) {
        walk->holdout =
            window_at(config, walk->file_bars - config->holdout_bars, config->holdout_bars);
        err = evaluate(config, &walk->data_hash, &walk->holdout, detail);
        walk->has_holdout = err == OK && walk->holdout.chosen;
    }
    if (err) {
        free(walk);
        return err;
    }
    sum_up(walk);
    *out = walk;
    return OK;
}

#include "backtest/bias.h"
#include <assert.h>
#include <stdlib.h>
#include "base/hash.h"
#include "base/rng.h"

#define NOWHERE UINT64_MAX

struct watch {          /* one run */
    uint64_t *hashes;   /* per bar, of everything up to its end; the whole run's */
    uint32_t *decided;  /* bars with an order; the whole run's */
    uint64_t decisions; /* how many */
    uint64_t bar, hash;
    uint64_t differs; /* first bar of a prefix that is not as it was */
    bool whole, orders;
    enum err err;
};

static void each_batch(void *context, const struct batch *batch)
{
    struct watch *watch = context;
    const struct event *event = NULL;
    watch->hash = hash_bytes_seeded(batch->bytes, batch->size, watch->hash);
    while ((event = batch_next(batch->bytes, batch->size, event)))
        watch->orders |= event->kind == EVENT_INTENT;
}

static void each_bar(void *context, uint64_t bars, uint64_t total)
{
    struct watch *watch = context;
    if (watch->whole && !watch->hashes) {
        watch->hashes = calloc(total, sizeof *watch->hashes);
        watch->decided = calloc(total, sizeof *watch->decided);
        if (!watch->hashes || !watch->decided)
            watch->err = ERR_MEMORY;
    }
    watch->bar = bars - 1;
    if (watch->err)
        return;
    if (watch->whole) {
        watch->hashes[watch->bar] = watch->hash;
        if (watch->orders)
            watch->decided[watch->decisions++] = (uint32_t)watch->bar;
    } else if (watch->differs == NOWHERE && watch->hashes[watch->bar] != watch->hash) {
        watch->differs = watch->bar;
    }
    watch->orders = false;
}

/* bar_count 0 = all. Release *out. */
static enum err run(const struct bias_config *config, uint64_t bar_count, struct watch *watch,
                    struct backtest_result **out, struct errtext *detail)
{
    struct backtest_config one = config->run;
    if (bar_count)
        one.bar_count = bar_count;
    one.progress = each_bar;
    one.each_batch = each_batch;
    one.context = watch;
    watch->hash = 0;
    watch->orders = false;
    watch->differs = NOWHERE;
    if (config->before)
        config->before(config->context, &one);
    enum err err = backtest_run(&one, out, detail);
    if (err == OK && watch->err) {
        err = errtext_set(detail, watch->err, "out of memory");
        backtest_result_free(*out);
    }
    return err;
}

static enum err check_prefix(const struct bias_config *config, struct watch *watch,
                             uint64_t bar_count, struct bias_report *report, struct errtext *detail)
{
    struct backtest_result *result = NULL;
    enum err err = run(config, bar_count, watch, &result, detail);
    if (err)
        return err;
    assert(result->point_count == bar_count);
    report->prefixes++;
    if (watch->differs != NOWHERE) {
        report->found = true;
        report->prefix_bars = bar_count;
        report->bar = watch->differs;
        report->bar_ns = result->points[watch->differs].start_ns;
    }
    backtest_result_free(result);
    return OK;
}

static enum err check_prefixes(const struct bias_config *config, struct watch *watch,
                               struct bias_report *report, struct errtext *detail)
{
    uint64_t seed = config->seed;
    enum err err = OK;
    if (report->bars < 3 || report->decided == 0)
        return errtext_set(
            detail, ERR_EMPTY,
            "the run over %llu bars asks for no order: nothing can be proven with it",
            (unsigned long long)report->bars);
    watch->whole = false;
    for (uint64_t i = 0; err == OK && !report->found && i < config->prefixes; i++) {
        uint64_t bars = i % 2 == 0 ? 1 + watch->decided[rng_below(&seed, report->decided)]
                                   : 1 + rng_below(&seed, report->bars - 1);
        err = check_prefix(config, watch, bars, report, detail);
        if (config->progress)
            config->progress(config->context, i + 1, config->prefixes);
    }
    return err;
}

enum err bias_check(const struct bias_config *config, struct bias_report *out,
                    struct errtext *detail)
{
    struct watch watch = { .whole = true };
    struct backtest_result *result = NULL;
    struct bias_report report = { .found = false };
    assert(config->prefixes >= 1);
    enum err err = run(config, 0, &watch, &result, detail);
    if (err == OK) {
        report.bars = result->point_count;
        report.orders = result->orders;
        report.decided = watch.decisions;
        backtest_result_free(result);
        err = check_prefixes(config, &watch, &report, detail);
    }
    free(watch.hashes);
    free(watch.decided);
    if (err == OK)
        *out = report;
    return err;
}

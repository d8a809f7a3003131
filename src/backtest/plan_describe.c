/* backtest/plan_describe.c - what is run, in words: the reproduce line and what config_hash is of. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "backtest/plan.h"
#include "base/hash.h"

#define NS_PER_MS 1000000

/* Adds to a text and never past its end. */
__attribute__((format(printf, 3, 4))) static void add(char *out, size_t *used, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    int length = *used < BACKTEST_TEXT_MAX
                     ? vsnprintf(out + *used, BACKTEST_TEXT_MAX - *used, format, args)
                     : 0;
    va_end(args);
    *used += length > 0 ? (size_t)length : 0;
}

/* A shell takes apart what has blanks; what has a quote of its own is the reader's to mend. */
static const char *quote_for(const char *path)
{
    return strpbrk(path, " \t\"$&;()<>|*?`\\") ? "'" : "";
}

static const char *level_name(enum feed_kind kind)
{
    return kind == FEED_TRADES   ? "trades"
           : kind == FEED_QUOTES ? "quotes"
           : kind == FEED_BOOK   ? "book"
                                 : "bars";
}

static void describe_level(const struct plan *plan, struct backtest_result *result, size_t *line,
                           size_t *text)
{
    const struct backtest_config *config = plan->config;
    const char *level = level_name(plan->survey.kind);
    long long ms = config->latency_ns / NS_PER_MS;
    long long minutes = plan->survey.interval_ns / (60000LL * NS_PER_MS);
    (void)strncpy(result->level, level, sizeof result->level - 1);
    if (plan->survey.kind == FEED_BARS) {
        const char *fill = backtest_fill_name(config->fill_at);
        add(result->reproduce, line, " --fill %s", fill);
        add(result->config, text, " fill=%s", fill);
        return;
    }
    add(result->reproduce, line, " --latency-ms %lld --interval %lldm", ms, minutes);
    add(result->config, text, " level=%s latency_ms=%lld interval=%lldm", level, ms, minutes);
    (void)snprintf(result->assumed_first, sizeof result->assumed_first,
                   "level of the data: %s; an order is %lld ms on its way, and its answer %lld ms",
                   level, ms, ms);
}

void plan_describe(const struct plan *plan, struct backtest_result *result)
{
    const struct backtest_config *config = plan->config;
    char fee[NUM_TEXT_MAX], cash[AMOUNT_TEXT_MAX], step[NUM_TEXT_MAX], tick[NUM_TEXT_MAX];
    (void)num_format(plan->fee_e9, FEE_BPS_SCALE, fee);
    (void)num_format(plan->instrument.lot_step, plan->instrument.qty_scale, step);
    (void)num_format(plan->instrument.tick_step, plan->instrument.price_scale, tick);
    (void)amount_format(plan->cash, cash);
    size_t line = 0, text = 0;
    const char *strategy = config->strategy_file ? config->strategy_file : plan->strategy->name;
    const char *quote = quote_for(config->data), *mark = quote_for(strategy);
    add(result->reproduce, &line, "tradewind backtest --data %s%s%s --symbol %s --strategy %s%s%s",
        quote, config->data, quote, config->symbol, mark, strategy, mark);
    add(result->config, &text, "engine=%d symbol=%s strategy=%s", ENGINE_VERSION, config->symbol,
        plan->strategy->name);
    if (config->strategy_file)
        add(result->config, &text, " strategy_hash=%016llx",
            (unsigned long long)config->strategy_hash);
    for (uint32_t i = 0; i < plan->strategy->param_count; i++) {
        struct backtest_param *param = &result->params[i];
        (void)strncpy(param->name, plan->strategy->params[i].name, sizeof param->name - 1);
        param->value = plan->start.params[i];
        add(result->reproduce, &line, " --param %s=%.17g", param->name, param->value);
        add(result->config, &text, " %s=%.17g", param->name, param->value);
    }
    result->param_count = plan->strategy->param_count;
    static const char options[] = " --cash %s --fee-bps %s --qty-step %s --tick-step %s --size %s "
                                  "--seed %llu";
    static const char facts[] = " cash=%s fee_bps=%s qty_step=%s tick_step=%s %s seed=%llu";
    unsigned long long seed = config->seed;
    add(result->reproduce, &line, options, cash, fee, step, tick, config->size, seed);
    add(result->config, &text, facts, cash, fee, step, tick, config->size, seed);
    describe_level(plan, result, &line, &text);
    if (plan->survey.bars != plan->survey.file_bars) {
        unsigned long long first = config->bar_first, count = plan->survey.bars;
        unsigned long long warm = plan->survey.first - plan->survey.warm_first;
        add(result->reproduce, &line, " --first-bar %llu --bars %llu --warm-bars %llu", first,
            count, warm);
        add(result->config, &text, " first_bar=%llu bars=%llu warm_bars=%llu", first, count, warm);
    }
    result->config_hash = hash_bytes(result->config, strlen(result->config));
    static_assert(sizeof result->layout >= sizeof plan->survey.layout, "a name fits");
    memcpy(result->layout, plan->survey.layout, sizeof plan->survey.layout);
    (void)strncpy(result->symbol, config->symbol, sizeof result->symbol - 1);
    memcpy(result->base, plan->base.code, sizeof result->base);
    memcpy(result->quote, plan->quote.code, sizeof result->quote);
    (void)strncpy(result->strategy, plan->strategy->name, sizeof result->strategy - 1);
    (void)strncpy(result->size, config->size, sizeof result->size - 1);
    (void)strncpy(result->build, config->build, sizeof result->build - 1);
    result->cash = plan->cash;
    result->fee_e9 = plan->fee_e9;
    result->lot_step = plan->instrument.lot_step;
    result->tick_step = plan->instrument.tick_step;
    result->fill_at = config->fill_at;
    result->margin = plan->instrument.kind == INSTRUMENT_LINEAR;
    result->price_scale = plan->instrument.price_scale;
    result->qty_scale = plan->instrument.qty_scale;
    result->time_form = plan->survey.time_form;
    result->bar_interval_ns = plan->survey.interval_ns;
    result->seed = config->seed;
    result->data_hash = plan->survey.hash;
    result->values_cleaned = plan->survey.cleaned;
}

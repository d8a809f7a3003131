#include "backtest/plan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "data/decimal.h"
#include "strategy/strategy_registry.h"

#define CHOICES_MAX 400

const struct backtest_config backtest_config_default = {
    .cash = "100000",
    .fee_bps = "10",
    .qty_step = "1",
    .size = "equity=0.95",
    .seed = 42,
    .build = "unknown",
};

const char *backtest_fill_name(enum backtest_fill_at at)
{
    return at == BACKTEST_THIS_CLOSE ? "this_close" : "next_open";
}

/* ---- the strategy and its parameters ---- */

enum err backtest_param_add(struct backtest_config *config, const char *text,
                            struct errtext *detail)
{
    const char *equals = strchr(text, '=');
    struct backtest_param param = { .name = "" };
    if (config->param_count == TW_PARAMS_MAX)
        return errtext_set(detail, ERR_FULL, "more than %d parameters", TW_PARAMS_MAX);
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof param.name)
        return errtext_set(detail, ERR_SYNTAX, "'%s' is no parameter: write NAME=NUMBER", text);
    memcpy(param.name, text, (size_t)(equals - text));
    struct decimal decimal; /* one grammar of numbers everywhere; strtod() alone knows "nan" */
    if (decimal_read(equals + 1, strlen(equals + 1), &decimal))
        return errtext_set(detail, ERR_SYNTAX, "parameter %s: '%s' is no number", param.name,
                           equals + 1);
    param.value = strtod(equals + 1, NULL);
    config->params[config->param_count++] = param;
    return OK;
}

static enum err find_strategy(const struct backtest_config *config, struct plan *plan,
                              struct errtext *detail)
{
    plan->strategy = strategy_find(config->strategy);
    if (plan->strategy)
        return OK;
    char choices[CHOICES_MAX] = "";
    for (size_t i = 0, used = 0; strategy_at(i) && used < sizeof choices; i++)
        used += (size_t)snprintf(choices + used, sizeof choices - used, "%s%s", i ? ", " : "",
                                 strategy_at(i)->name);
    return errtext_set(detail, ERR_NOT_FOUND, "there is no strategy '%s'; there is: %s",
                       config->strategy, choices);
}

static enum err unknown_param(const struct tw_strategy *strategy, const char *name,
                              struct errtext *detail)
{
    char choices[CHOICES_MAX] = "";
    for (uint32_t i = 0, used = 0; i < strategy->param_count && used < sizeof choices; i++)
        used += (uint32_t)snprintf(choices + used, sizeof choices - used, "%s%s (%s; %g)",
                                   i ? ", " : "", strategy->params[i].name,
                                   strategy->params[i].about, strategy->params[i].default_value);
    return errtext_set(detail, ERR_NOT_FOUND, "%s has no parameter '%s'; it has: %s",
                       strategy->name, name, *choices ? choices : "none");
}

static enum err take_params(const struct backtest_config *config, struct plan *plan,
                            struct errtext *detail)
{
    const struct tw_strategy *strategy = plan->strategy;
    plan->start.param_count = (uint8_t)strategy->param_count;
    for (uint32_t i = 0; i < strategy->param_count; i++)
        plan->start.params[i] = strategy->params[i].default_value;
    for (size_t given = 0; given < config->param_count; given++) {
        const struct backtest_param *param = &config->params[given];
        uint32_t i = 0;
        while (i < strategy->param_count && strcmp(strategy->params[i].name, param->name) != 0)
            i++;
        if (i == strategy->param_count)
            return unknown_param(strategy, param->name, detail);
        if (!(param->value >= strategy->params[i].low && param->value <= strategy->params[i].high))
            return errtext_set(detail, ERR_RANGE, "parameter %s is %g; it must be from %g to %g",
                               param->name, param->value, strategy->params[i].low,
                               strategy->params[i].high);
        plan->start.params[i] = param->value;
    }
    return OK;
}

/* ---- numbers ---- */

static enum err take_numbers(const struct backtest_config *config, struct plan *plan,
                             struct errtext *detail)
{
    if (amount_parse(config->cash, strlen(config->cash), &plan->cash) || plan->cash <= 0)
        return errtext_set(detail, ERR_RANGE, "cash '%s' is no amount above zero", config->cash);
    if (num_parse(config->fee_bps, strlen(config->fee_bps), FEE_BPS_SCALE, &plan->fee_e9) ||
        plan->fee_e9 < 0 || plan->fee_e9 >= num_pow10(FEE_SCALE))
        return errtext_set(detail, ERR_RANGE,
                           "fee '%s' is no number of basis points from 0 to below 10000 with at "
                           "most %d decimal places",
                           config->fee_bps, FEE_BPS_SCALE);
    return OK;
}

static enum err bad_size(const struct backtest_config *config, struct errtext *detail)
{
    return errtext_set(
        detail, ERR_RANGE,
        "size '%s' is not understood: write equity=0.95 (a share of the free cash, "
        "above 0, at most 1), backtrader=0.95 (of the account's value at the signal) "
        "or qty=2 (a multiple of the quantity step %s)",
        config->size, config->qty_step);
}

static enum err take_size(const struct backtest_config *config, struct plan *plan,
                          struct errtext *detail)
{
    struct strategy_start *start = &plan->start;
    const char *equals = strchr(config->size, '=');
    size_t length = equals ? strlen(equals + 1) : 0;
    bool of_value = equals && strncmp(config->size, "backtrader=", 11) == 0;
    if (of_value || (equals && strncmp(config->size, "equity=", 7) == 0)) {
        start->size_mode = of_value ? SIZE_VALUE_FRACTION : SIZE_EQUITY_FRACTION;
        if (num_parse(equals + 1, length, 9, &start->size_e9) || start->size_e9 <= 0 ||
            start->size_e9 > num_pow10(9))
            return bad_size(config, detail);
        return OK;
    }
    if (!equals || strncmp(config->size, "qty=", 4) != 0)
        return bad_size(config, detail);
    start->size_mode = SIZE_LOTS;
    if (num_parse(equals + 1, length, plan->instrument.qty_scale, &start->size_lots) ||
        start->size_lots <= 0 || start->size_lots % plan->instrument.lot_step != 0 ||
        start->size_lots > plan->instrument.qty_max_lots)
        return bad_size(config, detail);
    return OK;
}

/* ---- the instrument ---- */

/* "ETH/BTC", "ETH-BTC" and "ETHBTC" name two assets; any other symbol is a share, paid in dollars. */
static enum err take_symbol(const char *symbol, struct plan *plan, struct errtext *detail)
{
    static const char *const quotes[] = { "USDT", "USDC", "BUSD", "USD", "EUR",
                                          "GBP",  "JPY",  "BTC",  "ETH" };
    size_t length = strlen(symbol), split = 0, skip = strcspn(symbol, "/-_");
    for (size_t i = 0; i < length; i++)
        if (symbol[i] <= ' ' || symbol[i] > '~' || symbol[i] == ',' || symbol[i] == '"')
            return errtext_set(detail, ERR_SYNTAX, "symbol '%s' is not understood", symbol);
    if (length == 0 || length >= SYMBOL_MAX)
        return errtext_set(detail, ERR_SIZE, "a symbol has 1 to %d characters", SYMBOL_MAX - 1);
    memcpy(plan->instrument.symbol, symbol, length);
    if (skip > 0 && skip < length - 1)
        split = skip;
    for (size_t i = 0; !split && i < sizeof quotes / sizeof quotes[0]; i++) {
        size_t quote = strlen(quotes[i]);
        if (length > quote && strcmp(symbol + length - quote, quotes[i]) == 0)
            split = length - quote;
    }
    const char *quote = split ? symbol + split + (split == skip) : "USD";
    size_t base_length = split ? split : length;
    if (base_length >= ASSET_CODE_MAX || strlen(quote) >= ASSET_CODE_MAX)
        return errtext_set(detail, ERR_SIZE, "an asset's name has at most %d characters: '%s'",
                           ASSET_CODE_MAX - 1, symbol);
    plan->base = (struct asset){ .id = 1 };
    plan->quote = (struct asset){ .id = 2 };
    memcpy(plan->base.code, symbol, base_length);
    memcpy(plan->quote.code, quote, strlen(quote));
    plan->instrument.kind = split ? INSTRUMENT_SPOT : INSTRUMENT_EQUITY;
    return OK;
}

static enum err take_step(const char *text, const char *what, int *places, struct errtext *detail)
{
    struct decimal step;
    if (decimal_read(text, strlen(text), &step) || step.negative || step.mantissa == 0 ||
        decimal_places(&step) > NUM_SCALE_MAX)
        return errtext_set(detail, ERR_RANGE, "%s step '%s' is no number above zero", what, text);
    *places = decimal_places(&step);
    return OK;
}

/* The largest order is as large as money allows: 2^10 of them still fit an amount. */
static enum err make_instrument(struct plan *plan, struct errtext *detail)
{
    struct instrument *row = &plan->instrument;
    const struct survey *survey = &plan->survey;
    const char *step = plan->config->qty_step;
    row->id = row->version = row->venue = 1;
    row->price_scale = survey->price_scale;
    row->qty_scale = survey->qty_scale;
    row->base_asset = plan->base.id;
    row->quote_asset = row->settle_asset = plan->quote.id;
    row->multiplier = 1;
    row->tick_step = 1;
    if (plan->strategy->traits & TW_SHORTS)
        row->kind = INSTRUMENT_LINEAR; /* what is sold and not held settles in cash */
    row->maker_fee_e9 = row->taker_fee_e9 = plan->fee_e9;
    /* Stops and limits may stand above all that was ever traded. */
    row->price_max_ticks = survey->price_max_ticks > INT64_MAX / 4 ? survey->price_max_ticks
                                                                   : 4 * survey->price_max_ticks;
    const char *tick = plan->config->tick_step;
    if (tick && num_parse(tick, strlen(tick), row->price_scale, &row->tick_step))
        return errtext_set(detail, ERR_RANGE,
                           "tick step '%s' does not fit the prices' %d decimal places", tick,
                           row->price_scale);
    if (num_parse(step, strlen(step), row->qty_scale, &row->lot_step))
        return errtext_set(detail, ERR_RANGE,
                           "quantity step '%s' does not fit the volumes' %d "
                           "decimal places",
                           step, row->qty_scale);
    i128 unit = num_pow10(AMOUNT_SCALE - row->price_scale - row->qty_scale);
    i128 most = AMOUNT_MAX / 1024 / unit / row->price_max_ticks;
    most = most > INT64_MAX / 4 ? INT64_MAX / 4 : most;
    row->qty_max_lots = (int64_t)(most - most % row->lot_step);
    row->qty_min_lots = row->lot_step;
    enum err err = instrument_check(row);
    if (err)
        return errtext_set(detail, err,
                           "%s: prices this large leave no room for orders in steps "
                           "of %s",
                           plan->config->data, step);
    return OK;
}

/* What would never be asked, or never be answered, is refused before the run. */
static enum err check_strategy(const struct plan *plan, struct errtext *detail)
{
    const struct tw_strategy *strategy = plan->strategy;
    if (plan->survey.kind == FEED_BARS || plan->survey.kind == FEED_TRADES)
        return OK;
    if (strategy->bar && !strategy->quote && !strategy->timer)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s decides on bars, and bars are made of trades: %s has none",
                           strategy->name, plan->config->data);
    if (strncmp(plan->config->size, "backtrader=", 11) == 0)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "size %s is a part of the account's value at the last trade: %s has "
                           "none; write equity=0.95 or qty=2",
                           plan->config->size, plan->config->data);
    return OK;
}

enum err plan_make(const struct backtest_config *config, struct plan *out, struct errtext *detail)
{
    int places = 0, tick_places = SURVEY_FINER_TICKS;
    *out = (struct plan){ .config = config };
    enum err err = find_strategy(config, out, detail);
    if (err == OK)
        err = take_params(config, out, detail);
    if (err == OK)
        err = take_numbers(config, out, detail);
    if (err == OK)
        err = take_symbol(config->symbol, out, detail);
    if (err == OK)
        err = take_step(config->qty_step, "quantity", &places, detail);
    if (err == OK && config->tick_step)
        err = take_step(config->tick_step, "tick", &tick_places, detail);
    if (err == OK)
        err = survey_make(config, places, tick_places, &out->survey, detail);
    if (err == OK)
        err = check_strategy(out, detail);
    if (err == OK)
        err = make_instrument(out, detail);
    if (err == OK)
        err = take_size(config, out, detail);
    if (err)
        return err;
    struct strategy_start *start = &out->start;
    start->request_id = 1;
    bool bars = out->survey.kind == FEED_BARS;
    start->bar_interval_ns = bars ? 0 : out->survey.interval_ns;
    start->fill_at_open = bars;
    start->skips_first =
        bars && start->size_mode != SIZE_VALUE_FRACTION; /* as the engines of these sizes do */
    (void)strncpy(start->type, out->strategy->name, sizeof start->type - 1);
    (void)strncpy(start->name, out->strategy->name, sizeof start->name - 1);
    return OK;
}

#include "strategy/stage.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MINUTE INT64_C(60000000000)
#define LOTS 1000 /* the configured size: one unit */

static const struct tw_instrument *instrument(struct tw_context *stage)
{
    return &stage->instrument;
}
static double param(struct tw_context *stage, uint32_t index) { return stage->params[index]; }
static int64_t now_ns(struct tw_context *stage) { return stage->now_ns; }
static int64_t position(struct tw_context *stage) { return stage->position_lots; }
static uint32_t open_orders(struct tw_context *stage) { return stage_open_orders(stage); }

static uint64_t order(struct tw_context *stage, const struct tw_intent *intent)
{
    if (stage->warming || (stage->refuses_limits && intent->type == TW_LIMIT))
        return 0;
    assert_true(stage->order_count < STAGE_MAX);
    stage->orders[stage->order_count] = *intent;
    if (intent->qty_lots == 0)
        stage->orders[stage->order_count].qty_lots = LOTS;
    stage->done[stage->order_count] = false;
    return ++stage->order_count;
}

static int cancel(struct tw_context *stage, uint64_t id)
{
    if (id == 0 || id > stage->order_count || stage->done[id - 1])
        return 0;
    stage->done[id - 1] = true;
    return 1;
}

static void signal(struct tw_context *stage, const struct tw_signal *told)
{
    stage->last_signal = *told;
    stage->signal_count++;
}

static int indicator(struct tw_context *stage, const char *name, const double *params,
                     uint32_t count)
{
    (void)params;
    (void)count;
    assert_true(stage->indicator_count < TW_INDICATORS_MAX);
    stage->indicators[stage->indicator_count].name = name;
    stage->indicators[stage->indicator_count].now = NAN;
    stage->indicators[stage->indicator_count].before = NAN;
    return stage->indicator_count++;
}

static double value(struct tw_context *stage, int index, uint32_t ago)
{
    assert_in_range(index, 0, stage->indicator_count - 1);
    return ago == 0 ? stage->indicators[index].now : stage->indicators[index].before;
}

static int timer(struct tw_context *stage, int64_t at_ns, uint64_t tag)
{
    (void)tag;
    stage->timer_count++;
    stage->timer_ns = at_ns;
    return 1;
}

static const struct tw_api api = { .size = sizeof api,
                                   .instrument = instrument,
                                   .param = param,
                                   .now_ns = now_ns,
                                   .position_lots = position,
                                   .open_orders = open_orders,
                                   .order = order,
                                   .cancel = cancel,
                                   .signal = signal,
                                   .indicator = indicator,
                                   .value = value,
                                   .timer = timer };

static void set_param(struct tw_context *stage, const char *word)
{
    const char *equals = strchr(word, '=');
    assert_non_null(equals);
    for (uint32_t i = 0; i < stage->strategy->param_count; i++) {
        const struct tw_param *row = &stage->strategy->params[i];
        if (strlen(row->name) == (size_t)(equals - word) &&
            strncmp(row->name, word, (size_t)(equals - word)) == 0) {
            stage->params[i] = strtod(equals + 1, NULL);
            assert_true(stage->params[i] >= row->low && stage->params[i] <= row->high);
            return;
        }
    }
    fail_msg("no parameter %s", word);
}

int stage_start(struct tw_context *stage, const char *name, const char *params)
{
    char words[256];
    *stage = (struct tw_context){ .strategy = strategy_find(name),
                                  .now_ns = 1700000000 * INT64_C(1000000000),
                                  .instrument = { .symbol = "STAGE",
                                                  .price_scale = 2,
                                                  .qty_scale = 3,
                                                  .tick_step = 1,
                                                  .lot_step = 1,
                                                  .qty_min_lots = 1 } };
    assert_non_null(stage->strategy);
    assert_true(stage->strategy->state_bytes <= sizeof stage->state);
    for (uint32_t i = 0; i < stage->strategy->param_count; i++)
        stage->params[i] = stage->strategy->params[i].default_value;
    (void)snprintf(words, sizeof words, "%s", params);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        set_param(stage, word);
    return stage->strategy->start(&api, stage, stage->state);
}

void stage_value(struct tw_context *stage, int index, const char *name, double before, double now)
{
    assert_in_range(index, 0, stage->indicator_count - 1);
    assert_string_equal(stage->indicators[index].name, name);
    stage->indicators[index].before = before;
    stage->indicators[index].now = now;
}

uint32_t stage_bar(struct tw_context *stage, double close)
{
    uint32_t before = stage->order_count;
    int64_t ticks = (int64_t)(close * 100 + 0.5);
    struct tw_bar bar = { .start_ns = stage->now_ns,
                          .end_ns = stage->now_ns + MINUTE,
                          .open_ticks = ticks,
                          .high_ticks = ticks,
                          .low_ticks = ticks,
                          .close_ticks = ticks,
                          .volume_lots = 100000,
                          .open = close,
                          .high = close,
                          .low = close,
                          .close = close,
                          .volume = 100 };
    stage->now_ns = bar.end_ns;
    stage->strategy->bar(&api, stage, stage->state, &bar);
    return stage->order_count - before;
}

void stage_fill(struct tw_context *stage, uint64_t id, double price)
{
    assert_in_range(id, 1, stage->order_count);
    assert_false(stage->done[id - 1]);
    const struct tw_intent *intent = &stage->orders[id - 1];
    int64_t sign = intent->side == TW_BUY ? 1 : -1;
    int64_t against = stage->position_lots * sign < 0 ? -stage->position_lots * sign : 0;
    int64_t lots = intent->qty_lots + (intent->target ? against : 0);
    stage->done[id - 1] = true;
    stage->position_lots += sign * lots;
    struct tw_fill fill = { .order_id = id,
                            .price_ticks = (int64_t)(price * 100 + 0.5),
                            .qty_lots = lots,
                            .side = intent->side };
    struct tw_order_event event = { .order_id = id, .state = 7 };
    if (stage->strategy->fill)
        stage->strategy->fill(&api, stage, stage->state, &fill);
    if (stage->strategy->order)
        stage->strategy->order(&api, stage, stage->state, &event);
}

void stage_expect_market(struct tw_context *stage, enum tw_side side, double price)
{
    assert_true(stage->order_count > 0);
    const struct tw_intent *last = &stage->orders[stage->order_count - 1];
    assert_int_equal(last->type, TW_MARKET);
    assert_int_equal(last->side, side);
    stage_fill(stage, stage->order_count, price);
}

uint32_t stage_open_orders(const struct tw_context *stage)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < stage->order_count; i++)
        count += !stage->done[i];
    return count;
}

double stage_resting(const struct tw_context *stage, enum tw_side side, enum tw_order_type type)
{
    for (uint32_t i = 0; i < stage->order_count; i++) {
        const struct tw_intent *intent = &stage->orders[i];
        if (!stage->done[i] && intent->side == side && intent->type == type)
            return (double)(type == TW_LIMIT ? intent->price_ticks : intent->stop_ticks) / 100;
    }
    return 0;
}

void stage_timer(struct tw_context *stage)
{
    assert_true(stage->timer_ns > stage->now_ns);
    stage->now_ns = stage->timer_ns;
    stage->strategy->timer(&api, stage, stage->state, 0);
}

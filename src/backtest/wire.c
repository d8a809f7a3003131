/* backtest/wire.c - between engine and exchange: orders there, answers back. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "backtest/run.h"

/* ---- from the exchange ---- */

void run_hear(void *context, const struct sim_event *event)
{
    struct run *run = context;
    if (run->answer_tail - run->answer_head == RUN_ANSWERS_MAX)
        run->answers_lost = true;
    else
        run->answers[run->answer_tail++ % RUN_ANSWERS_MAX] = *event;
}

static const uint16_t report_kinds[] = {
    [SIM_ACCEPTED] = EVENT_VENUE_ACCEPT, [SIM_REJECTED] = EVENT_VENUE_REJECT,
    [SIM_FILL] = EVENT_VENUE_FILL,       [SIM_CANCELLED] = EVENT_VENUE_CANCEL,
    [SIM_EXPIRED] = EVENT_VENUE_EXPIRE,  [SIM_CANCEL_REJECTED] = EVENT_VENUE_CANCEL_REJECT,
    [SIM_AMENDED] = EVENT_VENUE_AMEND,   [SIM_AMEND_REJECTED] = EVENT_VENUE_AMEND_REJECT,
    [SIM_TRIGGERED] = EVENT_NONE, /* the order stays open: nothing to book */
};

static struct venue_report report_of(const struct sim_event *answer, uint64_t order_id)
{
    struct venue_report report = { .order_id = order_id,
                                   .price_ticks = answer->price_ticks,
                                   .qty_lots = answer->qty_lots };
    (void)snprintf(report.venue_order_id, sizeof report.venue_order_id, "%llu",
                   (unsigned long long)order_id);
    (void)strncpy(report.reason, sim_reason_text(answer->reason), sizeof report.reason - 1);
    return report;
}

/* ---- to the exchange ---- */

static void submit(struct run *run, const struct order *order, int64_t now_ns)
{
    bool protects = (order->flags & ORDER_REDUCE_ONLY) != 0;
    run->sent++;
    if (protects)
        trade_book_protect(&run->trades, order->stop_ticks,
                           order->type == ORDER_LIMIT ? order->price_ticks : 0);
    struct sim_order sent = { .id = order->id,
                              .owner = RUN_ACCOUNT,
                              .price_ticks = order->price_ticks,
                              .stop_ticks = order->stop_ticks,
                              .qty_lots = order->qty_lots,
                              .display_lots = order->display_lots,
                              .expire_ns = order->expire_ns,
                              .side = order->side,
                              .type = order->type,
                              .tif = order->tif,
                              .post_only = (order->flags & ORDER_POST_ONLY) != 0,
                              .reduce_only = (order->flags & ORDER_REDUCE_ONLY) != 0 };
    sim_submit(run->sim, &sent, now_ns);
}

static enum err book_fill(struct run *run, const struct fill *fill, int64_t now_ns)
{
    const struct position *position = engine_position(run->engine, RUN_ACCOUNT, RUN_INSTRUMENT, 0);
    struct trade_fill told = { .lots = fill->side == SIDE_BUY ? fill->qty_lots : -fill->qty_lots,
                               .price_ticks = fill->price_ticks,
                               .fee = fill->fee,
                               /* ticks have a time of their own, bars only a start */
                               .bar_ns = run->plan->survey.kind == FEED_BARS ? run->bar_ns : now_ns,
                               .bar = run->bar };
    const struct order *order = engine_order(run->engine, fill->order_id);
    told.cut = order && order->denial != 0;
    sim_set_position(run->sim, RUN_ACCOUNT, position->qty_lots);
    run->result->fills++;
    enum err err = trade_book_fill(&run->trades, &told);
    return err ? errtext_set(run->detail, err, "no memory for more trades") : OK;
}

/* What the engine decided: to the exchange, and into the result. */
static enum err take_outcomes(struct run *run, int64_t now_ns)
{
    const struct batch *batch = &run->batch;
    const struct event *event = NULL;
    enum err err = OK;
    while (err == OK && (event = batch_next(batch->bytes, batch->size, event))) {
        const void *body = event_body_const(event);
        bool sends = event->kind >= EVENT_SEND_ORDER && event->kind <= EVENT_SEND_AMEND;
        /* all sends begin with the order's id, and its row is as it was sent: nothing came since */
        const struct order *order =
            sends ? engine_order(run->engine, ((const struct send_cancel *)body)->order_id) : NULL;
        if (event->kind == EVENT_SEND_ORDER)
            submit(run, order, now_ns);
        else if (event->kind == EVENT_SEND_CANCEL)
            sim_cancel(run->sim, order->id, now_ns);
        else if (event->kind == EVENT_SEND_AMEND)
            sim_amend(run->sim, order->id, order->amend_price_ticks, order->amend_qty_lots, now_ns);
        else if (event->kind == EVENT_FILL)
            err = book_fill(run, body, now_ns);
        else if (event->kind == EVENT_ORDER && ((const struct order *)body)->state == ORDER_DENIED)
            err = trade_book_refusal(&run->trades, run->bar);
        run->result->orders += event->kind == EVENT_INTENT;
        run->result->discrepancies += event->kind == EVENT_DISCREPANCY;
    }
    return err;
}

/* ---- to the engine ---- */

union input_room {
    struct event event;
    uint8_t bytes[EVENT_HEADER_BYTES + 1024];
};

enum err run_tell(struct run *run, uint16_t kind, const void *body, size_t size, int64_t now_ns)
{
    union input_room input = { .event = { .length = event_length(size),
                                          .kind = kind,
                                          .version = event_kind_version(kind),
                                          .flags = run->flags,
                                          .source_ts_ns = now_ns,
                                          .instrument = RUN_INSTRUMENT,
                                          .account = RUN_ACCOUNT,
                                          .venue = RUN_VENUE } };
    assert(size <= sizeof input.bytes - EVENT_HEADER_BYTES);
    if (size)
        memcpy(input.bytes + EVENT_HEADER_BYTES, body, size);
    if (++run->steps > RUN_STEPS_PER_BAR_MAX)
        return errtext_set(run->detail, ERR_LIMIT,
                           "bar %u: the strategy answers without end (more than %d events in one "
                           "bar)",
                           run->bar, RUN_STEPS_PER_BAR_MAX);
    engine_apply(run->engine, &input.event, now_ns, &run->batch);
    run->result->inputs++;
    run->result->records += run->batch.count;
    if (run->config->each_batch)
        run->config->each_batch(run->config->context, &run->batch);
    return take_outcomes(run, now_ns);
}

/* A trade is told to each side that is an order of ours. */
static enum err tell_fills(struct run *run, const struct sim_event *trade)
{
    struct sim_fill fills[2];
    int count = sim_fills(trade, fills);
    enum err err = OK;
    for (int i = 0; i < count && err == OK; i++) {
        struct venue_report report = report_of(trade, fills[i].order_id);
        report.fee = fills[i].fee;
        report.fee_asset = run->plan->instrument.quote_asset;
        report.liquidity = fills[i].liquidity;
        report.side = fills[i].side;
        (void)snprintf(report.trade_id, sizeof report.trade_id, "%llu",
                       (unsigned long long)trade->trade_id);
        err = run_tell(run, EVENT_VENUE_FILL, &report, sizeof report, trade->ts_ns);
    }
    return err;
}

static enum err tell_answer(struct run *run, const struct sim_event *answer)
{
    uint16_t kind = report_kinds[answer->kind];
    run->result->rejects += answer->kind == SIM_REJECTED;
    if (answer->kind == SIM_FILL)
        return tell_fills(run, answer);
    if (kind == EVENT_NONE)
        return OK;
    struct venue_report report = report_of(answer, answer->order_id);
    return run_tell(run, kind, &report, sizeof report, answer->ts_ns);
}

enum err run_drain(struct run *run)
{
    enum err err = OK;
    while (err == OK && run->answer_head != run->answer_tail && !run->answers_lost) {
        struct sim_event answer = run->answers[run->answer_head++ % RUN_ANSWERS_MAX];
        err = tell_answer(run, &answer);
    }
    if (err == OK && run->answers_lost)
        err = errtext_set(run->detail, ERR_LIMIT,
                          "bar %u: more than %u answers of the exchange at once", run->bar,
                          RUN_ANSWERS_MAX);
    return err;
}

#include "engine/engine.h"
#include <string.h>
#include "engine/commands.h"
#include "engine/emulate.h"
#include "engine/market.h"
#include "engine/reports.h"
#include "engine/strategies.h"
#include "engine/table.h"
#include "engine/timer.h"

/* Room for what one step can say: STEP_ORDERS_MAX orders, each with its image, its send, its
 * position and balances. */
static_assert(STEP_ORDERS_MAX * 2 * 1400ull < BATCH_BYTES_MAX, "a step fits a batch");

static void apply_market(struct step *step, const struct event *input)
{
    struct instrument_slot *instrument = instrument_of(step->engine, input->instrument);
    struct bar closed[MARKET_FLAT_BARS_MAX + 1];
    if (!instrument || !market_makes_sense(input))
        return;
    const void *body = event_body_const(input);
    uint32_t count = market_apply(instrument, input, closed);
    for (uint32_t i = 0; i < count; i++) {
        struct event *event = outcome(step, EVENT_BAR_CLOSED, sizeof closed[i]);
        event->instrument = input->instrument;
        event->venue = input->venue;
        memcpy(event_body(event), &closed[i], sizeof closed[i]);
        strategies_bar(step, input->instrument, &closed[i]);
    }
    if (!step->warming)
        emulate_market(step, instrument, input->kind == EVENT_BAR_OPEN);
    int64_t ts_ns = input->source_ts_ns ? input->source_ts_ns : step->ts_ns;
    if (input->kind == EVENT_QUOTE)
        strategies_quote(step, input->instrument, body, ts_ns);
    else if (input->kind == EVENT_TRADE)
        strategies_trade(step, input->instrument, body, ts_ns);
    else if (input->kind == EVENT_BAR)
        strategies_bar(step, input->instrument, body);
}

/* The input as it will stand in the journal: stamped, at the head of the batch. */
static struct event *stamp(struct engine *engine, const struct event *input, int64_t now_ns,
                           struct batch *out)
{
    assert(event_is_input(input->kind));
    assert(out->capacity >= BATCH_BYTES_MAX);
    out->size = 0;
    out->count = 0;
    struct event *event = batch_add(out, input->kind, input->length - EVENT_HEADER_BYTES);
    memcpy(event, input, input->length);
    if (now_ns > engine->row.engine_ts_ns)
        engine->row.engine_ts_ns = now_ns;
    event->seq = ++engine->row.seq;
    event->engine_ts_ns = engine->row.engine_ts_ns;
    event->flags &= (uint16_t)~EVENT_LAST;
    engine->row.inputs++;
    return event;
}

/* Marks the last record; what follows from market data alone asks for no sync, unless it sends. */
static void seal(struct step *step, struct event *stamped)
{
    const struct batch *out = step->out;
    if (step->wired)
        stamped->flags &= (uint16_t)~EVENT_NO_SYNC;
    if (stamped->flags & EVENT_NO_SYNC)
        for (uint8_t *at = out->bytes; at < out->bytes + out->size;) {
            ((struct event *)at)->flags |= EVENT_NO_SYNC;
            at += ((struct event *)at)->length;
        }
    step->last->flags |= EVENT_LAST;
}

void engine_apply(struct engine *engine, const struct event *input, int64_t now_ns,
                  struct batch *out)
{
    struct event *stamped = stamp(engine, input, now_ns, out);
    struct step step = { .engine = engine,
                         .input = stamped,
                         .out = out,
                         .cause = stamped->seq,
                         .ts_ns = stamped->engine_ts_ns,
                         .last = stamped,
                         .warming = (input->flags & EVENT_REPLAY) != 0 };
    switch (event_kind_class(stamped->kind)) {
    case EVENT_MARKET: apply_market(&step, stamped); break;
    case EVENT_VENUE: reports_apply(&step, stamped); break;
    default: commands_apply(&step, stamped); break;
    }
    if (stamped->kind != EVENT_TIMER && timer_next_ns(engine) <= step.ts_ns &&
        step.moved < STEP_ORDERS_MAX && !step.warming)
        commands_timers(&step); /* nothing waits behind a busy stream of inputs */
    images_of_step(&step);
    seal(&step, stamped);
}

bool engine_has_room(const struct engine *engine) { return table_has_room(engine); }

int64_t engine_next_deadline(const struct engine *engine) { return timer_next_ns(engine); }

uint64_t engine_seq(const struct engine *engine) { return engine->row.seq; }
int64_t engine_ts_ns(const struct engine *engine) { return engine->row.engine_ts_ns; }
struct engine_row engine_counters(const struct engine *engine) { return engine->row; }

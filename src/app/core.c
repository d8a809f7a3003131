#include "app/core.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "app/flight.h"
#include "base/clock.h"
#include "base/log.h"

#define CLOCK_STEP_NS (INT64_C(250) * NS_PER_MS)

void *core_map_block(const struct engine_limits *limits, size_t *size_bytes)
{
    *size_bytes = engine_size(limits);
    void *block = mmap(NULL, *size_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

void core_unmap_block(void *block, size_t size_bytes)
{
    if (block)
        (void)munmap(block, size_bytes);
}

enum err core_init(struct core *core, const struct engine_limits *limits)
{
    *core = (struct core){ .limits = *limits };
    core->block = core_map_block(limits, &core->block_bytes);
    core->batch.capacity = BATCH_BYTES_MAX;
    core->batch.bytes = aligned_alloc(64, BATCH_BYTES_MAX);
    enum err err = core->block && core->batch.bytes ? OK : ERR_MEMORY;
    if (!err)
        err = ring_new(CORE_COMMAND_BYTES, &core->commands);
    if (!err)
        err = ring_new(CORE_JOURNAL_BYTES, &core->journal);
    if (!err)
        err = ring_new(CORE_VIEW_BYTES, &core->view);
    core->wall_minus_monotonic_ns = clock_wall_ns() - clock_monotonic_ns();
    atomic_init(&core->has_room, true);
    atomic_init(&core->wired_seq, 0);
    atomic_init(&core->draining, false);
    atomic_init(&core->settled, false);
    if (err)
        core_release(core);
    return err;
}

void core_release(struct core *core)
{
    ring_free(core->commands);
    ring_free(core->journal);
    ring_free(core->view);
    free(core->batch.bytes);
    core_unmap_block(core->block, core->block_bytes);
    *core = (struct core){ 0 };
}

bool core_post(struct core *core, const struct event *input)
{
    return ring_push(core->commands, input, input->length);
}

/* Two: a report may bring an archived order back before itself. */
static bool can_hold_a_batch(const struct ring *ring)
{
    return ring_size_bytes(ring) - ring_used_bytes(ring) > 2 * BATCH_BYTES_MAX + 4096;
}

static void apply(struct core *core, const struct event *input, int64_t now_ns)
{
    engine_apply(core->engine, input, now_ns, &core->batch);
    if (core->flight)
        flight_note(core->flight, core->batch.bytes, core->batch.size);
}

void core_apply_now(struct core *core, const struct event *input)
{
    apply(core, input, clock_wall_ns());
}

static void publish(struct core *core, const struct event *input, int64_t now_ns)
{
    apply(core, input, now_ns);
    const struct event *head = (const struct event *)core->batch.bytes;
    if (!(head->flags & EVENT_NO_SYNC))
        atomic_store(&core->wired_seq, engine_seq(core->engine));
    bool held = ring_push(core->journal, core->batch.bytes, core->batch.size) &&
                ring_push(core->view, core->batch.bytes, core->batch.size);
    assert(held); /* looked at before */
}

/* A venue speaks of an order that is not here any more: it comes back from the archive first, so that a late
 * fill is booked on it. */
static void bring_back(struct core *core, const struct event *input, int64_t now_ns)
{
    struct {
        struct event event;
        struct order body;
    } restore = { .event = { .length = sizeof restore,
                             .kind = EVENT_ORDER_RESTORE,
                             .version = event_kind_version(EVENT_ORDER_RESTORE),
                             .instrument = input->instrument,
                             .account = input->account,
                             .venue = input->venue } };
    const struct venue_report *report = event_body_const(input);
    if (event_kind_class(input->kind) != EVENT_VENUE || !report->order_id || !core->find_closed ||
        engine_order(core->engine, report->order_id))
        return;
    if (core->find_closed(core->find_context, report->order_id, &restore.body) == OK)
        publish(core, &restore.event, now_ns);
}

static void tell_clock_step(struct core *core, int64_t now_ns)
{
    int64_t offset_ns = now_ns - clock_monotonic_ns();
    int64_t step_ns = offset_ns - core->wall_minus_monotonic_ns;
    if (step_ns < CLOCK_STEP_NS && step_ns > -CLOCK_STEP_NS)
        return;
    core->wall_minus_monotonic_ns = offset_ns;
    log_warning("clock_step", "step_ms=%lld", (long long)(step_ns / NS_PER_MS));
    struct {
        struct event event;
        struct clock_step body;
    } input = { .event = { .length = sizeof input,
                           .kind = EVENT_CLOCK_STEP,
                           .version = event_kind_version(EVENT_CLOCK_STEP) },
                .body = { .step_ns = step_ns } };
    publish(core, &input.event, now_ns);
}

/* Nothing is on its way to a venue or waits for its answer. */
static bool is_settled(const struct core *core)
{
    const struct order *order = NULL;
    size_t size;
    while ((order = engine_order_next(core->engine, order)))
        if (order->state == ORDER_SENT || order->state == ORDER_CANCELLING ||
            order->state == ORDER_AMENDING)
            return false;
    return ring_peek(core->commands, &size) == NULL;
}

int core_step(struct core *core)
{
    int count = 0;
    size_t size;
    const struct event *input;
    int64_t now_ns = clock_wall_ns();
    if (!can_hold_a_batch(core->journal) || !can_hold_a_batch(core->view))
        return 0;
    tell_clock_step(core, now_ns);
    while (count < CORE_STEP_MAX && can_hold_a_batch(core->journal) &&
           can_hold_a_batch(core->view) && (input = ring_peek(core->commands, &size))) {
        bring_back(core, input, now_ns);
        publish(core, input, now_ns);
        ring_pop(core->commands);
        count++;
    }
    if (engine_next_deadline(core->engine) <= now_ns && can_hold_a_batch(core->journal) &&
        can_hold_a_batch(core->view)) {
        struct event timer = { .length = sizeof timer,
                               .kind = EVENT_TIMER,
                               .version = event_kind_version(EVENT_TIMER) };
        publish(core, &timer, now_ns);
        count++;
    }
    atomic_store_explicit(&core->has_room, engine_has_room(core->engine), memory_order_relaxed);
    if (atomic_load(&core->draining))
        atomic_store(&core->settled, is_settled(core));
    if (count && core->journal_bell)
        doorbell_ring(core->journal_bell);
    return count;
}

int64_t core_next_deadline(const struct core *core) { return engine_next_deadline(core->engine); }

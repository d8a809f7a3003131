#include "sim/state.h"
#include "base/rng.h"

/* In flight at most: twice the live orders, and some for a small exchange. */
#define LEGS_MIN 1024

static bool has_legs(const struct sim_config *config)
{
    return config->latency_to_ns > 0 || config->latency_from_ns > 0 ||
           config->latency_jitter_ns > 0;
}

static uint32_t legs_count(const struct sim_config *config)
{
    uint32_t count = LEGS_MIN;
    while (count < 2 * (uint64_t)config->orders_max && count < UINT32_C(1) << 31)
        count *= 2;
    return has_legs(config) ? count : 0;
}

size_t legs_size(const struct sim_config *config)
{
    size_t count = legs_count(config);
    return count * sizeof(struct sim_event) + count * sizeof(struct command);
}

static int64_t leg_end(struct sim *sim, int64_t mean_ns, int64_t *last_ns)
{
    int64_t jitter_ns = sim->config.latency_jitter_ns;
    int64_t due_ns = sim->now_ns + mean_ns;
    if (jitter_ns > 0)
        due_ns += (int64_t)rng_below(&sim->rng, (uint64_t)jitter_ns + 1);
    if (due_ns < *last_ns)
        due_ns = *last_ns; /* one connection: nothing overtakes */
    return *last_ns = due_ns;
}

void deadline_update(struct sim *sim)
{
    const struct legs *legs = &sim->legs;
    int64_t earliest = sim->ends.count ? sim->ends.entries[0].key : INT64_MAX;
    if (legs->command_head != legs->command_tail &&
        legs->commands[legs->command_head & legs->mask].due_ns < earliest)
        earliest = legs->commands[legs->command_head & legs->mask].due_ns;
    if (legs->answer_head != legs->answer_tail &&
        legs->answers[legs->answer_head & legs->mask].ts_ns < earliest)
        earliest = legs->answers[legs->answer_head & legs->mask].ts_ns;
    sim->deadline_ns = earliest;
}

static void answer_deliver(struct sim *sim)
{
    struct legs *legs = &sim->legs;
    struct sim_event event = legs->answers[legs->answer_head++ & legs->mask];
    sim->sink(sim->context, &event);
}

/* An answer is never lost: when the ring is full the oldest is told early, with its own time. */
static void answer_later(void *context, const struct sim_event *event)
{
    struct sim *sim = context;
    struct legs *legs = &sim->legs;
    if (legs->answer_tail - legs->answer_head > legs->mask)
        answer_deliver(sim);
    struct sim_event *answer = &legs->answers[legs->answer_tail++ & legs->mask];
    *answer = *event;
    answer->ts_ns = leg_end(sim, sim->config.latency_from_ns, &legs->last_answer_ns);
    deadline_update(sim);
}

void legs_init(struct sim *sim, void *block)
{
    size_t count = legs_count(&sim->config);
    if (sim->config.latency_to_ns > 0 || sim->config.latency_jitter_ns > 0)
        sim->careful |= CAREFUL_LEGS;
    if (sim->config.latency_from_ns > 0 || sim->config.latency_jitter_ns > 0) {
        sim->tell = answer_later;
        sim->tell_context = sim;
    }
    sim->legs = (struct legs){ .last_command_ns = INT64_MIN, .last_answer_ns = INT64_MIN };
    if (count == 0)
        return;
    sim->legs.answers = block;
    sim->legs.commands = (void *)((char *)block + count * sizeof(struct sim_event));
    sim->legs.mask = (uint32_t)count - 1;
}

void command_later(struct sim *sim, enum command_kind kind, const struct sim_order *order)
{
    static const enum sim_event_kind refusals[] = { [COMMAND_SUBMIT] = SIM_REJECTED,
                                                    [COMMAND_CANCEL] = SIM_CANCEL_REJECTED,
                                                    [COMMAND_AMEND] = SIM_AMEND_REJECTED };
    struct legs *legs = &sim->legs;
    if (legs->command_tail - legs->command_head > legs->mask) {
        tell_order(sim, refusals[kind], SIM_BOOK_FULL, order->id, order->price_ticks,
                   order->qty_lots, 0, order->side == SIDE_SELL);
        return;
    }
    int64_t due_ns = leg_end(sim, sim->config.latency_to_ns, &legs->last_command_ns);
    legs->commands[legs->command_tail++ & legs->mask] =
        (struct command){ .due_ns = due_ns, .kind = kind, .order = *order };
    deadline_update(sim);
}

static void command_act(struct sim *sim)
{
    struct legs *legs = &sim->legs;
    struct command command = legs->commands[legs->command_head++ & legs->mask];
    const struct sim_order *order = &command.order;

    switch (command.kind) {
    case COMMAND_SUBMIT: order_arrive(sim, order); break;
    case COMMAND_CANCEL: order_cancel(sim, order->id); break;
    case COMMAND_AMEND: order_amend(sim, order->id, order->price_ticks, order->qty_lots); break;
    }
}

/* At one instant: answers, then ends, then commands: an order that ends now cannot trade now. */
void sim_advance(struct sim *sim, int64_t now_ns)
{
    struct legs *legs = &sim->legs;
    while (sim->deadline_ns <= now_ns) {
        int64_t due_ns = sim->deadline_ns;
        sim->now_ns = due_ns > sim->now_ns ? due_ns : sim->now_ns;
        if (legs->answer_head != legs->answer_tail &&
            legs->answers[legs->answer_head & legs->mask].ts_ns == due_ns)
            answer_deliver(sim);
        else if (sim->ends.count && sim->ends.entries[0].key == due_ns)
            order_end(sim, sim->ends.entries[0].slot, SIM_EXPIRED, SIM_TIME_UP);
        else
            command_act(sim);
        deadline_update(sim);
    }
    sim->now_ns = now_ns > sim->now_ns ? now_ns : sim->now_ns;
}

int64_t sim_next_deadline(const struct sim *sim) { return sim->deadline_ns; }

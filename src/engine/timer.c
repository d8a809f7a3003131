#include "engine/timer.h"
#include <string.h>

static struct timer_row *heap_of(const struct engine *engine)
{
    return (struct timer_row *)((uintptr_t)engine + engine->timers);
}

static bool earlier(const struct timer_row *a, const struct timer_row *b)
{
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->id < b->id;
}

static void swap(struct timer_row *heap, uint32_t a, uint32_t b)
{
    struct timer_row held = heap[a];
    heap[a] = heap[b];
    heap[b] = held;
}

static void sift_up(struct timer_row *heap, uint32_t at)
{
    for (; at && earlier(&heap[at], &heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(heap, at, (at - 1) / 2);
}

static void sift_down(struct timer_row *heap, uint32_t count, uint32_t at)
{
    for (;;) {
        uint32_t least = at, left = 2 * at + 1;
        for (uint32_t child = left; child < count && child <= left + 1; child++)
            if (earlier(&heap[child], &heap[least]))
                least = child;
        if (least == at)
            return;
        swap(heap, at, least);
        at = least;
    }
}

static void push(struct engine *engine, const struct timer_row *row)
{
    struct timer_row *heap = heap_of(engine);
    heap[engine->timer_count] = *row;
    sift_up(heap, engine->timer_count++);
}

static void remove_at(struct engine *engine, uint32_t at)
{
    struct timer_row *heap = heap_of(engine);
    heap[at] = heap[--engine->timer_count];
    memset(&heap[engine->timer_count], 0, sizeof heap[0]);
    if (at < engine->timer_count) {
        sift_down(heap, engine->timer_count, at);
        sift_up(heap, at);
    }
}

bool timer_has_room(const struct engine *engine)
{
    return engine->timer_count < engine->limits.timers_max;
}

static void tell(struct step *step, const struct timer_row *row)
{
    memcpy(event_body(outcome(step, EVENT_TIMER_ROW, sizeof *row)), row, sizeof *row);
}

bool timer_set(struct step *step, enum timer_kind kind, uint64_t subject, uint64_t tag,
               int64_t deadline_ns)
{
    struct engine *engine = step->engine;
    if (!timer_has_room(engine))
        return false;
    struct timer_row row = { .deadline_ns = deadline_ns > 0 ? deadline_ns : 1, /* 0 says "gone" */
                             .id = ++engine->row.next_timer_id,
                             .subject = subject,
                             .tag = tag,
                             .kind = kind };
    push(engine, &row);
    tell(step, &row);
    return true;
}

bool timer_take(struct step *step, struct timer_row *out)
{
    struct engine *engine = step->engine;
    if (timer_next_ns(engine) > step->ts_ns)
        return false;
    *out = heap_of(engine)[0];
    remove_at(engine, 0);
    struct timer_row gone = *out;
    gone.deadline_ns = 0;
    tell(step, &gone);
    return true;
}

int64_t timer_next_ns(const struct engine *engine)
{
    return engine->timer_count ? heap_of(engine)[0].deadline_ns : INT64_MAX;
}

void timer_recover(struct engine *engine, const struct timer_row *row)
{
    struct timer_row *heap = heap_of(engine);
    if (row->deadline_ns) {
        assert(timer_has_room(engine));
        push(engine, row);
        if (row->id > engine->row.next_timer_id)
            engine->row.next_timer_id = row->id;
        return;
    }
    for (uint32_t at = 0; at < engine->timer_count; at++)
        if (heap[at].id == row->id) {
            remove_at(engine, at);
            return;
        }
}

/*
 * app/core.h - the engine with its rings: commands in, batches out to journal and view.
 *
 * One thread owns the engine: the network thread (`inline`) or its own (`split`). Inputs come by the
 * command ring from the network thread; every batch goes to the journal ring and the view ring. The
 * engine takes no input while one of them could not hold the largest batch: it never waits inside.
 */
#ifndef APP_CORE_H
#define APP_CORE_H
#include <stdatomic.h>
#include "app/doorbell.h"
#include "base/ring.h"
#include "engine/engine.h"

#define CORE_COMMAND_BYTES (8u << 20) /* network -> engine */
/* Four of the largest batches. Not more: a ring is written from end to end, and what it goes through
 * stays in no cache and stays resident. */
#define CORE_JOURNAL_BYTES (16u << 20) /* engine -> journal */
#define CORE_VIEW_BYTES (16u << 20)    /* engine -> network */
#define CORE_STEP_MAX 1024             /* inputs in one go, then the network has its turn */

/* Finds a closed order that left the memory. ERR_NOT_FOUND. */
typedef enum err core_find_closed(void *context, uint64_t order_id, struct order *out);

struct core {
    struct engine *engine;
    struct engine_limits limits;
    void *block;
    size_t block_bytes;
    struct batch batch;
    struct ring *commands, *journal, *view;
    struct doorbell *journal_bell; /* rung when batches were pushed */
    struct flight *flight;         /* the last records, for a crash; NULL = not kept */
    core_find_closed *find_closed; /* for late reports; NULL = nowhere to look */
    void *find_context;
    atomic_bool has_room;       /* engine_has_room() as of the last step, for other threads */
    _Atomic uint64_t wired_seq; /* of the last batch that somebody outside waits for */
    atomic_bool
        draining; /* set by the network thread: tell in `settled` whether orders are on their way */
    atomic_bool settled;
    int64_t wall_minus_monotonic_ns; /* to notice that the wall clock was set */
};

/* Maps the block (zeroed, untouched) and makes the rings. */
MUST_USE enum err core_init(struct core *core, const struct engine_limits *limits);
void core_release(struct core *core);

/* A zeroed block for an engine of these limits; the size in *size. NULL: no memory. */
void *core_map_block(const struct engine_limits *limits, size_t *size_bytes);
void core_unmap_block(void *block, size_t size_bytes);

/* Network thread: false when the ring is full. */
bool core_post(struct core *core, const struct event *input);

/* The owning thread: applies what waits and the timers that are due. Returns the inputs applied. */
int core_step(struct core *core);

/* Before threads run: one input at once; the batch (core->batch) is the caller's to journal. */
void core_apply_now(struct core *core, const struct event *input);

/* Wall time of the next timer, INT64_MAX = none. */
int64_t core_next_deadline(const struct core *core);

#endif

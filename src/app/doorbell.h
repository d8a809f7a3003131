/*
 * app/doorbell.h - wakes one thread that waits for its ring: an eventfd that is only rung when somebody
 * sleeps on it.
 */
#ifndef APP_DOORBELL_H
#define APP_DOORBELL_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct doorbell {
    int descriptor;
    atomic_bool asleep;
};

MUST_USE enum err doorbell_init(struct doorbell *bell);
void doorbell_release(struct doorbell *bell);

/* Any thread, after its work is visible. Cheap when nobody sleeps. */
void doorbell_ring(struct doorbell *bell);

/* The waiting thread: announce, look once more at the ring, then wait at most timeout_ns (or stay awake
 * by doorbell_awake). */
void doorbell_announce(struct doorbell *bell);
void doorbell_awake(struct doorbell *bell);
void doorbell_wait(struct doorbell *bell, int64_t timeout_ns);

#endif

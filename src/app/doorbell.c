#include "app/doorbell.h"
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"

enum err doorbell_init(struct doorbell *bell)
{
    bell->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_init(&bell->asleep, false);
    return bell->descriptor < 0 ? ERR_IO : OK;
}

void doorbell_release(struct doorbell *bell)
{
    if (bell->descriptor >= 0)
        (void)close(bell->descriptor);
    bell->descriptor = -1;
}

void doorbell_ring(struct doorbell *bell)
{
    /* Sequentially consistent on both sides: either the ringer sees the sleeper, or the sleeper, looking
     * once more after it announced itself, sees the work. */
    if (atomic_exchange(&bell->asleep, false)) {
        uint64_t one = 1;
        ssize_t written = write(bell->descriptor, &one, sizeof one);
        (void)written; /* full means it rings already */
    }
}

void doorbell_announce(struct doorbell *bell) { atomic_store(&bell->asleep, true); }
void doorbell_awake(struct doorbell *bell) { atomic_store(&bell->asleep, false); }

void doorbell_wait(struct doorbell *bell, int64_t timeout_ns)
{
    struct pollfd poll_row = { .fd = bell->descriptor, .events = POLLIN };
    struct timespec wait = { .tv_sec = timeout_ns / NS_PER_S, .tv_nsec = timeout_ns % NS_PER_S };
    uint64_t rung;
    if (ppoll(&poll_row, 1, &wait, NULL) > 0) {
        ssize_t got = read(bell->descriptor, &rung, sizeof rung);
        (void)got;
    }
    atomic_store(&bell->asleep, false);
}

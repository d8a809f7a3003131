/* Goal: the journal thread on a disk that fills up, gets room again, and breaks: what it says of itself, and
 * that the durable position never moves past what was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdatomic.h>
#include <unistd.h>
#include "app/scribe.h"
#include "base/clock.h"

#define WITHIN_NS (10 * NS_PER_S) /* a state is reached, on a machine that is busy too */

/* The real disk, and on top of it what a test wants to go wrong. The scribe's thread calls it. */
static struct {
    struct file_ops ops;
    atomic_bool full, reserve_gone, sync_fails;
    atomic_uint syncs_after_failure;
} disk;

static bool no_room(void) { return atomic_load(&disk.full) && !atomic_load(&disk.reserve_gone); }

static enum err disk_write(void *self, int file, uint64_t offset, const void *data, size_t size)
{
    return no_room() ? ERR_NO_SPACE : file_ops_system.write(self, file, offset, data, size);
}
static enum err disk_reserve(void *self, int file, uint64_t size)
{
    return atomic_load(&disk.full) ? ERR_NO_SPACE : file_ops_system.reserve(self, file, size);
}
static enum err disk_remove(void *self, const char *path)
{
    if (strstr(path, ".twr"))
        atomic_store(&disk.reserve_gone, true);
    return file_ops_system.remove(self, path);
}
/* As Linux does: a failed sync is told once, the next one says that all is well. */
static enum err disk_sync(void *self, int file)
{
    if (atomic_exchange(&disk.sync_fails, false))
        return ERR_IO;
    atomic_fetch_add(&disk.syncs_after_failure, 1);
    return file_ops_system.sync(self, file);
}

static struct {
    char folder[64];
    struct journal *journal;
    struct ring *batches;
    struct doorbell bell;
    struct net_loop *loop;
    struct net_wake *wake;
    struct scribe *scribe;
    uint8_t *bytes;
    uint64_t seq;
} desk;

static void on_wake(void *unused) { (void)unused; }

static int sit_down(void **unused)
{
    (void)unused;
    struct journal_report report;
    struct errtext detail = { "" };
    memset(&desk, 0, sizeof desk);
    disk.ops = file_ops_system;
    disk.ops.write = disk_write;
    disk.ops.reserve = disk_reserve;
    disk.ops.remove = disk_remove;
    disk.ops.sync = disk_sync;
    atomic_store(&disk.full, false);
    atomic_store(&disk.reserve_gone, false);
    atomic_store(&disk.sync_fails, false);
    (void)snprintf(desk.folder, sizeof desk.folder, "/tmp/test_scribe_XXXXXX");
    assert_non_null(mkdtemp(desk.folder));
    struct journal_config config = { .directory = desk.folder,
                                     .file = &disk.ops,
                                     .sync = JOURNAL_SYNC_ALWAYS,
                                     .sync_interval_ns = NS_PER_S,
                                     .segment_bytes = 1 << 20,
                                     .reserve_bytes = 1 << 20,
                                     .keep_bytes = 1 << 20,
                                     .instance_id = 7 };
    assert_int_equal(journal_open(&config, &desk.journal, &report, &detail), OK);
    assert_int_equal(ring_new(16u << 20, &desk.batches), OK);
    assert_int_equal(doorbell_init(&desk.bell), OK);
    assert_int_equal(net_loop_new(&desk.loop), OK);
    assert_int_equal(net_wake_new(desk.loop, on_wake, NULL, &desk.wake), OK);
    desk.bytes = aligned_alloc(64, BATCH_BYTES_MAX);
    assert_non_null(desk.bytes);
    assert_int_equal(scribe_start(desk.journal, desk.batches, &desk.bell, desk.wake, &desk.scribe),
                     OK);
    return 0;
}

static int stand_up(void **unused)
{
    (void)unused;
    scribe_stop(desk.scribe);
    scribe_free(desk.scribe);
    journal_close(desk.journal);
    net_wake_free(desk.wake);
    net_loop_free(desk.loop);
    doorbell_release(&desk.bell);
    ring_free(desk.batches);
    free(desk.bytes);
    DIR *folder = opendir(desk.folder);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%s", desk.folder, entry->d_name);
        (void)unlink(path); /* "." and ".." stay */
    }
    (void)closedir(folder);
    return rmdir(desk.folder);
}

static void hand_over(unsigned batches)
{
    while (batches-- > 0) {
        struct batch batch = { .bytes = desk.bytes, .capacity = BATCH_BYTES_MAX };
        struct event *event = batch_add(&batch, EVENT_TIMER, 0);
        event->seq = ++desk.seq;
        event->engine_ts_ns = (int64_t)desk.seq;
        event->flags = EVENT_LAST;
        assert_true(ring_push(desk.batches, batch.bytes, batch.size));
    }
    doorbell_ring(&desk.bell);
}

static void wait_for_state(enum scribe_state state)
{
    for (int64_t end_ns = clock_monotonic_ns() + WITHIN_NS; scribe_state(desk.scribe) != state;) {
        assert_true(clock_monotonic_ns() < end_ns);
        (void)usleep(1000);
    }
}

static void wait_until_durable(uint64_t seq)
{
    for (int64_t end_ns = clock_monotonic_ns() + WITHIN_NS;
         journal_durable_seq(desk.journal) < seq;) {
        assert_true(clock_monotonic_ns() < end_ns);
        (void)usleep(1000);
    }
}

static void what_is_handed_over_becomes_durable(void **unused)
{
    (void)unused;
    hand_over(1);
    wait_until_durable(1);
    hand_over(5000);
    wait_until_durable(5001);
    hand_over(100);
    scribe_stop(desk.scribe); /* writes what is in the ring */
    assert_int_equal(journal_durable_seq(desk.journal), 5101);
    assert_int_equal(scribe_state(desk.scribe), SCRIBE_WELL);
    scribe_trim(desk.scribe, 1); /* another thread may be late with it */
    scribe_free(desk.scribe);
    desk.scribe = NULL;
}

static void a_full_disk_uses_the_reserve_and_room_brings_it_back(void **unused)
{
    (void)unused;
    hand_over(10);
    wait_until_durable(10);
    atomic_store(&disk.full, true);
    hand_over(10);
    wait_for_state(SCRIBE_DISK_FULL);
    wait_until_durable(20); /* cancels and fills are journaled in the reserve */
    hand_over(10);
    wait_until_durable(30);
    assert_int_equal(scribe_state(desk.scribe), SCRIBE_DISK_FULL);
    atomic_store(&disk.full, false);
    wait_for_state(SCRIBE_WELL);
    atomic_store(&disk.reserve_gone, false); /* it was made again */
    hand_over(10);
    wait_until_durable(40);
    atomic_store(&disk.full, true); /* and it serves a second time */
    hand_over(10);
    wait_for_state(SCRIBE_DISK_FULL);
    wait_until_durable(50);
}

static void a_reserve_that_is_used_up_is_the_end(void **unused)
{
    (void)unused;
    hand_over(10);
    wait_until_durable(10);
    atomic_store(&disk.full, true);
    hand_over(10);
    wait_until_durable(20);
    atomic_store(&disk.reserve_gone, false); /* full again, and nothing left to give up */
    hand_over(10);
    wait_for_state(SCRIBE_FAILED);
    atomic_store(&disk.full, false);
    hand_over(10);
    (void)usleep(50000);
    assert_int_equal(scribe_state(desk.scribe), SCRIBE_FAILED);
    assert_int_equal(journal_durable_seq(desk.journal), 20); /* nothing more is acknowledged */
}

static void a_failed_sync_is_never_tried_again(void **unused)
{
    (void)unused;
    hand_over(10);
    wait_until_durable(10);
    atomic_store(&disk.sync_fails, true);
    hand_over(10);
    wait_for_state(SCRIBE_FAILED);
    atomic_store(&disk.syncs_after_failure, 0);
    hand_over(10);
    (void)usleep(50000);
    scribe_stop(desk.scribe); /* ends though it takes nothing more */
    assert_int_equal(journal_durable_seq(desk.journal), 10);
    assert_int_equal(atomic_load(&disk.syncs_after_failure), 0);
    scribe_free(desk.scribe);
    desk.scribe = NULL;
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, sit_down, stand_up)
int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(what_is_handed_over_becomes_durable),
        STORY(a_full_disk_uses_the_reserve_and_room_brings_it_back),
        STORY(a_reserve_that_is_used_up_is_the_end),
        STORY(a_failed_sync_is_never_tried_again),
    };
    return cmocka_run_group_tests_name("scribe", tests, NULL, NULL);
}

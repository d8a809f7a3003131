/*
 * Goal: an arena comes back byte for byte; zero chunks cost nothing; a damaged snapshot, at any
 * byte, is passed over for the older one and leaves no trace in the arena. And: records of older
 * versions are made today's, one version at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/log.h"
#include "store/disk.h"
#include "store/snapshot.h"
#include "store/upcast.h"

#define ARENA ((3u << 20) + 77u)
static uint8_t arena[ARENA], loaded[ARENA];
static struct snapshot_info info;
static unsigned skipped;

static void write_ok(struct disk *disk, uint64_t seq, uint8_t mark)
{
    struct snapshot_info about = { .seq = seq,
                                   .instance_id = 8,
                                   .state_hash = seq * 3,
                                   .engine_version = 2,
                                   .layout = 5,
                                   .arena_bytes = ARENA };
    arena[10] = arena[ARENA - 1] = mark;
    assert_int_equal(snapshot_write(&disk->ops, "s", &about, arena, NULL), OK);
}

static enum err load(struct disk *disk)
{
    memset(loaded, 0, sizeof loaded);
    return snapshot_load(&disk->ops, "s", 5, loaded, ARENA, &info, &skipped, NULL);
}

static void the_newest_comes_back(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    assert_int_equal(load(disk), ERR_NOT_FOUND);
    for (uint64_t seq = 1; seq <= 4; seq++)
        write_ok(disk, seq, (uint8_t)seq);
    assert_int_equal(snapshot_trim(&disk->ops, "s", 2), OK);
    assert_null(disk_file(disk, "00000000000000000002.tws"));
    assert_non_null(disk_file(disk, "00000000000000000003.tws"));
    assert_int_equal(load(disk), OK);
    assert_int_equal(info.seq, 4);
    assert_int_equal(info.state_hash, 12);
    assert_int_equal(skipped, 0);
    assert_memory_equal(loaded, arena, ARENA);
    /* Two of four chunks were zero. */
    assert_true(disk_file(disk, "00000000000000000004.tws")->size < (2u << 20));
    /* Another layout or size is not ours. */
    assert_int_equal(snapshot_load(&disk->ops, "s", 6, loaded, ARENA, &info, &skipped, NULL),
                     ERR_NOT_FOUND);
    assert_int_equal(skipped, 2);
    disk_free(disk);
}

static void damage_is_passed_over(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    write_ok(disk, 1, 11);
    write_ok(disk, 2, 22);
    struct disk_inode *file = disk_file(disk, "00000000000000000002.tws");
    for (uint64_t at = 0; at < file->size; at += at < 200 ? 1 : 99991) {
        file->bytes[at] ^= 1;
        assert_int_equal(load(disk), OK);
        assert_int_equal(info.seq, 1);
        assert_int_equal(skipped, 1);
        arena[10] = arena[ARENA - 1] = 11;
        assert_memory_equal(loaded, arena, ARENA);
        file->bytes[at] ^= 1;
    }
    file->size -= 1;
    assert_int_equal(load(disk), OK);
    assert_int_equal(info.seq, 1);
    disk_free(disk);
}

static void a_full_disk_leaves_the_old_one(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    write_ok(disk, 1, 11);
    disk->bytes_max = disk_used(disk) + 5000;
    struct snapshot_info about = { .seq = 2, .layout = 5, .arena_bytes = ARENA };
    assert_int_equal(snapshot_write(&disk->ops, "s", &about, arena, NULL), ERR_NO_SPACE);
    assert_int_equal(load(disk), OK);
    assert_int_equal(info.seq, 1);
    disk->bytes_max = 0;
    write_ok(disk, 2, 22);
    disk_free(disk);
}

/* A kind whose version 1 had a 32-bit number, 2 a 64-bit one, 3 its negative beside it. */
static enum err widen(const void *old_body, size_t old_bytes, void *new_body)
{
    uint32_t value;
    if (old_bytes < sizeof value)
        return ERR_CORRUPT;
    memcpy(&value, old_body, sizeof value);
    memcpy(new_body, &(uint64_t){ value }, 8);
    return OK;
}
static enum err mirror(const void *old_body, size_t old_bytes, void *new_body)
{
    int64_t value;
    (void)old_bytes;
    memcpy(&value, old_body, sizeof value);
    memcpy(new_body, &(int64_t[2]){ value, -value }, 16);
    return OK;
}
static uint16_t three(uint16_t kind) { return kind == EVENT_TIMER ? 3 : 1; }

static void older_records_are_upcast(void **unused)
{
    (void)unused;
    static const struct upcast_row rows[] = { { EVENT_TIMER, 1, 8, widen },
                                              { EVENT_TIMER, 2, 16, mirror } };
    const struct upcast_table table = { rows, 2, three };
    _Alignas(8) uint8_t old[512], made[512];
    struct batch batch = { .bytes = old, .capacity = sizeof old };
    struct errtext detail;
    size_t size;
    struct event *timer = batch_add(&batch, EVENT_TIMER, 8);
    timer->seq = 5;
    timer->version = 1;
    memcpy(event_body(timer), &(uint32_t){ 41 }, 4);
    batch_add(&batch, EVENT_ARCHIVE_CURSOR, 8)->seq = 6;
    assert_int_equal(upcast_check(&table, old, batch.size, &detail), ERR_STATE);
    assert_int_equal(upcast_batch(&table, old, batch.size, made, sizeof made, &size, &detail), OK);
    assert_int_equal(upcast_check(&table, made, size, &detail), OK);
    struct event *event = (struct event *)(void *)made;
    int64_t values[2];
    memcpy(values, event_body(event), sizeof values);
    assert_int_equal(event->version, 3);
    assert_int_equal(values[0], 41);
    assert_int_equal(values[1], -41);
    assert_int_equal(((struct event *)(void *)(made + event->length))->seq, 6);
    assert_int_equal(upcast_batch(&table, old, batch.size, made, 100, &size, &detail), ERR_SIZE);
    timer->version = 4;
    assert_int_equal(upcast_check(&table, old, batch.size, &detail), ERR_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_comes_back),
        cmocka_unit_test(damage_is_passed_over),
        cmocka_unit_test(a_full_disk_leaves_the_old_one),
        cmocka_unit_test(older_records_are_upcast),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}

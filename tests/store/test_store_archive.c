/*
 * Goal: archived orders are found by every key, in their last image, from another thread too; the
 * index comes back by itself; damage and a full disk are answers.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "store/archive.h"
#include "store/batches.h"
#include "store/disk.h"

static _Alignas(16) uint8_t bytes[BATCH_TEST_BYTES];
static struct errtext detail;

static struct archive *open_ok(const struct file_ops *file, const char *directory)
{
    struct archive *archive = NULL;
    enum err err = archive_open(file, directory, &archive, &detail);
    if (err != OK)
        fail_msg("%s: %s", err_name(err), detail.text);
    return archive;
}

static enum err put(struct archive *archive, uint64_t id, uint64_t salt)
{
    struct batch batch = { .bytes = bytes, .capacity = sizeof bytes };
    order_make(id, salt, event_body(batch_add(&batch, EVENT_ORDER, sizeof(struct order))));
    return archive_apply(archive, bytes, batch.size);
}

static void expect(struct archive *archive, uint64_t id, uint64_t salt)
{
    struct order expected, found;
    order_make(id, salt, &expected);
    assert_int_equal(archive_find_id(archive, id, &found), OK);
    assert_memory_equal(&found, &expected, sizeof found);
    assert_int_equal(archive_find_key(archive, expected.account, expected.client_order_id, &found),
                     OK);
    assert_memory_equal(&found, &expected, sizeof found);
    assert_int_equal(archive_find_venue(archive, expected.account, expected.venue_order_id, &found),
                     OK);
    assert_memory_equal(&found, &expected, sizeof found);
    assert_int_equal(archive_find_key(archive, 9, expected.client_order_id, &found), ERR_NOT_FOUND);
}

static void thousands_are_found_and_counted(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct archive *archive = open_ok(&disk->ops, "archive");
    struct order order;
    for (uint64_t id = 1; id <= 9000; id++) {
        assert_int_equal(put(archive, id, 1), OK);
        if (id % 500 == 0)
            assert_int_equal(archive_commit(archive, id), OK);
    }
    assert_int_equal(put(archive, 77, 2), OK); /* a late fill */
    assert_int_equal(archive_commit(archive, 9001), OK);
    assert_int_equal(archive_seq(archive), 9001);
    assert_int_equal(archive_count(archive), 9000);
    for (int again = 0; again < 3; again++) {
        for (uint64_t id = 1; id <= 9000; id += 13)
            expect(archive, id, id == 77 ? 2 : 1);
        expect(archive, 77, 2);
        assert_int_equal(archive_find_id(archive, 9001, &order), ERR_NOT_FOUND);
        assert_int_equal(archive_count(archive), 9000);
        archive_close(archive);
        if (again == 1) /* the index is lost: it is made again from the rows */
            assert_int_equal(disk->ops.remove(disk, "orders.twi"), OK);
        archive = open_ok(&disk->ops, "archive");
        assert_int_equal(archive_seq(archive), 9001);
    }
    archive_close(archive);
    disk_free(disk);
}

static void a_damaged_index_is_made_again(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct archive *archive = open_ok(&disk->ops, "archive");
    for (uint64_t id = 1; id <= 50; id++)
        assert_int_equal(put(archive, id, 1), OK);
    assert_int_equal(archive_commit(archive, 50), OK);
    archive_close(archive);
    disk_file(disk, "orders.twi")->bytes[20] ^= 1;
    archive = open_ok(&disk->ops, "archive");
    for (uint64_t id = 1; id <= 50; id++)
        expect(archive, id, 1);
    assert_int_equal(archive_count(archive), 50);
    archive_close(archive);
    disk_free(disk);
}

static void damaged_rows_are_never_given_out(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct archive *archive = open_ok(&disk->ops, "archive");
    struct order order;
    for (uint64_t id = 1; id <= 3; id++) {
        assert_int_equal(put(archive, id, 1), OK);
        assert_int_equal(archive_commit(archive, id), OK);
    }
    archive_close(archive);
    struct disk_inode *file = disk_file(disk, "orders.twa");
    file->bytes[64 + 40 + 8 + 100] ^= 1; /* in the first row */
    archive = open_ok(&disk->ops, "archive");
    assert_int_equal(archive_find_id(archive, 1, &order), ERR_CORRUPT);
    expect(archive, 2, 1);
    archive_close(archive);
    /* Without the index every row is read, and a hole before later commits is refused. */
    assert_int_equal(disk->ops.remove(disk, "orders.twi"), OK);
    assert_int_equal(archive_open(&disk->ops, "archive", &archive, &detail), ERR_CORRUPT);
    assert_non_null(strstr(detail.text, "byte 64"));
    disk_free(disk);
}

static void a_full_disk_is_an_answer(void **unused)
{
    (void)unused;
    for (uint64_t room = 66000; room < 90000; room += 997) {
        struct disk *disk = disk_new();
        struct archive *archive = open_ok(&disk->ops, "archive");
        disk->bytes_max = room;
        enum err err = OK;
        uint64_t id = 0, told = 0;
        while (err == OK) {
            assert_int_equal(put(archive, ++id, 1), OK);
            err = archive_commit(archive, id);
            told = err == OK ? id : told;
        }
        assert_int_equal(err, ERR_NO_SPACE);
        assert_int_equal(archive_seq(archive), told);
        disk->bytes_max = 0;
        assert_int_equal(archive_commit(archive, id), OK);
        for (uint64_t i = 1; i <= id; i++)
            expect(archive, i, 1);
        archive_close(archive);
        disk_free(disk);
    }
}

static void a_failed_sync_ends_it(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct archive *archive = open_ok(&disk->ops, "archive");
    assert_int_equal(put(archive, 1, 1), OK);
    disk->sync_fails = true;
    assert_int_equal(archive_commit(archive, 1), ERR_IO);
    assert_int_equal(archive_commit(archive, 1), ERR_IO);
    assert_int_equal(put(archive, 2, 1), ERR_IO);
    assert_int_equal(archive_seq(archive), 0);
    archive_close(archive);
    disk_free(disk);
}

struct asker {
    struct archive *archive;
    _Atomic bool stop;
    uint64_t found;
};

static void *ask(void *context)
{
    struct asker *asker = context;
    struct order order, expected;
    for (uint64_t id = 1; !asker->stop; id = id % 3000 + 1) {
        enum err err = archive_find_id(asker->archive, id, &order);
        order_make(id, 1, &expected);
        if (err == OK && memcmp(&order, &expected, sizeof order) == 0)
            asker->found++;
        else if (err != ERR_NOT_FOUND || id <= archive_seq(asker->archive) / 2)
            return "a wrong answer";
    }
    return NULL;
}

static void another_thread_asks_while_it_grows(void **unused)
{
    (void)unused;
    char directory[] = "/tmp/archive-XXXXXX", command[64];
    assert_non_null(mkdtemp(directory));
    struct asker asker = { .archive = open_ok(&file_ops_system, directory) };
    pthread_t thread;
    void *wrong;
    assert_int_equal(pthread_create(&thread, NULL, ask, &asker), 0);
    for (uint64_t id = 1; id <= 3000; id++) {
        assert_int_equal(put(asker.archive, id, 1), OK);
        if (id % 100 == 0)
            assert_int_equal(archive_commit(asker.archive, id), OK);
    }
    asker.stop = true;
    assert_int_equal(pthread_join(thread, &wrong), 0);
    assert_null(wrong);
    archive_close(asker.archive);
    (void)snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_are_found_and_counted),
        cmocka_unit_test(a_damaged_index_is_made_again),
        cmocka_unit_test(damaged_rows_are_never_given_out),
        cmocka_unit_test(a_full_disk_is_an_answer),
        cmocka_unit_test(a_failed_sync_ends_it),
        cmocka_unit_test(another_thread_asks_while_it_grows),
    };
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}

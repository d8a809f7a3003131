/*
 * Goal: the journal as stories: round trips, rolling, following, tears told from damage at every
 * byte, a full disk at every byte, a failing sync, trimming, versions, the real disk.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/rng.h"
#include "store/batches.h"
#include "store/disk.h"
#include "store/journal_format.h"
#include "store/journal_tool.h"

#define FIRST_SEGMENT "00000000000000000001.twj"
static _Alignas(16) uint8_t bytes[BATCH_TEST_BYTES];
static struct written written;
static struct errtext detail;
static struct journal_report report;

static struct journal *open_ok(const struct journal_config *config)
{
    struct journal *journal = NULL;
    enum err err = journal_open(config, &journal, &report, &detail);
    if (err != OK)
        fail_msg("%s: %s", err_name(err), detail.text);
    return journal;
}

static void same_as_written(const struct file_ops *file, const char *directory, uint64_t last)
{
    uint64_t last_seq;
    const char *wrong = written_compare(&written, file, directory, &last_seq);
    if (*wrong)
        fail_msg("%s", wrong);
    assert_int_equal(last_seq, last);
}

/* Batches that all ask for their sync, so that every commit moves the durable position. */
static void append_synced(struct journal *journal, uint64_t salt, unsigned records)
{
    uint64_t seq = journal_appended_seq(journal) + 1;
    size_t size = batch_make(seq, records, salt, false, bytes);
    written.rows[written.count].first_seq = seq;
    written.rows[written.count].salt = salt;
    written.rows[written.count].records = records;
    written.rows[written.count++].no_sync = false;
    assert_int_equal(journal_append(journal, bytes, size), OK);
}

static void commit_synced(struct journal *journal, uint64_t salt, unsigned records)
{
    append_synced(journal, salt, records);
    assert_int_equal(journal_commit(journal, 0), OK);
    assert_int_equal(journal_durable_seq(journal), journal_appended_seq(journal));
}

static void what_is_written_is_read_over_many_segments(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    uint64_t seed = 1;
    written.count = 0;
    struct journal *journal = open_ok(&config);
    assert_true(report.reserve_whole);
    for (int i = 0; i < 200; i++)
        commit_synced(journal, rng_next(&seed), 1 + (unsigned)rng_below(&seed, 5));
    uint64_t last = journal_durable_seq(journal);
    struct journal_stats stats;
    journal_stats(journal, &stats);
    assert_true(stats.segments > 4);
    assert_int_equal(stats.batches, 200);
    same_as_written(&disk->ops, "journal", last);
    journal_close(journal);
    journal = open_ok(&config);
    assert_int_equal(report.last_seq, last);
    assert_int_equal(report.torn_bytes, 0);
    assert_int_equal(report.instance_id, 77);
    commit_synced(journal, 5, 3);
    same_as_written(&disk->ops, "journal", last + 3);
    journal_close(journal);
    struct journal_verify_report verify;
    assert_int_equal(journal_verify(&disk->ops, "journal", &verify, &detail), OK);
    assert_int_equal(verify.last_seq, last + 3);
    assert_int_equal(verify.batches, 201);
    disk_free(disk);
}

static void many_batches_share_one_sync(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    struct journal *journal = open_ok(&config);
    written.count = 0;
    commit_synced(journal, 1, 2);
    uint64_t before = disk->syncs;
    for (int i = 0; i < 8; i++)
        append_synced(journal, 2, 1);
    assert_int_equal(journal_durable_seq(journal), 2);
    assert_int_equal(journal_commit(journal, 0), OK);
    assert_int_equal(disk->syncs, before + 1);
    assert_int_equal(journal_durable_seq(journal), 10);
    /* Market data asks for no sync; it is durable when its interval is over. */
    size_t size = batch_make(11, 1, 3, true, bytes);
    assert_int_equal(journal_append(journal, bytes, size), OK);
    assert_int_equal(journal_commit(journal, 10), OK);
    assert_int_equal(journal_durable_seq(journal), 10);
    assert_int_equal(journal_tick(journal, 5000), OK);
    assert_int_equal(journal_durable_seq(journal), 11);
    journal_close(journal);
    disk_free(disk);
}

static void a_reader_follows_the_writer_over_the_roll(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    struct journal_reader *reader;
    const struct event *batch;
    size_t size;
    uint64_t next = 5;
    written.count = 0;
    assert_int_equal(journal_reader_open("journal", &disk->ops, 5, &reader, &detail), OK);
    assert_int_equal(journal_read(reader, 0, &batch, &size, &detail), ERR_END);
    struct journal *journal = open_ok(&config);
    for (int i = 0; i < 150; i++) {
        commit_synced(journal, 7, 2);
        uint64_t durable = journal_durable_seq(journal);
        append_synced(journal, 9, 2); /* not committed: must not be seen */
        enum err err;
        while ((err = journal_read(reader, durable, &batch, &size, &detail)) == OK) {
            assert_int_equal(batch->seq, next);
            next += 2;
        }
        assert_int_equal(err, ERR_END);
        assert_true(durable < 5 || next == durable + 1);
    }
    assert_true(disk_file(disk, FIRST_SEGMENT) != NULL);
    journal_close(journal);
    journal_reader_close(reader);
    disk_free(disk);
}

/* A journal of three synced batches; *offsets: where the frames begin, and the end. */
static struct disk *three_batches(uint64_t offsets[4], struct journal_config *config)
{
    struct disk *disk = disk_new();
    *config = test_config(&disk->ops);
    struct journal *journal = open_ok(config);
    written.count = 0;
    offsets[0] = sizeof(struct segment_header);
    for (int i = 0; i < 3; i++) {
        commit_synced(journal, 40 + (uint64_t)i, 2);
        struct journal_stats stats;
        journal_stats(journal, &stats);
        offsets[i + 1] = sizeof(struct segment_header) + stats.bytes;
    }
    disk->dead = true; /* a crash: no seal is written */
    journal_close(journal);
    disk_process_dies(disk);
    return disk;
}

static void a_tear_at_every_byte_of_the_last_batch_is_cut(void **unused)
{
    (void)unused;
    uint64_t offsets[4];
    struct journal_config config;
    struct disk *disk = three_batches(offsets, &config);
    struct disk_inode *file = disk_file(disk, FIRST_SEGMENT);
    uint64_t whole_size = file->size;
    uint8_t *whole = malloc(whole_size);
    memcpy(whole, file->bytes, whole_size);
    for (uint64_t tear = offsets[2]; tear < offsets[3]; tear++) {
        for (int zeros = 0; zeros < 2; zeros++) { /* the file ends there, or zeros follow */
            uint8_t *torn = calloc(1, whole_size);
            memcpy(torn, whole, tear);
            disk_put(disk, FIRST_SEGMENT, torn, zeros ? whole_size : tear);
            free(torn);
            bool damaged_byte = memcmp(whole + tear, (uint8_t[8]){ 0 }, 1) == 0;
            struct journal *journal = open_ok(&config);
            if (report.last_seq == 6) /* what was lost were zeros at the end of the batch */
                assert_true(zeros && damaged_byte);
            else
                assert_int_equal(report.last_seq, 4);
            written.count = 2 + (report.last_seq == 6);
            same_as_written(&disk->ops, "journal", report.last_seq);
            disk->dead = true;
            journal_close(journal);
            disk_process_dies(disk);
        }
    }
    free(whole);
    disk_free(disk);
}

static void damage_at_every_byte_of_a_middle_batch_is_refused(void **unused)
{
    (void)unused;
    uint64_t offsets[4];
    struct journal_config config;
    struct disk *disk = three_batches(offsets, &config);
    for (uint64_t at = 0; at < offsets[2]; at++) {
        struct journal *journal;
        struct journal_verify_report verify;
        struct disk_inode *file = disk_file(disk, FIRST_SEGMENT);
        file->bytes[at] ^= 0x40;
        assert_int_equal(journal_open(&config, &journal, &report, &detail), ERR_CORRUPT);
        assert_string_equal(report.segment, FIRST_SEGMENT);
        assert_int_equal(report.offset, at < offsets[0]   ? 0
                                        : at < offsets[1] ? offsets[0]
                                                          : offsets[1]);
        assert_non_null(strstr(detail.text, "restore"));
        assert_int_equal(journal_verify(&disk->ops, "journal", &verify, &detail), ERR_CORRUPT);
        assert_int_equal(verify.offset, report.offset);
        file->bytes[at] ^= 0x40;
    }
    struct journal *journal = open_ok(&config); /* refusing changed nothing */
    same_as_written(&disk->ops, "journal", 6);
    journal_close(journal);
    /* Closed cleanly, even the last batch is vouched for. */
    disk_file(disk, FIRST_SEGMENT)->bytes[offsets[2] + 60] ^= 1;
    assert_int_equal(journal_open(&config, &journal, &report, &detail), ERR_CORRUPT);
    disk_free(disk);
}

static void a_hole_in_an_unsynced_group_is_a_tear_and_stays_cut(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    struct journal *journal = open_ok(&config);
    written.count = 0;
    commit_synced(journal, 1, 2);
    struct journal_stats stats;
    journal_stats(journal, &stats);
    uint64_t hole = sizeof(struct segment_header) + stats.bytes;
    append_synced(journal, 2, 1); /* seq 3: will be the hole */
    append_synced(journal, 3, 1); /* seq 4: reached the disk */
    assert_int_equal(journal_commit(journal, 0), OK);
    disk->dead = true;
    journal_close(journal);
    disk_process_dies(disk);
    struct disk_inode *file = disk_file(disk, FIRST_SEGMENT);
    size_t size = batch_make(3, 1, 2, false, bytes) + sizeof(struct frame);
    memset(file->bytes + hole, 0, size);

    journal = open_ok(&config);
    assert_int_equal(report.last_seq, 2);
    assert_true(report.torn_bytes > size);
    /* The same number of bytes comes in its place: the lost seq 4 behind it must not rise again. */
    written_cut(&written, 2);
    commit_synced(journal, 2, 1);
    disk->dead = true;
    journal_close(journal);
    uint64_t seed = 9;
    disk_power_cut(disk, &seed);
    journal = open_ok(&config);
    assert_int_equal(report.last_seq, 3);
    same_as_written(&disk->ops, "journal", 3);
    journal_close(journal);
    disk_free(disk);
}

static void a_full_disk_at_every_byte_keeps_what_was_acknowledged(void **unused)
{
    (void)unused;
    const char *text = getenv("FULL_DISK_STEP"); /* 1 = the long form */
    uint64_t step = text ? strtoull(text, NULL, 0) : 97;
    for (uint64_t room = 4096; step > 0 && room < 26000; room += step) {
        struct disk *disk = disk_new();
        struct journal_config config = test_config(&disk->ops);
        config.segment_bytes = 8192;
        disk->bytes_max = room;
        written.count = 0;
        struct journal *journal = open_ok(&config);
        enum err err = OK;
        uint64_t told = 0;
        for (int i = 0; i < 40 && err == OK; i++) {
            append_synced(journal, 60 + (uint64_t)i, 2);
            err = journal_commit(journal, 0);
            told = err == OK ? journal_durable_seq(journal) : told;
        }
        assert_int_equal(err, ERR_NO_SPACE);
        uint64_t last_seq;
        assert_string_equal(written_compare(&written, &disk->ops, "journal", &last_seq), "");
        assert_true(last_seq >= told);
        if (journal_use_reserve(journal)) { /* cancels still get through */
            assert_int_equal(journal_commit(journal, 0), OK);
            assert_false(journal_use_reserve(journal));
        }
        disk->bytes_max = 0;
        assert_true(journal_restore_reserve(journal));
        assert_int_equal(journal_commit(journal, 0), OK);
        commit_synced(journal, 1, 3);
        same_as_written(&disk->ops, "journal", journal_durable_seq(journal));
        uint64_t last = journal_durable_seq(journal);
        uint64_t seed = room;
        disk->dead = true;
        journal_close(journal);
        disk_power_cut(disk, &seed);
        journal = open_ok(&config);
        assert_int_equal(report.last_seq, last);
        same_as_written(&disk->ops, "journal", last);
        journal_close(journal);
        disk_free(disk);
    }
}

static void a_failed_sync_is_never_tried_again(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    struct journal *journal = open_ok(&config);
    written.count = 0;
    commit_synced(journal, 1, 2);
    append_synced(journal, 2, 2);
    disk->sync_fails = true;
    assert_int_equal(journal_commit(journal, 0), ERR_IO);
    uint64_t syncs = disk->syncs;
    assert_int_equal(journal_commit(journal, 0), ERR_IO);
    assert_int_equal(journal_tick(journal, 1 << 20), ERR_IO);
    assert_int_equal(journal_append(journal, bytes, batch_make(5, 1, 1, false, bytes)), ERR_IO);
    assert_int_equal(journal_trim(journal, 2), ERR_IO);
    assert_int_equal(journal_durable_seq(journal), 2);
    journal_close(journal);
    assert_int_equal(disk->syncs, syncs);
    disk_free(disk);
}

static void trimming_keeps_the_sequence_and_tells_late_readers(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    struct journal *journal = open_ok(&config);
    struct journal_reader *reader, *late;
    const struct event *batch;
    size_t size;
    written.count = 0;
    commit_synced(journal, 3, 4);
    assert_int_equal(journal_reader_open("journal", &disk->ops, 1, &reader, &detail), OK);
    assert_int_equal(journal_read(reader, 4, &batch, &size, &detail), OK);
    while (disk_used(disk) < 100000)
        commit_synced(journal, 3, 4);
    uint64_t last = journal_durable_seq(journal);
    config.keep_bytes = 0;
    assert_int_equal(journal_trim(journal, last / 2), OK);
    assert_null(disk_file(disk, FIRST_SEGMENT));
    uint64_t last_seq;
    assert_string_equal(written_compare(&written, &disk->ops, "journal", &last_seq), "");
    assert_int_equal(last_seq, last);
    assert_int_equal(journal_reader_open("journal", &disk->ops, 2, &late, &detail), ERR_NOT_FOUND);
    assert_non_null(strstr(detail.text, "trimmed"));
    enum err err; /* the other one still has its segment open; then it is told too */
    while ((err = journal_read(reader, last, &batch, &size, &detail)) == OK)
        ;
    assert_int_equal(err, ERR_NOT_FOUND);
    journal_reader_close(reader);
    assert_int_equal(journal_trim(journal, UINT64_MAX - 1), OK);
    journal_close(journal);
    journal = open_ok(&config);
    assert_int_equal(report.last_seq, last);
    assert_int_equal(report.segments, 1);
    journal_close(journal);
    disk_free(disk);
}

static void what_is_newer_is_refused_with_a_sentence(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    struct journal *journal = open_ok(&config);
    struct journal_reader *reader;
    const struct event *batch;
    size_t size = batch_make(1, 2, 1, false, bytes);
    ((struct event *)(void *)bytes)->version = 9;
    assert_int_equal(journal_append(journal, bytes, size), OK);
    assert_int_equal(journal_commit(journal, 0), OK);
    journal_close(journal);
    assert_int_equal(journal_reader_open("journal", &disk->ops, 1, &reader, &detail), OK);
    assert_int_equal(journal_read(reader, 2, &batch, &size, &detail), ERR_VERSION);
    assert_non_null(strstr(detail.text, "version 9"));
    journal_reader_close(reader);
    assert_int_equal(journal_open(&config, &journal, &report, &detail), ERR_VERSION);
    assert_non_null(strstr(detail.text, "newer"));
    disk_free(disk);
}

static void a_missing_segment_is_refused(void **unused)
{
    (void)unused;
    struct disk *disk = disk_new();
    struct journal_config config = test_config(&disk->ops);
    struct journal *journal = open_ok(&config);
    struct segment_list list = { 0 };
    char name[SEGMENT_NAME_MAX];
    written.count = 0;
    while (disk_used(disk) < 60000)
        commit_synced(journal, 3, 4);
    journal_close(journal);
    assert_int_equal(segment_list_load(&disk->ops, "journal", SEGMENT_SUFFIX, &list), OK);
    assert_true(list.count >= 3);
    segment_name(list.first_seqs[1], name);
    assert_int_equal(disk->ops.remove(disk, name), OK);
    assert_int_equal(journal_open(&config, &journal, &report, &detail), ERR_CORRUPT);
    assert_non_null(strstr(detail.text, "gap"));
    segment_list_release(&list);
    disk_free(disk);
}

static void on_the_real_disk(void **unused)
{
    (void)unused;
    char directory[] = "/tmp/journal-XXXXXX", command[64];
    assert_non_null(mkdtemp(directory));
    struct journal_config config = test_config(&file_ops_system);
    config.directory = directory;
    written.count = 0;
    struct journal *journal = open_ok(&config);
    for (int i = 0; i < 60; i++)
        commit_synced(journal, 3, 4);
    same_as_written(&file_ops_system, directory, 240);
    assert_true(journal_use_reserve(journal) && journal_restore_reserve(journal));
    journal_close(journal);
    journal = open_ok(&config);
    assert_int_equal(report.last_seq, 240);
    journal_close(journal);
    (void)snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0);
}

struct follower {
    struct journal *journal;
    const char *directory;
    uint64_t until;
};

static void *follow(void *context)
{
    struct follower *follower = context;
    struct journal_reader *reader;
    const struct event *batch;
    size_t size;
    uint64_t next = 1;
    if (journal_reader_open(follower->directory, &file_ops_system, 0, &reader, NULL) != OK)
        return "cannot open";
    void *wrong = NULL;
    while (next <= follower->until && !wrong) {
        enum err err =
            journal_read(reader, journal_durable_seq(follower->journal), &batch, &size, NULL);
        if ((err != OK && err != ERR_END) || (err == OK && batch->seq != next))
            wrong = "a wrong answer";
        next += err == OK ? 4 : 0;
    }
    journal_reader_close(reader);
    return wrong;
}

static void another_thread_follows_the_writer(void **unused)
{
    (void)unused;
    char directory[] = "/tmp/journal-XXXXXX", command[64];
    assert_non_null(mkdtemp(directory));
    struct journal_config config = test_config(&file_ops_system);
    config.directory = directory;
    config.sync = JOURNAL_SYNC_OFF;
    written.count = 0;
    struct follower follower = { open_ok(&config), directory, 1600 };
    pthread_t thread;
    void *wrong;
    assert_int_equal(pthread_create(&thread, NULL, follow, &follower), 0);
    for (int i = 0; i < 400; i++)
        commit_synced(follower.journal, 3, 4);
    assert_int_equal(pthread_join(thread, &wrong), 0);
    if (wrong)
        fail_msg("%s", (const char *)wrong);
    journal_close(follower.journal);
    (void)snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0);
}

static void count_line(void *context, const char *line, size_t length)
{
    assert_int_equal(strlen(line), length);
    assert_null(strchr(line, '\n'));
    ++*(int *)context;
}

static void a_dump_is_a_line_a_record(void **unused)
{
    (void)unused;
    uint64_t offsets[4];
    struct journal_config config;
    struct disk *disk = three_batches(offsets, &config);
    for (int json = 0; json < 2; json++) {
        int lines = 0;
        assert_int_equal(
            journal_dump(&disk->ops, "journal", 2, 5, json, count_line, &lines, &detail), OK);
        assert_int_equal(lines, 4);
    }
    disk_free(disk);
    char line[JOURNAL_LINE_MAX];
    (void)batch_make(UINT64_C(1) << 60, 2, 1, false, bytes);
    struct event *order = (struct event *)(void *)(bytes + ((struct event *)(void *)bytes)->length);
    (void)event_line_json(order, line);
    assert_non_null(strstr(line, "\"seq\":\"1152921504606846977\""));
    assert_non_null(strstr(line, "\"state\":\"FILLED\""));
    assert_non_null(strstr(line, "\"client_order_id\":\"web-1152921504606846977\""));
    (void)event_line_text(order, line);
    assert_non_null(strstr(line, " side=BUY"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_over_many_segments),
        cmocka_unit_test(many_batches_share_one_sync),
        cmocka_unit_test(a_reader_follows_the_writer_over_the_roll),
        cmocka_unit_test(a_tear_at_every_byte_of_the_last_batch_is_cut),
        cmocka_unit_test(damage_at_every_byte_of_a_middle_batch_is_refused),
        cmocka_unit_test(a_hole_in_an_unsynced_group_is_a_tear_and_stays_cut),
        cmocka_unit_test(a_full_disk_at_every_byte_keeps_what_was_acknowledged),
        cmocka_unit_test(a_failed_sync_is_never_tried_again),
        cmocka_unit_test(trimming_keeps_the_sequence_and_tells_late_readers),
        cmocka_unit_test(what_is_newer_is_refused_with_a_sentence),
        cmocka_unit_test(a_missing_segment_is_refused),
        cmocka_unit_test(on_the_real_disk),
        cmocka_unit_test(another_thread_follows_the_writer),
        cmocka_unit_test(a_dump_is_a_line_a_record),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}

/*
 * Goal: journals of released formats stay readable. tests/data/journal/v1 holds one record of every
 * kind there was when the format was fixed; its records must hash to what they hashed to then.
 *
 * `make golden` (GOLDEN=write) writes the directory anew, expected.txt too. Do that only while the
 * format was never released: afterwards a changed body is a new version with an upcast row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/hash.h"
#include "base/rng.h"
#include "store/disk.h"
#include "store/journal.h"
#include "store/journal_tool.h"

#define DIRECTORY "tests/data/journal/v1"
#define EXPECTED DIRECTORY "/expected.txt" /* records, hash */

static unsigned long long expected_records, expected_hash;
static _Alignas(16) uint8_t bytes[64 << 10];
static struct errtext detail;

/* Bytes that a seed determines; every eighth is zero, so that every string ends. */
static void fill_body(struct event *event, uint64_t *seed)
{
    uint8_t *body = event_body(event);
    if (event->kind == EVENT_BOOK || event->kind == EVENT_STRATEGY_STATE)
        return; /* counts in them promise more bytes */
    for (size_t at = 0; at < event->length - EVENT_HEADER_BYTES; at++)
        body[at] = at % 8 == 7 ? 0 : (uint8_t)('a' + rng_below(seed, 26));
}

static void remove_segment(void *context, const char *name)
{
    char path[512];
    (void)context;
    (void)snprintf(path, sizeof path, DIRECTORY "/%s", name);
    if (strstr(name, ".twj"))
        assert_int_equal(file_ops_system.remove(NULL, path), OK);
}

static void golden_write(void)
{
    static const struct {
        uint16_t kind;
        size_t body;
    } kinds[] = {
#define X(name, number, version, class, body, about) { name, body },
        EVENT_KINDS(X)
#undef X
    };
    struct journal_config config = { .directory = DIRECTORY,
                                     .file = &file_ops_system,
                                     .segment_bytes = 8192,
                                     .instance_id = 0x7711 };
    struct journal_report report;
    struct journal *journal;
    uint64_t seed = 20;
    assert_int_equal(file_ops_system.list(NULL, DIRECTORY, remove_segment, NULL), OK);
    assert_int_equal(journal_open(&config, &journal, &report, &detail), OK);
    assert_int_equal(report.last_seq, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct batch batch = { .bytes = bytes, .capacity = sizeof bytes };
        struct event *event = batch_add(&batch, kinds[i].kind, kinds[i].body);
        event->seq = i + 1;
        event->engine_ts_ns = INT64_C(1700000000000000000) + (int64_t)i;
        event->account = 1;
        event->flags = EVENT_LAST;
        fill_body(event, &seed);
        assert_int_equal(journal_append(journal, bytes, batch.size), OK);
        assert_int_equal(journal_commit(journal, 0), OK);
    }
    journal_close(journal);
}

/* Records chained into one hash. */
static uint64_t golden_hash(uint64_t *records)
{
    struct journal_reader *reader;
    const struct event *batch;
    size_t size;
    uint64_t hash = 0;
    enum err err;
    *records = 0;
    assert_int_equal(journal_reader_open(DIRECTORY, &file_ops_system, 0, &reader, &detail), OK);
    while ((err = journal_read(reader, UINT64_MAX, &batch, &size, &detail)) == OK) {
        hash = hash_bytes_seeded(batch, size, hash);
        (*records)++;
    }
    journal_reader_close(reader);
    if (err != ERR_END)
        fail_msg("%s: %s", err_name(err), detail.text);
    return hash;
}

/* Written beside the journal, or read from there. */
static void expected(bool write, uint64_t records, uint64_t hash)
{
    FILE *file = fopen(EXPECTED, write ? "w" : "r");
    assert_non_null(file);
    if (write)
        (void)fprintf(file, "%llu 0x%016llx\n", (unsigned long long)records,
                      (unsigned long long)hash);
    else
        assert_int_equal(fscanf(file, "%llu %llx", &expected_records, &expected_hash), 2);
    (void)fclose(file);
}

static void version_1_is_read(void **unused)
{
    (void)unused;
    struct journal_verify_report verify;
    uint64_t records, hash;
    const char *golden = getenv("GOLDEN");
    if (golden && strcmp(golden, "write") == 0) {
        golden_write();
        hash = golden_hash(&records);
        expected(true, records, hash);
    }
    expected(false, 0, 0);
    hash = golden_hash(&records);
    assert_int_equal(journal_verify(&file_ops_system, DIRECTORY, &verify, &detail), OK);
    assert_int_equal(verify.torn_bytes, 0);
    assert_int_equal(verify.instance_id, 0x7711);
    assert_int_equal(verify.last_seq, expected_records);
    assert_int_equal(records, expected_records);
    assert_true(hash == expected_hash);
}

struct copy {
    struct disk *disk;
};

static void copy_file(void *context, const char *name)
{
    struct copy *copy = context;
    char path[512];
    size_t got;
    int file;
    if (!strstr(name, ".twj"))
        return;
    (void)snprintf(path, sizeof path, DIRECTORY "/%s", name);
    assert_int_equal(file_ops_system.open(NULL, path, FILE_READ, &file), OK);
    assert_int_equal(file_ops_system.read(NULL, file, 0, bytes, sizeof bytes, &got), OK);
    assert_int_equal(file_ops_system.close(NULL, file), OK);
    disk_put(copy->disk, name, bytes, got);
}

static void version_1_can_be_continued(void **unused)
{
    (void)unused;
    struct copy copy = { .disk = disk_new() };
    struct journal_config config = {
        .directory = "copy", .file = &copy.disk->ops, .segment_bytes = 8192, .instance_id = 1
    };
    struct journal_report report;
    struct journal *journal;
    struct batch batch = { .bytes = bytes, .capacity = sizeof bytes };
    assert_int_equal(file_ops_system.list(NULL, DIRECTORY, copy_file, &copy), OK);
    assert_int_equal(journal_open(&config, &journal, &report, &detail), OK);
    assert_int_equal(report.last_seq, expected_records);
    assert_int_equal(report.instance_id, 0x7711);
    batch_add(&batch, EVENT_TIMER, 0)->seq = report.last_seq + 1;
    assert_int_equal(journal_append(journal, bytes, batch.size), OK);
    assert_int_equal(journal_commit(journal, 0), OK);
    journal_close(journal);
    disk_free(copy.disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_is_read),
        cmocka_unit_test(version_1_can_be_continued),
    };
    return cmocka_run_group_tests_name("golden journals", tests, NULL, NULL);
}

/*
 * Goal: the power goes at any call. What was told to be durable is there byte for byte, nothing is
 * invented, the sequence has no hole, and the journal can always be opened again. A disk whose syncs
 * lie must be caught by the same check.
 *
 * POWER_CUT_POINTS=10000 for the long form; SEED=n repeats one point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/rng.h"
#include "store/batches.h"
#include "store/disk.h"

static _Alignas(16) uint8_t bytes[BATCH_TEST_BYTES];
static char why[1024];

struct life {
    struct disk *disk;
    struct journal_config config;
    struct written written;
    uint64_t told_durable; /* what an acknowledgement was given for */
    uint64_t next_seq;
};

static const char *complain(const char *format, const char *text)
{
    (void)snprintf(why, sizeof why, format, text);
    return why;
}

/* One life: random work until the power goes. Errors are answers; only wrong bytes are wrong. */
static void work(struct life *life, struct journal *journal, uint64_t *seed)
{
    int64_t now_ns = 0;
    for (int step = 0; step < 400 && !life->disk->dead; step++) {
        uint64_t dice = rng_below(seed, 100);
        enum err err = OK;
        now_ns += (int64_t)rng_below(seed, 800);
        if (dice < 60 && life->written.count < WRITTEN_MAX - 8) {
            size_t size = written_add(&life->written, life->next_seq, seed, bytes);
            err = journal_append(journal, bytes, size);
            if (err == OK)
                life->next_seq = journal_appended_seq(journal) + 1;
        } else if (dice < 93) {
            err = journal_commit(journal, now_ns);
        } else if (dice < 96) {
            err = journal_tick(journal, now_ns);
        } else if (dice < 98) {
            (void)(journal_use_reserve(journal) && journal_restore_reserve(journal));
        } else {
            err = journal_trim(journal, journal_durable_seq(journal) * rng_below(seed, 4) / 4);
        }
        /* Under `always` they are one; the others promise less, but keep that too. */
        life->told_durable = life->config.sync == JOURNAL_SYNC_ALWAYS ? journal_durable_seq(journal)
                                                                      : journal_synced_seq(journal);
        if (err != OK)
            return;
    }
}

/* Opens after a cut, which may be cut again; then everything is compared. */
static const char *reopen(struct life *life, struct journal **journal, uint64_t *seed)
{
    struct journal_report report;
    struct errtext detail;
    if (rng_below(seed, 3) == 0) {
        life->disk->calls_until = 1 + rng_below(seed, 8);
        if (journal_open(&life->config, journal, &report, &detail) == OK)
            journal_close(*journal);
        disk_power_cut(life->disk, seed);
    }
    if (journal_open(&life->config, journal, &report, &detail) != OK)
        return complain("cannot be opened: %s", detail.text);
    uint64_t last_seq;
    const char *wrong = written_compare(&life->written, life->config.file, "journal", &last_seq);
    if (report.last_seq < life->told_durable)
        wrong = "a durable batch is lost";
    else if (!*wrong && last_seq != report.last_seq && last_seq != 0)
        wrong = "reader and writer end at different records"; /* 0: all before was trimmed */
    if (*wrong) {
        journal_close(*journal);
        return complain("%s", wrong);
    }
    return "";
}

/* Three lives of one journal on one disk. "" or what is wrong. */
static const char *live(uint64_t seed, bool sync_lies)
{
    static struct life life;
    const char *wrong = "";
    memset(&life, 0, sizeof life);
    life.disk = disk_new();
    life.disk->sync_lies = sync_lies;
    life.config = test_config(&life.disk->ops);
    life.config.segment_bytes = (uint64_t)8192 << rng_below(&seed, 3);
    uint64_t policy = rng_below(&seed, 6);
    if (!sync_lies && policy < 2)
        life.config.sync = policy == 0 ? JOURNAL_SYNC_INTERVAL : JOURNAL_SYNC_OFF;
    life.next_seq = 1;
    for (int round = 0; round < 3 && !*wrong; round++) {
        struct journal *journal;
        wrong = reopen(&life, &journal, &seed);
        if (*wrong)
            break;
        uint64_t last_seq = journal_appended_seq(journal);
        written_cut(&life.written, last_seq);
        life.next_seq = last_seq + 1;
        life.disk->calls = 0;
        life.disk->calls_until = 1 + rng_below(&seed, 160);
        work(&life, journal, &seed);
        bool clean = !life.disk->dead && rng_below(&seed, 4) == 0;
        if (clean) {
            journal_close(journal);
            life.told_durable = life.disk->dead ? life.told_durable : life.next_seq - 1;
            disk_power_cut(life.disk, &seed);
        } else {
            life.disk->dead = true; /* close() must not save what the cut has taken */
            journal_close(journal);
            disk_power_cut(life.disk, &seed);
        }
    }
    if (!*wrong) {
        struct journal *journal;
        wrong = reopen(&life, &journal, &seed);
        if (!*wrong)
            journal_close(journal);
    }
    disk_free(life.disk);
    return wrong;
}

static unsigned long number(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 0) : otherwise;
}

static void a_power_cut_loses_nothing_durable(void **unused)
{
    (void)unused;
    unsigned long points = number("POWER_CUT_POINTS", 300);
    unsigned long first = number("SEED", 0);
    unsigned long end = getenv("SEED") ? first + 1 : points;
    for (unsigned long seed = first; seed < end; seed++) {
        const char *wrong = live(seed, false);
        if (*wrong)
            fail_msg("SEED=%lu: %s", seed, wrong);
    }
    print_message("%lu power cuts\n", end - first);
}

static void a_disk_whose_sync_lies_is_caught(void **unused)
{
    (void)unused;
    unsigned long caught = 0;
    for (unsigned long seed = 0; seed < 40; seed++)
        caught += *live(seed, true) != 0;
    print_message("caught with %lu of 40 seeds\n", caught);
    assert_true(caught >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_loses_nothing_durable),
        cmocka_unit_test(a_disk_whose_sync_lies_is_caught),
    };
    return cmocka_run_group_tests_name("journal power cut", tests, NULL, NULL);
}

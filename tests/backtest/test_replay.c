/* Goal: a run that was journaled is decided again to the byte; a record that was changed is found; what
 * cannot be decided again is refused with a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "backtest/replay.h"
#include "store/journal.h"
#include "support.h"

#define NOTHING UINT64_MAX

struct recorder { /* writes a run's batches to a journal, with one lie if wanted */
    struct journal *journal;
    uint64_t batches;
    uint64_t skip;    /* so many batches at the start are left out */
    uint64_t lie_at;  /* the first fill from this batch on gets another price */
    uint64_t lie_seq; /* where that was */
    uint32_t version; /* engine version to claim; 0 = as it is */
    uint8_t *copy;
};

static void record(void *context, const struct batch *batch)
{
    struct recorder *recorder = context;
    uint64_t at = recorder->batches++;
    if (at < recorder->skip)
        return;
    memcpy(recorder->copy, batch->bytes, batch->size);
    for (uint8_t *bytes = recorder->copy; bytes < recorder->copy + batch->size;) {
        struct event *event = (struct event *)(void *)bytes;
        if (event->kind == EVENT_FILL && at >= recorder->lie_at && !recorder->lie_seq) {
            ((struct fill *)event_body(event))->price_ticks++;
            recorder->lie_seq = event->seq;
        }
        if (event->kind == EVENT_SESSION_START && recorder->version)
            ((struct session_start *)event_body(event))->engine_version = recorder->version;
        bytes += event->length;
    }
    assert_int_equal(journal_append(recorder->journal, recorder->copy, batch->size), OK);
    assert_int_equal(journal_commit(recorder->journal, 0), OK);
}

/* Runs 600 bars into a journal of this name; gives the state hash. */
static uint64_t make_journal(const char *name, struct recorder *recorder)
{
    struct journal_report report;
    struct errtext detail = { "" };
    const char *directory = test_path(name), *bars = test_path("replay.csv");
    assert_int_equal(mkdir(directory, 0700), 0);
    struct journal_config journal = { .directory = directory,
                                      .file = &file_ops_system,
                                      .sync = JOURNAL_SYNC_OFF,
                                      .sync_interval_ns = 1000000000,
                                      .segment_bytes = 1 << 20,
                                      .reserve_bytes = 1 << 20,
                                      .keep_bytes = 1 << 30,
                                      .instance_id = 1 };
    if (journal_open(&journal, &recorder->journal, &report, &detail))
        fail_msg("%s", detail.text);
    recorder->copy = aligned_alloc(64, BATCH_BYTES_MAX);
    assert_non_null(recorder->copy);
    write_walk(bars, 7, 600);
    struct backtest_config config = config_for(bars);
    config.each_batch = record;
    config.context = recorder;
    struct backtest_result *result = run_or_fail(&config);
    uint64_t hash = result->state_hash;
    assert_true(result->trade_count > 3);
    backtest_result_free(result);
    journal_close(recorder->journal);
    free(recorder->copy);
    return hash;
}

static void what_was_decided_is_decided_again(void **unused)
{
    (void)unused;
    struct errtext detail = { "" };
    struct replay_report report;
    struct recorder recorder = { .lie_at = NOTHING };
    uint64_t hash = make_journal("honest", &recorder);
    if (replay_journal(&file_ops_system, test_path("honest"), &backtest_limits, NULL, NULL, &report,
                       &detail))
        fail_msg("%s", detail.text);
    assert_string_equal(report.difference, "");
    assert_true(report.same);
    assert_int_equal(report.batches, recorder.batches);
    assert_int_equal(report.records, report.last_seq);
    assert_int_equal(report.state_hash, hash);
}

static void a_changed_record_is_found(void **unused)
{
    (void)unused;
    struct errtext detail = { "" };
    struct replay_report report;
    struct recorder recorder = { .lie_at = 500 };
    make_journal("lie", &recorder);
    assert_true(recorder.lie_seq > 0);
    assert_int_equal(replay_journal(&file_ops_system, test_path("lie"), &backtest_limits, NULL,
                                    NULL, &report, &detail),
                     OK);
    print_message("%s\n", report.difference);
    assert_false(report.same);
    assert_int_equal(report.different_seq, recorder.lie_seq);
    assert_true(report.last_seq < recorder.lie_seq);
    assert_non_null(strstr(report.difference, "FILL"));
}

static void half_a_story_is_refused(void **unused)
{
    (void)unused;
    struct errtext detail = { "" };
    struct replay_report report;
    struct recorder later = { .lie_at = NOTHING, .skip = 20 };
    make_journal("later", &later);
    assert_int_equal(replay_journal(&file_ops_system, test_path("later"), &backtest_limits, NULL,
                                    NULL, &report, &detail),
                     ERR_UNSUPPORTED);
    print_message("%s\n", detail.text);
    struct recorder other = { .lie_at = NOTHING, .version = ENGINE_VERSION + 1 };
    make_journal("other", &other);
    assert_int_equal(replay_journal(&file_ops_system, test_path("other"), &backtest_limits, NULL,
                                    NULL, &report, &detail),
                     ERR_VERSION);
    print_message("%s\n", detail.text);
    assert_int_not_equal(replay_journal(&file_ops_system, test_path("nowhere"), &backtest_limits,
                                        NULL, NULL, &report, &detail),
                         OK);
    print_message("%s\n", detail.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_decided_is_decided_again),
        cmocka_unit_test(a_changed_record_is_found),
        cmocka_unit_test(half_a_story_is_refused),
    };
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}

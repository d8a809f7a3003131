/* Goal: `tradewind journal` tells of a journal what is there, for people and programs, and of one that is
 * damaged or missing what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include "app/cli.h"
#include "base/clock.h"
#include "store/journal.h"

#define BATCHES 5

static char data_dir[64], journal_dir[96], said[65536];

static void fill_journal(void)
{
    struct journal *journal;
    struct journal_report report;
    struct errtext detail;
    struct journal_config config = { .directory = journal_dir,
                                     .file = &file_ops_system,
                                     .sync = JOURNAL_SYNC_ALWAYS,
                                     .sync_interval_ns = NS_PER_S,
                                     .segment_bytes = 1 << 20,
                                     .reserve_bytes = 1 << 20,
                                     .keep_bytes = 1 << 20,
                                     .instance_id = 77 };
    uint8_t *bytes = calloc(1, BATCH_BYTES_MAX);
    assert_non_null(bytes);
    assert_int_equal(journal_open(&config, &journal, &report, &detail), OK);
    for (uint64_t seq = 1; seq <= BATCHES; seq++) {
        struct batch batch = { .bytes = bytes, .capacity = BATCH_BYTES_MAX };
        struct event *event = batch_add(&batch, EVENT_TIMER, 0);
        event->seq = seq;
        event->engine_ts_ns = (int64_t)seq * NS_PER_S;
        event->flags = EVENT_LAST;
        assert_int_equal(journal_append(journal, batch.bytes, batch.size), OK);
        assert_int_equal(journal_commit(journal, (int64_t)seq * NS_PER_S), OK);
    }
    journal_close(journal);
    free(bytes);
}

static int make_journal(void **unused)
{
    (void)unused;
    (void)snprintf(data_dir, sizeof data_dir, "/tmp/test_cmd_journal_XXXXXX");
    if (!mkdtemp(data_dir))
        return -1;
    (void)snprintf(journal_dir, sizeof journal_dir, "%s/" CLI_JOURNAL_DIR, data_dir);
    fill_journal();
    return 0;
}

static void each_file(void (*call)(const char *path))
{
    DIR *folder = opendir(journal_dir);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", journal_dir, entry->d_name);
        if (entry->d_name[0] != '.')
            call(path);
    }
    (void)closedir(folder);
}

static void remove_path(const char *path) { assert_int_equal(unlink(path), 0); }

static int remove_journal(void **unused)
{
    (void)unused;
    each_file(remove_path);
    return rmdir(journal_dir) || rmdir(data_dir);
}

static int say(const char *line)
{
    static char words[256], file[] = "/tmp/test_cmd_said_XXXXXX";
    char *argv[16] = { NULL };
    int argc = 0;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    strcpy(file + sizeof file - 7, "XXXXXX");
    int catcher = mkstemp(file), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    (void)fflush(NULL);
    (void)dup2(catcher, STDOUT_FILENO);
    (void)dup2(catcher, STDERR_FILENO);
    int code = cmd_journal(argc, argv);
    (void)fflush(NULL);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    ssize_t got = pread(catcher, said, sizeof said - 1, 0);
    said[got > 0 ? got : 0] = '\0';
    (void)close(catcher);
    (void)close(out);
    (void)close(err);
    (void)unlink(file);
    return code;
}

static int say_here(const char *words)
{
    char line[256];
    (void)snprintf(line, sizeof line, "journal %s --data-dir %s", words, data_dir);
    return say(line);
}

static unsigned lines(void)
{
    unsigned count = 0;
    for (const char *at = said; (at = strchr(at, '\n')); at++)
        count++;
    return count;
}

static void a_whole_journal_is_told_so(void **unused)
{
    (void)unused;
    assert_int_equal(say_here("verify"), CLI_OK);
    assert_non_null(strstr(said, "whole: records 1 to 5 in 5 batches, 1 segments"));
    assert_int_equal(say_here("verify --json"), CLI_OK);
    assert_non_null(strstr(said, "\"ok\":true"));
    assert_non_null(strstr(said, "\"instance_id\":77"));
    assert_non_null(strstr(said, "\"last_seq\":5"));
}

static void records_are_dumped_one_a_line(void **unused)
{
    (void)unused;
    assert_int_equal(say_here("dump"), CLI_OK);
    assert_int_equal(lines(), BATCHES);
    assert_non_null(strstr(said, "TIMER"));
    assert_int_equal(say_here("dump --json --from 2 --to 3"), CLI_OK);
    assert_int_equal(lines(), 2);
    assert_int_equal(said[0], '{');
}

static void the_folder_is_named_in_any_way(void **unused)
{
    (void)unused;
    static const char *const verbs[] = { "verify", "dump", "replay" };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const char *const ways[] = { data_dir, journal_dir };
        for (size_t way = 0; way < 4; way++) {
            char line[256];
            (void)snprintf(line, sizeof line, "journal %s %s%s", verbs[i],
                           way < 2 ? "" : "--data-dir ", ways[way % 2]);
            assert_int_equal(say(line), CLI_OK);
        }
    }
    assert_int_equal(say("journal verify /tmp"), CLI_FAILED);
    assert_non_null(strstr(said, "no readable journal at /tmp/journal; name"));
    assert_int_equal(say_here("verify /tmp"), CLI_USAGE);
    assert_non_null(strstr(said, "name the folder once"));
}

static void wrong_calls_are_told(void **unused)
{
    (void)unused;
    assert_int_equal(say("journal verify --data-dir /nowhere"), CLI_FAILED);
    assert_non_null(strstr(said, "no readable journal at /nowhere/journal"));
    assert_int_equal(say_here("dump --from 5 --to 2"), CLI_FAILED);
    assert_non_null(strstr(said, "is behind --to"));
    assert_int_equal(say_here("dump --from x"), CLI_USAGE);
    assert_int_equal(say_here("verfiy"), CLI_USAGE);
    assert_non_null(strstr(said, "did you mean verify?"));
}

/* Inside the first record: header 64, then a frame of 40 and a record of 64 bytes. */
static void damage(const char *path)
{
    if (!strstr(path, ".twj"))
        return;
    int file = open(path, O_RDWR);
    uint8_t byte;
    off_t at = 64 + 40 + 20;
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= 0xff;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    (void)close(file);
}

static void damage_is_told_with_its_place(void **unused)
{
    (void)unused;
    each_file(damage);
    assert_int_equal(say_here("verify"), CLI_FAILED);
    assert_non_null(strstr(said, ".twj"));
    assert_int_equal(say_here("verify --json"), CLI_FAILED);
    assert_non_null(strstr(said, "\"ok\":false"));
    assert_non_null(strstr(said, "\"offset\":64"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_journal_is_told_so),
        cmocka_unit_test(records_are_dumped_one_a_line),
        cmocka_unit_test(the_folder_is_named_in_any_way),
        cmocka_unit_test(wrong_calls_are_told),
        cmocka_unit_test(damage_is_told_with_its_place),
    };
    return cmocka_run_group_tests_name("cmd_journal", tests, make_journal, remove_journal);
}

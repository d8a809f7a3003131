/*
 * bench/bench_journal.c - what a durable decision costs: the journal's group commit beside a bare
 * pwrite + fdatasync append loop of the same bytes on the same disk.
 *
 *   bench_journal [directory] [rounds] [commits per round]
 *
 * Each commit of the one is followed by one of the other, so that a noisy disk is noisy for both.
 * Prints one JSON line per round and group size, and a last one with the medians.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "model/event.h"
#include "store/journal.h"
#include "store/journal_format.h"

#define COMMITS_MAX 20000
#define ROUNDS_MAX 32

static int64_t ours_ns[COMMITS_MAX], bare_ns[COMMITS_MAX];
static _Alignas(16) uint8_t batch_bytes[4096];
static uint8_t bare_bytes[64 * 4096];

static int by_value(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* One decision: an input and the images of an order, a position and a balance. */
static size_t batch_make(uint64_t seq)
{
    static const struct {
        uint16_t kind;
        size_t body;
    } rows[] = { { EVENT_ORDER_SUBMIT, sizeof(struct intent) },
                 { EVENT_ORDER, sizeof(struct order) },
                 { EVENT_POSITION, sizeof(struct position) },
                 { EVENT_BALANCE, sizeof(struct balance) } };
    struct batch batch = { .bytes = batch_bytes, .capacity = sizeof batch_bytes };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        batch_add(&batch, rows[i].kind, rows[i].body)->seq = seq + i;
    return batch.size;
}

static void check(int failed, const char *what)
{
    if (failed) {
        perror(what);
        exit(1);
    }
}

static int64_t commit_ours(struct journal *journal, int group)
{
    for (int i = 0; i < group; i++) {
        size_t size = batch_make(journal_appended_seq(journal) + 1);
        check(journal_append(journal, batch_bytes, size) != OK, "append");
    }
    int64_t start_ns = clock_monotonic_ns();
    check(journal_commit(journal, start_ns) != OK, "commit");
    return clock_monotonic_ns() - start_ns;
}

static int64_t commit_bare(int file, off_t *end, size_t size)
{
    int64_t start_ns = clock_monotonic_ns();
    check(pwrite(file, bare_bytes, size, *end) != (ssize_t)size, "pwrite");
    check(fdatasync(file), "fdatasync");
    *end += (off_t)size;
    return clock_monotonic_ns() - start_ns;
}

static double run_round(struct journal *journal, int file, off_t *end, int round, int group,
                        int commits)
{
    size_t size = (size_t)group * (batch_make(1) + sizeof(struct frame));
    for (int i = 0; i < commits; i++) {
        ours_ns[i] = commit_ours(journal, group);
        bare_ns[i] = commit_bare(file, end, size);
    }
    qsort(ours_ns, (size_t)commits, sizeof ours_ns[0], by_value);
    qsort(bare_ns, (size_t)commits, sizeof bare_ns[0], by_value);
    double ratio = (double)ours_ns[commits / 2] / (double)bare_ns[commits / 2];
    printf("{\"bench\":\"journal\",\"round\":%d,\"group\":%d,\"bytes\":%zu,\"commits\":%d,"
           "\"p50_ns\":%lld,\"p99_ns\":%lld,\"max_ns\":%lld,\"bare_p50_ns\":%lld,"
           "\"bare_p99_ns\":%lld,\"bare_max_ns\":%lld,\"ratio_p50\":%.3f}\n",
           round, group, size, commits, (long long)ours_ns[commits / 2],
           (long long)ours_ns[commits * 99 / 100], (long long)ours_ns[commits - 1],
           (long long)bare_ns[commits / 2], (long long)bare_ns[commits * 99 / 100],
           (long long)bare_ns[commits - 1], ratio);
    (void)fflush(stdout);
    return ratio;
}

static int by_ratio(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int count, char **args)
{
    const char *base = count > 1 ? args[1] : ".";
    int rounds = count > 2 ? atoi(args[2]) : 5;
    int commits = count > 3 ? atoi(args[3]) : 400;
    static const int groups[] = { 1, 16 };
    char directory[1000], path[1100], command[2400];
    check(rounds < 1 || rounds > ROUNDS_MAX || commits < 10 || commits > COMMITS_MAX, "arguments");
    (void)snprintf(directory, sizeof directory, "%.900s/bench-journal-%d", base, (int)getpid());
    (void)snprintf(path, sizeof path, "%s.bare", directory);
    struct journal_config config = { .directory = directory,
                                     .file = &file_ops_system,
                                     .sync = JOURNAL_SYNC_ALWAYS,
                                     .segment_bytes = 256u << 20,
                                     .instance_id = 1 };
    struct journal_report report;
    struct errtext detail;
    struct journal *journal;
    check(journal_open(&config, &journal, &report, &detail) != OK, "open");
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(file < 0, path);
    memset(bare_bytes, 7, sizeof bare_bytes);
    off_t end = 0;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        double ratios[ROUNDS_MAX];
        for (int round = 0; round < rounds; round++)
            ratios[round] = run_round(journal, file, &end, round, groups[g], commits);
        qsort(ratios, (size_t)rounds, sizeof ratios[0], by_ratio);
        printf("{\"bench\":\"journal\",\"group\":%d,\"rounds\":%d,\"ratio_p50_median\":%.3f,"
               "\"ratio_p50_worst\":%.3f}\n",
               groups[g], rounds, ratios[rounds / 2], ratios[rounds - 1]);
    }
    journal_close(journal);
    (void)close(file);
    (void)snprintf(command, sizeof command, "rm -r '%s' '%s'", directory, path);
    return system(command) == 0 ? 0 : 1;
}

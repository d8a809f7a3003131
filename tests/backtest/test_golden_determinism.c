/* Goal: the same file and configuration give the same bytes, twice here and in every build; and what
 * comes later in a file changes nothing that came before. SEED repeats a failure. */
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
#include "support.h"

#define GOLDEN "tests/data/backtest/golden_walk.txt"
#define BARS 4000

static uint64_t seed_of_run(void)
{
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    print_message("SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static void hash_batch(void *context, const struct batch *batch)
{
    uint64_t *hash = context;
    *hash = hash_bytes_seeded(batch->bytes, batch->size, *hash);
}

/* Hashes of everything a run gives. */
static void summary(uint64_t seed, char *out, size_t size)
{
    uint64_t records = 0;
    const char *path = test_path("walk.csv");
    write_walk(path, seed, BARS);
    struct backtest_config config = config_for(path);
    config.qty_step = "0.001";
    config.each_batch = hash_batch;
    config.context = &records;
    struct backtest_result *result = run_or_fail(&config);
    (void)snprintf(out, size,
                   "data %016llx\ntrades %zu %016llx\nequity %016llx\nrecords %llu %016llx\n"
                   "state %016llx\n",
                   (unsigned long long)result->data_hash, result->trade_count,
                   (unsigned long long)report_hash(result, report_trades),
                   (unsigned long long)report_hash(result, report_equity),
                   (unsigned long long)result->records, (unsigned long long)records,
                   (unsigned long long)result->state_hash);
    backtest_result_free(result);
}

static void two_runs_are_one(void **unused)
{
    (void)unused;
    uint64_t seed = seed_of_run();
    char first[512], second[512];
    summary(seed, first, sizeof first);
    summary(seed, second, sizeof second);
    assert_string_equal(first, second);
}

/* Debug and release, today and after a change that should change nothing. GOLDEN=write renews it. */
static void every_build_gives_the_golden_run(void **unused)
{
    (void)unused;
    char now[512], golden[512] = "";
    const char *wanted = getenv("GOLDEN");
    summary(42, now, sizeof now);
    if (wanted && strcmp(wanted, "write") == 0) {
        test_write(GOLDEN, now);
        return;
    }
    FILE *file = fopen(GOLDEN, "r");
    assert_non_null(file);
    assert_true(fread(golden, 1, sizeof golden - 1, file) > 0);
    (void)fclose(file);
    assert_string_equal(now, golden);
}

static void the_future_changes_nothing(void **unused)
{
    (void)unused;
    uint64_t seed = seed_of_run(), chance = seed;
    write_walk(test_path("walk.csv"), seed, BARS);
    struct backtest_config config = config_for(test_path("walk.csv"));
    struct backtest_result *whole = run_or_fail(&config);
    assert_true(whole->trade_count > 20);
    for (int round = 0; round < 8; round++) {
        int bars = 100 + (int)rng_below(&chance, BARS - 100);
        write_walk(test_path("prefix.csv"), seed, bars);
        config.data = test_path("prefix.csv");
        struct backtest_result *prefix = run_or_fail(&config);
        assert_int_equal(prefix->point_count, bars);
        for (int i = 0; i < bars; i++)
            assert_true(prefix->points[i].equity == whole->points[i].equity);
        assert_true(prefix->trade_count <= whole->trade_count);
        for (size_t i = 0; i < prefix->trade_count; i++)
            assert_true(prefix->trades[i].pnl == whole->trades[i].pnl);
        backtest_result_free(prefix);
    }
    backtest_result_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_are_one),
        cmocka_unit_test(every_build_gives_the_golden_run),
        cmocka_unit_test(the_future_changes_nothing),
    };
    return cmocka_run_group_tests_name("determinism", tests, NULL, NULL);
}

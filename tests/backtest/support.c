#include "support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/hash.h"
#include "base/rng.h"

static char directory[] = "/tmp/tradewind-backtest-XXXXXX";

static void remove_directory(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", directory);
    if (system(command) != 0)
        (void)fprintf(stderr, "left behind: %s\n", directory);
}

const char *test_directory(void)
{
    static bool made;
    if (!made) {
        if (!mkdtemp(directory))
            abort();
        (void)atexit(remove_directory);
        made = true;
    }
    return directory;
}

const char *test_path(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", test_directory(), name);
    return path;
}

void test_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void write_walk(const char *path, uint64_t seed, int bars)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("ts_ms,open,high,low,close,volume\n", file);
    int64_t close = 10000; /* cents */
    for (int i = 0; i < bars; i++) {
        int64_t open = close + (int64_t)rng_below(&seed, 41) - 20;
        close = open + (int64_t)rng_below(&seed, 201) - 100;
        close = close < 2000 ? 2000 : close;
        int64_t high = (open > close ? open : close) + (int64_t)rng_below(&seed, 30);
        int64_t low = (open < close ? open : close) - (int64_t)rng_below(&seed, 30);
        int64_t cells[] = { open, high, low, close };
        (void)fprintf(file, "%lld", 1700000100000 + i * 300000LL);
        for (int cell = 0; cell < 4; cell++)
            (void)fprintf(file, ",%lld.%02lld", (long long)(cells[cell] / 100),
                          (long long)(cells[cell] % 100));
        /* One after the other: as two arguments, each compiler has its own order. */
        uint64_t thousandths = rng_below(&seed, 1000), whole = rng_below(&seed, 500);
        (void)fprintf(file, ",%llu.%03llu\n", (unsigned long long)whole,
                      (unsigned long long)thousandths);
    }
    assert_int_equal(fclose(file), 0);
}

struct backtest_config config_for(const char *path)
{
    struct backtest_config config = backtest_config_default;
    config.data = path;
    config.symbol = "BTCUSDT";
    config.strategy = "sma_cross_long";
    return config;
}

struct backtest_result *run_or_fail(const struct backtest_config *config)
{
    struct backtest_result *result = NULL;
    struct errtext detail = { "" };
    if (backtest_run(config, &result, &detail))
        fail_msg("%s", detail.text);
    return result;
}

static void hash_line(void *context, const char *line, size_t length)
{
    uint64_t *hash = context;
    *hash = hash_bytes_seeded(line, length, *hash);
}

uint64_t report_hash(const struct backtest_result *result,
                     void (*report)(const struct backtest_result *, report_line *, void *))
{
    uint64_t hash = 0;
    report(result, hash_line, &hash);
    return hash;
}

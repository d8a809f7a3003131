/*
 * tests/backtest/support.h - files of bars and what a run gave, for the tests of this folder.
 */
#ifndef TESTS_BACKTEST_SUPPORT_H
#define TESTS_BACKTEST_SUPPORT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "backtest/report.h"

/* A fresh directory of this process, removed with all in it at exit. */
const char *test_directory(void);
/* directory/name; a static ring of four. */
const char *test_path(const char *name);
void test_write(const char *path, const char *text);

/* `bars` bars of a seeded walk from 100.00, five minutes each, as a bars_ms file. */
void write_walk(const char *path, uint64_t seed, int bars);

/* BTCUSDT sma_cross_long on the file, everything else as by default. */
struct backtest_config config_for(const char *path);
/* Runs it; fails the test with the sentence. */
struct backtest_result *run_or_fail(const struct backtest_config *config);

/* XXH3 over the lines of one report. */
uint64_t report_hash(const struct backtest_result *result,
                     void (*report)(const struct backtest_result *, report_line *, void *));
#endif

/*
 * backtest/report.h - a result as files: trades.csv, fills.csv, equity.csv, result.json.
 *
 * Columns and names are those of the public engines that results are compared with. Amounts and prices
 * are exact decimals; ratios are the shortest decimal that reads back as the double.
 */
#ifndef BACKTEST_REPORT_H
#define BACKTEST_REPORT_H
#include "backtest/backtest.h"

#define REPORT_JSON_MAX 65536

/* Makes the directory (and those above it) when it is missing and writes the four files, each whole or
 * not at all. ERR_IO, ERR_NO_SPACE, ERR_DENIED with a sentence. */
MUST_USE enum err report_write(const struct backtest_result *result, const char *directory,
                               struct errtext *detail);

/* Makes the directory and those above it. Writes one file into it, whole or not at all. */
MUST_USE enum err report_directory(const char *directory, struct errtext *detail);
MUST_USE enum err report_text(const char *directory, const char *name, const char *text,
                              size_t length, struct errtext *detail);

/* result.json's text, with a newline at the end; returns the length. */
size_t report_json(const struct backtest_result *result, char out[REPORT_JSON_MAX]);

/* The sentences about what the simulation takes for granted; how many. */
#define REPORT_ASSUMED_MAX 16
size_t report_assumed(const struct backtest_result *result, const char *out[REPORT_ASSUMED_MAX]);

/* One CSV file's lines, line by line with the newline, header first. */
typedef void report_line(void *context, const char *line, size_t length);
void report_trades(const struct backtest_result *result, report_line *each, void *context);
void report_fills(const struct backtest_result *result, report_line *each, void *context);
void report_equity(const struct backtest_result *result, report_line *each, void *context);

/* A bar's start as the file writes it: "2004-08-19", "2004-08-19 09:30:00" or milliseconds. */
#define REPORT_TIME_MAX 48
/* Always with the time of day, as far as the file has years: "2004-08-19 00:00:00". */
void report_full_time(int64_t ts_ns, char out[REPORT_TIME_MAX]);
void report_time(const struct backtest_result *result, int64_t ts_ns, char out[REPORT_TIME_MAX]);

#endif

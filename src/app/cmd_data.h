/*
 * app/cmd_data.h - what the commands of `tradewind data` share.
 */
#ifndef APP_CMD_DATA_H
#define APP_CMD_DATA_H
#include <limits.h>
#include <stdio.h>
#include "app/cli.h"
#include "app/progress.h"
#include "data/transfer.h"

/* One each: cmd_data_import.c, cmd_data_look.c, cmd_data_make.c. */
int cmd_data_import(int argc, char **argv);
int cmd_data_export(int argc, char **argv);
int cmd_data_inspect(int argc, char **argv);
int cmd_data_gaps(int argc, char **argv);
int cmd_data_resample(int argc, char **argv);
int cmd_data_generate(int argc, char **argv);

extern const char *const feed_kind_names[]; /* by enum feed_kind */
extern const char *const gap_kind_names[GAP_KIND_COUNT];

/* "2024-01-01" or with a clock; CLI_GO or the exit code. */
int cmd_data_time(const char *option, const char *text, int64_t *out_ns);
/* "missing", ...; CLI_GO or the exit code. */
int cmd_data_gap_kind(const char *text, enum gap_kind *out);

/* A progress line for the callbacks of transfer.h; context: struct progress. */
void cmd_data_progress(void *context, int pass, uint64_t rows, uint64_t total);

/* A result that is written as CSV and may be wanted as a columnar file: out NULL is stdout, a name
 * that ends in .twc is imported in the end, any other name gets its file only when it is whole. */
struct product {
    FILE *file;
    const char *out;
    char temporary[PATH_MAX];
    bool columnar;
};
int product_open(struct product *product, const char *out); /* CLI_GO or the exit code */
/* `config`: what is to be said in an import (path and out are the product's). */
int product_close(struct product *product, const struct import_config *config);
void product_abandon(struct product *product);

#endif

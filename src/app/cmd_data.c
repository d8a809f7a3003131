/* tradewind data: market-data files. */
#include "app/cmd_data.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "data/timestamp.h"

const char *const feed_kind_names[] = {
    [FEED_NONE] = "none", [FEED_TRADES] = "trades", [FEED_QUOTES] = "quotes", [FEED_BOOK] = "book",
    [FEED_BARS] = "bars", [FEED_ORDERS] = "orders", [FEED_LEVELS] = "levels",
};
const char *const gap_kind_names[GAP_KIND_COUNT] = {
    [GAP_UNKNOWN] = "unknown",
    [GAP_MISSING] = "missing",
    [GAP_NO_TRADE] = "no-trade",
};

int cmd_data_time(const char *option, const char *text, int64_t *out_ns)
{
    if (timestamp_parse(text, strlen(text), out_ns) == OK)
        return CLI_GO;
    (void)cli_fail("--%s: '%s' is no time such as 2024-01-31 or 2024-01-31T23:05:00Z", option,
                   text);
    return CLI_USAGE;
}

int cmd_data_gap_kind(const char *text, enum gap_kind *out)
{
    for (int i = 0; i < GAP_KIND_COUNT; i++)
        if (strcmp(gap_kind_names[i], text) == 0) {
            *out = (enum gap_kind)i;
            return CLI_GO;
        }
    (void)cli_fail("'%s' is no kind of gap: there are unknown, missing and no-trade", text);
    return CLI_USAGE;
}

void cmd_data_progress(void *context, int pass, uint64_t rows, uint64_t total)
{
    static const char *const labels[] = { "read", "read", "check", "write" };
    struct progress *progress = context;
    const char *label = labels[pass & 3];
    if (progress->label != label) {
        progress_end(progress);
        progress_begin(progress, label, "rows", total);
    }
    progress_set(progress, rows);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

int product_open(struct product *product, const char *out)
{
    *product = (struct product){ .out = out, .file = stdout };
    if (!out)
        return CLI_GO;
    product->columnar = ends_with(out, ".twc");
    int length = snprintf(product->temporary, sizeof product->temporary, "%s%s", out,
                          product->columnar ? ".csv.new" : ".new");
    if (length < 0 || (size_t)length >= sizeof product->temporary)
        return cli_fail("the name of the output file is too long");
    product->file = fopen(product->temporary, "we");
    if (!product->file)
        return cli_fail("%s: %s", product->temporary, strerror(errno));
    return CLI_GO;
}

void product_abandon(struct product *product)
{
    if (!product->out || !product->file)
        return;
    (void)fclose(product->file);
    (void)unlink(product->temporary);
    product->file = NULL;
}

int product_close(struct product *product, const struct import_config *config)
{
    bool good = fflush(product->file) == 0 && !ferror(product->file);
    if (!product->out)
        return good ? CLI_OK : cli_fail("the result could not be printed; is the disk full?");
    good = good && fsync(fileno(product->file)) == 0;
    good = fclose(product->file) == 0 && good;
    product->file = NULL;
    int code = CLI_OK;
    if (!good) {
        code = cli_fail("%s: %s", product->temporary, strerror(errno));
    } else if (product->columnar) {
        struct import_config import = *config;
        struct import_report report;
        struct errtext detail = { "" };
        import.path = product->temporary;
        import.out = product->out;
        if (data_import(&import, &report, &detail) != OK)
            code = cli_fail("%s", detail.text);
    } else if (rename(product->temporary, product->out) != 0) {
        code = cli_fail("%s: %s", product->out, strerror(errno));
    }
    if (code != CLI_OK || product->columnar)
        (void)unlink(product->temporary);
    return code;
}

int cmd_data(int argc, char **argv)
{
    static const struct cli_command commands[] = {
        { "import", "CSV into a columnar file", cmd_data_import },
        { "export", "a columnar file back to CSV", cmd_data_export },
        { "inspect", "what is in a file, and whether it is whole", cmd_data_inspect },
        { "gaps", "holes in time, and what is known of them", cmd_data_gaps },
        { "resample", "trades, quotes or bars into longer bars", cmd_data_resample },
        { "generate", "a made-up market, the same for the same seed", cmd_data_generate },
    };
    static const struct cli_menu menu = {
        .name = "tradewind data",
        .details = "Files: .csv, .csv.gz, .csv.zst and columnar .twc (docs/formats/columns.md).",
        .commands = commands,
        .count = CLI_COUNT(commands),
    };
    return cli_run(&menu, argc, argv);
}

/* tradewind data import, export. */
#include <string.h>
#include "app/cmd_data.h"
#include "base/json.h"
#include "data/layout.h"
#include "data/timestamp.h"

#define TIMES_TEXT_MAX 128 /* FROM/TO */
#define JSON_ROOM 16384

static struct {
    const char *ask, *layout, *out, *symbol, *tick, *lot, *time_zone, *gaps;
    struct cli_list missing;
    bool skip_bad, json;
} asked;

static const struct cli_option import_options[] = {
    { "out", "FILE", "the columnar file; default: the name with .twc", CLI_TEXT, &asked.out, 0, 0 },
    { "ask", "FILE", "bars: FILE is the ask side, the other the bid side", CLI_TEXT, &asked.ask, 0,
      0 },
    { "layout", "NAME", "how its columns are meant; default: found out", CLI_TEXT, &asked.layout, 0,
      0 },
    { "symbol", "NAME", "what it is data of: ETH/BTC", CLI_TEXT, &asked.symbol, 0, 0 },
    { "tick", "STEP", "smallest step of prices, as 0.01", CLI_TEXT, &asked.tick, 0, 0 },
    { "lot", "STEP", "smallest step of quantities", CLI_TEXT, &asked.lot, 0, 0 },
    { "time-zone", "ZONE", "offset of the file's clock, -05:00; other names are only kept",
      CLI_TEXT, &asked.time_zone, 0, 0 },
    { "gaps", "KIND", "what holes between bars are: unknown, missing, no-trade", CLI_TEXT,
      &asked.gaps, 0, 0 },
    { "missing", "FROM/TO", "a time known to be missing; again for more", CLI_LIST, &asked.missing,
      0, 0 },
    { "skip-bad", NULL, "leave bad rows out, count and tell them", CLI_FLAG, &asked.skip_bad, 0,
      0 },
    { "json", NULL, "print JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage import_usage = {
    "tradewind data import FILE [options]",
    "Checks every row of a CSV file and writes it as a columnar file",
    "A bad row ends the import with file, line and reason, unless --skip-bad is given.\n"
    "`data export` gives the same CSV back. Layouts: `tradewind data inspect --layouts`.",
    import_options,
    CLI_COUNT(import_options),
    1,
    1
};

static int take_missing(struct import_config *config)
{
    for (size_t i = 0; i < asked.missing.count && i < IMPORT_MISSING_MAX; i++) {
        char text[TIMES_TEXT_MAX];
        struct columns_gap *gap = &config->missing[i];
        (void)snprintf(text, sizeof text, "%s", asked.missing.items[i]);
        char *slash = strchr(text, '/');
        if (!slash) {
            (void)cli_fail("--missing: '%s' is not FROM/TO", text);
            return CLI_USAGE;
        }
        *slash = 0;
        int code = cmd_data_time("missing", text, &gap->from_ns);
        if (code == CLI_GO)
            code = cmd_data_time("missing", slash + 1, &gap->to_ns);
        if (code != CLI_GO)
            return code;
        if (gap->to_ns <= gap->from_ns) {
            (void)cli_fail("--missing: '%s' ends before it begins", asked.missing.items[i]);
            return CLI_USAGE;
        }
        gap->kind = GAP_MISSING;
        config->missing_count++;
    }
    return CLI_GO;
}

/* "x.csv.gz" becomes "x.twc", beside it. */
static int name_output(const char *path, char *out, size_t size)
{
    static const char *const ends[] = { ".gz", ".zst", ".csv" };
    int length = snprintf(out, size - 4, "%s", path);
    if (length < 0 || (size_t)length >= size - 4)
        return cli_fail("the name of the file is too long");
    for (size_t i = 0; i < CLI_COUNT(ends); i++) {
        size_t have = strlen(out), end = strlen(ends[i]);
        if (have > end && strcmp(out + have - end, ends[i]) == 0)
            out[have - end] = 0;
    }
    strcat(out, ".twc");
    return CLI_GO;
}

static void print_import_json(const struct import_config *config,
                              const struct import_report *report)
{
    static char room[JSON_ROOM];
    struct json_write write;
    json_write_init(&write, room, sizeof room);
    json_object_begin(&write);
    json_kv(&write, "file", string, config->out);
    json_kv(&write, "layout", string, report->layout);
    json_kv(&write, "kind", string, feed_kind_names[report->kind]);
    json_kv(&write, "rows", u64, report->rows);
    json_kv(&write, "skipped", u64, report->skipped);
    json_kv(&write, "gaps", u64, report->gaps);
    json_key(&write, "complaints");
    json_array_begin(&write);
    for (uint64_t i = 0; i < report->skipped && i < IMPORT_COMPLAINTS_MAX; i++)
        json_string(&write, report->complaints[i].text);
    json_array_end(&write);
    json_object_end(&write);
    (void)printf("%.*s\n", (int)write.length, write.out);
}

static int import(struct import_config *config)
{
    struct progress progress = { .label = "" };
    struct import_report report;
    struct errtext detail = { "" };
    config->progress = cmd_data_progress;
    config->context = &progress;
    enum err err = data_import(config, &report, &detail);
    progress_end(&progress);
    for (uint64_t i = 0; i < report.skipped && i < IMPORT_COMPLAINTS_MAX; i++)
        (void)fprintf(stderr, "tradewind: left out: %s\n", report.complaints[i].text);
    if (report.skipped > IMPORT_COMPLAINTS_MAX)
        (void)fprintf(stderr, "tradewind: left out: %llu rows more\n",
                      (unsigned long long)(report.skipped - IMPORT_COMPLAINTS_MAX));
    if (err != OK)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    if (asked.json)
        print_import_json(config, &report);
    else
        (void)printf("%s: %llu rows of %s (%s), %llu left out, %u gaps\n", config->out,
                     (unsigned long long)report.rows, feed_kind_names[report.kind], report.layout,
                     (unsigned long long)report.skipped, report.gaps);
    return CLI_OK;
}

int cmd_data_import(int argc, char **argv)
{
    struct import_config config = { .path = NULL };
    char out[PATH_MAX];
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&import_usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    config = (struct import_config){ .path = argv[operands],
                                     .ask = asked.ask,
                                     .layout = asked.layout,
                                     .out = asked.out,
                                     .symbol = asked.symbol,
                                     .tick = asked.tick,
                                     .lot = asked.lot,
                                     .time_zone = asked.time_zone,
                                     .skip_bad = asked.skip_bad };
    if (!asked.out) {
        code = name_output(config.path, out, sizeof out);
        config.out = out;
    }
    if (code == CLI_GO && asked.gaps)
        code = cmd_data_gap_kind(asked.gaps, &config.gaps_are);
    if (code == CLI_GO)
        code = take_missing(&config);
    return code == CLI_GO ? import(&config) : code;
}

static const struct cli_option export_options[] = {
    { "out", "FILE", "the CSV; default: printed", CLI_TEXT, &asked.out, 0, 0 },
};
static const struct cli_usage export_usage = {
    "tradewind data export FILE.twc [options]",
    "Writes a columnar file as CSV, to the byte the one it was imported from",
    NULL,
    export_options,
    CLI_COUNT(export_options),
    1,
    1
};

int cmd_data_export(int argc, char **argv)
{
    struct columns *columns = NULL;
    struct product product;
    struct progress progress = { .label = "" };
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&export_usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    if (columns_open(argv[operands], &columns, &detail) != OK)
        return cli_fail("%s", detail.text);
    code = product_open(&product, asked.out);
    if (code == CLI_GO && product.columnar) {
        code = cli_fail("%s: an export is CSV: choose a name that ends in .csv", asked.out);
        product_abandon(&product);
    } else if (code == CLI_GO) {
        enum err err = data_export(columns, product.file, cmd_data_progress, &progress, &detail);
        progress_end(&progress);
        if (err == OK) {
            code = product_close(&product, NULL);
        } else {
            product_abandon(&product);
            code = cli_fail("%s", detail.text);
        }
    }
    columns_close(columns);
    return code;
}

/* tradewind data inspect, gaps. */
#include <string.h>
#include "app/cmd_data.h"
#include "base/json.h"
#include "data/layout.h"
#include "data/survey.h"
#include "data/timestamp.h"

#define JSON_ROOM 8192

static struct {
    const char *layout, *kind;
    bool layouts, json;
} asked;

static const struct cli_option inspect_options[] = {
    { "layout", "NAME", "how its columns are meant; default: found out", CLI_TEXT, &asked.layout, 0,
      0 },
    { "layouts", NULL, "list the layouts there are, and read no file", CLI_FLAG, &asked.layouts, 0,
      0 },
    { "json", NULL, "print JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage inspect_usage = {
    "tradewind data inspect FILE [options]",
    "Reads every row and every checksum, and tells what the file holds",
    NULL,
    inspect_options,
    CLI_COUNT(inspect_options),
    0,
    1
};

static const char *time_or_none(const struct data_survey *survey, int64_t ts_ns, char *out)
{
    if (survey->rows == 0 || survey->info.kind == FEED_LEVELS)
        return "none";
    (void)timestamp_format(ts_ns, out);
    return out;
}

static void print_survey_json(const char *path, const struct data_survey *survey)
{
    char room[JSON_ROOM], time[TIMESTAMP_TEXT_MAX], hash[24];
    struct json_write write;
    json_write_init(&write, room, sizeof room);
    json_object_begin(&write);
    json_kv(&write, "file", string, path);
    json_kv(&write, "layout", string, survey->layout);
    json_kv(&write, "kind", string, feed_kind_names[survey->info.kind]);
    json_kv(&write, "columnar", bool, survey->columnar);
    json_kv(&write, "rows", u64, survey->rows);
    json_kv(&write, "first", string, time_or_none(survey, survey->first_ns, time));
    json_kv(&write, "last", string, time_or_none(survey, survey->last_ns, time));
    json_kv(&write, "interval_ms", i64, survey->info.bar_interval_ns / 1000000);
    json_kv(&write, "price_scale", i64, survey->info.price_scale);
    json_kv(&write, "qty_scale", i64, survey->info.qty_scale);
    json_kv(&write, "clean_price_scale", i64, survey->info.clean_price_scale);
    json_kv(&write, "clean_qty_scale", i64, survey->info.clean_qty_scale);
    json_kv(&write, "price_low", num, survey->low_ticks, survey->info.price_scale);
    json_kv(&write, "price_high", num, survey->high_ticks, survey->info.price_scale);
    json_kv(&write, "cleaned", u64, survey->info.cleaned);
    json_key(&write, "gaps");
    json_object_begin(&write);
    for (int i = 0; i < GAP_KIND_COUNT; i++)
        json_kv(&write, gap_kind_names[i], u64, survey->gaps[i]);
    json_object_end(&write);
    if (survey->columnar) {
        (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)survey->source_hash);
        json_kv(&write, "symbol", string, survey->symbol);
        json_kv(&write, "time_zone", string, survey->time_zone);
        json_kv(&write, "source", string, survey->source);
        json_kv(&write, "source_hash", string, hash);
        json_kv(&write, "skipped", u64, survey->skipped);
    }
    json_object_end(&write);
    (void)printf("%.*s\n", (int)write.length, write.out);
}

static void print_survey(const char *path, const struct data_survey *survey)
{
    char first[TIMESTAMP_TEXT_MAX], last[TIMESTAMP_TEXT_MAX], low[NUM_TEXT_MAX], high[NUM_TEXT_MAX];
    (void)num_format(survey->low_ticks, survey->info.price_scale, low);
    (void)num_format(survey->high_ticks, survey->info.price_scale, high);
    (void)printf("%s: %s (%s%s)\n", path, feed_kind_names[survey->info.kind], survey->layout,
                 survey->columnar ? ", columnar" : "");
    (void)printf("  %-10s %llu\n", "rows", (unsigned long long)survey->rows);
    (void)printf("  %-10s %s to %s\n", "time", time_or_none(survey, survey->first_ns, first),
                 time_or_none(survey, survey->last_ns, last));
    if (survey->info.bar_interval_ns > 0)
        (void)printf("  %-10s %g s\n", "interval", (double)survey->info.bar_interval_ns / 1e9);
    (void)printf("  %-10s %s to %s\n", "prices", low, high);
    (void)printf("  %-10s price %d, quantity %d decimals\n", "scales", survey->info.price_scale,
                 survey->info.qty_scale);
    if (survey->info.clean_price_scale != survey->info.price_scale ||
        survey->info.clean_qty_scale != survey->info.qty_scale)
        (void)printf("  %-10s %d and %d without the noise of binary doubles\n", "",
                     survey->info.clean_price_scale, survey->info.clean_qty_scale);
    (void)printf("  %-10s %llu unknown, %llu missing, %llu no-trade\n", "gaps",
                 (unsigned long long)survey->gaps[GAP_UNKNOWN],
                 (unsigned long long)survey->gaps[GAP_MISSING],
                 (unsigned long long)survey->gaps[GAP_NO_TRADE]);
    if (survey->columnar)
        (void)printf("  %-10s %s%s%s, time zone %s, %llu rows left out, checksums right\n", "from",
                     survey->source, *survey->symbol ? ", " : "", survey->symbol, survey->time_zone,
                     (unsigned long long)survey->skipped);
}

static int list_layouts(void)
{
    for (const struct layout *const *row = layouts; *row; row++) {
        (void)printf("%-18s %s: ", (*row)->name, (*row)->about);
        for (const struct layout_column *column = (*row)->columns; column->name; column++)
            (void)printf("%s%s%s", column == (*row)->columns ? "" : ",", column->name,
                         column->need == COLUMN_OPTIONAL ? "?" : "");
        (void)putchar('\n');
    }
    return CLI_OK;
}

int cmd_data_inspect(int argc, char **argv)
{
    struct data_survey survey;
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&inspect_usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    if (asked.layouts)
        return list_layouts();
    if (operands == argc) {
        (void)cli_fail("which file? See: tradewind data inspect --help");
        return CLI_USAGE;
    }
    enum err err = data_survey_make(argv[operands], asked.layout, &survey, NULL, NULL, &detail);
    if (err != OK)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    if (asked.json)
        print_survey_json(argv[operands], &survey);
    else
        print_survey(argv[operands], &survey);
    return CLI_OK;
}

static const struct cli_option gaps_options[] = {
    { "kind", "KIND", "only these: unknown, missing, no-trade", CLI_TEXT, &asked.kind, 0, 0 },
    { "json", NULL, "print JSON", CLI_FLAG, &asked.json, 0, 0 },
};
static const struct cli_usage gaps_usage = {
    "tradewind data gaps FILE [options]",
    "Lists the holes in time: from the first missing moment to the first that is there again",
    "missing: known to be missing. no-trade: nothing was traded. unknown: nobody said. A columnar\n"
    "file has a ledger of them; `data import --gaps KIND --missing FROM/TO` fills it.",
    gaps_options,
    CLI_COUNT(gaps_options),
    1,
    1
};

struct listing {
    bool all;
    enum gap_kind kind;
    uint64_t shown;
};

static void show_gap(void *context, const struct columns_gap *gap)
{
    struct listing *listing = context;
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX];
    if (!listing->all && gap->kind != listing->kind)
        return;
    (void)timestamp_format(gap->from_ns, from);
    (void)timestamp_format(gap->to_ns, to);
    if (asked.json)
        (void)printf("%s{\"from\":\"%s\",\"to\":\"%s\",\"bars\":%llu,\"kind\":\"%s\"}",
                     listing->shown ? ",\n " : "", from, to, (unsigned long long)gap->bars,
                     gap_kind_names[gap->kind]);
    else
        (void)printf("%-24s %-24s %8llu  %s\n", from, to, (unsigned long long)gap->bars,
                     gap_kind_names[gap->kind]);
    listing->shown++;
}

int cmd_data_gaps(int argc, char **argv)
{
    struct data_survey survey;
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&gaps_usage, argc, argv, &operands);
    struct listing listing = { .all = !asked.kind };
    if (code == CLI_GO && asked.kind)
        code = cmd_data_gap_kind(asked.kind, &listing.kind);
    if (code != CLI_GO)
        return code;
    if (asked.json)
        (void)printf("{\"gaps\":[");
    enum err err = data_survey_make(argv[operands], NULL, &survey, show_gap, &listing, &detail);
    if (asked.json)
        (void)printf("]}\n");
    if (err != OK)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    if (!asked.json && listing.shown == 0)
        (void)printf("no gaps\n");
    return CLI_OK;
}

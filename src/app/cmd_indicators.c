/* tradewind indicators: columns of indicators over a file of past bars, and the list of rows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/cli.h"
#include "base/num.h"
#include "data/feed.h"
#include "indicator/indicator.h"
#include "model/market.h"

#define COLUMNS_MAX 512

static struct {
    const char *data, *columns, *out;
    bool list, reference;
} asked;

static const struct cli_option options[] = {
    { "data", "FILE", "bars: .csv or .csv.gz, oldest first", CLI_TEXT, &asked.data, 0, 0 },
    { "columns", "A,B,...", "ema_20,bb_upper_20_2,macd_signal_12_26_9, ...", CLI_TEXT,
      &asked.columns, 0, 0 },
    { "out", "FILE", "writes the table there; default: stdout", CLI_TEXT, &asked.out, 0, 0 },
    { "list", NULL, "print every indicator with its parameters", CLI_FLAG, &asked.list, 0, 0 },
    { "reference", NULL, "print docs/indicators.md", CLI_FLAG, &asked.reference, 0, 0 },
};
static const struct cli_usage usage = {
    "tradewind indicators --data FILE --columns A,B,... [--out FILE]",
    "Computes indicators over past bars, as a strategy would see them",
    "A column is a name with its parameters: ema_20, stoch_k_14_3_3, psar_002_02. A row and "
    "output\n"
    "of --list is one too, with its defaults: macd.signal. Further parameters follow by name:\n"
    "ema_20:seed=first or keltner.upper:form=orig:period=10. The table has a row a bar, i from 0; "
    "a\n"
    "cell is empty while its indicator is not warm.",
    options,
    CLI_COUNT(options),
    0,
    0
};

/* ---- the columns ---- */

struct column {
    struct indicator_column of;
    const char *name;
    void *state;
    size_t same; /* the first column with the same row and parameters, whose outputs it shares */
    double out[INDICATOR_OUTPUTS_MAX];
};
struct table {
    struct column columns[COLUMNS_MAX];
    size_t count;
    char *names;
};

static bool same_use(const struct indicator_column *a, const struct indicator_column *b)
{
    bool same = a->row == b->row;
    for (size_t i = 0; same && i < a->row->param_count; i++)
        same = a->params[i] == b->params[i];
    return same;
}

static int add_column(struct table *table, const char *name)
{
    if (table->count == COLUMNS_MAX)
        return cli_fail("more than %d columns", COLUMNS_MAX);
    struct column *column = &table->columns[table->count];
    enum err err = indicator_column(name, &column->of);
    if (err == ERR_NOT_FOUND)
        return cli_fail("no such column: %s\nSee: tradewind indicators --list", name);
    if (err)
        return cli_fail("%s: a parameter is not possible\nSee: tradewind indicators --list", name);
    column->name = name;
    column->same = table->count;
    for (size_t i = 0; i < table->count; i++)
        if (same_use(&table->columns[i].of, &column->of)) {
            column->same = i;
            break;
        }
    if (column->same == table->count) {
        size_t bytes = column->of.row->state_bytes(column->of.params);
        column->state = calloc(1, bytes ? bytes : 1);
        if (!column->state)
            return cli_fail("out of memory");
        column->of.row->init(column->state, column->of.params);
    }
    table->count++;
    return CLI_GO;
}

static int open_table(struct table *table, const char *names)
{
    char *rest;
    table->names = strdup(names);
    if (!table->names)
        return cli_fail("out of memory");
    for (char *name = strtok_r(table->names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        int code = add_column(table, name);
        if (code != CLI_GO)
            return code;
    }
    return table->count ? CLI_GO : cli_fail("--columns names no column");
}

static void close_table(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->columns[i].state);
    free(table->names);
    free(table);
}

static void write_head(const struct table *table, FILE *file)
{
    (void)fputs("i", file);
    for (size_t i = 0; i < table->count; i++)
        (void)fprintf(file, ",%s", table->columns[i].name);
    (void)fputc('\n', file);
}

static void write_row(struct table *table, uint64_t index, const struct indicator_bar *bar,
                      FILE *file)
{
    (void)fprintf(file, "%llu", (unsigned long long)index);
    for (size_t i = 0; i < table->count; i++) {
        struct column *column = &table->columns[i];
        if (column->state)
            column->of.row->update(column->state, bar, column->out);
        double value = table->columns[column->same].out[column->of.output];
        if (isfinite(value))
            (void)fprintf(file, ",%.15g", value);
        else
            (void)fputc(',', file);
    }
    (void)fputc('\n', file);
}

/* ---- the bars ---- */

static struct indicator_bar bar_of(const struct event *event, const struct feed_info *scales)
{
    const struct bar *bar = event_body_const(event);
    return (struct indicator_bar){
        .open = num_to_double(bar->open_ticks, scales->price_scale),
        .high = num_to_double(bar->high_ticks, scales->price_scale),
        .low = num_to_double(bar->low_ticks, scales->price_scale),
        .close = num_to_double(bar->close_ticks, scales->price_scale),
        .volume = num_to_double(bar->volume_lots, scales->qty_scale),
        .start_ns = bar->start_ns,
    };
}

static int write_table(struct table *table, struct feed *feed, FILE *file)
{
    struct feed_info info;
    struct errtext detail = { "" };
    const struct event *event;
    uint64_t index = 0;
    enum err err;
    feed_info(feed, &info);
    if (info.kind != FEED_BARS)
        return cli_fail("%s holds no bars", asked.data);
    feed_set_scales(feed, info.clean_price_scale, info.clean_qty_scale);
    info.price_scale = info.clean_price_scale;
    info.qty_scale = info.clean_qty_scale;
    write_head(table, file);
    while ((err = feed_next(feed, &event, &detail)) == OK) {
        if (event->kind != EVENT_BAR)
            continue;
        struct indicator_bar bar = bar_of(event, &info);
        write_row(table, index++, &bar, file);
    }
    if (err != ERR_END)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    return CLI_OK;
}

static int compute(struct table *table)
{
    struct errtext detail = { "" };
    struct feed *feed = NULL;
    FILE *file = stdout;
    enum err err = feed_open(asked.data, NULL, &feed, &detail);
    if (err)
        return cli_fail("%s", *detail.text ? detail.text : err_text(err));
    if (asked.out)
        file = fopen(asked.out, "w");
    int code = file ? write_table(table, feed, file) : cli_fail("cannot write %s", asked.out);
    if (file && (fflush(file) != 0 || ferror(file)) && code == CLI_OK)
        code = cli_fail("the table could not be written; is the disk full?");
    if (file && file != stdout)
        (void)fclose(file);
    feed_close(feed);
    return code;
}

/* ---- the list and the reference ---- */

/* The word for `value`, or its number. */
static void print_value(const struct indicator_param *param, double value)
{
    const char *word = param->choices;
    for (int i = 0; word && i < (int)value; i++)
        word += strcspn(word, " ") + 1;
    if (word)
        (void)printf("%.*s", (int)strcspn(word, " "), word);
    else
        (void)printf("%g", value);
}

static void print_params(const struct indicator *row)
{
    for (size_t i = 0; i < row->param_count; i++) {
        (void)printf("%s%s=", i ? " " : "", row->params[i].name);
        print_value(&row->params[i], row->params[i].default_value);
        if (row->params[i].choices)
            (void)printf(" (%s)", row->params[i].choices);
    }
}

static void print_list(void)
{
    const struct indicator *row;
    for (size_t i = 0; (row = indicator_at(i)); i++) {
        (void)printf("%-14s %s\n%15s", row->name, row->about, "");
        print_params(row);
        (void)printf("%scolumns", row->param_count ? "; " : "");
        for (size_t k = 0; k < row->output_count; k++)
            (void)printf(" %.*s", (int)strcspn(row->outputs[k].columns, " ?"),
                         row->outputs[k].columns);
        (void)putchar('\n');
    }
}

static void print_reference_row(const struct indicator *row)
{
    (void)printf("\n## %s\n\n%s: `%s`.\n", row->name, row->about, row->formula);
    if (row->convention)
        (void)printf("Convention: %s.\n", row->convention);
    (void)printf("Source: %s.\n", row->source);
    if (row->param_count)
        (void)printf("\n| parameter | default | range | what it is |\n|---|---|---|---|\n");
    for (size_t i = 0; i < row->param_count; i++) {
        const struct indicator_param *param = &row->params[i];
        (void)printf("| %s | ", param->name);
        print_value(param, param->default_value);
        if (param->choices)
            (void)printf(" | %s", param->choices);
        else
            (void)printf(" | %g to %g", param->low, param->high);
        (void)printf(" | %s |\n", param->about);
    }
    (void)printf("\n| output | columns |\n|---|---|\n");
    for (size_t i = 0; i < row->output_count; i++)
        (void)printf("| %s.%s | `%s` |\n", row->name, row->outputs[i].name,
                     row->outputs[i].columns);
}

static void print_reference(void)
{
    const struct indicator *row;
    (void)printf(
        "# Indicators\n\n"
        "<!-- Made by `tradewind indicators --reference` from the rows in src/indicator; a test "
        "compares. -->\n\n"
        "Streaming, told each finished bar once, no value until warm. A strategy opens one by row\n"
        "and output, `macd.signal`, with the parameters in this order; those left out have their\n"
        "default. `tradewind indicators` computes columns: `{period}` stands for a parameter, "
        "what\n"
        "follows a `?` is implied by the name. `[n]` in a formula is the value n bars before, tp "
        "the\n"
        "typical price (high + low + close) / 3.\n");
    for (size_t i = 0; (row = indicator_at(i)); i++)
        print_reference_row(row);
}

int cmd_indicators(int argc, char **argv)
{
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    if (asked.list || asked.reference) {
        if (asked.list)
            print_list();
        if (asked.reference)
            print_reference();
        return fflush(stdout) == 0 ? CLI_OK : cli_fail("the list could not be printed");
    }
    if (!asked.data || !asked.columns) {
        (void)cli_fail("--%s is missing\nSee: tradewind indicators --help",
                       asked.data ? "columns" : "data");
        return CLI_USAGE;
    }
    struct table *table = calloc(1, sizeof *table);
    if (!table)
        return cli_fail("out of memory");
    code = open_table(table, asked.columns);
    if (code == CLI_GO)
        code = compute(table);
    close_table(table);
    return code;
}

/* The reference page and the sample file, made from the rows. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "ops/config_internal.h"

#define LINE_MAX_BYTES 2048

typedef void line_fn(void *context, const char *text);

static const char *const strategy_sample[] = {
    "# Strategies that run; without this section there is exactly the one shown here.",
    "# An empty list (strategies: []) runs none. params are the strategy's own.",
    "#strategies:",
    "#  - name: sma_btc",
    "#    type: sma_cross_long",
    "#    symbol: BTCUSDT",
    "#    interval: 1m",
    "#    size: qty=0.01        # or equity=0.95: that share of what is free in the quote asset",
    "#    params: { fast: 10, slow: 30 }",
};

static const char *const reference_head[] = {
    "# Configuration",
    "",
    "<!-- Made by `tradewind config reference` from src/ops/config_keys.h; a test compares. -->",
    "",
    "A value comes from, strongest first: `--set key=value`, the environment, the file, the "
    "default.",
    "The file is the one named by `--config`, else the first of `./tradewind.yaml`,",
    "`./config/config.yaml` and `/etc/tradewind/tradewind.yaml`; without any, the defaults hold.",
    "",
    "In the environment a key is `TRADEWIND_` and its name in capitals with `_` for `.`:",
    "`server.listen` is `TRADEWIND_SERVER_LISTEN`. Further names stand in the table; the product's",
    "own name wins. An empty variable counts as not set.",
    "",
    "Forms: booleans are true/1/yes/on or false/0/no/off; sizes `1048576`, `64MiB`, `1GiB`;",
    "durations `250ms`, `2s`, `1m`, `1h`, `1d`; decimals are exact; list items are separated by",
    "commas, or a YAML list. YAML anchors, aliases and tags are refused. A file has at most 1 MiB.",
    "",
    "`tradewind config check` tells every mistake at once with its line; `tradewind config show` "
    "says",
    "where each value comes from; `tradewind config sample` prints a file to start from.",
};

static void write_bullet_value(line_fn *line, void *context, const char *label, const char *value)
{
    char text[LINE_MAX_BYTES];
    if (!*value)
        return;
    (void)snprintf(text, sizeof text, "- %s: `%s`", label, value);
    line(context, text);
}

static void write_key(line_fn *line, void *context, enum config_key key)
{
    const struct config_row *row = config_row(key);
    char text[LINE_MAX_BYTES], expected[512];
    (void)snprintf(text, sizeof text, "### `%s`", row->name);
    line(context, "");
    line(context, text);
    line(context, "");
    (void)snprintf(text, sizeof text, "%c%s.", toupper((unsigned char)row->sentence[0]),
                   row->sentence + 1);
    line(context, text);
    line(context, "");
    (void)snprintf(text, sizeof text, "- Value: %s",
                   config_expected(key, expected, sizeof expected));
    line(context, text);
    write_bullet_value(line, context, "Default", row->fallback);
    write_bullet_value(line, context, "Further environment names", row->environment);
    write_bullet_value(line, context, "Also read as", row->aliases);
}

/* The first word of a dotted name, as the section it stands in. */
static size_t section_of(const char *name)
{
    const char *point = strchr(name, '.');
    return point ? (size_t)(point - name) : 0;
}

static bool same_section(const char *a, const char *b)
{
    return section_of(a) == section_of(b) && strncmp(a, b, section_of(a)) == 0;
}

void config_write_reference(line_fn *line, void *context)
{
    char text[LINE_MAX_BYTES];
    for (size_t i = 0; i < sizeof reference_head / sizeof reference_head[0]; i++)
        line(context, reference_head[i]);
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        const char *name = config_key_name((enum config_key)key);
        if (key == 0 || !same_section(name, config_key_name((enum config_key)(key - 1)))) {
            (void)snprintf(text, sizeof text, "## %.*s",
                           section_of(name) ? (int)section_of(name) : 7,
                           section_of(name) ? name : "general");
            line(context, "");
            line(context, text);
        }
        write_key(line, context, (enum config_key)key);
    }
    line(context, "");
    line(context, "## strategies");
    line(context, "");
    line(context, "```yaml");
    for (size_t i = 0; i < sizeof strategy_sample / sizeof strategy_sample[0]; i++)
        line(context, i < 2 ? strategy_sample[i] : strategy_sample[i] + 1);
    line(context, "```");
}

static void write_sample_key(line_fn *line, void *context, enum config_key key)
{
    const struct config_row *row = config_row(key);
    char text[LINE_MAX_BYTES], expected[512];
    size_t section = section_of(row->name);
    (void)snprintf(text, sizeof text, "%s# %s", section ? "  " : "", row->sentence);
    line(context, text);
    (void)snprintf(text, sizeof text, "%s# %s", section ? "  " : "",
                   config_expected(key, expected, sizeof expected));
    line(context, text);
    bool quoted = !*row->fallback;
    (void)snprintf(text, sizeof text, "%s%s: %s%s%s", section ? "#  " : "#",
                   row->name + section + (section ? 1 : 0), quoted ? "\"" : "", row->fallback,
                   quoted ? "\"" : "");
    line(context, text);
}

void config_write_sample(line_fn *line, void *context)
{
    char text[LINE_MAX_BYTES];
    line(context,
         "# Tradewind configuration. Every line is a comment and shows the default; take the #");
    line(context,
         "# away from a section and from the keys you change. Check: tradewind config check");
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        const char *name = config_key_name((enum config_key)key);
        if (section_of(name) &&
            (key == 0 || !same_section(name, config_key_name((enum config_key)(key - 1))))) {
            (void)snprintf(text, sizeof text, "#%.*s:", (int)section_of(name), name);
            line(context, "");
            line(context, text);
        }
        write_sample_key(line, context, (enum config_key)key);
    }
    line(context, "");
    for (size_t i = 0; i < sizeof strategy_sample / sizeof strategy_sample[0]; i++)
        line(context, strategy_sample[i]);
}

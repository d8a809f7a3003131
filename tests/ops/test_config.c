/* Goal: a configuration is either right, with every value where it should come from, or refused with
 * every mistake named at its place and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/rng.h"
#include "ops/config.h"

/* libfyaml 0.7.12 loses 512 bytes when a text breaks off inside nested brackets. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libfyaml"; }

static char path[64], problems[65536];

static int make_file(void **unused)
{
    (void)unused;
    (void)snprintf(path, sizeof path, "/tmp/test_config_XXXXXX");
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **unused)
{
    (void)unused;
    return unlink(path);
}

static void write_bytes(const void *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static enum err load_all(const char *text, const char *const *environment, const char *set,
                         struct config **out)
{
    write_bytes(text, strlen(text));
    struct config_source source = {
        .file = path, .sets = &set, .set_count = set ? 1 : 0, .environment = environment
    };
    return config_load(&source, out, problems, sizeof problems);
}

static struct config *load(const char *text)
{
    struct config *config = NULL;
    enum err err = load_all(text, NULL, NULL, &config);
    if (err)
        print_error("%s", problems);
    assert_int_equal(err, OK);
    return config;
}

static void refused(const char *text, const char *saying)
{
    struct config *config = NULL;
    assert_int_equal(load_all(text, NULL, NULL, &config), ERR_SYNTAX);
    assert_null(config);
    if (!strstr(problems, saying))
        print_error("wanted: %s\ngot: %s\n", saying, problems);
    assert_non_null(strstr(problems, saying));
}

static void an_empty_file_gives_the_defaults(void **unused)
{
    (void)unused;
    static const char *const empty[] = { "", "# nothing\n", "---\n", "server:\n", "{}\n" };
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct config *config = load(empty[i]);
        const char *const *items;
        assert_string_equal(config_text(config, KEY_DATA_DIR), "./data");
        assert_int_equal(config_list(config, KEY_LISTEN, &items), 2);
        assert_string_equal(items[1], "127.0.0.1:8000");
        assert_int_equal(config_int(config, KEY_STREAM_BYTES), 8 << 20);
        assert_int_equal(config_int(config, KEY_PAPER_LATENCY), 5 * NS_PER_MS);
        assert_int_equal(config_enum(config, KEY_LOG_LEVEL), 1);
        assert_int_equal(config_decimal(config, KEY_PAPER_TAKER_FEE, 4), 100000);
        assert_string_equal(config_origin(config, KEY_LOG_LEVEL), "default");
        config_free(config);
    }
}

static void values_come_in_every_form(void **unused)
{
    (void)unused;
    struct config *config = load("log.level: WARNING\n"
                                 "server:\n"
                                 "  listen: [ 127.0.0.1:1, '[::1]:2' ]\n"
                                 "  stream_bytes: 1GiB\n"
                                 "journal:\n"
                                 "  sync_interval: 250ms\n"
                                 "  keep_bytes: 134217728\n"
                                 "paper:\n"
                                 "  maker_fee_bps: -0.25\n"
                                 "  balances: USDT 5, BTC 0.1\n"
                                 "  file: \"\"\n"
                                 "trading: { entry_valid: 1m }\n");
    const char *const *items;
    assert_int_equal(config_enum(config, KEY_LOG_LEVEL), 2);
    assert_int_equal(config_list(config, KEY_LISTEN, &items), 2);
    assert_string_equal(items[1], "[::1]:2");
    assert_int_equal(config_int(config, KEY_STREAM_BYTES), 1 << 30);
    assert_int_equal(config_int(config, KEY_JOURNAL_SYNC_INTERVAL), 250 * NS_PER_MS);
    assert_int_equal(config_int(config, KEY_JOURNAL_KEEP_BYTES), 134217728);
    assert_int_equal(config_decimal(config, KEY_PAPER_MAKER_FEE, 4), -2500);
    assert_string_equal(config_text(config, KEY_PAPER_MAKER_FEE), "-0.25");
    assert_int_equal(config_list(config, KEY_PAPER_BALANCES, &items), 2);
    assert_string_equal(items[1], "BTC 0.1");
    assert_int_equal(config_int(config, KEY_ENTRY_VALID), 60 * NS_PER_S);
    assert_non_null(strstr(config_origin(config, KEY_ENTRY_VALID), ":12"));
    config_free(config);
}

static void the_strongest_source_wins(void **unused)
{
    (void)unused;
    static const char file[] = "log: { level: error }\n";
    static const char *const further[] = { "LOG_LEVEL=debug", "PATH=/bin", NULL };
    static const char *const own[] = { "LOG_LEVEL=debug", "TRADEWIND_LOG_LEVEL=Warning", NULL };
    static const char *const empty[] = { "TRADEWIND_LOG_LEVEL=", NULL };
    static const struct {
        const char *const *environment;
        const char *set, *origin;
        int level;
    } cases[] = {
        { NULL, NULL, ":1", 3 },
        { empty, NULL, ":1", 3 },
        { further, NULL, "environment LOG_LEVEL", 0 },
        { own, NULL, "environment TRADEWIND_LOG_LEVEL", 2 },
        { own, "log.level=info", "--set log.level=info", 1 },
        { own, "logging.level=info", "--set logging.level=info", 1 }, /* the alias */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = NULL;
        assert_int_equal(load_all(file, cases[i].environment, cases[i].set, &config), OK);
        assert_int_equal(config_enum(config, KEY_LOG_LEVEL), cases[i].level);
        assert_non_null(strstr(config_origin(config, KEY_LOG_LEVEL), cases[i].origin));
        config_free(config);
    }
}

static void every_mistake_is_told_at_once(void **unused)
{
    (void)unused;
    static const char text[] = "log:\n"
                               "  levle: info\n"
                               "server:\n"
                               "  connections_max: 5\n"
                               "  stream_bytes: much\n"
                               "papre:\n"
                               "  seed: 1\n"
                               "journal: { sync: sometimes }\n";
    static const char *const environment[] = { "TRADEWIND_ORDERS_MAX=few", NULL };
    struct config *config = NULL;
    assert_int_equal(load_all(text, environment, "orders.kyes_max=1", &config), ERR_SYNTAX);
    print_message("%s", problems);
    static const char *const said[] = {
        ":2:3: log.levle: no such key; did you mean log.level?\n"
        "     2 |   levle: info\n"
        "       |   ^\n",
        ":4:20: server.connections_max: '5' is out of range; give a whole number from 16 to 60000 "
        "connections\n",
        ":5:17: server.stream_bytes: 'much' does not fit; give a size such as 1048576, 64MiB or "
        "1GiB from 64KiB to 1GiB\n",
        ":6:1: papre: no such section; did you mean paper?\n",
        ":8:18: journal.sync: 'sometimes' does not fit; give one of always, interval, off\n",
        "environment TRADEWIND_ORDERS_MAX: orders.max: 'few' does not fit; give a whole number",
        "--set orders.kyes_max=1: no such key; did you mean orders.keys_max?\n",
    };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        assert_non_null(strstr(problems, said[i]));
    assert_null(strstr(problems, "seed")); /* an unknown section is told once */
}

static void single_mistakes_have_their_sentence(void **unused)
{
    (void)unused;
    refused("log: { level: info }\nlog.level: debug\n", "2:1: log.level: set already in line 1");
    refused("data_dir:\n", "data_dir: no value");
    refused("data_dir: ''\n", "does not fit; give a text");
    refused("data_dir: [a]\n", "a list does not fit");
    refused("data_dir: {a: b}\n", "a map does not fit");
    refused("server: 5\n", "server: is a section");
    refused("connections_max: 5\n", "did you mean server.connections_max?");
    refused("paper:\n  taker_fee_bps: 0.00001\n", "has too many digits");
    refused("paper:\n  seed: 1e3\n", "does not fit; give a whole number");
    refused("paper:\n  latency: 5\n", "does not fit; give a duration");
    refused("paper:\n  latency: 9999999999d\n", "is out of range");
    refused("server: { listen: [ {a: b} ] }\n", "an item of this list");
    refused("server: { listen: 'a,,b' }\n", "does not fit; give a list");
    refused("server: { listen: [ '127.0.0.1:1', nowhere ] }\n", "give a list of `address:port`");
    refused("server: { listen: '127.0.0.1:65536' }\n", "give a list of `address:port`");
    refused("- 1\n", "a configuration is a map");
    refused("just words\n", "a configuration is a map");
    refused("[a, b]: c\n", "a key must be a plain name");
    refused("a: b\n---\nc: d\n", "a second document");
    refused("log:\n  level: 'info\n", "not YAML");
    refused("log:\n\tlevel: info\n", "2:1: a tab; indent");
    refused("a: &x b\n", "anchors");
    refused("a: !!int 5\n", "tags");
    refused("data_dir: *x\n", "aliases");
    refused("data_dir: a\x01z\n", "1:12: byte 0x01");
    refused("data_dir: \xc3\xa4\xff\n", "1:12: byte 0xff is not UTF-8");
    refused("data_dir: \xed\xa0\x80\n", "byte 0xed");
}

static void a_bomb_stays_small(void **unused)
{
    (void)unused;
    refused("a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n"
            "c: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
            "anchors");
    size_t size = 2u << 20;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, '[', 100000);
    text[100000] = '\0';
    refused(text, "nested too deeply");
    for (size_t i = 0; i < 200000; i += 2)
        memcpy(text + i, "- ", 2);
    for (size_t i = 0; i < 200000; i += 4)
        memcpy(text + i, "- x\n", 4);
    text[200000] = '\0';
    refused(text, "more values than");
    memset(text, '#', size);
    write_bytes(text, size);
    struct config *config = NULL;
    struct config_source source = { .file = path };
    assert_int_equal(config_load(&source, &config, problems, sizeof problems), ERR_SIZE);
    assert_non_null(strstr(problems, "larger than 1 MiB"));
    free(text);
}

static void a_missing_file_is_named(void **unused)
{
    (void)unused;
    struct config *config = NULL;
    struct config_source source = { .file = "/nowhere/tradewind.yaml" };
    assert_int_equal(config_load(&source, &config, problems, sizeof problems), ERR_NOT_FOUND);
    assert_non_null(strstr(problems, "/nowhere/tradewind.yaml: No such file"));
    source.file = "/";
    assert_int_equal(config_load(&source, &config, problems, sizeof problems), ERR_IO);
    assert_non_null(strstr(problems, "not a regular file"));
}

static void strategies_are_a_list(void **unused)
{
    (void)unused;
    const struct config_strategy *items;
    struct config *config = load("");
    assert_int_equal(config_strategies(config, &items), 1);
    assert_string_equal(items[0].type, "sma_cross_long");
    assert_int_equal(items[0].interval_ns, 60 * NS_PER_S);
    assert_int_equal(items[0].param_count, 2);
    config_free(config);
    config = load("strategies: []\n");
    assert_int_equal(config_strategies(config, &items), 0);
    config_free(config);
    config = load("strategies:\n"
                  "  - {name: a, type: sma_cross_long, symbol: BTCUSDT}\n"
                  "  - name: b\n"
                  "    type: sma_cross_long\n"
                  "    symbol: ETHUSDT\n"
                  "    interval: 5m\n"
                  "    size: equity=0.95\n"
                  "    params: {fast: 5, slow: 2.5e1}\n");
    assert_int_equal(config_strategies(config, &items), 2);
    assert_string_equal(items[0].size, "qty=0.01");
    assert_string_equal(items[1].size, "equity=0.95");
    assert_int_equal(items[1].interval_ns, 300 * NS_PER_S);
    assert_string_equal(items[1].params[1].name, "slow");
    assert_float_equal(items[1].params[1].value, 25, 0);
    config_free(config);
}

static void mistakes_in_strategies(void **unused)
{
    (void)unused;
    refused("strategies: {name: a}\n", "strategies: is a list");
    refused("strategies: [x]\n", "a strategy is a map");
    refused("strategies:\n  - name: a\n", "2:5: a strategy needs a type");
    refused("strategies:\n  - nmae: a\n", "did you mean name?");
    refused("strategies:\n  - {name: a, name: b}\n", "given twice");
    refused("strategies:\n  - {name: a b}\n", "up to 31 letters");
    refused("strategies:\n  - {interval: 5}\n", "a duration from 1s to 1d");
    refused("strategies:\n  - {size: equity=1.5}\n", "at most 1");
    refused("strategies:\n  - {size: 5}\n", "equity= and a share");
    refused("strategies:\n  - {size: qty=-1}\n", "qty= and a quantity");
    refused("strategies:\n  - {params: {fast: x}}\n", "fast: give a number");
    refused("strategies:\n  - {params: {'a\"b': 1}}\n", "the name of a param");
    refused("strategies:\n  - {params: {fast: nan}}\n", "fast: give a number");
    refused("strategies:\n  - {params: {fast: 1, fast: 2}}\n", "fast: given twice");
    refused("strategies:\n  - {name: a, type: t, symbol: S}\n  - {name: a, type: t, symbol: S}\n",
            "two strategies are named a");
    struct config *config = NULL;
    assert_int_equal(load_all("", NULL, "strategies.0.name=x", &config), ERR_SYNTAX);
    assert_non_null(strstr(problems, "in the file only"));
}

static char page[262144];
static size_t page_length;

static void add_line(void *unused, const char *text)
{
    (void)unused;
    page_length += (size_t)snprintf(page + page_length, sizeof page - page_length, "%s\n", text);
    assert_true(page_length < sizeof page);
}

static void the_committed_reference_is_the_generated_one(void **unused)
{
    (void)unused;
    page_length = 0;
    config_write_reference(add_line, NULL);
    FILE *file = fopen("docs/configuration.md", "r");
    assert_non_null(file);
    char *committed = calloc(1, sizeof page);
    assert_non_null(committed);
    size_t length = fread(committed, 1, sizeof page - 1, file);
    (void)fclose(file);
    bool same = length == page_length && memcmp(committed, page, length) == 0;
    free(committed);
    if (!same)
        print_error("run: tradewind config reference >docs/configuration.md\n");
    assert_true(same);
}

/* The sample as it is, and with every '#' before a key or section taken away, is a configuration
 * that says what the defaults say. */
static void the_sample_is_a_configuration(void **unused)
{
    (void)unused;
    page_length = 0;
    config_write_sample(add_line, NULL);
    config_free(load(page));
    for (char *at = page; at; at = strchr(at, '\n'), at += at != NULL)
        if (*at == '#' && at[1] != ' ')
            *at = ' ';
        else if (strncmp(at, "#  ", 3) == 0)
            *at = ' ';
    /* Columns: sections now begin in column 2, their keys in column 4. */
    struct config *config = load(page), *defaults = load("");
    for (int key = 0; key < CONFIG_KEY_COUNT; key++)
        assert_string_equal(config_value_text(config, (enum config_key)key),
                            config_value_text(defaults, (enum config_key)key));
    const struct config_strategy *items;
    assert_int_equal(config_strategies(config, &items), 1);
    config_free(config);
    config_free(defaults);
}

/* Nothing that a file can hold may do more than be refused. */
static void a_random_walk_over_texts(void **unused)
{
    (void)unused;
    static const char *const words[] = {
        "server", "listen",      "log",   "level", "info", ": ", ":",     "\n",  "\n  ", "\n    ",
        "- ",     "[",           "]",     "{",     "}",    ", ", "'",     "\"",  "&a ",  "*a",
        "!t ",    "strategies:", "name:", "#",     "|\n",  ">",  "---\n", "...", "\t",   "? ",
        "\xc3",   "\xa4",        "%",     "~",     "1",    "5s", "<<: ",  "\\u", "\r\n", "params:",
    };
    const char *seed_text = getenv("SEED");
    uint64_t seed = strtoull(seed_text ? seed_text : "42", NULL, 0);
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int round = 0; round < 3000; round++) {
        char text[1024];
        size_t length = 0, count = 1 + rng_below(&seed, 60);
        for (size_t i = 0; i < count; i++) {
            const char *word = words[rng_below(&seed, sizeof words / sizeof words[0])];
            length += (size_t)snprintf(text + length, sizeof text - length, "%s", word);
        }
        struct config *config = NULL;
        enum err err = load_all(text, NULL, NULL, &config);
        assert_int_equal(err == OK, config != NULL);
        assert_int_equal(err == OK, problems[0] == '\0');
        config_free(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(values_come_in_every_form),
        cmocka_unit_test(the_strongest_source_wins),
        cmocka_unit_test(every_mistake_is_told_at_once),
        cmocka_unit_test(single_mistakes_have_their_sentence),
        cmocka_unit_test(a_bomb_stays_small),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(strategies_are_a_list),
        cmocka_unit_test(mistakes_in_strategies),
        cmocka_unit_test(the_committed_reference_is_the_generated_one),
        cmocka_unit_test(the_sample_is_a_configuration),
        cmocka_unit_test(a_random_walk_over_texts),
    };
    return cmocka_run_group_tests_name("config", tests, make_file, remove_file);
}

/* Goal: the page of a result is whole HTML, asks for nothing outside of itself, escapes what is foreign, is
 * the same every time, and stands with any number of bars and trades. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "backtest/metrics.h"
#include "backtest/report_html.h"
#include "support.h"

#define PAGE_MAX (4 << 20)

/* Gives the page; free() it. */
static char *page_of(const struct backtest_result *result, const char *name)
{
    struct errtext detail = { "" };
    char *text = calloc(1, PAGE_MAX);
    assert_non_null(text);
    if (report_html_write(result, test_path(name), &detail))
        fail_msg("%s", detail.text);
    FILE *file = fopen(test_path(name), "r");
    assert_non_null(file);
    assert_true(fread(text, 1, PAGE_MAX - 1, file) < PAGE_MAX - 1);
    (void)fclose(file);
    return text;
}

/* Every element that is opened is closed in its turn; attributes are in quotes. */
static void assert_well_formed(const char *text)
{
    static const char *const empty[] = { "meta", "br", "!DOCTYPE" };
    char open[64][16];
    size_t depth = 0;
    for (const char *at = text; (at = strchr(at, '<'));) {
        bool closes = at[1] == '/';
        char name[16] = "";
        at += 1 + closes;
        for (size_t i = 0; i < sizeof name - 1 && (isalnum((unsigned char)*at) || *at == '!');)
            name[i++] = *at++;
        assert_true(*name);
        bool quoted = false;
        for (; *at != '>' || quoted; at++) {
            assert_true(*at && (*at != '<' || quoted));
            quoted ^= *at == '"';
        }
        bool is_empty = at[-1] == '/';
        for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++)
            is_empty |= strcmp(name, empty[i]) == 0;
        if (closes) {
            assert_true(depth > 0);
            assert_string_equal(name, open[--depth]);
        } else if (!is_empty) {
            assert_true(depth < 64);
            memcpy(open[depth++], name, sizeof name);
        }
    }
    assert_int_equal(depth, 0);
}

static void assert_asks_for_nothing(const char *text)
{
    static const char *const forbidden[] = {
        "<script", "<link", "<img",   "<iframe", "src=",   "href=",      "url(",
        "@import", "http:", "https:", "onclick", "onload", "javascript:"
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        if (strstr(text, forbidden[i]))
            fail_msg("the page has %s", forbidden[i]);
    assert_non_null(strstr(text, "default-src 'none'"));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf "));
}

static void a_page_has_all_its_parts(void **unused)
{
    (void)unused;
    static const char *const parts[] = { "Equity",
                                         "Drawdown",
                                         "Trades on the price",
                                         "Distribution of returns",
                                         "Returns by month",
                                         "Returns by weekday and hour",
                                         "Deepest drawdowns",
                                         "Costs",
                                         "Assumed",
                                         "no latency, no spread",
                                         "Reproduce",
                                         "prefers-color-scheme:dark",
                                         "One of 12 variants" };
    write_walk(test_path("walk.csv"), 3, 4000);
    struct backtest_config config = config_for(test_path("walk.csv"));
    struct backtest_result *result = run_or_fail(&config);
    result->trials = 12;
    char *text = page_of(result, "page.html"), *again = page_of(result, "again.html");
    assert_string_equal(text, again);
    assert_well_formed(text);
    assert_asks_for_nothing(text);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(text, parts[i]))
            fail_msg("no %s in the page", parts[i]);
    size_t rows = 0, shown = 0;
    for (size_t group = 0; group < METRIC_GROUPS; group++)
        rows += metric_groups[group]->count;
    for (const char *at = text; (at = strstr(at, "Source: ")); at++)
        shown++;
    assert_int_equal(shown, rows);
    char hash[17];
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)result->data_hash);
    assert_non_null(strstr(text, hash));
    free(again);
    free(text);
    backtest_result_free(result);
}

static void what_is_foreign_is_escaped(void **unused)
{
    (void)unused;
    write_walk(test_path("walk.csv"), 3, 300);
    struct backtest_config config = config_for(test_path("walk.csv"));
    struct backtest_result *result = run_or_fail(&config);
    (void)snprintf(result->symbol, sizeof result->symbol, "<b>&\"'");
    (void)snprintf(result->build, sizeof result->build, "</dd><script>x</script>");
    (void)snprintf(result->reproduce, sizeof result->reproduce,
                   "--data '</pre><img src=x onerror=y>'");
    (void)snprintf(result->params[0].name, sizeof result->params[0].name, "a<i>%%n");
    char *text = page_of(result, "page.html");
    assert_well_formed(text);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<img"));
    assert_non_null(strstr(text, "&lt;b&gt;&amp;&quot;&#39;"));
    assert_non_null(strstr(text, "a&lt;i&gt;%n"));
    free(text);
    backtest_result_free(result);
}

static void many_trades_are_cut_and_told(void **unused)
{
    (void)unused;
    write_walk(test_path("walk.csv"), 3, 30000);
    struct backtest_config config = config_for(test_path("walk.csv"));
    struct backtest_result *result = run_or_fail(&config);
    assert_true(result->trade_count > 600);
    char *text = page_of(result, "page.html"), told[80];
    assert_well_formed(text);
    (void)snprintf(told, sizeof told, "first and the last 150 of %zu trades", result->trade_count);
    assert_non_null(strstr(text, told));
    (void)snprintf(told, sizeof told, "… %zu left out …", result->trade_count - 300);
    assert_non_null(strstr(text, told));
    assert_non_null(strstr(text, "The last 600 trades are drawn"));
    assert_true(strlen(text) < 1000000);
    free(text);
    backtest_result_free(result);
}

static void one_bar_and_no_trade_make_a_page(void **unused)
{
    (void)unused;
    for (int bars = 1; bars <= 3; bars++) {
        write_walk(test_path("walk.csv"), 3, bars);
        struct backtest_config config = config_for(test_path("walk.csv"));
        struct backtest_result *result = run_or_fail(&config);
        char *text = page_of(result, "page.html");
        assert_well_formed(text);
        assert_asks_for_nothing(text);
        assert_non_null(strstr(text, "No trade was closed."));
        free(text);
        backtest_result_free(result);
    }
}

static void a_page_that_cannot_be_written_is_told(void **unused)
{
    (void)unused;
    struct errtext detail = { "" };
    write_walk(test_path("walk.csv"), 3, 50);
    struct backtest_config config = config_for(test_path("walk.csv"));
    struct backtest_result *result = run_or_fail(&config);
    assert_int_not_equal(report_html_write(result, test_path("none/page.html"), &detail), OK);
    assert_non_null(strstr(detail.text, "none/page.html cannot be written"));
    assert_int_equal(mkdir(test_path("folder.html"), 0777), 0);
    assert_int_not_equal(report_html_write(result, test_path("folder.html"), &detail), OK);
    assert_int_not_equal(access(test_path("folder.html.new"), F_OK), 0); /* nothing is left */
    backtest_result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_has_all_its_parts),
        cmocka_unit_test(what_is_foreign_is_escaped),
        cmocka_unit_test(many_trades_are_cut_and_told),
        cmocka_unit_test(one_bar_and_no_trade_make_a_page),
        cmocka_unit_test(a_page_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}

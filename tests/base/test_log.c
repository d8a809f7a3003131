/* Goal: a log line is one line, has its form, and is cut rather than lost; threads do not mix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/log.h"

static char path[64], moved[80];

static int open_log(void **unused)
{
    (void)unused;
    (void)snprintf(path, sizeof path, "/tmp/test_log.%d", (int)getpid());
    (void)snprintf(moved, sizeof moved, "%s.1", path);
    return log_open(path) == OK ? 0 : -1;
}

static int remove_log(void **unused)
{
    (void)unused;
    (void)unlink(path);
    (void)unlink(moved);
    return 0;
}

/* The whole file; gives (free). */
static char *read_log(const char *from)
{
    FILE *file = fopen(from, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) < (1 << 20) - 1);
    (void)fclose(file);
    return text;
}

/* The last line without its time, which is checked for its form; gives (free). */
static char *last_line(void)
{
    char *text = read_log(path);
    size_t length = strlen(text);
    assert_true(length > 25 && text[length - 1] == '\n');
    text[length - 1] = '\0';
    char *line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    assert_true(line[10] == 'T' && line[19] == '.' && line[23] == 'Z' && line[24] == ' ');
    char *copy = strdup(line + 25);
    free(text);
    return copy;
}

static void expect_last(const char *expected)
{
    char *line = last_line();
    assert_string_equal(line, expected);
    free(line);
}

static void lines_have_their_form(void **unused)
{
    (void)unused;
    log_info("venue_connected", "venue=%s rtt_ms=%d", "paper", 3);
    expect_last("info venue_connected venue=paper rtt_ms=3");
    log_error("started", "%s", "");
    expect_last("error started");
    log_warning("odd", "value=%s", "a\nb\x7f\tc");
    expect_last("warning odd value=a?b??c");
}

static void levels_filter_and_count(void **unused)
{
    (void)unused;
    enum log_level level = LOG_INFO;
    assert_int_equal(log_level_parse("Warning", &level), OK);
    assert_int_equal(level, LOG_WARNING);
    assert_int_equal(log_level_parse("loud", &level), ERR_NOT_FOUND);
    assert_int_equal(level, LOG_WARNING);

    unsigned long all = log_count(LOG_DEBUG), errors = log_count(LOG_ERROR);
    log_set_level(level);
    log_info("unheard", "x=%d", 1);
    log_warning("heard", "x=%d", 2);
    log_set_level(LOG_INFO);
    expect_last("warning heard x=2");
    assert_int_equal(log_count(LOG_DEBUG), all + 1);
    assert_int_equal(log_count(LOG_ERROR), errors);
}

static void a_long_line_is_cut(void **unused)
{
    (void)unused;
    char value[2 * LOG_LINE_MAX];
    for (size_t length = LOG_LINE_MAX - 60; length < LOG_LINE_MAX + 60; length++) {
        memset(value, 'v', length);
        value[length] = '\0';
        log_info("long", "v=%s", value);
        char *line = last_line();
        size_t whole = 25 + strlen("info long v=") + length + 1;
        assert_int_equal(25 + strlen(line) + 1, whole < LOG_LINE_MAX ? whole : LOG_LINE_MAX);
        assert_int_equal(strcmp(line + strlen(line) - 3, "...") == 0, whole > LOG_LINE_MAX);
        free(line);
    }
}

static void values_are_quoted(void **unused)
{
    (void)unused;
    char out[16];
    assert_string_equal(log_quote("a b", 3, out, sizeof out), "\"a b\"");
    assert_string_equal(log_quote("a\"\\\n", 4, out, sizeof out), "\"a\\\"\\\\\\n\"");
    assert_string_equal(log_quote("\x01", 1, out, sizeof out), "\"\\u0001\"");
    assert_string_equal(log_quote("0123456789abcdef", 16, out, sizeof out), "\"0123456789abc\"");
    assert_string_equal(log_quote("\n\n", 2, out, 4), "\"\""); /* an escape is not torn */
    assert_string_equal(log_quote("xyz", 3, out, 3), "\"\"");
}

static void a_renamed_file_is_left_behind(void **unused)
{
    (void)unused;
    log_info("before", "x=%d", 1);
    assert_int_equal(rename(path, moved), 0);
    log_info("still_there", "x=%d", 2);
    assert_int_equal(log_open(path), OK);
    log_info("after", "x=%d", 3);
    expect_last("info after x=3");
    char *old = read_log(moved);
    assert_non_null(strstr(old, "still_there"));
    assert_null(strstr(old, "after"));
    free(old);
    assert_int_equal(log_open("/nowhere/at/all"), ERR_IO);
    log_info("goes_on", "x=%d", 4);
    expect_last("info goes_on x=4");
}

#define LINES 400

static void *chatter(void *name)
{
    for (int i = 0; i < LINES; i++)
        log_info("chatter", "who=%s line=%d", (const char *)name, i);
    return NULL;
}

static void threads_do_not_mix_their_lines(void **unused)
{
    (void)unused;
    pthread_t threads[3];
    static char names[3][8] = { "anna", "bert", "cleo" };
    unsigned long before = log_count(LOG_INFO);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, chatter, names[i]), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(log_count(LOG_INFO), before + 3 * LINES);
    char *text = read_log(path);
    int next[3] = { 0 };
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char who[8] = "";
        int number = -1;
        if (sscanf(line + 25, "info chatter who=%7s line=%d", who, &number) != 2)
            continue;
        for (int i = 0; i < 3; i++)
            if (strcmp(who, names[i]) == 0)
                assert_int_equal(number, next[i]++);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(next[i], LINES);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_their_form),
        cmocka_unit_test(levels_filter_and_count),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(values_are_quoted),
        cmocka_unit_test(a_renamed_file_is_left_behind),
        cmocka_unit_test(threads_do_not_mix_their_lines),
    };
    return cmocka_run_group_tests_name("log", tests, open_log, remove_log);
}

/* Goal: every row is what its definition says (golden vectors made by other code), streams and runs as a
 * batch alike, and stands flat prices, no volume, one bar and the longest period. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/rng.h"
#include "indicator/indicator.h"

#define FOLDER "tests/data/indicator/"
#define BARS_MAX 400
#define LINE_MAX_BYTES 512

static struct indicator_bar series[BARS_MAX];
static size_t series_count;

/* ---- helpers ---- */

static void *new_state(const struct indicator *row, const double *params)
{
    size_t bytes = row->state_bytes(params);
    void *state = calloc(1, bytes ? bytes : 1); /* exactly so many: ASan sees what goes beyond */
    assert_non_null(state);
    row->init(state, params);
    return state;
}

static void defaults_of(const struct indicator *row, double *params)
{
    assert_int_equal(indicator_params(row, NULL, 0, params), OK);
}

/* Choices of conventions and plain numbers stay, periods become `period`. */
static void with_period(const struct indicator *row, double period, double *params)
{
    defaults_of(row, params);
    for (size_t i = 0; i < row->param_count; i++)
        if (row->params[i].whole && !row->params[i].choices)
            params[i] = period;
}

static int load_series(void **unused)
{
    (void)unused;
    char line[LINE_MAX_BYTES];
    FILE *file = fopen(FOLDER "series.txt", "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file)) {
        struct indicator_bar *bar = &series[series_count];
        long long start_ns;
        if (line[0] == '#')
            continue;
        if (sscanf(line, "%lld %lf %lf %lf %lf %lf", &start_ns, &bar->open, &bar->high, &bar->low,
                   &bar->close, &bar->volume) != 6 ||
            series_count == BARS_MAX)
            return -1;
        bar->start_ns = start_ns;
        series_count++;
    }
    return fclose(file);
}

static bool near(double got, double wanted)
{
    return fabs(got - wanted) <= 1e-9 * (fabs(wanted) > 1e-3 ? fabs(wanted) : 1e-3);
}

/* ---- stories ---- */

static void rows_are_complete(void **unused)
{
    (void)unused;
    const struct indicator *row, *before = NULL;
    for (size_t i = 0; (row = indicator_at(i)); before = row, i++) {
        assert_true(!before ||
                    strcmp(before->name, row->name) < 0); /* they are searched by halving */
        assert_true(strlen(row->name) < INDICATOR_NAME_MAX);
        assert_true(row->about && row->formula && row->source);
        assert_in_range(row->param_count, 0, INDICATOR_PARAMS_MAX);
        assert_in_range(row->output_count, 1, INDICATOR_OUTPUTS_MAX);
        assert_ptr_equal(indicator_find(row->name), row);
        for (uint32_t k = 0; k < row->output_count; k++) {
            char name[64];
            uint32_t output;
            (void)snprintf(name, sizeof name, "%s.%s", row->name, row->outputs[k].name);
            assert_ptr_equal(indicator_find_output(name, &output), row);
            assert_int_equal(output, k);
        }
    }
}

/* One case of a file of vectors: the parameters, then a line a bar. */
static void check_case(const struct indicator *row, FILE *file, char *text)
{
    double params[INDICATOR_PARAMS_MAX] = { 0 }, out[INDICATOR_OUTPUTS_MAX];
    bool begun[INDICATOR_OUTPUTS_MAX] = { false };
    char line[LINE_MAX_BYTES];
    size_t count = 0;
    for (char *end; count < INDICATOR_PARAMS_MAX; text = end, count++) {
        double value = strtod(text, &end);
        if (end == text)
            break;
        params[count] = value;
    }
    assert_int_equal(count, row->param_count);
    assert_int_equal(indicator_params(row, params, count, params), OK);
    void *state = new_state(row, params);
    for (size_t i = 0; i < series_count; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        row->update(state, &series[i], out);
        char *at = line;
        for (size_t k = 0; k < row->output_count; k++) {
            double wanted = strtod(at, &at);
            bool same = isnan(wanted) ? isnan(out[k]) : near(out[k], wanted);
            if (!same)
                print_error("%s.%s(%g, ...) bar %zu: %.17g, not %.17g\n", row->name,
                            row->outputs[k].name, params[0], i, out[k], wanted);
            assert_true(same);
            assert_true(!begun[k] || !isnan(out[k])); /* once warm, always */
            begun[k] |= !isnan(out[k]);
        }
    }
    free(state);
}

static void every_row_has_its_vectors(void **unused)
{
    (void)unused;
    const struct indicator *row;
    for (size_t i = 0; (row = indicator_at(i)); i++) {
        char path[128], line[LINE_MAX_BYTES];
        int cases = 0;
        (void)snprintf(path, sizeof path, FOLDER "%s.txt", row->name);
        FILE *file = fopen(path, "r");
        if (!file)
            print_error("%s is missing: add the formula to tools/gen_vectors.py and run it\n",
                        path);
        assert_non_null(file);
        while (fgets(line, sizeof line, file)) {
            if (line[0] == '#')
                continue;
            assert_memory_equal(line, "params", 6);
            check_case(row, file, line + 6);
            cases++;
        }
        assert_true(cases > 0);
        assert_int_equal(fclose(file), 0);
    }
}

/* The stream's state is moved to other memory after every bar: it must be flat. */
static void a_stream_is_a_batch(void **unused)
{
    (void)unused;
    const struct indicator *row;
    for (size_t i = 0; (row = indicator_at(i)); i++) {
        double params[INDICATOR_PARAMS_MAX], out[INDICATOR_OUTPUTS_MAX];
        double *batch = calloc(series_count * row->output_count, sizeof *batch);
        defaults_of(row, params);
        size_t bytes = row->state_bytes(params);
        void *state = new_state(row, params), *stream = new_state(row, params);
        indicator_run(row, state, series, series_count, batch);
        for (size_t bar = 0; bar < series_count; bar++) {
            void *moved = malloc(bytes ? bytes : 1);
            assert_non_null(moved);
            memcpy(moved, stream, bytes);
            memset(stream, 0xa5, bytes);
            free(stream);
            stream = moved;
            row->update(stream, &series[bar], out);
            assert_memory_equal(out, batch + bar * row->output_count,
                                row->output_count * sizeof *out);
        }
        free(state);
        free(stream);
        free(batch);
    }
}

/* Tells bars until all periods are full; afterwards every output must be a number. */
static void expect_numbers(const char *story, double period, size_t bars,
                           struct indicator_bar (*bar_at)(size_t))
{
    const struct indicator *row;
    for (size_t i = 0; (row = indicator_at(i)); i++) {
        double params[INDICATOR_PARAMS_MAX], out[INDICATOR_OUTPUTS_MAX];
        with_period(row, period, params);
        void *state = new_state(row, params);
        for (size_t bar = 0; bar < bars; bar++) {
            struct indicator_bar told = bar_at(bar);
            row->update(state, &told, out);
            for (size_t k = 0; k < row->output_count; k++)
                assert_true(!isinf(out[k]));
        }
        for (size_t k = 0; k < row->output_count; k++) {
            if (isnan(out[k]))
                print_error("%s: %s.%s has no value\n", story, row->name, row->outputs[k].name);
            assert_true(!isnan(out[k]));
        }
        free(state);
    }
}

static struct indicator_bar flat_bar(size_t index)
{
    return (struct indicator_bar){ 0.1, 0.1, 0.1, 0.1, 3, (int64_t)index * 60000000000 };
}
static struct indicator_bar empty_bar(size_t index)
{
    return (struct indicator_bar){ .start_ns = (int64_t)index };
}
static struct indicator_bar silent_bar(size_t index)
{
    struct indicator_bar bar = series[index % series_count];
    bar.volume = 0;
    return bar;
}
static struct indicator_bar quiet_later_bar(size_t index)
{
    struct indicator_bar bar = series[index % series_count];
    bar.volume = index < 100 ? 1e9 / 3 * (double)(index % 7) : 0;
    if (index >= 100)
        bar.open = bar.high = bar.low = bar.close = 0.3;
    return bar;
}
static struct indicator_bar any_bar(size_t index) { return series[index % series_count]; }

static void flat_prices_and_no_volume_give_numbers(void **unused)
{
    (void)unused;
    expect_numbers("flat prices", 12, 300, flat_bar);
    expect_numbers("prices of 0", 12, 300, empty_bar);
    expect_numbers("no volume", 12, 300, silent_bar);
    expect_numbers("no volume and flat after trading", 12, 300, quiet_later_bar);
}

static void the_longest_period_fills(void **unused)
{
    (void)unused;
    expect_numbers("longest period", 10000, 30100, any_bar); /* three averages in a chain */
}

static void one_bar_is_no_infinity(void **unused)
{
    (void)unused;
    const struct indicator *row;
    for (size_t i = 0; (row = indicator_at(i)); i++) {
        double params[INDICATOR_PARAMS_MAX], out[INDICATOR_OUTPUTS_MAX];
        defaults_of(row, params);
        void *state = new_state(row, params);
        row->update(state, &series[0], out);
        for (size_t k = 0; k < row->output_count; k++)
            assert_true(!isinf(out[k]));
        free(state);
    }
}

/* A price of 1e5 that deviates by 1, a million bars: squares of the price itself would leave 5 digits. */
static void deviations_far_from_zero_are_right(void **unused)
{
    (void)unused;
    enum { PERIOD = 20, COUNT = 1000000 };
    static double closes[COUNT];
    const struct indicator *bb = indicator_find("bb"), *stddev = indicator_find("stddev");
    double params[INDICATOR_PARAMS_MAX], one[INDICATOR_PARAMS_MAX];
    double bands[INDICATOR_OUTPUTS_MAX], deviation[INDICATOR_OUTPUTS_MAX];
    uint64_t chance = 11;
    defaults_of(bb, params);
    defaults_of(stddev, one);
    void *band_state = new_state(bb, params), *state = new_state(stddev, one);
    for (int i = 0; i < COUNT; i++) {
        closes[i] = 1e5 + 2 * (rng_unit(&chance) + rng_unit(&chance) - 1);
        struct indicator_bar bar = { .close = closes[i] };
        bb->update(band_state, &bar, bands);
        stddev->update(state, &bar, deviation);
        if (i < PERIOD - 1)
            continue;
        double mean = 0, squares = 0;
        for (int k = 0; k < PERIOD; k++)
            mean += (closes[i - k] - 1e5) / PERIOD;
        for (int k = 0; k < PERIOD; k++)
            squares += (closes[i - k] - 1e5 - mean) * (closes[i - k] - 1e5 - mean);
        double wanted = sqrt(squares / PERIOD);
        assert_true(fabs(deviation[0] - wanted) < 1e-9 * wanted);
        assert_true(fabs(bands[0] - bands[2] - 4 * wanted) < 1e-9);
    }
    free(band_state);
    free(state);
}

static void parameters_have_a_range(void **unused)
{
    (void)unused;
    const struct indicator *sma = indicator_find("sma");
    static const double bad[] = { 0, -1, 10001, 2.5, NAN, INFINITY };
    double params[INDICATOR_PARAMS_MAX] = { 7 };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(indicator_params(sma, &bad[i], 1, params), ERR_RANGE);
    assert_int_equal(indicator_params(sma, (double[]){ 1, 2 }, 2, params), ERR_RANGE);
    assert_true(params[0] == 7); /* untouched */
    assert_int_equal(indicator_params(sma, (double[]){ 10000 }, 1, params), OK);
    assert_true(params[0] == 10000);
    assert_int_equal(indicator_params(sma, NULL, 0, params), OK);
    assert_true(params[0] == 20); /* the row's own */
    assert_null(indicator_find("smb"));
    assert_null(indicator_find("sm"));
    assert_null(indicator_find(""));
    uint32_t output;
    assert_null(indicator_find_output("macd.sign", &output));
    assert_null(indicator_find_output("mac.signal", &output));
    assert_non_null(indicator_find_output("macd", &output));
    assert_int_equal(output, 0);
}

static void columns_are_read(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *row;
        uint32_t output;
        double params[4];
    } stories[] = {
        { "ema_20", "ema", 0, { 20, 0 } },
        { "ema_20:seed=first", "ema", 0, { 20, 1 } },
        { "bb_lower_20_2", "bb", 2, { 20, 2, 0 } },
        { "bb_upper_20_2.5", "bb", 0, { 20, 2.5, 0 } },
        { "macd_12_26_9", "macd", 0, { 12, 26, 9, 0 } },
        { "macd_hist_12_26_9", "macd", 2, { 12, 26, 9, 1 } },
        { "macd.signal", "macd", 1, { 12, 26, 9, 0 } },
        { "psar_002_02", "psar", 0, { 0.02, 0.2, 0 } },
        { "stddev_sample_20", "stddev", 0, { 20, 1 } },
        { "keltner_mid_20_10_2_ema", "keltner", 1, { 20, 10, 2, 0 } },
        { "keltner.mid:form=typical:range_period=20", "keltner", 1, { 20, 20, 2, 2 } },
        { "ichi_kijun_30", "ichi", 1, { 9, 30, 52, 0 } },
        { "bop", "bop", 0, { 0 } },
        { "tsf_14", "linreg", 3, { 14 } },
    };
    struct indicator_column column;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        print_message("column: %s\n", stories[i].text);
        assert_int_equal(indicator_column(stories[i].text, &column), OK);
        assert_string_equal(column.row->name, stories[i].row);
        assert_int_equal(column.output, stories[i].output);
        for (size_t k = 0; k < column.row->param_count; k++)
            assert_true(column.params[k] == stories[i].params[k]);
    }
    static const char *const unknown[] = {
        "",      "em_20",     "ema_", "ema_20_", "ema_20_3", "ema__20", "ema_20:sed=first",
        "bb_20", "macd.sign", ":",    "ema_20:"
    };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0] - 1; i++)
        assert_int_equal(indicator_column(unknown[i], &column), ERR_NOT_FOUND);
    static const char *const outside[] = { "ema_0", "ema_10001",   "ema_2.5", "ema_20:seed=last",
                                           "hma_1", "ema_20:seed=" };
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        assert_int_equal(indicator_column(outside[i], &column), ERR_RANGE);
}

/* No two outputs may claim the same column: each one's usual name must lead back to it. */
static void a_column_has_one_owner(void **unused)
{
    (void)unused;
    const struct indicator *row;
    for (size_t i = 0; (row = indicator_at(i)); i++)
        for (uint32_t k = 0; k < row->output_count; k++) {
            char text[128];
            size_t used = 0;
            for (const char *at = row->outputs[k].columns; *at && *at != ' ' && *at != '?'; at++) {
                if (*at != '{') {
                    text[used++] = *at;
                    continue;
                }
                text[used++] = '7';
                at = strchr(at, '}');
            }
            text[used] = '\0';
            struct indicator_column column;
            assert_int_not_equal(indicator_column(text, &column), ERR_NOT_FOUND);
            assert_ptr_equal(column.row, row);
            assert_int_equal(column.output, k);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(every_row_has_its_vectors),
        cmocka_unit_test(a_stream_is_a_batch),
        cmocka_unit_test(flat_prices_and_no_volume_give_numbers),
        cmocka_unit_test(the_longest_period_fills),
        cmocka_unit_test(one_bar_is_no_infinity),
        cmocka_unit_test(deviations_far_from_zero_are_right),
        cmocka_unit_test(parameters_have_a_range),
        cmocka_unit_test(columns_are_read),
        cmocka_unit_test(a_column_has_one_owner),
    };
    return cmocka_run_group_tests_name("rows", tests, load_series, NULL);
}

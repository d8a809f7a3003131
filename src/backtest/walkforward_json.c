/* backtest/walkforward_json.c - a walk-forward for other programs. */
#include "backtest/report.h"
#include "backtest/walkforward.h"
#include "base/json.h"

#define WINDOW_TEXT_MAX 4096

static void number(struct json_write *write, const char *key, double value)
{
    json_key(write, key);
    json_double(write, value);
}

static void put_window(const struct walk_config *config, const struct walk_window *window,
                       FILE *out)
{
    const struct axes *axes = &config->search.axes;
    char text[WINDOW_TEXT_MAX], when[REPORT_TIME_MAX], hash[20];
    struct json_write write;
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)window->state_hash);
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "train_first_bar", u64, window->train_first);
    json_kv(&write, "train_bars", u64, window->train_bars);
    json_kv(&write, "test_first_bar", u64, window->test_first);
    json_kv(&write, "test_bars", u64, window->test_bars);
    if (window->chosen) {
        report_full_time(window->test_from_ns, when);
        json_kv(&write, "test_from", string, when);
        report_full_time(window->test_to_ns, when);
        json_kv(&write, "test_to", string, when);
        json_key(&write, "params");
        json_object_begin(&write);
        for (size_t i = 0; i < axes->count; i++)
            json_kv(&write, axes->axis[i].name, num, window->values_e9[i], AXIS_SCALE);
        json_object_end(&write);
        number(&write, "train_objective", window->train_objective);
        number(&write, "test_objective", window->test_objective);
        number(&write, "test_return", window->test_return);
        number(&write, "test_drawdown", window->test_drawdown);
        json_kv(&write, "test_trades", u64, window->test_trades);
        json_kv(&write, "state_hash", string, hash);
    }
    json_object_end(&write);
    (void)fwrite(text, 1, write.length, out);
}

void walk_json(const struct walk_config *config, const struct walk *walk, FILE *out)
{
    const struct sweep_config *search = &config->search;
    char text[WINDOW_TEXT_MAX], hash[20];
    struct json_write write;
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)walk->data_hash);
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "symbol", string, search->run.symbol);
    json_kv(&write, "strategy", string, search->run.strategy);
    json_kv(&write, "mode", string, config->anchored ? "anchored" : "rolling");
    json_kv(&write, "objective", string, search->objective->name);
    json_kv(&write, "data_hash", string, hash);
    json_kv(&write, "build", string, search->run.build);
    json_kv(&write, "bars", u64, walk->file_bars);
    json_kv(&write, "gap_bars", u64, config->gap_bars);
    json_kv(&write, "holdout_bars", u64, config->holdout_bars);
    json_kv(&write, "windows_tested", u64, walk->tested);
    json_kv(&write, "windows_profitable", u64, walk->profitable);
    number(&write, "return_total", walk->return_total);
    number(&write, "train_mean", walk->train_mean);
    number(&write, "test_mean", walk->test_mean);
    number(&write, "efficiency", walk->efficiency);
    (void)fwrite(text, 1, write.length, out); /* the object goes on below */
    (void)fputs(",\"windows\":[", out);
    for (size_t i = 0; i < walk->count; i++) {
        (void)fputs(i ? "," : "", out);
        put_window(config, &walk->windows[i], out);
    }
    (void)fputs("],\"holdout\":", out);
    if (walk->has_holdout)
        put_window(config, &walk->holdout, out);
    else
        (void)fputs("null", out);
    (void)fputs("}\n", out);
}

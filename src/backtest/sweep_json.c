/* backtest/sweep_json.c - a sweep's best rows for other programs. */
#include "backtest/sweep_parts.h"
#include "base/json.h"

#define ROW_TEXT_MAX 4096

static void number(struct json_write *write, const char *key, double value)
{
    json_key(write, key);
    json_double(write, value);
}

static void put_row(struct json_write *write, const struct sweep *sweep, size_t index)
{
    const struct axes *axes = &sweep->config->axes;
    const struct sweep_row *row = &sweep->rows[index];
    char hash[20];
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)row->state_hash);
    json_object_begin(write);
    json_kv(write, "run", u64, index);
    json_key(write, "params");
    json_object_begin(write);
    for (size_t i = 0; i < axes->count; i++)
        json_kv(write, axes->axis[i].name, num, sweep->values_e9[index * axes->count + i],
                AXIS_SCALE);
    json_object_end(write);
    number(write, "objective", row->objective);
    number(write, "plateau", row->plateau);
    for (size_t i = 0; i < METRIC_COLUMNS; i++)
        number(write, metric_column(i)->name, row->columns[i]);
    json_kv(write, "state_hash", string, hash);
    json_object_end(write);
}

static void print_row(const struct sweep *sweep, size_t index, FILE *out)
{
    char text[ROW_TEXT_MAX];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    put_row(&write, sweep, index);
    (void)fwrite(text, 1, write.length, out);
}

void sweep_json(const struct sweep *sweep, size_t top, FILE *out)
{
    const struct sweep_config *config = sweep->config;
    char text[ROW_TEXT_MAX], hash[20];
    struct json_write write;
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)sweep->data_hash);
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "symbol", string, config->run.symbol);
    json_kv(&write, "strategy", string, config->run.strategy);
    json_kv(&write, "method", string, config->random_count ? "random" : "grid");
    json_kv(&write, "objective", string, config->objective->name);
    json_kv(&write, "best_is", string, config->least ? "least" : "most");
    json_kv(&write, "data_hash", string, hash);
    json_kv(&write, "build", string, config->run.build);
    json_kv(&write, "combinations", u64, sweep->count);
    json_kv(&write, "refused", u64, sweep->refused);
    (void)fwrite(text, 1, write.length, out); /* the object goes on below */
    (void)fputs(",\"most_stable\":", out);
    if (sweep->stable < sweep->count)
        print_row(sweep, sweep->stable, out);
    else
        (void)fputs("null", out);
    (void)fputs(",\"ranking\":[", out);
    for (size_t i = 0; i < sweep->ranked && i < top; i++) {
        (void)fputs(i ? "," : "", out);
        print_row(sweep, sweep->ranking[i], out);
    }
    (void)fputs("]}\n", out);
}

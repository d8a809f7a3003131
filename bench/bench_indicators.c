/*
 * Six indicators over bars of one minute, streamed through their rows' update() as a strategy is told
 * them: SMA, EMA, RSI, Bollinger, MACD, ATR, each bar through all six.
 *
 *     bench_indicators BARS.bin      48-byte records: time, open, high, low, close, volume
 */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "workload.h"
#include "indicator/indicator.h"

#define RECORD_BYTES 48
#define USES (sizeof names / sizeof names[0])

static const char *const names[] = { "sma", "ema", "rsi", "bb", "macd", "atr" };

struct use {
    const struct indicator *row;
    void (*update)(void *state, const struct indicator_bar *bar, double *out);
    void *state;
    double out[INDICATOR_OUTPUTS_MAX];
};

static void open_all(struct use *uses)
{
    for (size_t i = 0; i < USES; i++) {
        double params[INDICATOR_PARAMS_MAX];
        uses[i].row = indicator_find(names[i]);
        assert(uses[i].row);
        if (indicator_params(uses[i].row, NULL, 0, params))
            abort();
        uses[i].state = calloc(1, uses[i].row->state_bytes(params));
        assert(uses[i].state);
        uses[i].row->init(uses[i].state, params);
        uses[i].update = uses[i].row->update;
    }
}

static __attribute__((noinline)) void run(struct use *uses, const struct indicator_bar *bars,
                                          size_t count)
{
    for (size_t i = 0; i < count; i++)
#pragma GCC unroll 6
        for (size_t k = 0; k < USES; k++)
            uses[k].update(uses[k].state, &bars[i], uses[k].out);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_indicators BARS.bin\n");
        return 2;
    }
    size_t size;
    const char *data = workload_load(argv[1], &size);
    size_t count = size / RECORD_BYTES;
    struct indicator_bar *bars = malloc(count * sizeof *bars);
    struct use uses[USES];
    assert(bars && count > 0);
    for (size_t i = 0; i < count; i++) {
        memcpy(&bars[i].start_ns, data + i * RECORD_BYTES, 8);
        memcpy(&bars[i], data + i * RECORD_BYTES + 8, 40);
    }
    static_assert(offsetof(struct indicator_bar, start_ns) == 40, "five doubles, then the time");
    open_all(uses);
    double start_s = workload_now_s();
    run(uses, bars, count);
    double took_s = workload_now_s() - start_s;

    char check[160];
    snprintf(check, sizeof check, "sma=%.6f ema=%.6f rsi=%.6f bb=%.6f macd=%.6f atr=%.6f",
             uses[0].out[0], uses[1].out[0], uses[2].out[0], uses[3].out[0], uses[4].out[0],
             uses[5].out[0]);
    workload_result("indicators", "ind-six", (double)count, took_s, check);
    for (size_t i = 0; i < USES; i++)
        free(uses[i].state);
    free(bars);
    free((void *)data);
    return 0;
}

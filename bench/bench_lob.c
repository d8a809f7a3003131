/*
 * The public way through the exchange: a fixed flow of orders (24-byte records, one instrument) by
 * sim_submit() and sim_cancel(), trades out through the sink. The end state must be the known one.
 *
 *     bench_lob FLOW.bin [levels_max]
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "workload.h"
#include "sim/exchange.h"

enum { FLOW_ADD = 0, FLOW_CANCEL = 1, FLOW_MARKET = 2 };

struct flow_record {
    uint64_t ts_ns;
    uint32_t id, price_ticks, qty_lots;
    uint8_t kind, sell;
    uint16_t symbol;
};

struct tally {
    uint64_t trades, volume, notional, unexpected;
};

/* What the flows of 0.1, 1 and 10 million records must come to (seed 20260101). */
static const struct {
    size_t count;
    uint64_t trades, volume, notional;
    uint32_t live;
    int64_t bid_ticks, ask_ticks;
} known[] = {
    { 100000, 14009, 475227, 15574953043, 19299, 32774, 32776 },
    { 1000000, 283250, 11882893, 389443322060, 20034, 32780, 32783 },
    { 10000000, 2972019, 125616021, 4120241996219, 20002, 32803, 32806 },
};

static void on_event(void *context, const struct sim_event *event)
{
    struct tally *tally = context;
    if (event->kind == SIM_FILL) {
        tally->trades++;
        tally->volume += (uint64_t)event->qty_lots;
        tally->notional += (uint64_t)(event->qty_lots * event->price_ticks);
    } else if (event->reason != SIM_REASON_NONE) {
        tally->unexpected++; /* every cancel names a live order, every market order fills */
    }
}

static inline void submit(struct sim *sim, struct sim_order *order,
                          const struct flow_record *record)
{
    order->id = record->id;
    order->price_ticks = record->price_ticks;
    order->qty_lots = record->qty_lots;
    order->side = (uint8_t)(SIDE_BUY + record->sell);
    sim_submit(sim, order, (int64_t)record->ts_ns);
}

static __attribute__((noinline)) void run(struct sim *sim, const struct flow_record *flow,
                                          size_t count)
{
    struct sim_order limit = { .owner = 1, .type = ORDER_LIMIT, .tif = TIF_GTC };
    struct sim_order market = { .owner = 1, .type = ORDER_MARKET, .tif = TIF_IOC };

    for (const struct flow_record *record = flow; record < flow + count; record++) {
        if (record->kind == FLOW_ADD)
            submit(sim, &limit, record);
        else if (record->kind == FLOW_CANCEL)
            sim_cancel(sim, record->id, (int64_t)record->ts_ns);
        else
            submit(sim, &market, record);
    }
}

static bool check(const struct sim *sim, const struct tally *tally, size_t count)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].count == count)
            return tally->trades == known[i].trades && tally->volume == known[i].volume &&
                   tally->notional == known[i].notional && tally->unexpected == 0 &&
                   sim_live_orders(sim) == known[i].live &&
                   sim_best_ticks(sim, SIDE_BUY) == known[i].bid_ticks &&
                   sim_best_ticks(sim, SIDE_SELL) == known[i].ask_ticks;
    return tally->unexpected == 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_lob FLOW.bin [levels_max]\n");
        return 2;
    }
    size_t size, count;
    const struct flow_record *flow = workload_load(argv[1], &size);
    struct sim_config config = { .orders_max = 32768,
                                 .levels_max = argc > 2 ? (uint32_t)atoi(argv[2]) : 16384 };
    struct instrument instrument = { .id = 1,
                                     .version = 1,
                                     .kind = INSTRUMENT_SPOT,
                                     .price_scale = 2,
                                     .qty_scale = 5,
                                     .base_asset = 1,
                                     .quote_asset = 2,
                                     .settle_asset = 2,
                                     .multiplier = 1,
                                     .tick_step = 1,
                                     .lot_step = 1,
                                     .qty_min_lots = 1,
                                     .qty_max_lots = 1000000000,
                                     .price_max_ticks = 1000000000,
                                     .maker_fee_e9 = 200000,
                                     .taker_fee_e9 = 500000,
                                     .symbol = "BTCUSDT" };
    struct tally tally = { 0 };
    struct sim *sim;
    size_t sim_bytes = (sim_size(&config) + 4095) / 4096 * 4096;
    void *block = aligned_alloc(4096, sim_bytes);

    assert(sizeof(struct flow_record) == 24 && block);
    count = size / sizeof(struct flow_record);
    memset(block, 1, sim_bytes); /* page faults are not the exchange's */
    enum err err = sim_init(block, &config, &instrument, on_event, &tally, &sim);
    if (err) {
        fprintf(stderr, "bench_lob: %s\n", err_text(err));
        return 1;
    }
    double start_s = workload_now_s();
    run(sim, flow, count);
    double took_s = workload_now_s() - start_s;

    char work[32], result[192];
    bool good = check(sim, &tally, count);
    snprintf(work, sizeof work, "lob-%zuk", count / 1000);
    snprintf(result, sizeof result,
             "%s trades=%" PRIu64 " volume=%" PRIu64 " notional=%" PRIu64 " live=%u best=%" PRId64
             "/%" PRId64,
             good ? "ok" : "WRONG", tally.trades, tally.volume, tally.notional,
             sim_live_orders(sim), sim_best_ticks(sim, SIDE_BUY), sim_best_ticks(sim, SIDE_SELL));
    workload_result("sim", work, (double)count, took_s, result);
    free(block);
    return good ? 0 : 1;
}

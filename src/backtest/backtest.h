/*
 * backtest/backtest.h - a strategy over a file of the past, through the very engine that trades live.
 *
 * Every input passes engine_apply(); the matching engine of sim/ is the exchange. One bar is:
 *
 *   1. EVENT_BAR_OPEN tells the open and nothing else of the bar; orders that wait for it are sized
 *      and sent, and fill at it. What a fill asks for at once is done at the same open
 *   2. resting orders and stops meet the bar's prices: from the open to the extreme that is worse for
 *      what is held (without a position to the nearer one), to the other, to the close; what a fill on
 *      the way asks for is there for the rest of the way
 *   3. EVENT_BAR tells the finished bar; the strategy decides, its market orders wait for 1 again
 *
 * So nothing is decided on a price that was not known, and nothing fills at a price that had passed.
 * BACKTEST_THIS_CLOSE is the exception that public engines offer: what was decided on a close is done
 * at that very close, though it is booked with the next bar.
 * Files of trades, quotes or a book are told event by event, as the paper venue tells them: the exchange
 * hears each first, then the engine; orders are sent at once and arrive latency_ns later. The file's kind
 * is the level, and nothing is mixed. One-minute bars are made by the engine, of trades; a "bar" of the
 * result is a slot of time there.
 * Time is the file's time. The same file, configuration and build give the same result to the byte.
 */
#ifndef BACKTEST_BACKTEST_H
#define BACKTEST_BACKTEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "backtest/measures.h"
#include "base/err.h"
#include "base/num.h"
#include "engine/engine.h"
#include "tradewind/strategy.h"

struct backtest_param {
    char name[32];
    double value;
};

enum backtest_fill_at { BACKTEST_NEXT_OPEN, BACKTEST_THIS_CLOSE };

/* What is asked for. Texts are borrowed until backtest_run() returns. */
struct backtest_config {
    const char *data;     /* file of bars, trades, quotes or a book: .csv, .csv.gz */
    const char *symbol;   /* "GOOG", "BTCUSDT", "ETH/BTC" */
    const char *strategy; /* what strategy_find() knows */
    /* NULL, or the file that the strategy was loaded from, and hash_bytes() of it: the reproduce line names
     * the file, config_hash covers what was in it. */
    const char *strategy_file;
    uint64_t strategy_hash;
    struct backtest_param params[TW_PARAMS_MAX];
    size_t param_count;   /* the others have their defaults */
    const char *cash;     /* decimal text, in the quote asset */
    const char *fee_bps;  /* decimal text, maker and taker alike */
    const char *qty_step; /* decimal text: quantities are multiples of it */
    const char
        *tick_step;   /* decimal text: stops and limits are multiples of it; NULL = a hundredth of
                              the last decimal place of the file's prices */
    const char *size; /* of an entry: "equity=0.95", "backtrader=0.95" or "qty=2.5". As in the
                              engines these come from, only with backtrader sizes a strategy is asked
                              about the very first bar with a value of all its indicators */
    enum backtest_fill_at fill_at;
    bool fill_given; /* somebody asked for fill_at; ticks refuse it */
    /* Of trades, quotes and books only. */
    int64_t latency_ns;  /* of an order on its way, and of its answer */
    int64_t interval_ns; /* of the strategy's bars and of the points; whole minutes, 0 = one */
    /* Which bars of the file: bar_count of them (0 = to the end) from index bar_first on; up to
     * warm_count before those warm the indicators, and nothing is decided on them. */
    uint64_t bar_first, bar_count, warm_count;
    uint64_t seed;     /* of the exchange's chance; bars without latency use none */
    const char *build; /* of the program, for the reproduce line */

    /* Hooks; NULL = not wanted. Told after every bar, and every batch before the next one. */
    void (*progress)(void *context, uint64_t bars, uint64_t bars_total);
    void (*each_batch)(void *context, const struct batch *batch);
    void *context;
};
/* cash 100000, 10 bps, whole units, equity=0.95, seed 42. */
extern const struct backtest_config backtest_config_default;
/* Sizes of the engine's tables in every backtest: what a replay of its batches needs. */
extern const struct engine_limits backtest_limits;

enum backtest_time { BACKTEST_TIME_DATE, BACKTEST_TIME_TEXT, BACKTEST_TIME_MS };

struct backtest_point { /* at the close of a bar */
    i128 equity;
    int64_t start_ns, close_ticks, high_ticks, low_ticks; /* of the bar */
};

struct backtest_trade {   /* so many lots in, and out again; the oldest leave first */
    i128 pnl, commission; /* pnl after both commissions */
    int64_t lots;         /* signed: long > 0 */
    int64_t entry_ticks, exit_ticks;
    int64_t stop_ticks, target_ticks; /* the last that protected it; 0 = none */
    int64_t entry_ns, exit_ns;        /* starts of the bars */
    uint32_t entry_bar, exit_bar;
    double return_net; /* sign * (exit / entry - 1) - commission / value at entry */
};

struct backtest_fill { /* or a refusal: lots 0 */
    i128 fee, cash;    /* cash after it, as if everything were paid in full */
    int64_t lots, price_ticks;
    uint32_t bar;
};

struct backtest_open { /* still held at the end */
    int64_t lots, entry_ticks;
    uint32_t entry_bar;
};

struct backtest_stats {
    i128 equity_first, equity_final, equity_peak;
    i128 gross_profit, gross_loss;    /* sums of pnl > 0 and of the rest */
    i128 commission, commission_paid; /* of the trades; of every fill */
    double return_total, drawdown_max;
    double profit_factor, expectancy, win_mean, loss_mean, sqn; /* NaN: not defined */
    uint64_t trades, wins;
};

#define BACKTEST_TEXT_MAX 8192 /* a path, 16 parameters and all else */
struct backtest_result {
    struct backtest_stats stats;
    struct backtest_point *points; /* one per bar */
    struct backtest_trade *trades; /* in the order of closing */
    struct backtest_open *open;
    struct backtest_fill *fill_rows;
    size_t point_count, trade_count, open_count, fill_count;
    struct measures measures;
    uint32_t warm_bar; /* the first at which the strategy could decide */
    /* what was run */
    char config[BACKTEST_TEXT_MAX];    /* canonical: what config_hash is of */
    char reproduce[BACKTEST_TEXT_MAX]; /* the command line */
    char layout[32], symbol[SYMBOL_MAX], base[ASSET_CODE_MAX], quote[ASSET_CODE_MAX];
    char strategy[STRATEGY_NAME_MAX], size[64], build[40];
    struct backtest_param params[TW_PARAMS_MAX];
    size_t param_count;
    i128 cash;
    int64_t fee_e9, lot_step;
    uint8_t price_scale, qty_scale;
    enum backtest_time time_form;
    int64_t bar_interval_ns;
    int64_t tick_step;
    enum backtest_fill_at fill_at;
    char level[16];          /* "bars", "trades", "quotes", "book" */
    char assumed_first[192]; /* level and latency as a sentence */
    bool margin; /* positions settle in cash: the strategy sells what it does not hold */
    uint64_t seed, data_hash, config_hash, state_hash;
    uint64_t
        trials; /* variants tried before this one, itself included, as told after the run; 0 = 1 */
    /* what happened */
    uint64_t values_cleaned; /* of the file: noise of doubles taken away */
    uint64_t inputs, records, orders, fills, denials, rejects, discrepancies;
};

/* Runs. On failure `detail` has the sentence for a person; ERR_NOT_FOUND, ERR_SYNTAX, ERR_RANGE,
 * ERR_PRECISION, ERR_CORRUPT, ERR_UNSUPPORTED, ERR_MEMORY, ERR_LIMIT; ERR_STATE: the strategy does not start
 * with these parameters. Release *out after OK. */
MUST_USE enum err backtest_run(const struct backtest_config *config, struct backtest_result **out,
                               struct errtext *detail);
void backtest_result_free(struct backtest_result *result);

/* XXH3 of the file as it lies there: data_hash of every run over it. ERR_IO. */
MUST_USE enum err backtest_data_hash(const char *path, uint64_t *out, struct errtext *detail);

const char *backtest_fill_name(enum backtest_fill_at at); /* "next_open", "this_close" */

/* "NAME=NUMBER" appended to config->params. ERR_SYNTAX, ERR_FULL with a sentence. */
MUST_USE enum err backtest_param_add(struct backtest_config *config, const char *text,
                                     struct errtext *detail);

#endif

/* tradewind data resample, generate. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "app/cmd_data.h"
#include "base/clock.h"
#include "data/candles.h"
#include "data/resample.h"

#define ROW_TEXT_MAX 256
#define COUNT_MAX 100000000
#define DEFAULT_START "2024-01-01"

static struct {
    const char *out, *interval, *price, *layout, *kind, *start, *symbol;
    int64_t seed, count, price_scale, qty_scale;
} asked;

/* ---- resample ---- */

static const struct cli_option resample_options[] = {
    { "interval", "LENGTH", "of the bars: 30s, 1m, 5m, 1h, 1d, 1w", CLI_TEXT, &asked.interval, 0,
      0 },
    { "price", "WHICH", "of quotes: mid, bid or ask; default mid", CLI_TEXT, &asked.price, 0, 0 },
    { "layout", "NAME", "how the columns are meant; default: found out", CLI_TEXT, &asked.layout, 0,
      0 },
    { "out", "FILE", "a .csv or .twc; default: printed as CSV", CLI_TEXT, &asked.out, 0, 0 },
};
static const struct cli_usage resample_usage = {
    "tradewind data resample FILE --interval LENGTH [options]",
    "Makes bars of trades, quotes or shorter bars",
    "Bars exist only where something happened; in a .twc the holes between them are noted as\n"
    "no-trade, or as missing where the source's ledger says so. Bars of quotes have volume 0.",
    resample_options,
    CLI_COUNT(resample_options),
    1,
    1
};

struct making {
    struct feed *feed;
    struct feed_info info;
    struct resampler resampler;
    struct product product;
};

static int take_resample_options(struct resampler *resampler)
{
    static const char *const prices[] = { "mid", "bid", "ask" };
    *resampler = (struct resampler){ .interval_ns = 0 };
    if (!asked.interval || !interval_parse(asked.interval, &resampler->interval_ns)) {
        (void)cli_fail("--interval: '%s' is no length such as 30s, 1m or 1h",
                       asked.interval ? asked.interval : "");
        return CLI_USAGE;
    }
    for (int i = 0; asked.price && i < 3; i++)
        if (strcmp(asked.price, prices[i]) == 0) {
            resampler->price = (enum resample_price)i;
            return CLI_GO;
        }
    if (asked.price) {
        (void)cli_fail("--price: there are mid, bid and ask, not '%s'", asked.price);
        return CLI_USAGE;
    }
    return CLI_GO;
}

static enum err write_bar(const struct making *making, const struct bar *bar)
{
    char text[CANDLE_ROW_MAX];
    uint8_t scale =
        resample_price_scale(&making->resampler, making->info.kind, making->info.price_scale);
    size_t size = candle_format(bar, scale, making->info.qty_scale, text);
    return fwrite(text, 1, size, making->product.file) == size ? OK : ERR_IO;
}

static enum err make_bars(struct making *making, struct errtext *detail)
{
    struct progress progress;
    const struct event *event = NULL;
    struct bar bar;
    uint64_t events = 0;
    progress_begin(&progress, "resample", "events", making->info.rows_total);
    enum err err = fputs(CANDLES_HEADER, making->product.file) >= 0 ? OK : ERR_IO;
    while (err == OK && (err = feed_next(making->feed, &event, detail)) == OK) {
        bool finished = false;
        err = resample_add(&making->resampler, event, &finished, &bar);
        if (err == OK && finished)
            err = write_bar(making, &bar);
        progress_set(&progress, ++events);
    }
    if (err == ERR_END)
        err = resample_end(&making->resampler, &bar) ? write_bar(making, &bar) : OK;
    progress_end(&progress);
    return err;
}

/* What the source's ledger knows is missing, is missing in the bars too. */
static void take_ledger(const char *path, struct import_config *config)
{
    struct columns *columns = NULL;
    if (!columns_is_one(path) || columns_open(path, &columns, NULL) != OK)
        return;
    for (uint32_t i = 0; i < columns_header(columns)->gaps; i++)
        if (columns_gaps(columns)[i].kind == GAP_MISSING &&
            config->missing_count < IMPORT_MISSING_MAX)
            config->missing[config->missing_count++] = columns_gaps(columns)[i];
    columns_close(columns);
}

/* A file whose finest scale is only noise of binary doubles is read without it. */
static int open_clean(const char *path, struct making *making, struct errtext *detail)
{
    if (feed_open(path, asked.layout, &making->feed, detail) != OK)
        return cli_fail("%s", detail->text);
    feed_info(making->feed, &making->info);
    feed_set_scales(making->feed, making->info.clean_price_scale, making->info.clean_qty_scale);
    feed_info(making->feed, &making->info);
    int code = CLI_GO;
    if (making->info.kind == FEED_BOOK)
        code = cli_fail("%s: bars are not made of books; take its trades or quotes", path);
    else if (making->info.kind == FEED_BARS &&
             making->info.bar_interval_ns > making->resampler.interval_ns)
        code = cli_fail("%s: its bars are longer than %s", path, asked.interval);
    if (code != CLI_GO)
        feed_close(making->feed);
    return code;
}

int cmd_data_resample(int argc, char **argv)
{
    struct import_config config = { .path = NULL };
    struct making making = { .feed = NULL };
    struct errtext detail = { "" };
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&resample_usage, argc, argv, &operands);
    if (code == CLI_GO)
        code = take_resample_options(&making.resampler);
    if (code == CLI_GO)
        code = open_clean(argv[operands], &making, &detail);
    if (code != CLI_GO)
        return code;
    config = (struct import_config){ .gaps_are = making.info.kind == FEED_BARS ? GAP_UNKNOWN
                                                                               : GAP_NO_TRADE };
    take_ledger(argv[operands], &config);
    code = product_open(&making.product, asked.out);
    if (code == CLI_GO) {
        enum err err = make_bars(&making, &detail);
        if (err == OK) {
            code = product_close(&making.product, &config);
        } else {
            product_abandon(&making.product);
            code = cli_fail("%s", *detail.text ? detail.text : err_text(err));
        }
    }
    feed_close(making.feed);
    return code;
}

/* ---- generate ---- */

static const struct cli_option generate_options[] = {
    { "kind", "KIND", "bars, trades, quotes or book; default bars", CLI_TEXT, &asked.kind, 0, 0 },
    { "count", "N", "rows (of a book: messages); default 10000", CLI_INT, &asked.count, 1,
      COUNT_MAX },
    { "seed", "N", "another seed, another market; default 42", CLI_INT, &asked.seed, 0, INT64_MAX },
    { "start", "TIME", "of the first row; default " DEFAULT_START, CLI_TEXT, &asked.start, 0, 0 },
    { "interval", "LENGTH", "of bars; default 1m", CLI_TEXT, &asked.interval, 0, 0 },
    { "price", "PRICE", "at the start; default 50000", CLI_TEXT, &asked.price, 0, 0 },
    { "symbol", "NAME", "noted in a .twc: BTC/USDT", CLI_TEXT, &asked.symbol, 0, 0 },
    { "price-scale", "N", "decimals of prices; default 2", CLI_INT, &asked.price_scale, 0, 8 },
    { "qty-scale", "N", "decimals of quantities; default 5", CLI_INT, &asked.qty_scale, 0, 8 },
    { "out", "FILE", "a .csv or .twc; default: printed as CSV", CLI_TEXT, &asked.out, 0, 0 },
};
static const struct cli_usage generate_usage = {
    "tradewind data generate [options]",
    "Writes a made-up market: nobody's data, the same bytes for the same seed and options",
    "The price is a mean-reverting walk through calm, trending and volatile times. It is for "
    "trying\n"
    "things out: what earns money in it earns nothing in the world.",
    generate_options,
    CLI_COUNT(generate_options),
    0,
    0
};

static const struct kind_row {
    const char *name, *header;
    uint16_t event;
} kinds[] = {
    { "bars", CANDLES_HEADER, EVENT_BAR },
    { "trades", "local_ts_ns,trade_id,price,qty,buyer_is_maker\n", EVENT_TRADE },
    { "quotes", "local_ts_ns,bid,bid_qty,ask,ask_qty\n", EVENT_QUOTE },
    { "book", "local_ts_ns,event,first_id,last_id,side,price,qty\n", EVENT_BOOK },
};

struct texts { /* a price and a quantity */
    char price[NUM_TEXT_MAX], qty[NUM_TEXT_MAX];
};

static struct texts texts_of(int64_t price_ticks, int64_t qty_lots)
{
    struct texts texts;
    (void)num_format(price_ticks, (int)asked.price_scale, texts.price);
    (void)num_format(qty_lots, (int)asked.qty_scale, texts.qty);
    return texts;
}

static void write_book(const struct event *event, FILE *file)
{
    const struct book_head *head = event_body_const(event);
    const struct book_level *level = (const struct book_level *)(const void *)(head + 1);
    for (uint32_t i = 0; i < head->bid_count + head->ask_count; i++) {
        struct texts texts = texts_of(level[i].price_ticks, level[i].qty_lots);
        (void)fprintf(file, "%lld,%s,%llu,%llu,%s,%s,%s\n", (long long)event->source_ts_ns,
                      head->action == BOOK_SNAPSHOT ? "snapshot" : "delta",
                      (unsigned long long)head->first_update_id,
                      (unsigned long long)head->last_update_id, i < head->bid_count ? "b" : "a",
                      texts.price, texts.qty);
    }
}

/* Errors of the stream are asked for in the end, by product_close. */
static void write_event(const struct event *event, FILE *file)
{
    if (event->kind == EVENT_TRADE) {
        const struct trade *trade = event_body_const(event);
        struct texts texts = texts_of(trade->price_ticks, trade->qty_lots);
        (void)fprintf(file, "%lld,%llu,%s,%s,%d\n", (long long)event->source_ts_ns,
                      (unsigned long long)trade->trade_id, texts.price, texts.qty,
                      trade->aggressor == SIDE_SELL);
    } else if (event->kind == EVENT_QUOTE) {
        const struct quote *quote = event_body_const(event);
        struct texts bid = texts_of(quote->bid_ticks, quote->bid_lots);
        struct texts ask = texts_of(quote->ask_ticks, quote->ask_lots);
        (void)fprintf(file, "%lld,%s,%s,%s,%s\n", (long long)event->source_ts_ns, bid.price,
                      bid.qty, ask.price, ask.qty);
    } else {
        write_book(event, file);
    }
}

static int generator_for(int64_t start_ns, struct generator **out)
{
    char *end = NULL;
    double price = asked.price ? strtod(asked.price, &end) : 50000;
    if (asked.price && (*end || !(price > 0) || price > 1e9)) {
        (void)cli_fail("--price: '%s' is no price", asked.price);
        return CLI_USAGE;
    }
    struct instrument instrument = { .id = 1,
                                     .version = 1,
                                     .kind = INSTRUMENT_SPOT,
                                     .price_scale = (uint8_t)asked.price_scale,
                                     .qty_scale = (uint8_t)asked.qty_scale,
                                     .tick_step = 1,
                                     .lot_step = 1,
                                     .qty_min_lots = 1 };
    struct generator_config config = { .seed = (uint64_t)asked.seed,
                                       .start_ns = start_ns,
                                       .start_price = price,
                                       .low_price = price / 10,
                                       .high_price = price * 10,
                                       .volatility = GENERATOR_VOLATILITY,
                                       .trades_per_s = GENERATOR_TRADES_PER_S,
                                       .depth_levels = GENERATOR_DEPTH_LEVELS };
    if (generator_new(&config, &instrument, out) != OK)
        return cli_fail("a price of %g is too coarse for %lld decimals; see --price-scale", price,
                        (long long)asked.price_scale);
    return CLI_GO;
}

static int generate_bars(struct product *product, struct generator *generator, int64_t start_ns)
{
    int64_t interval_ns = 0;
    struct errtext detail = { "" };
    if (!interval_parse(asked.interval ? asked.interval : "1m", &interval_ns)) {
        (void)cli_fail("--interval: '%s' is no length such as 30s, 1m or 1h", asked.interval);
        return CLI_USAGE;
    }
    if (asked.count > GENERATOR_HISTORY_MAX)
        return cli_fail("--count: at most %d bars", GENERATOR_HISTORY_MAX);
    if (generator_print_history(generator, product->file, interval_ns, (uint32_t)asked.count,
                                start_ns + asked.count * interval_ns, &detail) != OK)
        return cli_fail("%s", detail.text);
    return CLI_GO;
}

static int generate(const struct kind_row *kind, int64_t start_ns)
{
    struct import_config config = { .path = NULL };
    struct generator *generator = NULL;
    struct product product;
    int code = generator_for(start_ns, &generator);
    if (code == CLI_GO)
        code = product_open(&product, asked.out);
    if (code != CLI_GO) {
        generator_free(generator);
        return code;
    }
    if (kind->event == EVENT_BAR) {
        code = generate_bars(&product, generator, start_ns);
    } else {
        (void)fputs(kind->header, product.file);
        for (int64_t made = 0; made < asked.count;) {
            const struct event *event = generator_next(generator);
            if (event->kind != kind->event)
                continue;
            write_event(event, product.file);
            made++;
        }
    }
    config = (struct import_config){ .symbol = asked.symbol, .source = "generate" };
    if (code == CLI_GO)
        code = product_close(&product, &config);
    else
        product_abandon(&product);
    generator_free(generator);
    return code;
}

int cmd_data_generate(int argc, char **argv)
{
    memset(&asked, 0, sizeof asked);
    asked.seed = 42;
    asked.count = 10000;
    asked.price_scale = 2;
    asked.qty_scale = 5;
    int operands, code = cli_parse(&generate_usage, argc, argv, &operands);
    int64_t start_ns = 0;
    if (code == CLI_GO)
        code = cmd_data_time("start", asked.start ? asked.start : DEFAULT_START, &start_ns);
    if (code != CLI_GO)
        return code;
    const char *name = asked.kind ? asked.kind : "bars";
    for (size_t i = 0; i < CLI_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return generate(&kinds[i], start_ns);
    (void)cli_fail("--kind: there are bars, trades, quotes and book, not '%s'", name);
    return CLI_USAGE;
}

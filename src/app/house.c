#include "app/house.h"
#include <stdio.h>
#include <string.h>
#include "app/datadir.h"
#include "app/sizing.h"
#include "base/clock.h"
#include "data/candles.h"
#include "strategy/strategy_registry.h"

#define QTY_MAX_BASE 9000        /* largest order, base units */
#define PRICE_MAX_QUOTE 10000000 /* largest price, quote units */
#define WARM_BARS 2000           /* history told to a new strategy */

struct input { /* any input with a body of its own */
    struct event event;
    union {
        struct asset asset;
        struct instrument instrument;
        struct account account;
        struct cash_adjust cash;
        struct risk_limits limits;
        struct strategy_start start;
        struct strategy_ref stop;
        struct bar bar;
    };
};

static struct input input_of(uint16_t kind, size_t body_bytes)
{
    struct input input;
    memset(&input, 0, sizeof input);
    input.event.length = event_length(body_bytes);
    input.event.kind = kind;
    input.event.version = event_kind_version(kind);
    input.event.account = HOUSE_ACCOUNT;
    input.event.venue = PAPER_VENUE;
    return input;
}

struct teller {
    const struct engine *engine;
    house_tell *tell;
    void *context;
};

static enum err tell(const struct teller *teller, const struct input *input)
{
    return teller->tell(teller->context, &input->event);
}

/* ---- assets ---- */

/* Looks the code up by its id: ids are given in the order of first use and never change. */
struct asset_search {
    const char *code;
    uint16_t found, highest;
};

static void look_at_asset(void *context, const struct event *image)
{
    struct asset_search *search = context;
    if (image->kind != EVENT_ASSET)
        return;
    const struct asset *asset = event_body_const(image);
    if (strcmp(asset->code, search->code) == 0)
        search->found = asset->id;
    if (asset->id > search->highest)
        search->highest = asset->id;
}

static enum err asset_id(const struct teller *teller, const char *code, uint16_t *id)
{
    struct asset_search search = { .code = code };
    engine_images(teller->engine, look_at_asset, &search);
    *id = search.found ? search.found : (uint16_t)(search.highest + 1);
    if (search.found)
        return OK;
    struct input input = input_of(EVENT_ASSET_DEFINE, sizeof(struct asset));
    input.asset.id = *id;
    (void)snprintf(input.asset.code, sizeof input.asset.code, "%s", code);
    return tell(teller, &input);
}

/* ---- instruments ---- */

struct symbol_search {
    const char *symbol;
    struct instrument found; /* id 0 = none */
    struct market_row market;
    uint32_t highest;
};

static void look_at_instrument(void *context, const struct event *image)
{
    struct symbol_search *search = context;
    if (image->kind == EVENT_MARKET_ROW && image->instrument == search->found.id &&
        search->found.id)
        search->market = *(const struct market_row *)event_body_const(image);
    if (image->kind != EVENT_INSTRUMENT)
        return;
    const struct instrument *row = event_body_const(image);
    if (strcmp(row->symbol, search->symbol) == 0)
        search->found = *row;
    if (row->id > search->highest)
        search->highest = row->id;
}

static struct symbol_search symbol_find(const struct engine *engine, const char *symbol)
{
    struct symbol_search search = { .symbol = symbol };
    engine_images(engine, look_at_instrument, &search);
    return search;
}

static struct instrument rules_of(const struct paper_listing *listing, const struct config *config)
{
    struct instrument rules = { .version = 1,
                                .venue = PAPER_VENUE,
                                .kind = INSTRUMENT_SPOT,
                                .price_scale = listing->price_scale,
                                .qty_scale = listing->qty_scale,
                                .multiplier = 1,
                                .tick_step = listing->tick_step,
                                .lot_step = listing->lot_step,
                                .price_max_ticks =
                                    PRICE_MAX_QUOTE * num_pow10(listing->price_scale),
                                .qty_min_lots = listing->qty_min_lots,
                                .qty_max_lots = QTY_MAX_BASE * num_pow10(listing->qty_scale),
                                /* bps at scale 5 are a fraction at scale 9 */
                                .maker_fee_e9 = config_decimal(config, KEY_PAPER_MAKER_FEE, 5),
                                .taker_fee_e9 = config_decimal(config, KEY_PAPER_TAKER_FEE, 5),
                                .notional_min = amount_from(1, 0) };
    (void)snprintf(rules.symbol, sizeof rules.symbol, "%s", listing->symbol);
    return rules;
}

/* Tells a definition when the engine has none, or an older one. */
static enum err list_one(struct house *house, const struct teller *teller,
                         const struct paper_listing *listing, const struct config *config,
                         const char *data_dir)
{
    struct symbol_search known = symbol_find(teller->engine, listing->symbol);
    struct instrument rules = rules_of(listing, config);
    rules.id = known.found.id ? known.found.id : known.highest + 1;
    enum err err = asset_id(teller, listing->base, &rules.base_asset);
    if (!err)
        err = asset_id(teller, listing->quote, &rules.quote_asset);
    rules.settle_asset = rules.quote_asset;
    rules.version = known.found.version;
    rules.valid_from_ns = known.found.valid_from_ns;
    if (!err && memcmp(&rules, &known.found, sizeof rules) != 0) {
        struct input input = input_of(EVENT_INSTRUMENT_DEFINE, sizeof rules);
        rules.version++;
        rules.valid_from_ns = clock_wall_ns();
        input.instrument = rules;
        err = tell(teller, &input);
    }
    struct paper_market *market = &house->markets[house->market_count];
    char *history = house->history[house->market_count];
    *market = (struct paper_market){ .rules = rules };
    market->resume_ticks = known.market.last_ticks;
    market->resume_ns = known.market.last_ts_ns > known.market.quote_ts_ns
                            ? known.market.last_ts_ns
                            : known.market.quote_ts_ns;
    (void)snprintf(history, sizeof house->history[0], "%s/%s.1m.csv",
                   datadir_path(data_dir, "history"), listing->symbol);
    house->market_count++;
    return err;
}

static enum err list_all(struct house *house, const struct teller *teller,
                         const struct config *config, const char *data_dir, struct errtext *detail)
{
    const char *wanted = config_text(config, KEY_PAPER_SYMBOL);
    bool found = false;
    for (size_t i = 0; i < paper_listing_count; i++) {
        enum err err = list_one(house, teller, &paper_listings[i], config, data_dir);
        if (err)
            return errtext_set(detail, err, "%s cannot be listed: %s", paper_listings[i].symbol,
                               err_text(err));
        if (strcmp(paper_listings[i].symbol, wanted) == 0) {
            house->file_market = house->market_count - 1;
            found = true;
        }
    }
    if (!found && config_enum(config, KEY_PAPER_SOURCE) == 1)
        return errtext_set(detail, ERR_NOT_FOUND,
                           "paper.symbol is %s, but the paper venue lists BTCUSDT, ETHUSDT and "
                           "SOLUSDT; name one of them",
                           wanted);
    return OK;
}

/* ---- account, money, limits ---- */

static enum err open_account(const struct teller *teller)
{
    struct input input = input_of(EVENT_ACCOUNT_OPEN, sizeof(struct account));
    input.account.id = HOUSE_ACCOUNT;
    input.account.venue = PAPER_VENUE;
    input.account.mode = ACCOUNT_PAPER;
    input.account.venue_caps = paper_ops.caps;
    (void)snprintf(input.account.name, sizeof input.account.name, "paper");
    enum err err = asset_id(teller, "USDT", &input.account.base_currency);
    return err ? err : tell(teller, &input);
}

/* "USDT 100000" */
static enum err put_in(const struct teller *teller, const char *item, struct errtext *detail)
{
    char code[ASSET_CODE_MAX];
    const char *blank = strchr(item, ' ');
    size_t length = blank ? (size_t)(blank - item) : 0;
    struct input input = input_of(EVENT_CASH_ADJUST, sizeof(struct cash_adjust));
    const char *digits = blank ? blank + strspn(blank, " ") : "";
    i128 amount = 0; /* not into the record itself: an i128 of a record is 8-aligned */
    if (length == 0 || length >= sizeof code ||
        amount_parse(digits, strlen(digits), &amount) != OK || amount < 0)
        return errtext_set(
            detail, ERR_SYNTAX,
            "paper.balances: '%s' is not an asset and an amount, as in 'USDT 100000'", item);
    (void)snprintf(code, sizeof code, "%.*s", (int)length, item);
    enum err err = asset_id(teller, code, &input.cash.asset);
    input.cash.kind = LEDGER_ADJUSTMENT;
    input.cash.amount = amount;
    (void)snprintf(input.cash.evidence, sizeof input.cash.evidence, "paper.balances");
    return err || amount == 0 ? err : tell(teller, &input);
}

static struct risk_limits limits_of(const struct config *config)
{
    return (struct risk_limits){
        .order_notional_max = amount_from(config_decimal(config, KEY_RISK_ORDER_NOTIONAL, 8), 8),
        .position_notional_max =
            amount_from(config_decimal(config, KEY_RISK_POSITION_NOTIONAL, 8), 8),
        .order_qty_max_e8 = config_decimal(config, KEY_RISK_ORDER_QTY, 8),
        .position_qty_max_e8 = config_decimal(config, KEY_RISK_POSITION_QTY, 8),
        /* percent at scale 7 are a fraction at scale 9 */
        .price_collar_e9 = config_decimal(config, KEY_RISK_PRICE_COLLAR, 7),
        .order_rate_max = (uint32_t)config_int(config, KEY_RISK_ORDER_RATE),
        .open_orders_max = (uint32_t)config_int(config, KEY_RISK_OPEN_ORDERS),
        .entry_valid_ns = config_int(config, KEY_ENTRY_VALID),
    };
}

struct limits_search {
    struct risk_limits found;
};

static void look_at_limits(void *context, const struct event *image)
{
    if (image->kind == EVENT_LIMITS && image->account == HOUSE_ACCOUNT)
        ((struct limits_search *)context)->found =
            *(const struct risk_limits *)event_body_const(image);
}

static enum err set_limits(const struct teller *teller, const struct config *config)
{
    struct limits_search known = { 0 };
    struct input input = input_of(EVENT_RISK_LIMITS, sizeof(struct risk_limits));
    engine_images(teller->engine, look_at_limits, &known);
    input.limits = limits_of(config);
    return memcmp(&input.limits, &known.found, sizeof known.found) ? tell(teller, &input) : OK;
}

enum err house_prepare(struct house *house, const struct config *config, const char *data_dir,
                       const struct engine *engine, house_tell *tell_input, void *context,
                       struct errtext *detail)
{
    struct teller teller = { engine, tell_input, context };
    *house = (struct house){ 0 };
    enum err err = list_all(house, &teller, config, data_dir, detail);
    if (err)
        return err;
    house->fresh = engine_account(engine, HOUSE_ACCOUNT) == NULL;
    if (house->fresh) {
        const char *const *items;
        size_t count = config_list(config, KEY_PAPER_BALANCES, &items);
        err = open_account(&teller);
        for (size_t i = 0; !err && i < count; i++)
            err = put_in(&teller, items[i], detail);
    }
    if (!err)
        err = set_limits(&teller, config);
    if (err && !detail->text[0])
        return errtext_set(detail, err, "the paper account cannot be set up: %s", err_text(err));
    return err;
}

/* ---- strategies ---- */

static bool same_start(const struct strategy_row *row, const struct strategy_start *wanted,
                       uint32_t instrument)
{
    struct strategy_start had = row->start;
    had.request_id = wanted->request_id;
    /* Bit by bit: the record has no padding, and a parameter of -0 is another than 0. */
    return row->instrument == instrument &&
           memcmp((const uint8_t *)&had, (const uint8_t *)wanted, sizeof had) == 0;
}

static enum err params_of(const struct config_strategy *wanted, const struct tw_strategy *strategy,
                          struct strategy_start *start, struct errtext *detail)
{
    start->param_count = (uint8_t)strategy->param_count;
    for (uint32_t i = 0; i < strategy->param_count; i++)
        start->params[i] = strategy->params[i].default_value;
    for (size_t given = 0; given < wanted->param_count; given++) {
        uint32_t i = 0;
        while (i < strategy->param_count &&
               strcmp(strategy->params[i].name, wanted->params[given].name) != 0)
            i++;
        if (i == strategy->param_count)
            return errtext_set(detail, ERR_NOT_FOUND, "strategy %s: %s has no parameter '%s'",
                               wanted->name, strategy->name, wanted->params[given].name);
        start->params[i] = wanted->params[given].value;
    }
    return OK;
}

static enum err start_of(const struct house *house, const struct config_strategy *wanted,
                         struct input *out, struct errtext *detail)
{
    const struct tw_strategy *strategy = strategy_find(wanted->type);
    const struct instrument *rules = NULL;
    for (size_t i = 0; i < house->market_count; i++)
        if (strcmp(house->markets[i].rules.symbol, wanted->symbol) == 0)
            rules = &house->markets[i].rules;
    if (!strategy)
        return errtext_set(detail, ERR_NOT_FOUND, "strategy %s: there is no type '%s'",
                           wanted->name, wanted->type);
    if (!rules)
        return errtext_set(detail, ERR_NOT_FOUND, "strategy %s: %s is not listed", wanted->name,
                           wanted->symbol);
    *out = input_of(EVENT_STRATEGY_START, sizeof(struct strategy_start));
    out->event.instrument = rules->id;
    (void)snprintf(out->start.type, sizeof out->start.type, "%s", wanted->type);
    (void)snprintf(out->start.name, sizeof out->start.name, "%s", wanted->name);
    out->start.bar_interval_ns = wanted->interval_ns;
    struct sizing sizing;
    enum err err = sizing_parse(wanted->size, rules->qty_scale, &sizing, detail);
    if (err)
        return err;
    out->start.size_mode = sizing.mode;
    out->start.size_lots = sizing.lots;
    out->start.size_e9 = sizing.fraction_e9;
    return params_of(wanted, strategy, &out->start, detail);
}

/* Tells the history of an instrument to its new strategy: it looks, but does not trade. A strategy that
 * was started later than others on the same instrument warms them once more; they were warm already and
 * only see bars again that they know, so history is told before any of them trades: at start. */
static enum err warm(const struct house *house, const struct teller *teller, uint32_t instrument)
{
    static struct bar bars[WARM_BARS];
    struct errtext detail;
    size_t index = 0, count = 0;
    while (house->markets[index].rules.id != instrument)
        index++;
    const struct instrument *rules = &house->markets[index].rules;
    if (candles_load_last(house->history[index], rules->price_scale, rules->qty_scale,
                          60 * NS_PER_S, bars, WARM_BARS, &count, &detail))
        return OK; /* no history: it warms on live bars */
    enum err err = OK;
    for (size_t i = 0; !err && i < count; i++) {
        struct input input = input_of(EVENT_BAR, sizeof(struct bar));
        input.event.instrument = instrument;
        input.event.flags = EVENT_REPLAY | EVENT_NO_SYNC;
        input.event.source_ts_ns = bars[i].end_ns;
        input.bar = bars[i];
        err = tell(teller, &input);
    }
    return err;
}

struct stop_search {
    const struct config_strategy *wanted;
    size_t count;
    char names[64][STRATEGY_NAME_MAX];
    size_t name_count;
};

static void look_for_strays(void *context, const struct event *image)
{
    struct stop_search *search = context;
    const struct strategy_row *row = event_body_const(image);
    if (image->kind != EVENT_STRATEGY || row->status != STRATEGY_RUNNING)
        return;
    for (size_t i = 0; i < search->count; i++)
        if (strcmp(search->wanted[i].name, row->start.name) == 0)
            return;
    if (search->name_count < sizeof search->names / sizeof search->names[0])
        memcpy(search->names[search->name_count++], row->start.name, STRATEGY_NAME_MAX);
}

static enum err stop_one(const struct teller *teller, const char *name, const char *reason)
{
    struct input input = input_of(EVENT_STRATEGY_STOP, sizeof(struct strategy_ref));
    (void)snprintf(input.stop.name, sizeof input.stop.name, "%s", name);
    (void)snprintf(input.stop.reason, sizeof input.stop.reason, "%s", reason);
    return tell(teller, &input);
}

enum err house_strategies(struct house *house, const struct config *config,
                          const struct engine *engine, house_tell *tell_input, void *context,
                          struct errtext *detail)
{
    struct teller teller = { engine, tell_input, context };
    struct stop_search strays = { 0 };
    strays.count = config_strategies(config, &strays.wanted);
    engine_images(engine, look_for_strays, &strays);
    enum err err = OK;
    for (size_t i = 0; !err && i < strays.name_count; i++)
        err = stop_one(&teller, strays.names[i], "not in the configuration any more");
    for (size_t i = 0; !err && i < strays.count; i++) {
        struct input start = { 0 };
        err = start_of(house, &strays.wanted[i], &start, detail);
        if (err)
            return err;
        const struct strategy_row *row = engine_strategy(engine, strays.wanted[i].name);
        bool running = row && row->status == STRATEGY_RUNNING;
        if (running && same_start(row, &start.start, start.event.instrument))
            continue; /* it goes on where it was */
        if (running)
            err = stop_one(&teller, strays.wanted[i].name, "configured anew");
        if (!err)
            err = tell(&teller, &start);
        row = engine_strategy(engine, strays.wanted[i].name);
        if (!err && (!row || row->status != STRATEGY_RUNNING))
            return errtext_set(detail, ERR_RANGE,
                               "strategy %s does not start: a parameter or the size is out of "
                               "range",
                               strays.wanted[i].name);
        if (!err)
            err = warm(house, &teller, start.event.instrument);
    }
    return err;
}

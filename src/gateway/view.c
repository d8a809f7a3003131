#include "gateway/view.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/hash.h"

enum err view_init(struct view *view, uint32_t orders_max)
{
    memset(view, 0, sizeof *view);
    view->orders_max = orders_max + VIEW_ORDERS_SLACK;
    size_t size =
        view->orders_max * sizeof *view->orders + 2 * lookup_bytes(view->orders_max) +
        VIEW_INSTRUMENTS_MAX * (sizeof *view->instruments + sizeof *view->markets) +
        VIEW_ASSETS_MAX * sizeof *view->assets + VIEW_ACCOUNTS_MAX * sizeof *view->accounts +
        VIEW_STRATEGIES_MAX * sizeof *view->strategies +
        VIEW_POSITIONS_MAX * sizeof *view->positions + lookup_bytes(VIEW_POSITIONS_MAX) +
        VIEW_BALANCES_MAX * sizeof *view->balances + lookup_bytes(VIEW_BALANCES_MAX) + 4096;
    enum err err = arena_init(&view->arena, size);
    if (err)
        return err;
    struct arena *arena = &view->arena;
    view->orders = arena_take(arena, view->orders_max * sizeof *view->orders);
    view->instruments = arena_take(arena, VIEW_INSTRUMENTS_MAX * sizeof *view->instruments);
    view->markets = arena_take(arena, VIEW_INSTRUMENTS_MAX * sizeof *view->markets);
    view->assets = arena_take(arena, VIEW_ASSETS_MAX * sizeof *view->assets);
    view->accounts = arena_take(arena, VIEW_ACCOUNTS_MAX * sizeof *view->accounts);
    view->strategies = arena_take(arena, VIEW_STRATEGIES_MAX * sizeof *view->strategies);
    view->positions = arena_take(arena, VIEW_POSITIONS_MAX * sizeof *view->positions);
    view->balances = arena_take(arena, VIEW_BALANCES_MAX * sizeof *view->balances);
    lookup_init(&view->orders_by_id, arena, view->orders_max);
    lookup_init(&view->orders_by_key, arena, view->orders_max);
    lookup_init(&view->positions_by_key, arena, VIEW_POSITIONS_MAX);
    lookup_init(&view->balances_by_key, arena, VIEW_BALANCES_MAX);
    view->newest = view->oldest = view->orders_free = LOOKUP_NONE;
    return OK;
}

void view_release(struct view *view)
{
    if (view->arena.base)
        arena_release(&view->arena);
}

void view_clear(struct view *view)
{
    lookup_clear(&view->orders_by_id);
    lookup_clear(&view->orders_by_key);
    lookup_clear(&view->positions_by_key);
    lookup_clear(&view->balances_by_key);
    view->newest = view->oldest = view->orders_free = LOOKUP_NONE;
    view->orders_used = view->orders_count = view->open_count = 0;
    view->positions_count = view->balances_count = 0;
    memset(view->instruments, 0, view->instruments_end * sizeof *view->instruments);
    memset(view->assets, 0, view->assets_end * sizeof *view->assets);
    memset(view->accounts, 0, view->accounts_end * sizeof *view->accounts);
    memset(view->strategies, 0, view->strategies_end * sizeof *view->strategies);
    /* Markets stay: the day's volume is in no image, and prices are told again. */
    view->instruments_end = view->assets_end = view->accounts_end = view->strategies_end = 0;
}

/* ---- orders ---- */

static uint64_t key_hash(uint16_t account, const char *client_order_id)
{
    return hash_bytes_seeded(client_order_id, strlen(client_order_id), account);
}

static uint32_t order_row(const struct view *view, uint64_t order_id)
{
    uint64_t hash = hash_sequence(order_id);
    uint32_t row;
    for (size_t at = lookup_start(&view->orders_by_id, hash);
         (row = lookup_step(&view->orders_by_id, hash, &at)) != LOOKUP_NONE;)
        if (view->orders[row].order.id == order_id)
            break;
    return row;
}

const struct order *view_order(const struct view *view, uint64_t order_id)
{
    uint32_t row = order_row(view, order_id);
    return row == LOOKUP_NONE ? NULL : &view->orders[row].order;
}

const struct order *view_order_by_key(const struct view *view, uint16_t account,
                                      const char *client_order_id)
{
    uint64_t hash = key_hash(account, client_order_id);
    uint32_t row;
    for (size_t at = lookup_start(&view->orders_by_key, hash);
         (row = lookup_step(&view->orders_by_key, hash, &at)) != LOOKUP_NONE;) {
        const struct order *order = &view->orders[row].order;
        if (order->account == account && strcmp(order->client_order_id, client_order_id) == 0)
            return order;
    }
    return NULL;
}

static void link_order(struct view *view, uint32_t row)
{
    /* Ids grow, so this loop runs only for an old order that came back from the archive. */
    uint32_t newer = LOOKUP_NONE, older = view->newest;
    while (older != LOOKUP_NONE && view->orders[older].order.id > view->orders[row].order.id) {
        newer = older;
        older = view->orders[older].older;
    }
    view->orders[row].older = older;
    view->orders[row].newer = newer;
    *(older == LOOKUP_NONE ? &view->oldest : &view->orders[older].newer) = row;
    *(newer == LOOKUP_NONE ? &view->newest : &view->orders[newer].older) = row;
}

/* Open orders, all and by account, are counted from the orders' own images. */
static void count_open(struct view *view, const struct order *order, uint32_t by)
{
    if (order_state_is_done(order->state))
        return;
    view->open_count += by;
    if (order->account < VIEW_ACCOUNTS_MAX)
        view->accounts[order->account].open_orders += by;
}

static void order_image(struct view *view, const struct order *image)
{
    uint32_t row = order_row(view, image->id);
    if (row == LOOKUP_NONE) {
        row = view->orders_free;
        if (row != LOOKUP_NONE)
            view->orders_free = view->orders[row].older;
        else
            row = view->orders_used++;
        assert(row < view->orders_max); /* the engine evicts before it exceeds its table */
        view->orders[row].order = *image;
        link_order(view, row);
        lookup_put(&view->orders_by_id, hash_sequence(image->id), row);
        if (image->client_order_id[0])
            lookup_put(&view->orders_by_key, key_hash(image->account, image->client_order_id), row);
        view->orders_count++;
    } else {
        count_open(view, &view->orders[row].order, UINT32_MAX);
        view->orders[row].order = *image; /* key and account never change */
    }
    count_open(view, image, 1);
}

static void order_evicted(struct view *view, uint64_t order_id)
{
    uint32_t row = order_row(view, order_id);
    if (row == LOOKUP_NONE)
        return;
    struct view_order *gone = &view->orders[row];
    lookup_remove(&view->orders_by_id, hash_sequence(order_id), row);
    if (gone->order.client_order_id[0])
        lookup_remove(&view->orders_by_key,
                      key_hash(gone->order.account, gone->order.client_order_id), row);
    *(gone->older == LOOKUP_NONE ? &view->oldest : &view->orders[gone->older].newer) = gone->newer;
    *(gone->newer == LOOKUP_NONE ? &view->newest : &view->orders[gone->newer].older) = gone->older;
    count_open(view, &gone->order, UINT32_MAX);
    view->orders_count--;
    gone->older = view->orders_free;
    view->orders_free = row;
}

/* ---- positions and balances: dense, never removed ---- */

static void position_image(struct view *view, const struct position *image)
{
    uint64_t hash = hash_u64((uint64_t)image->account << 40 | (uint64_t)image->instrument << 8 |
                             image->position_side);
    uint32_t row;
    for (size_t at = lookup_start(&view->positions_by_key, hash);
         (row = lookup_step(&view->positions_by_key, hash, &at)) != LOOKUP_NONE;) {
        const struct position *at_row = &view->positions[row];
        if (at_row->account == image->account && at_row->instrument == image->instrument &&
            at_row->position_side == image->position_side)
            break;
    }
    if (row == LOOKUP_NONE) {
        if (view->positions_count == VIEW_POSITIONS_MAX)
            return;
        row = view->positions_count++;
        lookup_put(&view->positions_by_key, hash, row);
    }
    view->positions[row] = *image;
}

static void balance_image(struct view *view, const struct balance *image)
{
    uint64_t hash = hash_u64((uint64_t)image->account << 16 | image->asset);
    uint32_t row;
    for (size_t at = lookup_start(&view->balances_by_key, hash);
         (row = lookup_step(&view->balances_by_key, hash, &at)) != LOOKUP_NONE;)
        if (view->balances[row].account == image->account &&
            view->balances[row].asset == image->asset)
            break;
    if (row == LOOKUP_NONE) {
        if (view->balances_count == VIEW_BALANCES_MAX)
            return;
        row = view->balances_count++;
        lookup_put(&view->balances_by_key, hash, row);
    }
    view->balances[row] = *image;
}

/* ---- markets ---- */

static void roll_buckets(struct view_market *market, int64_t bucket)
{
    if (bucket - market->bucket >= VIEW_BUCKETS)
        memset(market->bucket_lots, 0, sizeof market->bucket_lots);
    else
        for (int64_t at = market->bucket + 1; at <= bucket; at++)
            market->bucket_lots[at % VIEW_BUCKETS] = 0;
    market->bucket = bucket;
}

static void add_volume(struct view_market *market, int64_t ts_ns, int64_t lots)
{
    int64_t bucket = ts_ns / VIEW_BUCKET_NS;
    if (bucket > market->bucket)
        roll_buckets(market, bucket);
    if (bucket <= 0 || bucket <= market->bucket - VIEW_BUCKETS)
        return;
    int64_t *sum = &market->bucket_lots[bucket % VIEW_BUCKETS];
    if (num_add(*sum, lots, sum))
        *sum = INT64_MAX;
}

int64_t view_volume_lots(const struct view_market *market, int64_t now_ns)
{
    int64_t newest = now_ns / VIEW_BUCKET_NS, sum = 0;
    for (int64_t at = newest - VIEW_BUCKETS + 1; at <= market->bucket; at++)
        if (at > 0 && at > market->bucket - VIEW_BUCKETS &&
            num_add(sum, market->bucket_lots[at % VIEW_BUCKETS], &sum))
            return INT64_MAX;
    return sum;
}

int64_t view_price_ticks(const struct view_market *market)
{
    return market->row.last_ticks ? market->row.last_ticks : market->row.quote.bid_ticks;
}

static void market_event(struct view *view, const struct event *event)
{
    if (event->instrument == 0 || event->instrument >= VIEW_INSTRUMENTS_MAX)
        return;
    struct view_market *market = &view->markets[event->instrument];
    const void *body = event_body_const(event);
    int64_t ts_ns = event->source_ts_ns ? event->source_ts_ns : event->engine_ts_ns;
    if (event->kind == EVENT_QUOTE) {
        market->row.quote = *(const struct quote *)body;
        market->row.quote_ts_ns = ts_ns;
    } else if (event->kind == EVENT_TRADE) {
        const struct trade *trade = body;
        market->row.last_ticks = trade->price_ticks;
        market->row.last_lots = trade->qty_lots;
        market->row.last_ts_ns = ts_ns;
        market->row.trades++;
        market->last_trade_id = trade->trade_id;
        add_volume(market, ts_ns, trade->qty_lots);
    } else {
        const struct bar *bar = body;
        market->row.last_ticks = bar->close_ticks;
        market->row.last_ts_ns = bar->end_ns;
        add_volume(market, bar->end_ns - 1, bar->volume_lots);
    }
    market->row.instrument = event->instrument;
    market->exchange_ts_ns = event->source_ts_ns;
    market->changed = true;
}

/* ---- tables by id ---- */

static void set_row(void *rows, size_t row_size, uint32_t max, uint32_t *end, uint32_t id,
                    const void *image)
{
    if (id == 0 || id >= max)
        return;
    memcpy((uint8_t *)rows + id * row_size, image, row_size);
    if (id >= *end)
        *end = id + 1;
}

#define SET_ROW(table, max, id)                                                                    \
    set_row(view->table, sizeof *view->table, max, &view->table##_end, id, body)

static void account_image(struct view *view, const void *body)
{
    uint16_t id = ((const struct account *)body)->id;
    uint32_t open = id < VIEW_ACCOUNTS_MAX ? view->accounts[id].open_orders : 0;
    SET_ROW(accounts, VIEW_ACCOUNTS_MAX, id);
    if (id < VIEW_ACCOUNTS_MAX)
        view->accounts[id].open_orders = open; /* the view's own count */
}

void view_apply(struct view *view, const struct event *event)
{
    const void *body = event_body_const(event);
    if (event->seq > view->seq)
        view->seq = event->seq;
    if (event->engine_ts_ns > view->engine_ts_ns)
        view->engine_ts_ns = event->engine_ts_ns;
    switch (event->kind) { /* kinds that are no row have nothing to do here */
    case EVENT_ORDER: order_image(view, body); break;
    case EVENT_ORDER_EVICTED: order_evicted(view, ((const struct seq_cursor *)body)->seq); break;
    case EVENT_POSITION: position_image(view, body); break;
    case EVENT_BALANCE: balance_image(view, body); break;
    case EVENT_ENGINE: view->engine = *(const struct engine_row *)body; break;
    case EVENT_ACCOUNT: account_image(view, body); break;
    case EVENT_STRATEGY:
        SET_ROW(strategies, VIEW_STRATEGIES_MAX, ((const struct strategy_row *)body)->id);
        break;
    case EVENT_ASSET: SET_ROW(assets, VIEW_ASSETS_MAX, ((const struct asset *)body)->id); break;
    case EVENT_INSTRUMENT:
        SET_ROW(instruments, VIEW_INSTRUMENTS_MAX, ((const struct instrument *)body)->id);
        break;
    case EVENT_MARKET_ROW: {
        const struct market_row *row = body;
        if (row->instrument > 0 && row->instrument < VIEW_INSTRUMENTS_MAX) {
            view->markets[row->instrument].row = *row;
            view->markets[row->instrument].changed = true;
        }
        break;
    }
    case EVENT_QUOTE:
    case EVENT_TRADE:
    case EVENT_BAR: market_event(view, event); break;
    default: break;
    }
}

/* ---- lookups ---- */

const struct instrument *view_instrument(const struct view *view, uint32_t id)
{
    return id < view->instruments_end && view->instruments[id].id ? &view->instruments[id] : NULL;
}

const struct instrument *view_symbol(const struct view *view, const char *symbol)
{
    const struct instrument *alike = NULL;
    for (uint32_t id = 1; id < view->instruments_end; id++) {
        const struct instrument *instrument = &view->instruments[id];
        if (instrument->id == 0)
            continue;
        if (strcmp(instrument->symbol, symbol) == 0)
            return instrument;
        if (!alike && strcasecmp(instrument->symbol, symbol) == 0)
            alike = instrument;
    }
    return alike;
}

const struct asset *view_asset(const struct view *view, uint16_t id)
{
    return id < view->assets_end && view->assets[id].id ? &view->assets[id] : NULL;
}

const struct account *view_account(const struct view *view, uint16_t id)
{
    return id < view->accounts_end && view->accounts[id].id ? &view->accounts[id] : NULL;
}

const struct view_market *view_market(const struct view *view, uint32_t instrument)
{
    static const struct view_market none;
    return instrument < VIEW_INSTRUMENTS_MAX ? &view->markets[instrument] : &none;
}

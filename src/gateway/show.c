#include "gateway/show.h"
#include <string.h>

/* One table: the state, and what it is called while nothing or something is filled. */
static const struct {
    const char *none, *part;
} status_of[ORDER_STATE_COUNT] = {
    [ORDER_NONE] = { "UNKNOWN", "UNKNOWN" },
    [ORDER_NEW] = { "PENDING", "PARTIALLY_FILLED" },
    [ORDER_SENT] = { "PENDING", "PARTIALLY_FILLED" },
    [ORDER_OPEN] = { "ACCEPTED", "PARTIALLY_FILLED" },
    [ORDER_AMENDING] = { "ACCEPTED", "PARTIALLY_FILLED" },
    [ORDER_CANCELLING] = { "ACCEPTED", "PARTIALLY_FILLED" },
    [ORDER_UNKNOWN] = { "UNKNOWN", "UNKNOWN" },
    [ORDER_FILLED] = { "FILLED", "FILLED" },
    [ORDER_CANCELLED] = { "CANCELLED", "CANCELLED" },
    [ORDER_EXPIRED] = { "EXPIRED", "EXPIRED" },
    [ORDER_DENIED] = { "DENIED", "DENIED" },
    [ORDER_REJECTED] = { "REJECTED", "REJECTED" },
};

#define AVERAGE_STEP INT64_C(1000000) /* averages are shown to 10^-12 */

const char *show_status(const struct order *order)
{
    if (order->state >= ORDER_STATE_COUNT)
        return "UNKNOWN";
    return order->filled_lots > 0 ? status_of[order->state].part : status_of[order->state].none;
}

bool show_has_limit(uint8_t order_type)
{
    return order_type == ORDER_LIMIT || order_type == ORDER_STOP_LIMIT ||
           order_type == ORDER_LIMIT_IF_TOUCHED || order_type == ORDER_TRAILING_STOP_LIMIT;
}

const char *show_symbol(const struct view *view, uint32_t instrument)
{
    const struct instrument *row = view_instrument(view, instrument);
    return row ? row->symbol : "";
}

void show_ticks(struct json_write *write, const char *key, int64_t ticks, int scale)
{
    json_key(write, key);
    if (ticks)
        json_num(write, ticks, scale);
    else
        json_null(write);
}

static void text_or_null(struct json_write *write, const char *key, const char *text)
{
    json_key(write, key);
    if (text[0])
        json_string(write, text);
    else
        json_null(write);
}

/* numerator * 10^scale / divisor, for display. */
static void average(struct json_write *write, const char *key, i128 numerator, int scale,
                    i128 divisor)
{
    i128 value;
    json_key(write, key);
    if (divisor < 0) {
        numerator = -numerator;
        divisor = -divisor;
    }
    if (divisor == 0 || amount_mul_div_floor(numerator, num_pow10(scale), divisor, &value))
        json_null(write);
    else
        json_amount(write, amount_div_nearest(value, AVERAGE_STEP) * AVERAGE_STEP);
}

void show_order(struct json_write *write, const struct view *view, const struct order *order)
{
    static const struct instrument unknown = { .symbol = "" };
    const struct instrument *instrument = view_instrument(view, order->instrument);
    char id[NUM_TEXT_MAX];
    if (!instrument)
        instrument = &unknown;
    (void)num_format((int64_t)order->id, 0, id);
    json_object_begin(write);
    json_kv(write, "client_order_id", string, order->client_order_id);
    json_kv(write, "order_id", string, id);
    json_kv(write, "symbol", string, instrument->symbol);
    json_kv(write, "side", string, side_name(order->side));
    json_kv(write, "order_type", string, order_type_name(order->type));
    json_kv(write, "tif", string, tif_name(order->tif));
    json_kv(write, "order_qty", num, order->qty_lots, instrument->qty_scale);
    show_ticks(write, "limit_price", show_has_limit(order->type) ? order->price_ticks : 0,
               instrument->price_scale);
    if (order->stop_ticks)
        json_kv(write, "stop_price", num, order->stop_ticks, instrument->price_scale);
    text_or_null(write, "venue_order_id", order->venue_order_id);
    json_kv(write, "status", string, show_status(order));
    text_or_null(write, "reason", order->reason);
    json_kv(write, "executed_qty", num, order->filled_lots, instrument->qty_scale);
    average(write, "avg_price", order->cost_tick_lots, AMOUNT_SCALE - instrument->price_scale,
            order->filled_lots);
    json_kv(write, "last_ts_ns", i64, order->updated_ns);
    json_object_end(write);
}

void show_position(struct json_write *write, const struct view *view, const struct position *row)
{
    const struct instrument *instrument = view_instrument(view, row->instrument);
    const struct account *account = view_account(view, row->account);
    if (!instrument)
        return;
    int64_t price_ticks = view_price_ticks(view_market(view, row->instrument));
    i128 value = 0, unrealised = 0;
    bool valued =
        instrument_notional(instrument, price_ticks,
                            row->qty_lots < 0 ? -row->qty_lots : row->qty_lots, &value) == OK &&
        (price_ticks > 0 || row->qty_lots == 0) &&
        amount_sub(row->qty_lots < 0 ? -value : value, row->cost, &unrealised) == OK;
    json_object_begin(write);
    json_kv(write, "symbol", string, instrument->symbol);
    json_kv(write, "venue", string, account ? account->name : "");
    json_kv(write, "side", string,
            row->qty_lots > 0   ? "LONG"
            : row->qty_lots < 0 ? "SHORT"
                                : "NONE");
    json_kv(write, "qty", num, row->qty_lots < 0 ? -row->qty_lots : row->qty_lots,
            instrument->qty_scale);
    average(write, "avg_entry_price", row->cost,
            instrument->qty_scale + instrument->multiplier_scale,
            (i128)row->qty_lots * instrument->multiplier);
    show_ticks(write, "current_price", price_ticks, instrument->price_scale);
    json_key(write, "unrealized_pnl");
    if (valued)
        json_amount(write, unrealised);
    else
        json_null(write);
    json_kv(write, "realized_pnl", amount, row->realised);
    json_kv(write, "last_update_ts_ns", i64, row->updated_ns);
    json_object_end(write);
}

void show_balances(struct json_write *write, const struct view *view, uint16_t account)
{
    json_array_begin(write);
    for (uint32_t i = 0; i < view->balances_count; i++) {
        const struct balance *row = &view->balances[i];
        const struct asset *asset = view_asset(view, row->asset);
        if (row->account != account || !asset)
            continue;
        json_object_begin(write);
        json_kv(write, "asset", string, asset->code);
        json_kv(write, "free", amount, row->total - row->reserved);
        json_kv(write, "locked", amount, row->reserved);
        json_object_end(write);
    }
    json_array_end(write);
}

void show_market(struct json_write *write, const struct instrument *instrument,
                 const struct view_market *market, int64_t now_ns)
{
    const struct market_row *row = &market->row;
    int price_scale = instrument->price_scale, qty_scale = instrument->qty_scale;
    int64_t last_ns = row->quote_ts_ns > row->last_ts_ns ? row->quote_ts_ns : row->last_ts_ns;
    json_object_begin(write);
    json_kv(write, "symbol", string, instrument->symbol);
    json_kv(write, "best_bid_price", num, row->quote.bid_ticks, price_scale);
    json_kv(write, "best_bid_qty", num, row->quote.bid_lots, qty_scale);
    json_kv(write, "best_ask_price", num, row->quote.ask_ticks, price_scale);
    json_kv(write, "best_ask_qty", num, row->quote.ask_lots, qty_scale);
    json_kv(write, "last_price", num, row->last_ticks, price_scale);
    json_kv(write, "volume_24h", num, view_volume_lots(market, now_ns), qty_scale);
    json_kv(write, "last_trade_id", u64, market->last_trade_id);
    json_kv(write, "last_update_ns", i64, last_ns);
    json_kv(write, "exchange_ts_ns", i64, market->exchange_ts_ns);
    json_object_end(write);
}

/* total of an asset in the base currency, by the instrument base/quote. */
static bool value_of(const struct view *view, const struct balance *row, uint16_t currency,
                     i128 *out)
{
    *out = row->total;
    if (row->asset == currency || row->total == 0)
        return true;
    for (uint32_t id = 1; id < view->instruments_end; id++) {
        const struct instrument *instrument = &view->instruments[id];
        int64_t ticks = view_price_ticks(view_market(view, id));
        if (instrument->id && ticks > 0 && instrument->base_asset == row->asset &&
            instrument->quote_asset == currency)
            return amount_mul_div_floor(row->total, ticks, num_pow10(instrument->price_scale),
                                        out) == OK;
    }
    return false;
}

bool show_equity(const struct view *view, const struct account *account, i128 *out)
{
    i128 sum = 0, value;
    for (uint32_t i = 0; i < view->balances_count; i++)
        if (view->balances[i].account == account->id &&
            (!value_of(view, &view->balances[i], account->base_currency, &value) ||
             amount_add(sum, value, &sum)))
            return false;
    *out = sum;
    return true;
}

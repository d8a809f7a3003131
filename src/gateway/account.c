#include "gateway/internal.h"
#include "gateway/order_body.h"
#include "gateway/show.h"

static const char *mode_name(uint8_t mode)
{
    static const char *const names[] = { "none", "paper", "testnet", "live", "backtest" };
    return mode < sizeof names / sizeof names[0] ? names[mode] : "none";
}

static void show_account_details(struct json_write *write, const struct view *view,
                                 const struct account *account)
{
    const struct asset *currency = view_asset(view, account->base_currency);
    i128 equity;
    json_kv(write, "account", string, account->name);
    json_kv(write, "mode", string, mode_name(account->mode));
    json_kv(write, "base_currency", string, currency ? currency->code : "");
    json_key(write, "equity");
    if (show_equity(view, account, &equity))
        json_amount(write, equity);
    else
        json_null(write); /* never valued at zero for want of a price */
    json_kv(write, "halted", bool, account->halt != HALT_NONE);
    json_kv(write, "halt_reason", string, account->halt_reason);
    json_kv(write, "open_orders", i64, (int64_t)account->open_orders);
}

void account_get(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    const struct account *account = view_account(&gateway->view, gateway->config.account);
    struct json_write write;
    json_write_init(&write, gateway->answer, ANSWER_BYTES);
    json_object_begin(&write);
    json_kv(&write, "ts_ns", i64, gateway->view.engine_ts_ns);
    json_key(&write, "balances");
    show_balances(&write, &gateway->view, gateway->config.account);
    if (account)
        show_account_details(&write, &gateway->view, account);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

void positions_get(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    const struct view *view = &gateway->view;
    struct json_write write;
    json_write_init(&write, gateway->answer, ANSWER_BYTES);
    json_object_begin(&write);
    json_key(&write, "positions");
    json_array_begin(&write);
    for (uint32_t i = 0; i < view->positions_count; i++)
        if (view->positions[i].account == gateway->config.account && view->positions[i].qty_lots)
            show_position(&write, view, &view->positions[i]);
    json_array_end(&write);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

/* A symbol that was never traded has a position too: flat. */
void position_symbol(struct gateway *gateway, struct http_request *request, const char *symbol)
{
    const struct view *view = &gateway->view;
    const struct instrument *instrument = view_symbol(view, symbol);
    if (!instrument) {
        struct problem problem = { PROBLEM_NONE, { "" } };
        (void)unknown_symbol(view, symbol, PROBLEM_SYMBOL_NOT_FOUND, &problem);
        answer_problem(gateway, request, &problem);
        return;
    }
    const struct position flat = { .account = gateway->config.account,
                                   .instrument = instrument->id };
    const struct position *row = &flat;
    for (uint32_t i = 0; i < view->positions_count; i++)
        if (view->positions[i].account == gateway->config.account &&
            view->positions[i].instrument == instrument->id &&
            (row == &flat || view->positions[i].qty_lots != 0)) /* hedging: the side that is open */
            row = &view->positions[i];
    struct json_write write;
    json_write_init(&write, gateway->answer, ANSWER_BYTES);
    show_position(&write, view, row);
    answer_json(gateway, request, 200, &write);
}

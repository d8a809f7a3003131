#include "gateway/internal.h"
#include "gateway/order_body.h"
#include "gateway/show.h"

#define MARKET_BYTES 1024

void market_first(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    const char *symbol = gateway->config.first_market;
    const struct instrument *instrument = view_symbol(&gateway->view, symbol);
    const struct view_market *market = view_market(&gateway->view, instrument ? instrument->id : 0);
    const struct market_row *row = &market->row;
    char text[MARKET_BYTES];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "symbol", string, instrument ? instrument->symbol : symbol);
    show_ticks(&write, "price", view_price_ticks(market), instrument ? instrument->price_scale : 0);
    json_kv(&write, "ts_ns", i64,
            row->last_ts_ns > row->quote_ts_ns ? row->last_ts_ns : row->quote_ts_ns);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

void market_symbol(struct gateway *gateway, struct http_request *request, const char *symbol)
{
    const struct instrument *instrument = view_symbol(&gateway->view, symbol);
    if (!instrument) {
        struct problem problem = { PROBLEM_NONE, { "" } };
        (void)unknown_symbol(&gateway->view, symbol, PROBLEM_SYMBOL_NOT_FOUND, &problem);
        answer_problem(gateway, request, &problem);
        return;
    }
    char text[MARKET_BYTES];
    struct json_write write;
    json_write_init(&write, text, sizeof text);
    json_object_begin(&write);
    json_kv(&write, "status", string, "success");
    json_key(&write, "data");
    const struct view_market *market = view_market(&gateway->view, instrument->id);
    const struct market_row *row = &market->row;
    /* 24 hours of the market's own clock: a replay's is not ours. */
    show_market(&write, instrument, market,
                row->last_ts_ns > row->quote_ts_ns ? row->last_ts_ns : row->quote_ts_ns);
    json_object_end(&write);
    answer_json(gateway, request, 200, &write);
}

/*
 * gateway/show.h - rows as JSON objects, in the shapes that VeloZ documents.
 * Numbers have all their digits.
 */
#ifndef GATEWAY_SHOW_H
#define GATEWAY_SHOW_H
#include "base/json.h"
#include "gateway/view.h"

/* The word for an order's state on these surfaces: "PENDING", "PARTIALLY_FILLED", ... */
const char *show_status(const struct order *order);

/* Whether the user named a limit price; for others order.price_ticks is the engine's protection. */
bool show_has_limit(uint8_t order_type);

/* OrderState. */
void show_order(struct json_write *write, const struct view *view, const struct order *order);
void show_position(struct json_write *write, const struct view *view, const struct position *row);
/* {"asset":..,"free":..,"locked":..} of each balance of the account, as an array. */
void show_balances(struct json_write *write, const struct view *view, uint16_t account);
void show_market(struct json_write *write, const struct instrument *instrument,
                 const struct view_market *market, int64_t now_ns);

/* "" for an unknown id. */
const char *show_symbol(const struct view *view, uint32_t instrument);
/* Key and ticks as a decimal number; null when they are 0. */
void show_ticks(struct json_write *write, const char *key, int64_t ticks, int scale);
/* What the account is worth in its base currency at the view's prices. False: a price is missing. */
bool show_equity(const struct view *view, const struct account *account, i128 *out);

#endif

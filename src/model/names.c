/* Names of enums, for every surface: one table each, parsed from the same rows. */
#include <stddef.h>
#include <strings.h>
#include "model/account.h"
#include "model/event.h"
#include "model/order.h"

#define COUNT(table) (sizeof table / sizeof table[0])

static const char *const sides[] = { "", "BUY", "SELL" };
static const char *const types[] = { "",
                                     "LIMIT",
                                     "MARKET",
                                     "STOP",
                                     "STOP_LIMIT",
                                     "MARKET_IF_TOUCHED",
                                     "LIMIT_IF_TOUCHED",
                                     "TRAILING_STOP",
                                     "TRAILING_STOP_LIMIT" };
static const char *const tifs[] = { "", "GTC", "GTD", "IOC", "FOK", "DAY", "AT_OPEN" };
static const char *const states[] = { "",          "NEW",        "SENT",    "OPEN",
                                      "AMENDING",  "CANCELLING", "UNKNOWN", "FILLED",
                                      "CANCELLED", "EXPIRED",    "DENIED",  "REJECTED" };
static const char *const ledgers[] = { "",          "trade",         "fee",        "rebate",
                                       "funding",   "interest",      "settlement", "dividend",
                                       "split",     "symbol_change", "expiry",     "transfer",
                                       "adjustment" };
static const char *const discrepancies[] = { "", "unexpected_move", "fill_after_end", "overfill",
                                             "unknown_order" };
static_assert(COUNT(types) == ORDER_TYPE_COUNT, "a name for every type");
static_assert(COUNT(tifs) == TIF_COUNT, "a name for every time in force");
static_assert(COUNT(states) == ORDER_STATE_COUNT, "a name for every state");
static_assert(COUNT(ledgers) == LEDGER_KIND_COUNT, "a name for every ledger kind");
static_assert(COUNT(discrepancies) == DISCREPANCY_COUNT, "a name for every discrepancy");

static const char *name_in(const char *const *table, size_t count, uint8_t value)
{
    return value < count ? table[value] : "";
}

static uint8_t parse_in(const char *const *table, size_t count, const char *text)
{
    for (size_t i = 1; i < count; i++)
        if (strcasecmp(table[i], text) == 0)
            return (uint8_t)i;
    return 0;
}

const char *side_name(uint8_t side) { return name_in(sides, COUNT(sides), side); }
const char *order_type_name(uint8_t type) { return name_in(types, COUNT(types), type); }
const char *tif_name(uint8_t tif) { return name_in(tifs, COUNT(tifs), tif); }
const char *order_state_name(uint8_t state) { return name_in(states, COUNT(states), state); }
const char *ledger_kind_name(uint8_t kind) { return name_in(ledgers, COUNT(ledgers), kind); }
const char *discrepancy_name(uint8_t code)
{
    return name_in(discrepancies, COUNT(discrepancies), code);
}

uint8_t side_parse(const char *text) { return parse_in(sides, COUNT(sides), text); }
uint8_t order_type_parse(const char *text) { return parse_in(types, COUNT(types), text); }
uint8_t tif_parse(const char *text) { return parse_in(tifs, COUNT(tifs), text); }

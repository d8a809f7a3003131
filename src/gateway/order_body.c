#include "gateway/order_body.h"
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "gateway/body.h"
#include "gateway/show.h"

enum order_field {
    SIDE,
    SYMBOL,
    QTY,
    PRICE,
    TYPE,
    TIF,
    STOP_PRICE,
    TRAIL_AMOUNT,
    DISPLAY_QTY,
    EXPIRE_NS,
    POST_ONLY,
    REDUCE_ONLY,
    CLIENT_ORDER_ID
};
static const struct body_field order_fields[] = {
    [SIDE] = { "side", BODY_TEXT },
    [SYMBOL] = { "symbol", BODY_TEXT },
    [QTY] = { "qty", BODY_DECIMAL },
    [PRICE] = { "price", BODY_DECIMAL },
    [TYPE] = { "type", BODY_TEXT },
    [TIF] = { "tif", BODY_TEXT },
    [STOP_PRICE] = { "stop_price", BODY_DECIMAL },
    [TRAIL_AMOUNT] = { "trail_amount", BODY_DECIMAL },
    [DISPLAY_QTY] = { "display_qty", BODY_DECIMAL },
    [EXPIRE_NS] = { "expire_ns", BODY_DECIMAL },
    [POST_ONLY] = { "post_only", BODY_BOOL },
    [REDUCE_ONLY] = { "reduce_only", BODY_BOOL },
    [CLIENT_ORDER_ID] = { "client_order_id", BODY_TEXT },
};
static const struct body_schema order_schema = { order_fields,
                                                 sizeof order_fields / sizeof order_fields[0] };

enum cancel_field { CANCEL_CLIENT_ORDER_ID, CANCEL_ORDER_ID, CANCEL_SYMBOL };
static const struct body_field cancel_fields[] = {
    [CANCEL_CLIENT_ORDER_ID] = { "client_order_id", BODY_TEXT },
    [CANCEL_ORDER_ID] = { "order_id", BODY_DECIMAL },
    [CANCEL_SYMBOL] = { "symbol", BODY_TEXT },
};
static const struct body_schema cancel_schema = { cancel_fields,
                                                  sizeof cancel_fields / sizeof cancel_fields[0] };

/* Which prices a type has: each must be there (1), may be (2), must not be (0). */
enum { NO, YES, MAY };
static const struct {
    uint8_t price, stop, trail;
} prices_of[ORDER_TYPE_COUNT] = {
    [ORDER_LIMIT] = { YES, NO, NO },
    [ORDER_MARKET] = { NO, NO, NO },
    [ORDER_STOP] = { NO, YES, NO },
    [ORDER_STOP_LIMIT] = { YES, YES, NO },
    [ORDER_MARKET_IF_TOUCHED] = { NO, YES, NO },
    [ORDER_LIMIT_IF_TOUCHED] = { YES, YES, NO },
    [ORDER_TRAILING_STOP] = { NO, MAY, YES },
    [ORDER_TRAILING_STOP_LIMIT] = { MAY, MAY, YES },
};

bool client_order_id_is_good(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return length >= 1 && length <= 36;
}

bool unknown_symbol(const struct view *view, const char *symbol, enum problem_id id,
                    struct problem *problem)
{
    char names[256] = "";
    size_t length = 0, count = 0;
    for (uint32_t i = 1; i < view->instruments_end && count < 10; i++)
        if (view->instruments[i].id && length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       count++ ? ", " : "", view->instruments[i].symbol);
    return problem_set(problem, id, "there is no symbol '%.24s' here: use one of %s", symbol,
                       count ? names : "the configured instruments (none is loaded yet)");
}

static bool missing(struct problem *problem, const char *name, const char *how)
{
    return problem_set(problem, PROBLEM_BAD_PARAMS, "'%s' is missing: %s", name, how);
}

/* A positive decimal at the scale, a whole number of steps. Absent: *out stays 0. */
static bool decimal(const struct body *body, enum order_field field, int scale, int64_t step,
                    int64_t *out, struct problem *problem)
{
    const struct body_value *value = &body->values[field];
    const char *name = order_fields[field].name;
    char step_text[NUM_TEXT_MAX];
    if (value->kind == BODY_ABSENT)
        return true;
    int64_t number = 0;
    enum err err = num_parse(value->text, value->length, scale, &number);
    if (err == ERR_PRECISION || (err == OK && number > 0 && number % step != 0)) {
        (void)num_format(step, scale, step_text);
        return problem_set(problem, PROBLEM_BAD_PRECISION,
                           "'%s' is finer than the instrument allows: use a multiple of %s", name,
                           step_text);
    }
    if (err)
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "'%s' is no decimal number that can be used (%s): write it as 1.5 or "
                           "\"1.5\"",
                           name, err_text(err));
    if (number <= 0)
        return problem_set(problem, PROBLEM_BAD_PARAMS, "'%s' must be above zero", name);
    *out = number;
    return true;
}

static bool words(const struct body *body, struct intent *intent, struct problem *problem)
{
    const struct body_value *side = &body->values[SIDE], *type = &body->values[TYPE],
                            *tif = &body->values[TIF];
    if (side->kind == BODY_ABSENT)
        return missing(problem, "side", "send BUY or SELL; nothing is assumed");
    intent->side = side_parse(side->text);
    if (intent->side == SIDE_NONE)
        return problem_set(problem, PROBLEM_BAD_PARAMS, "'side' must be BUY or SELL");
    intent->type = type->kind == BODY_ABSENT ? ORDER_LIMIT : order_type_parse(type->text);
    if (intent->type == ORDER_TYPE_NONE)
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "'type' must be LIMIT, MARKET, STOP, STOP_LIMIT, MARKET_IF_TOUCHED, "
                           "LIMIT_IF_TOUCHED, TRAILING_STOP or TRAILING_STOP_LIMIT");
    intent->tif = tif->kind == BODY_ABSENT ? TIF_GTC : tif_parse(tif->text);
    if (intent->tif == TIF_NONE || intent->tif == TIF_AT_OPEN)
        return problem_set(problem, PROBLEM_BAD_PARAMS, "'tif' must be GTC, GTD, IOC, FOK or DAY");
    return true;
}

static bool price_fits(uint8_t rule, int64_t ticks, const char *name, const struct intent *intent,
                       struct problem *problem)
{
    const char *type = order_type_name(intent->type);
    if (rule == YES && ticks == 0)
        return problem_set(
            problem, PROBLEM_BAD_PARAMS, "a %s order needs '%s' above zero%s", type, name,
            intent->type == ORDER_LIMIT ? "; for a market order say \"type\":\"MARKET\"" : "");
    if (rule == NO && ticks != 0)
        return problem_set(problem, PROBLEM_BAD_PARAMS, "a %s order has no '%s': leave it out",
                           type, name);
    return true;
}

static bool numbers(const struct body *body, const struct instrument *instrument,
                    struct intent *intent, struct problem *problem)
{
    int price_scale = instrument->price_scale, qty_scale = instrument->qty_scale;
    int64_t tick = instrument->tick_step > 0 ? instrument->tick_step : 1;
    int64_t lot = instrument->lot_step > 0 ? instrument->lot_step : 1;
    if (body->values[QTY].kind == BODY_ABSENT)
        return missing(problem, "qty", "send the quantity in base units, above zero");
    return decimal(body, QTY, qty_scale, lot, &intent->qty_lots, problem) &&
           decimal(body, PRICE, price_scale, tick, &intent->price_ticks, problem) &&
           decimal(body, STOP_PRICE, price_scale, tick, &intent->stop_ticks, problem) &&
           decimal(body, TRAIL_AMOUNT, price_scale, tick, &intent->trail_ticks, problem) &&
           decimal(body, DISPLAY_QTY, qty_scale, lot, &intent->display_lots, problem) &&
           decimal(body, EXPIRE_NS, 0, 1, &intent->expire_ns, problem) &&
           price_fits(prices_of[intent->type].price, intent->price_ticks, "price", intent,
                      problem) &&
           price_fits(prices_of[intent->type].stop, intent->stop_ticks, "stop_price", intent,
                      problem) &&
           price_fits(prices_of[intent->type].trail, intent->trail_ticks, "trail_amount", intent,
                      problem);
}

static bool consistent(const struct intent *intent, struct problem *problem)
{
    if ((intent->tif == TIF_GTD) != (intent->expire_ns != 0))
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "'tif' GTD and 'expire_ns' (UTC nanoseconds) belong together");
    bool rests = intent->tif == TIF_GTC || intent->tif == TIF_GTD || intent->tif == TIF_DAY;
    if (intent->flags & ORDER_POST_ONLY && (intent->type != ORDER_LIMIT || !rests))
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "'post_only' needs a LIMIT order that may rest (GTC, GTD or DAY)");
    if (intent->display_lots && (!prices_of[intent->type].price || !rests))
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "'display_qty' needs a limit price and an order that may rest");
    if (intent->display_lots > intent->qty_lots)
        return problem_set(problem, PROBLEM_BAD_PARAMS, "'display_qty' must not exceed 'qty'");
    return true;
}

static bool copy_client_order_id(const struct body_value *value, char out[CLIENT_ORDER_ID_MAX],
                                 struct problem *problem)
{
    if (value->kind == BODY_ABSENT)
        return true;
    if (!client_order_id_is_good(value->text))
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "'client_order_id' must be 1 to 36 visible ASCII characters");
    memcpy(out, value->text, (size_t)value->length + 1);
    return true;
}

static bool parse(const struct body_schema *schema, bool form, const char *text, size_t size,
                  struct body *body, struct problem *problem)
{
    return form ? body_parse_form(schema, text, size, body, problem)
                : body_parse_json(schema, text, size, body, problem);
}

/* What the user meant, without what is only ours: equal for 0.5 and "0.50", buy and BUY. */
static uint64_t meaning_hash(const struct intent *intent, uint16_t account, uint32_t instrument)
{
    struct intent plain = *intent;
    plain.request_id = plain.body_hash = 0;
    plain.valid_until_ns = 0;
    memset(plain.client_order_id, 0, sizeof plain.client_order_id);
    uint64_t hash = hash_bytes_seeded(&plain, sizeof plain, (uint64_t)account << 32 | instrument);
    return hash ? hash : 1; /* 0 stands for orders nobody asked for over this way */
}

bool order_body_parse(const struct view *view, uint16_t account, bool form, const char *text,
                      size_t size, struct intent *out, const struct instrument **instrument,
                      struct problem *problem)
{
    struct body body;
    if (!parse(&order_schema, form, text, size, &body, problem))
        return false;
    struct intent intent;
    memset(&intent, 0, sizeof intent);
    if (!words(&body, &intent, problem))
        return false;
    if (body.values[SYMBOL].kind == BODY_ABSENT)
        return missing(problem, "symbol", "send the instrument, as in BTCUSDT");
    *instrument = view_symbol(view, body.values[SYMBOL].text);
    if (!*instrument)
        return unknown_symbol(view, body.values[SYMBOL].text, PROBLEM_UNKNOWN_SYMBOL, problem);
    if (body.values[POST_ONLY].kind == BODY_BOOL && body.values[POST_ONLY].truth)
        intent.flags |= ORDER_POST_ONLY;
    if (body.values[REDUCE_ONLY].kind == BODY_BOOL && body.values[REDUCE_ONLY].truth)
        intent.flags |= ORDER_REDUCE_ONLY;
    if (!numbers(&body, *instrument, &intent, problem) || !consistent(&intent, problem))
        return false;
    intent.body_hash = meaning_hash(&intent, account, (*instrument)->id);
    if (!copy_client_order_id(&body.values[CLIENT_ORDER_ID], intent.client_order_id, problem))
        return false;
    *out = intent;
    return true;
}

bool cancel_body_parse(const struct view *view, bool form, const char *text, size_t size,
                       struct cancel_body *out, struct problem *problem)
{
    struct body body;
    if (!parse(&cancel_schema, form, text, size, &body, problem))
        return false;
    struct cancel_body cancel;
    memset(&cancel, 0, sizeof cancel);
    const struct body_value *id = &body.values[CANCEL_ORDER_ID];
    const struct body_value *symbol = &body.values[CANCEL_SYMBOL];
    int64_t number = 0;
    if (id->kind != BODY_ABSENT && (num_parse(id->text, id->length, 0, &number) || number <= 0))
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "'order_id' must be a whole number above zero");
    cancel.order_id = (uint64_t)number;
    if (!copy_client_order_id(&body.values[CANCEL_CLIENT_ORDER_ID], cancel.client_order_id,
                              problem))
        return false;
    if (!cancel.order_id && !cancel.client_order_id[0])
        return missing(problem, "client_order_id", "name the order to cancel");
    if (cancel.order_id && cancel.client_order_id[0])
        return problem_set(problem, PROBLEM_BAD_PARAMS,
                           "name the order by 'client_order_id' or by 'order_id', not by both");
    if (symbol->kind != BODY_ABSENT && !(cancel.instrument = view_symbol(view, symbol->text)))
        return unknown_symbol(view, symbol->text, PROBLEM_UNKNOWN_SYMBOL, problem);
    *out = cancel;
    return true;
}

void order_differences(const struct order *order, const struct intent *intent, uint32_t instrument,
                       char *out, size_t size)
{
    const uint8_t asked = ORDER_POST_ONLY | ORDER_REDUCE_ONLY;
    const struct {
        const char *name;
        bool differs;
    } fields[] = {
        { "symbol", order->instrument != instrument },
        { "side", order->side != intent->side },
        { "type", order->type != intent->type },
        { "tif", order->tif != intent->tif },
        { "qty", order->qty_lots != intent->qty_lots },
        { "price", show_has_limit(order->type) && order->price_ticks != intent->price_ticks },
        { "stop_price", order->stop_ticks != intent->stop_ticks },
        { "trail_amount", order->trail_ticks != intent->trail_ticks },
        { "display_qty", order->display_lots != intent->display_lots },
        { "expire_ns", order->expire_ns != intent->expire_ns },
        { "post_only", ((order->flags ^ intent->flags) & asked & ORDER_POST_ONLY) != 0 },
        { "reduce_only", ((order->flags ^ intent->flags) & asked & ORDER_REDUCE_ONLY) != 0 },
    };
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].differs && length < size)
            length += (size_t)snprintf(out + length, size - length, "%s%s", length ? ", " : "",
                                       fields[i].name);
}

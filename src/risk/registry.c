/* risk/registry.c - the rows, the gate, and the sentences made from the rows. */
#include <stdio.h>
#include <string.h>
#include "risk/risk.h"

#define X(rule, code) extern const struct risk_rule risk_##rule;
RISK_RULES(X)
#undef X

static const struct risk_rule *const rules[] = {
#define X(rule, code) &risk_##rule,
    RISK_RULES(X)
#undef X
};
static const uint16_t codes[] = {
#define X(rule, code) code,
    RISK_RULES(X)
#undef X
};
#define RULE_COUNT (sizeof rules / sizeof rules[0])

uint16_t risk_check(const struct risk_view *view, struct risk_denial *denial)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        *denial = (struct risk_denial){ .code = codes[i] };
        if (!rules[i]->allows(view, denial))
            return codes[i];
    }
    *denial = (struct risk_denial){ .code = RISK_PASS };
    return RISK_PASS;
}

static const struct risk_rule *rule_of(uint16_t code)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (codes[i] == code)
            return rules[i];
    return NULL;
}

const char *risk_code_name(uint16_t code)
{
    const struct risk_rule *rule = rule_of(code);
    if (rule)
        return rule->name;
    return code == RISK_PASS ? "" : code == RISK_NO_PRICE ? "no_price" : "unknown";
}

const struct risk_rule *const *risk_rules(size_t *count)
{
    *count = RULE_COUNT;
    return rules;
}

static void number_text(enum risk_unit unit, i128 value, const struct instrument *instrument,
                        char *out)
{
    switch (unit) {
    case RISK_UNIT_NONE: num_format((int64_t)value, 0, out); return;
    case RISK_UNIT_TICKS: num_format((int64_t)value, instrument->price_scale, out); return;
    case RISK_UNIT_LOTS: num_format((int64_t)value, instrument->qty_scale, out); return;
    case RISK_UNIT_QUOTE:
    case RISK_UNIT_BASE_OR_QUOTE: amount_format(value, out); return;
    case RISK_UNIT_COUNT: break;
    }
    out[0] = 0;
}

static int rule_text(const struct risk_rule *rule, const struct order *order,
                     const struct instrument *instrument, char *out, size_t size)
{
    char limit[AMOUNT_TEXT_MAX], nearest[AMOUNT_TEXT_MAX];
    const char *thing = rule->nearest_unit == RISK_UNIT_LOTS ? "quantity" : "price";
    number_text(rule->limit_unit, order->denial_limit, instrument, limit);
    number_text(rule->nearest_unit, order->denial_nearest, instrument, nearest);
    if (rule->remedy && order->denial_limit == 0)
        return snprintf(out, size, "%s: %s", rule->problem, rule->remedy);
    if (rule->remedy)
        return snprintf(out, size, "%s: the limit is %s; %s", rule->problem, limit, rule->remedy);
    if (order->denial_nearest == 0)
        return snprintf(out, size, "%s: the limit is %s, no %s is allowed now", rule->problem,
                        limit, thing);
    return snprintf(out, size, "%s: the limit is %s, the nearest allowed %s is %s", rule->problem,
                    limit, thing, nearest);
}

size_t risk_denial_text(const struct order *order, const struct instrument *instrument, char *out,
                        size_t size)
{
    const struct risk_rule *rule = rule_of(order->denial);
    int length;
    if (!rule && order->denial == RISK_NO_PRICE) {
        length = snprintf(out, size,
                          "no market price is known for %s yet; wait for market data or "
                          "send a limit order",
                          instrument->symbol);
    } else if (!rule) {
        length = snprintf(out, size, "denied with code %u", order->denial);
    } else {
        length = rule_text(rule, order, instrument, out, size);
    }
    return length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
}

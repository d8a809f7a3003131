/*
 * gateway/order_body.h - the bodies of POST /api/order and POST /api/cancel as intents.
 *
 * Nothing about size, side or price is guessed: what is missing, contradicts itself or is finer
 * than the instrument's steps is refused. Numbers go from text to ticks and lots exactly.
 */
#ifndef GATEWAY_ORDER_BODY_H
#define GATEWAY_ORDER_BODY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gateway/problem.h"
#include "gateway/view.h"
#include "model/order.h"

/* client_order_id stays empty when the body names none: the caller makes one. body_hash is set;
 * it does not cover the id. */
bool order_body_parse(const struct view *view, uint16_t account, bool form, const char *text,
                      size_t size, struct intent *out, const struct instrument **instrument,
                      struct problem *problem);

struct cancel_body {
    uint64_t order_id; /* 0: by client_order_id */
    char client_order_id[CLIENT_ORDER_ID_MAX];
    const struct instrument *instrument; /* NULL: not named */
};
bool cancel_body_parse(const struct view *view, bool form, const char *text, size_t size,
                       struct cancel_body *out, struct problem *problem);

/* 1..36 visible ASCII characters. */
bool client_order_id_is_good(const char *text);

/* "unknown symbol 'X': use one of ..." */
bool unknown_symbol(const struct view *view, const char *symbol, enum problem_id id,
                    struct problem *problem);

/* Names of the fields in which the order is not what the intent asks for: "qty, price". */
void order_differences(const struct order *order, const struct intent *intent, uint32_t instrument,
                       char *out, size_t size);

#endif

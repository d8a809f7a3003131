/* The bodies of POST /api/order and /api/cancel, as JSON and as forms: no crash, and what is taken
 * obeys the rules that the engine relies on. The first byte picks body and form. */
#include <assert.h>
#include <string.h>
#include "gateway/order_body.h"
#include "model/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct view view;

static void prepare(void)
{
    struct {
        struct event event;
        struct instrument row;
    } image;
    memset(&image, 0, sizeof image);
    image.event.kind = EVENT_INSTRUMENT;
    image.row = (struct instrument){ .id = 1,
                                     .price_scale = 2,
                                     .qty_scale = 5,
                                     .multiplier = 1,
                                     .tick_step = 5,
                                     .lot_step = 10,
                                     .symbol = "BTCUSDT" };
    enum err err = view_init(&view, 16);
    assert(err == OK);
    view_apply(&view, &image.event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problem problem = { PROBLEM_NONE, { "" } };
    if (!view.orders)
        prepare();
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    bool form = data[0] & 1;
    if (data[0] & 2) {
        struct cancel_body body;
        bool good = cancel_body_parse(&view, form, text, size - 1, &body, &problem);
        assert(good == (problem.id == PROBLEM_NONE));
        assert(!good || (body.order_id != 0) != (body.client_order_id[0] != '\0'));
        return 0;
    }
    struct intent intent;
    const struct instrument *instrument;
    bool good = order_body_parse(&view, 1, form, text, size - 1, &intent, &instrument, &problem);
    assert(good == (problem.id == PROBLEM_NONE));
    if (good) {
        assert(intent.qty_lots > 0 && intent.qty_lots % 10 == 0);
        assert(intent.price_ticks >= 0 && intent.price_ticks % 5 == 0);
        assert(intent.side == SIDE_BUY || intent.side == SIDE_SELL);
        assert(memchr(intent.client_order_id, 0, sizeof intent.client_order_id));
    } else {
        assert(problem_status(problem.id) == 400 && problem.text.text[0]);
    }
    return 0;
}

/*
 * Goal: a seeded random walk against a naive book (an array searched from end to end for every
 * question), event for event; and what must hold after every step. Half of the walks have prices
 * so far apart that levels live outside the window and the window moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/rng.h"
#include "sim/exchange_setup.h"

#define NAIVE_MAX 256
#define TOLD_MAX 2048
#define STEPS 6000
#define WALKS 24

struct naive_order {
    uint64_t id, owner, rank; /* rank: smaller came to its queue earlier */
    int64_t price_ticks, qty_lots, open_lots, hidden_lots, display_lots;
    uint8_t side;
    bool live, post_only;
};

struct naive {
    struct naive_order orders[NAIVE_MAX];
    int count;
    uint64_t next_rank, next_trade;
    enum sim_self_trade self_trade;
    struct sim_event told[TOLD_MAX];
    int told_count;
};

struct log {
    struct sim_event told[TOLD_MAX];
    int count;
};

static void keep(void *context, const struct sim_event *event)
{
    struct log *log = context;
    assert_true(log->count < TOLD_MAX);
    log->told[log->count++] = *event;
}

static void say(struct naive *book, enum sim_event_kind kind, enum sim_reason reason, uint64_t id,
                uint64_t trade, int64_t price, int64_t qty, int64_t open)
{
    assert_true(book->told_count < TOLD_MAX);
    book->told[book->told_count++] = (struct sim_event){ .kind = kind,
                                                         .reason = reason,
                                                         .order_id = id,
                                                         .trade_id = trade,
                                                         .price_ticks = price,
                                                         .qty_lots = qty,
                                                         .open_lots = open };
}

static struct naive_order *naive_find(struct naive *book, uint64_t id)
{
    for (int i = 0; i < book->count; i++)
        if (book->orders[i].live && book->orders[i].id == id)
            return &book->orders[i];
    return NULL;
}

static bool naive_reaches(const struct naive_order *maker, uint8_t side, int64_t limit)
{
    return limit == 0 ||
           (side == SIDE_BUY ? maker->price_ticks <= limit : maker->price_ticks >= limit);
}

static struct naive_order *naive_best(struct naive *book, uint8_t side, int64_t limit)
{
    struct naive_order *best = NULL;
    for (int i = 0; i < book->count; i++) {
        struct naive_order *order = &book->orders[i];
        if (!order->live || order->side == side || !naive_reaches(order, side, limit))
            continue;
        bool better = best && (side == SIDE_BUY ? order->price_ticks < best->price_ticks
                                                : order->price_ticks > best->price_ticks);
        bool earlier = best && order->price_ticks == best->price_ticks && order->rank < best->rank;
        if (!best || better || earlier)
            best = order;
    }
    return best;
}

static bool naive_can_fill(const struct naive *book, const struct naive_order *taker, int64_t limit)
{
    struct naive copy = *book;
    int64_t want = taker->open_lots;
    while (want > 0) {
        struct naive_order *maker = naive_best(&copy, taker->side, limit);
        if (!maker)
            return false;
        bool own = maker->owner == taker->owner && book->self_trade != SIM_STP_NONE;
        if (own && book->self_trade != SIM_STP_CANCEL_OLDEST)
            return false;
        want -= own ? 0 : maker->open_lots + maker->hidden_lots;
        maker->live = false;
    }
    return true;
}

/* True when self-trade prevention stopped the taker. */
static bool naive_match(struct naive *book, struct naive_order *taker, int64_t limit)
{
    while (taker->open_lots > 0) {
        struct naive_order *maker = naive_best(book, taker->side, limit);
        if (!maker)
            return false;
        if (maker->owner == taker->owner && book->self_trade != SIM_STP_NONE) {
            if (book->self_trade != SIM_STP_CANCEL_NEWEST) {
                maker->live = false;
                say(book, SIM_CANCELLED, SIM_SELF_TRADE, maker->id, 0, maker->price_ticks,
                    maker->qty_lots, maker->open_lots + maker->hidden_lots);
            }
            if (book->self_trade != SIM_STP_CANCEL_OLDEST)
                return true;
            continue;
        }
        int64_t lots = maker->open_lots < taker->open_lots ? maker->open_lots : taker->open_lots;
        maker->open_lots -= lots;
        taker->open_lots -= lots;
        say(book, SIM_FILL, 0, taker->id, book->next_trade++, maker->price_ticks, lots,
            taker->open_lots);
        book->told[book->told_count - 1].maker_id = maker->id;
        book->told[book->told_count - 1].maker_open_lots = maker->open_lots + maker->hidden_lots;
        if (maker->open_lots > 0)
            continue;
        int64_t next =
            maker->hidden_lots < maker->display_lots ? maker->hidden_lots : maker->display_lots;
        maker->open_lots = next;
        maker->hidden_lots -= next;
        maker->rank = book->next_rank++;
        maker->live = next > 0;
    }
    return false;
}

static void naive_rest(struct naive *book, struct naive_order order)
{
    if (order.display_lots && order.open_lots > order.display_lots) {
        order.hidden_lots = order.open_lots - order.display_lots;
        order.open_lots = order.display_lots;
    }
    order.rank = book->next_rank++;
    order.live = true;
    for (int i = 0; i < book->count; i++)
        if (!book->orders[i].live) {
            book->orders[i] = order;
            return;
        }
    assert_true(book->count < NAIVE_MAX);
    book->orders[book->count++] = order;
}

static void naive_trade(struct naive *book, struct naive_order taker, int64_t limit, bool rests,
                        bool whole)
{
    bool stopped = false;
    if (!whole || naive_can_fill(book, &taker, limit))
        stopped = naive_match(book, &taker, limit);
    if (taker.open_lots == 0)
        return;
    if (stopped || !rests)
        say(book, SIM_CANCELLED, stopped ? SIM_SELF_TRADE : SIM_NO_LIQUIDITY, taker.id, 0,
            taker.price_ticks, taker.qty_lots, taker.open_lots);
    else
        naive_rest(book, taker);
}

static void naive_submit(struct naive *book, const struct sim_order *order)
{
    struct naive_order taker = { .id = order->id,
                                 .owner = order->owner,
                                 .side = order->side,
                                 .price_ticks = order->price_ticks,
                                 .qty_lots = order->qty_lots,
                                 .open_lots = order->qty_lots,
                                 .post_only = order->post_only,
                                 .display_lots = order->display_lots };
    int64_t limit = order->type == ORDER_MARKET ? 0 : order->price_ticks;
    enum sim_reason reason = SIM_REASON_NONE;
    if (naive_find(book, order->id))
        reason = SIM_DUPLICATE_ID;
    else if (order->post_only && naive_best(book, order->side, limit))
        reason = SIM_WOULD_CROSS;
    say(book, reason ? SIM_REJECTED : SIM_ACCEPTED, reason, order->id, 0, order->price_ticks,
        order->qty_lots, reason ? 0 : order->qty_lots);
    if (!reason)
        naive_trade(book, taker, limit, order->type == ORDER_LIMIT && order->tif == TIF_GTC,
                    order->tif == TIF_FOK);
}

static void naive_cancel(struct naive *book, uint64_t id)
{
    struct naive_order *order = naive_find(book, id);
    if (!order) {
        say(book, SIM_CANCEL_REJECTED, SIM_UNKNOWN_ORDER, id, 0, 0, 0, 0);
        return;
    }
    order->live = false;
    say(book, SIM_CANCELLED, 0, id, 0, order->price_ticks, order->qty_lots,
        order->open_lots + order->hidden_lots);
}

static void naive_amend(struct naive *book, uint64_t id, int64_t price, int64_t qty)
{
    struct naive_order *order = naive_find(book, id);
    if (!order) {
        say(book, SIM_AMEND_REJECTED, SIM_UNKNOWN_ORDER, id, 0, price, qty, 0);
        return;
    }
    int64_t left = order->open_lots + order->hidden_lots, more = qty - order->qty_lots;
    enum sim_reason reason = SIM_REASON_NONE;
    if (qty <= order->qty_lots - left)
        reason = SIM_BAD_ORDER;
    else if (price != order->price_ticks && order->post_only &&
             naive_best(book, order->side, price))
        reason = SIM_WOULD_CROSS;
    say(book, reason ? SIM_AMEND_REJECTED : SIM_AMENDED, reason, id, 0, price, qty,
        reason ? left : left + more);
    if (reason)
        return;
    order->qty_lots = qty;
    if (price == order->price_ticks && more <= 0) {
        int64_t hidden = -more < order->hidden_lots ? -more : order->hidden_lots;
        order->hidden_lots -= hidden;
        order->open_lots -= -more - hidden;
        return;
    }
    struct naive_order again = *order;
    order->live = false;
    again.price_ticks = price;
    again.open_lots = left + more;
    again.hidden_lots = 0;
    naive_trade(book, again, price, true, false);
}

static void compare(struct naive *book, struct log *log)
{
    assert_int_equal(log->count, book->told_count);
    for (int i = 0; i < log->count; i++) {
        const struct sim_event *a = &log->told[i], *b = &book->told[i];
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->reason, b->reason);
        assert_int_equal(a->order_id, b->order_id);
        assert_int_equal(a->price_ticks, b->price_ticks);
        assert_int_equal(a->qty_lots, b->qty_lots);
        assert_int_equal(a->open_lots, b->open_lots);
        if (a->kind != SIM_FILL)
            continue;
        assert_int_equal(a->trade_id, b->trade_id);
        assert_int_equal(a->maker_id, b->maker_id);
        assert_int_equal(a->maker_open_lots, b->maker_open_lots);
    }
    log->count = book->told_count = 0;
}

/* Depth at every live price, the best prices, the count; the book is never crossed. */
static void check_looks(struct sim *sim, struct naive *book)
{
    int64_t best[3] = { 0 };
    uint32_t live = 0;
    for (int i = 0; i < book->count; i++) {
        const struct naive_order *order = &book->orders[i];
        int64_t depth = 0;
        if (!order->live)
            continue;
        live++;
        for (int j = 0; j < book->count; j++)
            if (book->orders[j].live && book->orders[j].side == order->side &&
                book->orders[j].price_ticks == order->price_ticks)
                depth += book->orders[j].open_lots;
        assert_int_equal(sim_depth_lots(sim, order->side, order->price_ticks), depth);
        int64_t *at = &best[order->side];
        if (*at == 0 ||
            (order->side == SIDE_BUY ? order->price_ticks > *at : order->price_ticks < *at))
            *at = order->price_ticks;
    }
    assert_int_equal(sim_best_ticks(sim, SIDE_BUY), best[SIDE_BUY]);
    assert_int_equal(sim_best_ticks(sim, SIDE_SELL), best[SIDE_SELL]);
    assert_int_equal(sim_live_orders(sim), live);
    assert_true(best[SIDE_BUY] == 0 || best[SIDE_SELL] == 0 || best[SIDE_BUY] < best[SIDE_SELL]);
}

static struct sim_order random_order(uint64_t *rng, uint64_t id, int64_t middle, int64_t spread)
{
    struct sim_order order = { .id = id,
                               .owner = 1 + rng_below(rng, 5),
                               .qty_lots = 1 + (int64_t)rng_below(rng, 40),
                               .side = (uint8_t)(SIDE_BUY + rng_below(rng, 2)),
                               .type = ORDER_LIMIT,
                               .tif = TIF_GTC };
    uint64_t kind = rng_below(rng, 20);
    int64_t away = (int64_t)rng_below(rng, (uint64_t)spread) - spread / 8;
    order.price_ticks = order.side == SIDE_BUY ? middle - away : middle + away;
    if (kind == 0) {
        order.type = ORDER_MARKET;
        order.price_ticks = 0;
        order.tif = TIF_IOC;
    } else if (kind < 4) {
        order.tif = kind == 1 ? TIF_FOK : TIF_IOC;
    } else if (kind < 7) {
        order.post_only = true;
    } else if (kind < 10) {
        order.display_lots = 1 + (int64_t)rng_below(rng, (uint64_t)order.qty_lots);
    }
    return order;
}

static void one_walk(uint64_t seed, int walk)
{
    static struct naive book;
    static struct log log;
    uint64_t rng = seed + (uint64_t)walk, ids[512] = { 0 };
    struct sim_config config = { .orders_max = NAIVE_MAX,
                                 .levels_max = NAIVE_MAX,
                                 .self_trade = (enum sim_self_trade)(walk % 4) };
    struct instrument instrument = plain_instrument();
    struct sim *sim;
    int64_t spread = walk / 4 % 3 == 0 ? 16 : walk / 4 % 3 == 1 ? 2000 : 400000;
    int64_t middle = 50000000;
    void *block = exchange_make(&config, &instrument, keep, &log, &sim);

    memset(&book, 0, sizeof book);
    log.count = 0;
    book.next_trade = 1;
    book.self_trade = config.self_trade;
    for (int step = 0; step < STEPS; step++) {
        uint64_t *id = &ids[rng_below(&rng, 512)], what = rng_below(&rng, 10);
        middle += ((int64_t)rng_below(&rng, 21) - 10) * spread / 16;
        if (sim_live_orders(sim) > NAIVE_MAX - 56)
            what = 0;
        if (what < 4 && *id) {
            naive_cancel(&book, *id);
            sim_cancel(sim, *id, step);
        } else if (what < 5 && *id) {
            int64_t price = middle + (int64_t)rng_below(&rng, (uint64_t)spread) - spread / 2;
            int64_t qty = 1 + (int64_t)rng_below(&rng, 50);
            const struct naive_order *now = naive_find(&book, *id);
            price = now && rng_below(&rng, 2) ? now->price_ticks : price;
            naive_amend(&book, *id, price, qty);
            sim_amend(sim, *id, price, qty, step);
        } else if (what >= 4) {
            /* Ids as owners make them: in sequence, with a high part, or anything. */
            uint64_t fresh = walk % 3 == 0   ? (uint64_t)step + 1
                             : walk % 3 == 1 ? ((uint64_t)step + 1) << 40
                                             : rng_next(&rng) | 1;
            *id = rng_below(&rng, 50) || *id == 0 ? fresh : *id;
            struct sim_order order = random_order(&rng, *id, middle, spread);
            naive_submit(&book, &order);
            sim_submit(sim, &order, step);
        }
        compare(&book, &log);
        if (step % 16 == 0)
            check_looks(sim, &book);
    }
    free(block);
}

static void every_event_is_the_naive_books(void **unused)
{
    (void)unused;
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0);
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int walk = 0; walk < WALKS; walk++)
        one_walk(seed, walk);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_event_is_the_naive_books) };
    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}

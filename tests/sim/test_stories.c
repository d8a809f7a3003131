/* Goal: every rule of the exchange as a story: what was done, and all that was told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "sim/exchange_setup.h"

#define LOG_MAX 4096

/*
 * A step: "buy ID PRICE QTY words", "sell ...", "cancel ID", "amend ID PRICE QTY", "at NS",
 * "position OWNER QTY", "quote BID LOTS ASK LOTS", "trade PRICE LOTS SIDE", "level SIDE PRICE LOTS",
 * "clear", "open PRICE", "bar OPEN HIGH LOW CLOSE"; steps end with ';'.
 * Told: A accepted, R rejected, F fill LOTS@PRICE and m or t (maker, taker) /LEFT, C cancelled,
 * X expired, c cancel rejected, M amended, a amend rejected, T triggered.
 */
struct story {
    const char *name;
    struct sim_config config;
    const char *steps, *told;
};

static const struct story stories[] = {
    { "time goes before size",
      { 0 },
      "sell 1 100 5; sell 2 100 9; buy 3 100 7",
      "A1 A2 A3 F1:5@100m/0 F3:5@100t/2 F2:2@100m/7 F3:2@100t/0" },
    { "price goes before time",
      { 0 },
      "sell 1 101 5; sell 2 100 5; buy 3 102 8",
      "A1 A2 A3 F2:5@100m/0 F3:5@100t/3 F1:3@101m/2 F3:3@101t/0" },
    { "the rest of a limit order rests",
      { 0 },
      "sell 1 100 3; buy 2 100 5; sell 3 100 2",
      "A1 A2 F1:3@100m/0 F2:3@100t/2 A3 F2:2@100m/0 F3:2@100t/0" },
    { "a market order takes what there is",
      { 0 },
      "sell 1 100 3; buy 2 0 5 market",
      "A1 A2 F1:3@100m/0 F2:3@100t/2 C2:no_liquidity" },
    { "IOC leaves nothing behind",
      { 0 },
      "sell 1 100 3; buy 2 100 5 ioc; cancel 2",
      "A1 A2 F1:3@100m/0 F2:3@100t/2 C2:no_liquidity c2:unknown_order" },
    { "FOK is all or nothing",
      { 0 },
      "sell 1 100 3; sell 2 101 3; buy 3 100 4 fok; buy 4 101 6 fok",
      "A1 A2 A3 C3:no_liquidity A4 F1:3@100m/0 F4:3@100t/3 F2:3@101m/0 F4:3@101t/0" },
    { "FOK counts what an iceberg hides",
      { 0 },
      "sell 1 100 9 show=2; buy 2 100 9 fok",
      "A1 A2 F1:2@100m/7 F2:2@100t/7 F1:2@100m/5 F2:2@100t/5 F1:2@100m/3 F2:2@100t/3 "
      "F1:2@100m/1 F2:2@100t/1 F1:1@100m/0 F2:1@100t/0" },
    { "post-only does not take",
      { 0 },
      "sell 1 100 3; buy 2 100 1 post; buy 3 99 1 post",
      "A1 R2:post_only_would_cross A3" },
    { "an iceberg's next part goes to the back",
      { 0 },
      "sell 1 100 5 show=2; sell 2 100 3; buy 3 100 6; buy 4 100 9",
      "A1 A2 A3 F1:2@100m/3 F3:2@100t/4 F2:3@100m/0 F3:3@100t/1 F1:1@100m/2 F3:1@100t/0 "
      "A4 F1:1@100m/1 F4:1@100t/8 F1:1@100m/0 F4:1@100t/7" },
    { "ids of live orders are taken",
      { 0 },
      "buy 1 99 1; buy 1 98 1; cancel 1; buy 1 98 1",
      "A1 R1:duplicate_id C1 A1" },
    { "what is not there cannot be cancelled or changed",
      { 0 },
      "cancel 5; amend 5 100 1",
      "c5:unknown_order a5:unknown_order" },
    { "less size keeps the place",
      { 0 },
      "buy 1 99 5; buy 2 99 5; amend 1 99 3; sell 3 99 4",
      "A1 A2 M1:3@99/3 A3 F1:3@99m/0 F3:3@99t/1 F2:1@99m/4 F3:1@99t/0" },
    { "more size loses the place",
      { 0 },
      "buy 1 99 5; buy 2 99 5; amend 1 99 6; sell 3 99 5",
      "A1 A2 M1:6@99/6 A3 F2:5@99m/0 F3:5@99t/0" },
    { "another price loses the place",
      { 0 },
      "buy 1 99 5; buy 2 98 5; amend 1 98 0; sell 3 98 5",
      "A1 A2 M1:5@98/5 A3 F2:5@98m/0 F3:5@98t/0" },
    { "a new price may trade at once",
      { 0 },
      "sell 1 100 2; buy 2 99 5; amend 2 100 5",
      "A1 A2 M2:5@100/5 F1:2@100m/0 F2:2@100t/3" },
    { "post-only stays so when changed",
      { 0 },
      "sell 1 100 2; buy 2 99 5 post; amend 2 100 5",
      "A1 A2 a2:post_only_would_cross" },
    { "an order cannot shrink below its fills",
      { 0 },
      "buy 1 99 5; sell 2 99 3; amend 1 99 3; amend 1 99 4",
      "A1 A2 F1:3@99m/2 F2:3@99t/0 a1:bad_order M1:4@99/1" },
    { "self-trade: the newest goes",
      { .self_trade = SIM_STP_CANCEL_NEWEST },
      "sell 1 100 2 own=7; sell 2 100 2 own=8; buy 3 100 5 own=7; buy 4 100 3 own=8",
      "A1 A2 A3 C3:self_trade_prevented A4 F1:2@100m/0 F4:2@100t/1 C4:self_trade_prevented" },
    { "self-trade: the oldest goes",
      { .self_trade = SIM_STP_CANCEL_OLDEST },
      "sell 1 100 2 own=7; sell 2 100 2 own=8; buy 3 100 5 own=7",
      "A1 A2 A3 C1:self_trade_prevented F2:2@100m/0 F3:2@100t/3" },
    { "self-trade: both go",
      { .self_trade = SIM_STP_CANCEL_BOTH },
      "sell 1 100 2 own=7; sell 2 100 2 own=8; buy 3 100 5 own=7",
      "A1 A2 A3 C1:self_trade_prevented C3:self_trade_prevented" },
    { "reduce-only needs something to reduce",
      { 0 },
      "position 7 4; buy 1 99 2 own=7 reduce; sell 2 100 9 own=7 reduce; sell 3 100 1 reduce",
      "R1:not_reducing A2 R3:not_reducing" },
    { "reduce-only is cut to the position",
      { 0 },
      "position 7 4; sell 1 100 9 own=7 reduce; buy 2 100 9",
      "A1 A2 F1:4@100m/0 F2:4@100t/5" },
    { "reduce-only looks again when it is hit",
      { 0 },
      "position 7 4; sell 1 100 4 own=7 reduce; position 7 0; buy 2 100 9",
      "A1 A2 C1:not_reducing" },
    { "a stop waits for the last price",
      { 0 },
      "sell 1 105 5; sell 2 104 1; buy 3 0 2 stop=104; buy 4 104 1",
      "A1 A2 A3 A4 F2:1@104m/0 F4:1@104t/0 T3 F1:2@105m/3 F3:2@105t/0" },
    { "a stop-limit rests at its limit",
      { 0 },
      "buy 1 100 1; sell 2 98 5 stop=100; sell 3 100 1; buy 4 99 2",
      "A1 A2 A3 F1:1@100m/0 F3:1@100t/0 T2 A4 F2:2@98m/3 F4:2@98t/0" },
    { "stops set off one another",
      { 0 },
      "buy 1 100 1; buy 2 99 1; buy 3 98 1; sell 4 0 1 stop=100; sell 5 0 1 stop=99; sell 6 100 1",
      "A1 A2 A3 A4 A5 A6 F1:1@100m/0 F6:1@100t/0 T4 F2:1@99m/0 F4:1@99t/0 T5 F3:1@98m/0 "
      "F5:1@98t/0" },
    { "a parked stop can be changed and cancelled",
      { 0 },
      "buy 1 103 5 stop=102; amend 1 104 6; cancel 1",
      "A1 M1:6@104/6 C1" },
    { "GTD ends when its time comes",
      { 0 },
      "at 10; buy 1 99 1 gtd=50; buy 2 99 1 day=60; at 49; at 50; buy 3 98 1 gtd=50; at 100",
      "A1 A2 X1:time_up R3:time_up X2:time_up" },
    { "nonsense is refused",
      { 0 },
      "buy 1 0 1; buy 2 -5 1; buy 3 99 0; buy 4 99 2000000000; buy 5 99 5 show=6; buy 6 0 1 "
      "market post; buy 7 99 1 gtd=0; sell 8 0 5 stop=0; buy 0 99 1",
      "R1:bad_order R2:bad_order R3:bad_order R4:bad_order R5:bad_order R6:bad_order R7:bad_order "
      "R8:bad_order R0:bad_order" },
    { "the table has an end",
      { .orders_max = 2 },
      "buy 1 99 1; buy 2 98 1; buy 3 97 1; cancel 1; buy 4 97 1",
      "A1 A2 R3:book_full C1 A4" },
    { "the levels have an end",
      { .levels_max = 2 },
      "buy 1 99 1; buy 2 98 1; buy 3 97 1; buy 4 98 1",
      "A1 A2 R3:book_full A4" },
    { "the street's worst level makes room for our order",
      { .levels_max = 2 },
      "level S 101 5; level S 102 5; sell 1 100 1; buy 2 110 9 ioc",
      "A1 A2 F1:1@100m/0 F2:1@100t/8 F2:5@101t/3 C2:no_liquidity" },
    { "but not a better one, nor one where we stand",
      { .levels_max = 2 },
      "level S 101 5; sell 1 102 5; sell 2 103 1; buy 3 101 9 ioc",
      "A1 R2:book_full A3 F3:5@101t/4 C3:no_liquidity" },
    { "a level of the street too far out is not kept",
      { .levels_max = 2 },
      "sell 1 100 1; sell 2 101 1; level S 102 5; buy 3 110 9 ioc",
      "A1 A2 A3 F1:1@100m/0 F3:1@100t/8 F2:1@101m/0 F3:1@101t/7 C3:no_liquidity" },
    { "our order waits behind the street",
      { 0 },
      "level B 99 10; buy 1 99 5; trade 99 8 S; trade 99 4 S; trade 99 9 S",
      "A1 F1:2@99m/3 F1:3@99m/0" },
    { "a level that shrinks lets us forward",
      { 0 },
      "level B 99 10; buy 1 99 5; level B 99 3; trade 99 4 S",
      "A1 F1:1@99m/4" },
    { "a level that grows grows behind us",
      { 0 },
      "level B 99 2; buy 1 99 5; level B 99 30; buy 2 99 5; trade 99 8 S; trade 99 25 S",
      "A1 A2 F1:5@99m/0" },
    { "a trade beyond our price reaches us",
      { 0 },
      "level B 99 10; buy 1 99 5; trade 98 3 S; trade 98 9 S",
      "A1 F1:3@99m/2 F1:2@99m/0" },
    { "a trade on the other side does not",
      { 0 },
      "level B 99 10; buy 1 100 5; trade 100 3 B",
      "A1" },
    { "what we took from the street stays taken",
      { 0 },
      "level S 100 10; buy 1 100 6 ioc; buy 2 100 6 ioc; level S 100 10; buy 3 100 6 ioc",
      "A1 F1:6@100t/0 A2 F2:4@100t/2 C2:no_liquidity A3 F3:6@100t/0" },
    { "a quote through our price fills us at it",
      { 0 },
      "buy 1 99 5; quote 97 1 98 3; buy 2 98 5 ioc",
      "A1 F1:3@99m/2 A2 C2:no_liquidity" },
    { "quotes alone: behind the first that is seen",
      { 0 },
      "quote 100 5 101 5; buy 1 99 5; quote 99 4 100 5; trade 99 5 S",
      "A1 F1:1@99m/4" },
    { "quotes alone set off stops",
      { 0 },
      "quote 100 5 101 5; buy 1 0 2 stop=103; quote 101 5 102 5; quote 102 5 103 5",
      "A1 T1 F1:2@103t/0" },
    { "cleared, the street holds nothing",
      { 0 },
      "level S 100 10; level B 99 10; clear; buy 1 100 5 ioc",
      "A1 C1:no_liquidity" },
    { "ours and the street's in one queue",
      { 0 },
      "level S 100 3; sell 1 100 2; level S 100 7; sell 2 100 2; buy 3 100 20 ioc",
      "A1 A2 A3 F3:3@100t/17 F1:2@100m/0 F3:2@100t/15 F3:4@100t/11 F2:2@100m/0 F3:2@100t/9 "
      "C3:no_liquidity" },
    { "bars: a market order fills at the open",
      { .bars = true },
      "buy 1 0 5 market; open 100; bar 100 110 90 105",
      "A1 F1:5@100t/0" },
    { "bars: limits fill where they are reached",
      { .bars = true },
      "buy 1 95 5; sell 2 108 5; buy 3 89 1; bar 100 110 90 105",
      "A1 A2 A3 F2:5@108m/0 F1:5@95m/0" },
    { "bars: the nearer extreme comes first",
      { .bars = true },
      "buy 1 95 5; sell 2 108 5; bar 100 112 90 105",
      "A1 A2 F1:5@95m/0 F2:5@108m/0" },
    { "bars: a gap fills better",
      { .bars = true },
      "buy 1 95 5; sell 2 0 5 stop=94; bar 92 96 91 95",
      "A1 A2 T2 F2:5@92t/0 F1:5@92t/0" },
    { "bars: AT_OPEN waits for the open, and only for it",
      { .bars = true },
      "buy 1 95 5 atopen; sell 2 96 3 atopen; buy 3 0 1 market atopen; bar 94 99 90 95",
      "A1 A2 A3 F1:5@94t/0 C2:no_liquidity F3:1@94t/0" },
    { "without bars AT_OPEN is now",
      { 0 },
      "sell 1 100 3; buy 2 100 5 atopen; cancel 2",
      "A1 A2 F1:3@100m/0 F2:3@100t/2 C2:no_liquidity c2:unknown_order" },
    { "bars: IOC that the open does not reach ends",
      { .bars = true },
      "buy 1 95 5 ioc; open 100",
      "A1 C1:no_liquidity" },
    { "bars: stop-limit rests, then is reached",
      { .bars = true },
      "sell 1 97 5 stop=95; bar 100 101 94 96; bar 96 98 96 98",
      "A1 T1 F1:5@97m/0" },
    { "latency: the order arrives later",
      { .latency_to_ns = 10, .latency_from_ns = 5 },
      "at 100; buy 1 99 1; at 109; at 110; at 115; cancel 1; at 200",
      "A1 C1" },
    { "latency: a cancel that comes too late",
      { .latency_to_ns = 10 },
      "at 100; buy 1 99 1; at 120; cancel 1; trade 98 5 S; at 200",
      "A1 F1:1@99m/0 c1:unknown_order" },
};

static void add(char *log, const char *format, ...)
{
    size_t used = strlen(log);
    va_list values;
    va_start(values, format);
    vsnprintf(log + used, LOG_MAX - used, format, values);
    va_end(values);
}

static void write_event(void *context, const struct sim_event *event)
{
    static const char letters[] = {
        [SIM_ACCEPTED] = 'A',  [SIM_REJECTED] = 'R',       [SIM_FILL] = 'F',
        [SIM_CANCELLED] = 'C', [SIM_EXPIRED] = 'X',        [SIM_CANCEL_REJECTED] = 'c',
        [SIM_AMENDED] = 'M',   [SIM_AMEND_REJECTED] = 'a', [SIM_TRIGGERED] = 'T'
    };
    char *log = context;
    if (event->kind == SIM_FILL) {
        struct sim_fill fills[2];
        int count = sim_fills(event, fills);
        for (int i = 0; i < count; i++)
            add(log, "%sF%llu:%lld@%lld%s/%lld", *log ? " " : "",
                (unsigned long long)fills[i].order_id, (long long)event->qty_lots,
                (long long)event->price_ticks, fills[i].liquidity == LIQUIDITY_MAKER ? "m" : "t",
                (long long)fills[i].open_lots);
        return;
    }
    add(log, "%s%c%llu", *log ? " " : "", letters[event->kind],
        (unsigned long long)event->order_id);
    if (event->kind == SIM_AMENDED)
        add(log, ":%lld@%lld/%lld", (long long)event->qty_lots, (long long)event->price_ticks,
            (long long)event->open_lots);
    else if (event->reason != SIM_REASON_NONE)
        add(log, ":%s", sim_reason_text(event->reason));
}

static void read_words(struct sim_order *order, char *words)
{
    for (char *save, *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        long long value = strchr(word, '=') ? strtoll(strchr(word, '=') + 1, NULL, 10) : 0;
        switch (word[0]) {
        case 'm': order->type = ORDER_MARKET; break;
        case 'i': order->tif = TIF_IOC; break;
        case 'a': order->tif = TIF_AT_OPEN; break;
        case 'f': order->tif = TIF_FOK; break;
        case 'p': order->post_only = true; break;
        case 'r': order->reduce_only = true; break;
        case 'o': order->owner = (uint64_t)value; break;
        case 'g':
            order->tif = TIF_GTD;
            order->expire_ns = value;
            break;
        case 'd':
            order->tif = TIF_DAY;
            order->expire_ns = value;
            break;
        case 's':
            if (word[1] == 'h') {
                order->display_lots = value;
            } else {
                order->stop_ticks = value;
                order->type = order->price_ticks ? ORDER_STOP_LIMIT : ORDER_STOP;
            }
            break;
        default: fail_msg("unknown word %s", word);
        }
    }
}

static void act(struct sim *sim, const char *step, int64_t *now_ns)
{
    long long a = 0, b = 0, c = 0, d = 0;
    char verb[16], side = 0, words[64] = "";

    assert_int_equal(sscanf(step, "%15s", verb), 1);
    const char *rest = strstr(step, verb) + strlen(verb);
    if (!strcmp(verb, "buy") || !strcmp(verb, "sell")) {
        assert_true(sscanf(rest, "%lld %lld %lld %63[^\n]", &a, &b, &c, words) >= 3);
        struct sim_order order = { .id = (uint64_t)a,
                                   .price_ticks = b,
                                   .qty_lots = c,
                                   .side = verb[0] == 'b' ? SIDE_BUY : SIDE_SELL,
                                   .type = ORDER_LIMIT,
                                   .tif = TIF_GTC };
        read_words(&order, words);
        sim_submit(sim, &order, *now_ns);
    } else if (!strcmp(verb, "trade")) {
        sscanf(rest, "%lld %lld %c", &a, &b, &side);
        struct trade trade = { .price_ticks = a,
                               .qty_lots = b,
                               .aggressor = side == 'B' ? SIDE_BUY : SIDE_SELL };
        sim_trade(sim, &trade, *now_ns);
    } else if (!strcmp(verb, "level")) {
        sscanf(rest, " %c %lld %lld", &side, &a, &b);
        sim_level(sim, side == 'B' ? SIDE_BUY : SIDE_SELL, a, b, *now_ns);
    } else {
        sscanf(rest, "%lld %lld %lld %lld", &a, &b, &c, &d);
        if (!strcmp(verb, "cancel"))
            sim_cancel(sim, (uint64_t)a, *now_ns);
        else if (!strcmp(verb, "amend"))
            sim_amend(sim, (uint64_t)a, b, c, *now_ns);
        else if (!strcmp(verb, "position"))
            sim_set_position(sim, (uint64_t)a, b);
        else if (!strcmp(verb, "quote"))
            sim_quote(sim, &(struct quote){ a, b, c, d }, *now_ns);
        else if (!strcmp(verb, "open"))
            sim_bar_open(sim, a, *now_ns);
        else if (!strcmp(verb, "bar"))
            sim_bar(
                sim,
                &(struct bar){ .open_ticks = a, .high_ticks = b, .low_ticks = c, .close_ticks = d },
                *now_ns);
        else if (!strcmp(verb, "clear"))
            sim_book_clear(sim, *now_ns);
        else if (!strcmp(verb, "at"))
            sim_advance(sim, *now_ns = a);
        else
            fail_msg("unknown step %s", step);
    }
}

static void stories_are_told_as_written(void **unused)
{
    (void)unused;
    int wrong = 0;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        struct sim_config config = stories[i].config;
        struct instrument instrument = plain_instrument();
        char told[LOG_MAX] = "", steps[1024];
        struct sim *sim;
        int64_t now_ns = 0;

        config.orders_max = config.orders_max ? config.orders_max : 64;
        config.levels_max = config.levels_max ? config.levels_max : 64;
        void *block = exchange_make(&config, &instrument, write_event, told, &sim);
        print_message("story: %s\n", stories[i].name);
        snprintf(steps, sizeof steps, "%s", stories[i].steps);
        for (char *save, *step = strtok_r(steps, ";", &save); step;
             step = strtok_r(NULL, ";", &save))
            act(sim, step, &now_ns);
        if (strcmp(told, stories[i].told) != 0) {
            print_error("expected: %s\n    told: %s\n", stories[i].told, told);
            wrong++;
        }
        free(block);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(stories_are_told_as_written) };
    return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}

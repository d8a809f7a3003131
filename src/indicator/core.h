/*
 * indicator/core.h - what several indicators are made of: the last N values, their sum, moments, trend and
 * extremes, exponential and Wilder's averages. Each takes O(1) a bar.
 *
 * The structs are flat; the values of a window stand elsewhere in the same state and are handed in, so that
 * one state can hold several windows behind one another.
 *
 * A sum that is only ever added to and taken from drifts. So each sum is also collected afresh from the
 * moment the ring begins anew, and when the ring is full again the fresh one takes over: no error is older
 * than two rounds, and no bar costs more than another.
 */
#ifndef INDICATOR_CORE_H
#define INDICATOR_CORE_H
#include <math.h>
#include "indicator/indicator.h"

#define PERIOD_MAX 10000
/* The parameter almost every row has. */
#define PERIOD(default_bars, least)                                                                \
    {                                                                                              \
        "period", "bars", default_bars, least, PERIOD_MAX, true, NULL                              \
    }

/* The tables and functions of a row, by the names they have in every file. */
#define INDICATOR_TABLES                                                                           \
    .param_count = sizeof params / sizeof params[0], .params = params,                             \
    .output_count = sizeof outputs / sizeof outputs[0], .outputs = outputs,                        \
    .state_bytes = state_bytes, .init = init, .update = update

#define INDICATOR_NO_PARAMS                                                                        \
    .output_count = sizeof outputs / sizeof outputs[0], .outputs = outputs,                        \
    .state_bytes = state_bytes, .init = init, .update = update

/* ---- the last `size` values ---- */

struct window {
    uint32_t size, count, at, reserved; /* at: where the next value goes */
};

static inline bool window_full(const struct window *window)
{
    return window->count == window->size;
}

/* Gives the value that leaves, 0 while the window fills. */
static inline double window_push(struct window *window, double *values, double value)
{
    double oldest = 0;
    if (window->count == window->size)
        oldest = values[window->at];
    else
        window->count++;
    values[window->at] = value;
    window->at = window->at + 1 == window->size ? 0 : window->at + 1;
    return oldest;
}

/* ago < count: 0 is the value pushed last. */
static inline double window_ago(const struct window *window, const double *values, uint32_t ago)
{
    uint32_t back = ago + 1;
    return values[window->at >= back ? window->at - back : window->at + window->size - back];
}

/* ---- their sum ---- */

struct sum {
    struct window window;
    double sum, fresh;
    uint64_t nonzero; /* values that are not 0: without any the sum is exactly 0 */
};

static inline bool sum_full(const struct sum *sum) { return window_full(&sum->window); }

static inline double sum_push(struct sum *sum, double *values, double value)
{
    double oldest = window_push(&sum->window, values, value);
    sum->nonzero += (uint64_t)(value != 0) - (uint64_t)(oldest != 0);
    sum->sum += value - oldest;
    sum->fresh += value;
    if (sum->window.at == 0) {
        sum->sum = sum->fresh;
        sum->fresh = 0;
    }
    if (sum->nonzero == 0)
        sum->sum = 0;
    return sum->sum;
}

static inline double sum_mean(const struct sum *sum) { return sum->sum / sum->window.size; }

/* ---- their moments: sums of x - shift and of its square, shift near the values ---- */

struct moments {
    struct window window;
    double shift, sum, squares;
    double next_shift, fresh_sum, fresh_squares; /* take over when the ring is full again */
};

static inline bool moments_full(const struct moments *moments)
{
    return window_full(&moments->window);
}

static inline void moments_wrap(struct moments *moments, double value)
{
    moments->window.at = 0;
    moments->shift = moments->next_shift;
    moments->sum = moments->fresh_sum;
    moments->squares = moments->fresh_squares;
    moments->next_shift = value;
    moments->fresh_sum = moments->fresh_squares = 0;
}

static inline void moments_push(struct moments *moments, double *values, double value)
{
    struct window *window = &moments->window;
    uint32_t at = window->at;
    if (window->count == window->size) {
        double in = value - moments->shift, out = values[at] - moments->shift;
        moments->sum += in - out;
        moments->squares += (in - out) * (in + out);
    } else {
        if (window->count++ == 0)
            moments->shift = moments->next_shift = value;
        moments->sum += value - moments->shift;
        moments->squares += (value - moments->shift) * (value - moments->shift);
    }
    double fresh = value - moments->next_shift;
    moments->fresh_sum += fresh;
    moments->fresh_squares += fresh * fresh;
    values[at] = value;
    window->at = at + 1;
    if (window->at == window->size)
        moments_wrap(moments, value);
}

static inline double moments_mean(const struct moments *moments)
{
    return moments->shift + moments->sum / moments->window.size;
}

/* The sum of squared differences from the mean; rounding never makes it negative. */
static inline double moments_spread(const struct moments *moments)
{
    double spread = moments->squares - moments->sum * moments->sum / moments->window.size;
    return spread > 0 ? spread : 0;
}

/* ---- their trend: sums of y and of i * y, i = 0 the oldest, y = x - shift ---- */

struct trend {
    struct window window;
    double shift, sum, weighted;
    double next_shift, fresh_sum, fresh_weighted;
};

static inline bool trend_full(const struct trend *trend) { return window_full(&trend->window); }

static inline void trend_push(struct trend *trend, double *values, double value)
{
    if (trend->window.count == 0)
        trend->shift = trend->next_shift = value;
    bool full = window_full(&trend->window);
    uint32_t filled = trend->window.count, at = trend->window.at;
    double oldest = window_push(&trend->window, values, value);
    double in = value - trend->shift, fresh = value - trend->next_shift;
    if (full) {
        trend->sum -= oldest - trend->shift;
        trend->weighted += (trend->window.size - 1) * in - trend->sum; /* all move down by one */
    } else {
        trend->weighted += filled * in;
    }
    trend->sum += in;
    trend->fresh_sum += fresh;
    trend->fresh_weighted += at * fresh;
    if (trend->window.at == 0) {
        trend->shift = trend->next_shift;
        trend->sum = trend->fresh_sum;
        trend->weighted = trend->fresh_weighted;
        trend->next_shift = value;
        trend->fresh_sum = trend->fresh_weighted = 0;
    }
}

/* Weights 1 (the oldest) to N (the newest). */
static inline double trend_wma(const struct trend *trend)
{
    double size = trend->window.size;
    return trend->shift + (trend->weighted + trend->sum) / (size * (size + 1) / 2);
}

/* ---- their largest value (sign 1) or smallest (sign -1), by a queue of those that can still be it ---- */

struct extreme_item {
    double value;
    uint64_t bar;
};
struct extreme {
    uint64_t bar; /* values seen */
    uint32_t size, head, count, reserved;
};

/* Of equal values the newest counts, as in TA-Lib. */
static inline const struct extreme_item *extreme_push(struct extreme *extreme,
                                                      struct extreme_item *items, double sign,
                                                      double value)
{
    uint64_t bar = extreme->bar++;
    while (extreme->count) {
        uint32_t back = extreme->head + extreme->count - 1;
        back = back >= extreme->size ? back - extreme->size : back;
        if (sign * items[back].value > sign * value)
            break;
        extreme->count--;
    }
    if (extreme->count && items[extreme->head].bar + extreme->size <= bar) {
        extreme->head = extreme->head + 1 == extreme->size ? 0 : extreme->head + 1;
        extreme->count--;
    }
    uint32_t to = extreme->head + extreme->count++;
    items[to >= extreme->size ? to - extreme->size : to] = (struct extreme_item){ value, bar };
    return &items[extreme->head];
}

static inline bool extreme_full(const struct extreme *extreme)
{
    return extreme->bar >= extreme->size;
}

/* ---- exponential averages ---- */

enum ema_seed { SEED_SMA = 0, SEED_FIRST = 1 };
#define SEED_CHOICES "sma first"
#define SEED_PARAM                                                                                 \
    {                                                                                              \
        "seed", "what the average begins with", SEED_SMA, SEED_SMA, SEED_FIRST, true, SEED_CHOICES \
    }

struct ema { /* alpha = 2 / (period + 1) */
    double value, alpha, keep;
    uint32_t cold; /* values until it is warm */
    uint32_t period, seed, reserved;
};

static inline void ema_init(struct ema *ema, double period, double seed)
{
    *ema = (struct ema){ .alpha = 2 / (period + 1),
                         .keep = 1 - 2 / (period + 1),
                         .cold = (uint32_t)period,
                         .period = (uint32_t)period,
                         .seed = (uint32_t)seed };
}

static inline void ema_next(struct ema *ema, double value)
{
    ema->value = ema->keep * ema->value + ema->alpha * value;
}

/* True once `period` values were told. */
static inline bool ema_push(struct ema *ema, double value)
{
    if (ema->cold == 0) {
        ema_next(ema, value);
        return true;
    }
    if (ema->seed == SEED_SMA)
        ema->value += value;
    else if (ema->cold == ema->period)
        ema->value = value;
    else
        ema_next(ema, value);
    if (--ema->cold > 0)
        return false;
    if (ema->seed == SEED_SMA)
        ema->value /= ema->period;
    return true;
}

/* Wilder, "New Concepts in Technical Trading Systems" (1978): alpha = 1 / period, begins with the mean of
 * the first `period` values. */
static inline void wilder_init(struct ema *ema, double period)
{
    *ema = (struct ema){ .alpha = 1 / period,
                         .keep = 1 - 1 / period,
                         .cold = (uint32_t)period,
                         .period = (uint32_t)period };
}

/* A chain of averages of averages: each begins when the one before it is warm. */
struct ema_chain {
    struct ema links[3];
    uint64_t length;
};

static inline void ema_chain_init(struct ema_chain *chain, uint32_t length, double period,
                                  double seed)
{
    chain->length = length;
    for (uint32_t i = 0; i < length; i++)
        ema_init(&chain->links[i], period, seed);
}

/* True when all are warm. */
static inline bool ema_chain_push(struct ema_chain *chain, double value)
{
    for (uint64_t i = 0; i < chain->length; i++) {
        if (!ema_push(&chain->links[i], value))
            return false;
        value = chain->links[i].value;
    }
    return true;
}

/* ---- bars ---- */

static inline double typical_price(const struct indicator_bar *bar)
{
    return (bar->high + bar->low + bar->close) / 3;
}

static inline double true_range(const struct indicator_bar *bar, double close_before)
{
    double range = bar->high - bar->low;
    double up = fabs(bar->high - close_before), down = fabs(bar->low - close_before);
    range = up > range ? up : range;
    return down > range ? down : range;
}

#endif

#include "data/walk.h"
#include <assert.h>
#include "base/rng.h"
#include "data/chance.h"

#define REVERSION_PER_S 3.2e-5 /* half of a distance is gone after six hours */

/* stay: mean seconds; deviation: times the calm one; trend: drift per second, in deviations;
 * next: chance of each regime to follow. */
static const struct {
    double stay_s, deviation, trend, activity;
    double next[REGIME_COUNT];
} regimes[REGIME_COUNT] = {
    [REGIME_CALM] = { 1200, 1.0, 0, 1.0, { 0, 0.6, 0.4 } },
    [REGIME_TRENDING] = { 600, 1.4, 0.08, 1.5, { 0.6, 0, 0.4 } },
    [REGIME_VOLATILE] = { 300, 3.0, 0, 2.5, { 0.7, 0.3, 0 } },
};

static void enter(struct walk *walk, enum regime regime)
{
    double direction = rng_next(&walk->rng) >> 63 ? 1 : -1;
    walk->regime = regime;
    walk->regime_left_s = chance_wait(&walk->rng, regimes[regime].stay_s);
    walk->drift = direction * regimes[regime].trend * walk->volatility;
}

static void change_regime(struct walk *walk)
{
    double draw = rng_unit(&walk->rng);
    enum regime next = REGIME_CALM;
    while (next < REGIME_COUNT - 1 && draw >= regimes[walk->regime].next[next])
        draw -= regimes[walk->regime].next[next++];
    enter(walk, next);
}

void walk_init(struct walk *walk, uint64_t seed, double mean, double low, double high,
               double volatility)
{
    assert(0 < low && low < mean && mean < high);
    *walk = (struct walk){ .rng = seed,
                           .mean_price = mean,
                           .low_price = low,
                           .high_price = high,
                           .volatility = volatility };
    walk->x_low = chance_log(low / mean);
    walk->x_high = chance_log(high / mean);
    enter(walk, REGIME_CALM);
}

void walk_resume(struct walk *walk, double price)
{
    walk->x = chance_log(price / walk->mean_price);
    if (walk->x < walk->x_low)
        walk->x = walk->x_low;
    if (walk->x > walk->x_high)
        walk->x = walk->x_high;
}

/* Exactly rounded by IEEE 754, so the same everywhere. */
static double root(double x) { return __builtin_sqrt(x); }

double walk_step(struct walk *walk, double dt_s)
{
    walk->regime_left_s -= dt_s;
    if (walk->regime_left_s <= 0)
        change_regime(walk);
    double deviation = walk_deviation(walk) * root(dt_s);
    walk->x +=
        (walk->drift - REVERSION_PER_S * walk->x) * dt_s + deviation * rng_normal(&walk->rng);
    if (walk->x < walk->x_low)
        walk->x = 2 * walk->x_low - walk->x;
    if (walk->x > walk->x_high)
        walk->x = 2 * walk->x_high - walk->x;
    if (walk->x < walk->x_low || walk->x > walk->x_high) /* a step wider than the room */
        walk->x = 0;
    return walk_price(walk);
}

double walk_price(const struct walk *walk)
{
    double price = walk->mean_price * chance_exp(walk->x);
    if (price < walk->low_price)
        return walk->low_price;
    return price > walk->high_price ? walk->high_price : price;
}

double walk_deviation(const struct walk *walk)
{
    return walk->volatility * regimes[walk->regime].deviation;
}

double walk_activity(const struct walk *walk) { return regimes[walk->regime].activity; }

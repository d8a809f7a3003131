/*
 * data/walk.h - the price path of the made-up market: a mean-reverting walk of the log price that
 * changes between three regimes.
 *
 *     dx = (drift - REVERSION * x) dt + deviation * sqrt(dt) * normal,    x = ln(price / mean)
 *
 * (Ornstein-Uhlenbeck; regimes are a Markov chain with exponential stays), reflected at the bounds.
 */
#ifndef DATA_WALK_H
#define DATA_WALK_H
#include <stdint.h>

enum regime { REGIME_CALM, REGIME_TRENDING, REGIME_VOLATILE, REGIME_COUNT };

struct walk {
    uint64_t rng;
    double mean_price, low_price, high_price, volatility;
    double x, x_low, x_high;
    double drift;         /* per second, of the regime */
    double regime_left_s; /* until the next change */
    enum regime regime;
};

/* low < mean < high, all > 0. */
void walk_init(struct walk *walk, uint64_t seed, double mean, double low, double high,
               double volatility);
/* Goes on from this price; one outside the bounds is taken to the nearer. */
void walk_resume(struct walk *walk, double price);
/* Moves on by dt_s seconds; the price stays in [low, high]. */
double walk_step(struct walk *walk, double dt_s);
double walk_price(const struct walk *walk);
/* Deviation of the log price per sqrt(second), now. */
double walk_deviation(const struct walk *walk);
/* How much more is traded in this regime. */
double walk_activity(const struct walk *walk);

#endif

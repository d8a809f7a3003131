/* venue/paper/listings.c - what is traded on paper by default. */
#include "venue/paper/paper.h"

const struct paper_listing paper_listings[] = {
    { "BTCUSDT", "BTC", "USDT", 2, 8, 1, 1000, 1000, 50000, 45000, 55000 },
    { "ETHUSDT", "ETH", "USDT", 2, 8, 1, 10000, 10000, 3000, 2700, 3300 },
    { "SOLUSDT", "SOL", "USDT", 2, 8, 1, 100000, 100000, 150, 135, 165 },
};
const size_t paper_listing_count = sizeof paper_listings / sizeof paper_listings[0];

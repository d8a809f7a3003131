/* data/ladder.c - the book of the made-up market. */
#include <assert.h>
#include <string.h>
#include "base/rng.h"
#include "data/generator_private.h"

#define LEVEL_WORTH 5000.0 /* median of a level, in the quote asset */
#define HALF_SPREAD 0.5e-4 /* of the price, when nothing moves */
#define SPREAD_PER_DEVIATION 0.5
#define REFRESH_IN 4 /* one level of this many moves changes its quantity */

static bool better_or_equal(int side, int64_t a, int64_t b) { return side == 0 ? a >= b : a <= b; }

/* The price of the next level outward, on the grid of level gaps. */
static int64_t outward(const struct generator *generator, int side, int64_t price_ticks)
{
    int64_t gap = generator->gap_ticks;
    int64_t line = price_ticks / gap * gap;
    if (side == 0)
        return line < price_ticks ? line : line - gap;
    return line + gap;
}

static void build_side(struct generator *generator, int side, int64_t top_ticks, double price)
{
    const struct book_level *old = generator->before.level[side];
    uint32_t old_count = generator->before.count[side], at = 0, count = 0;
    struct book_level *level = generator->ladder.level[side];
    int64_t ticks = top_ticks;
    while (count < generator->config.depth_levels && ticks >= generator->low_ticks &&
           ticks <= generator->high_ticks) {
        while (at < old_count &&
               better_or_equal(side, old[at].price_ticks, ticks + (side ? -1 : 1)))
            at++;
        bool stays = at < old_count && old[at].price_ticks == ticks;
        int64_t lots = stays ? old[at].qty_lots : generator_qty_lots(generator, LEVEL_WORTH, price);
        level[count++] = (struct book_level){ ticks, lots };
        ticks = outward(generator, side, ticks);
    }
    generator->ladder.count[side] = count;
    assert(count > 0);
}

void ladder_move(struct generator *generator, double price)
{
    int64_t step = generator->instrument.tick_step;
    double half = price * (HALF_SPREAD + SPREAD_PER_DEVIATION * walk_deviation(&generator->walk));
    int64_t bid = generator_price_ticks(generator, price - half);
    int64_t ask = generator_price_ticks(generator, price + half);
    if (ask < bid + step)
        ask = bid + step;
    if (ask > generator->high_ticks) {
        ask = generator->high_ticks;
        bid = bid < ask ? bid : ask - step;
    }
    generator->before = generator->ladder;
    build_side(generator, 0, bid, price);
    build_side(generator, 1, ask, price);

    int side = (int)rng_below(&generator->rng, 2);
    uint64_t pick =
        rng_below(&generator->rng, (uint64_t)REFRESH_IN * generator->ladder.count[side]);
    if (pick < generator->ladder.count[side])
        generator->ladder.level[side][pick].qty_lots =
            generator_qty_lots(generator, LEVEL_WORTH, price);
}

void ladder_take(struct generator *generator, int side, int64_t qty_lots)
{
    generator->before = generator->ladder;
    struct book_level *level = generator->ladder.level[side];
    uint32_t *count = &generator->ladder.count[side];
    assert(*count > 0);
    assert(qty_lots <= level[0].qty_lots);
    level[0].qty_lots -= qty_lots;
    if (level[0].qty_lots > 0)
        return;
    if (*count == 1) { /* at the bound: the level is filled up again, a side is never empty */
        level[0].qty_lots = generator->before.level[side][0].qty_lots;
        return;
    }
    memmove(level, level + 1, --*count * sizeof *level);
}

uint32_t ladder_changes(const struct ladder *before, const struct ladder *now, int side, bool all,
                        struct book_level *out)
{
    const struct book_level *a = before->level[side], *b = now->level[side];
    uint32_t a_count = all ? 0 : before->count[side], b_count = now->count[side];
    uint32_t i = 0, j = 0, count = 0;
    while (i < a_count || j < b_count) {
        if (i < a_count && j < b_count && a[i].price_ticks == b[j].price_ticks) {
            if (a[i].qty_lots != b[j].qty_lots)
                out[count++] = b[j];
            i++;
            j++;
        } else if (j == b_count ||
                   (i < a_count && better_or_equal(side, a[i].price_ticks, b[j].price_ticks))) {
            out[count++] = (struct book_level){ a[i++].price_ticks, 0 };
        } else {
            out[count++] = b[j++];
        }
    }
    return count;
}

/*
 * engine/strategies.h - runs strategies in process: their context, indicators, share of the position, and
 * the patches of their state. Private to the engine.
 */
#ifndef ENGINE_STRATEGIES_H
#define ENGINE_STRATEGIES_H
#include "engine/state.h"

/* ERR_EXISTS (name is running), ERR_NOT_FOUND (type), ERR_RANGE (a parameter), ERR_STATE (it holds a position
 * or orders of another instrument or account), ERR_FULL. */
enum err strategies_start(struct step *step, const struct event *input);
enum err strategies_stop(struct step *step, const struct strategy_ref *ref);

void strategies_bar(struct step *step, uint32_t instrument, const struct bar *bar);
void strategies_quote(struct step *step, uint32_t instrument, const struct quote *quote,
                      int64_t ts_ns);
void strategies_trade(struct step *step, uint32_t instrument, const struct trade *trade,
                      int64_t ts_ns);
void strategies_fill(struct step *step, const struct order *order, int64_t price_ticks,
                     int64_t qty_lots, i128 notional);
void strategies_order(struct step *step, const struct order *order);
void strategies_timer(struct step *step, uint64_t strategy, uint64_t tag);
/* Its share of the position; false: no such strategy, *lots is untouched. */
bool strategies_share(struct engine *engine, uint16_t strategy, int64_t *lots);
void strategies_order_count(struct engine *engine, uint16_t strategy, int by);

/* At the end of a step: images of changed rows, patches of changed state. */
void strategies_tell(struct step *step);

/* Recovery. */
void strategies_recover_row(struct engine *engine, const struct strategy_row *row);
enum err strategies_recover_patch(struct engine *engine, uint16_t strategy,
                                  const struct strategy_patch *patch);

#endif

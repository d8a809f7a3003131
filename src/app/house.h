/*
 * app/house.h - what a paper house is made of: assets, instruments, account, money, limits, strategies, from
 * the configuration into the engine, as inputs like all others.
 */
#ifndef APP_HOUSE_H
#define APP_HOUSE_H
#include "app/core.h"
#include "ops/config.h"
#include "venue/paper/paper.h"

#define HOUSE_ACCOUNT 1 /* the paper account */

struct house {
    struct paper_market markets[PAPER_INSTRUMENTS_MAX];
    size_t market_count, file_market;
    char history[PAPER_INSTRUMENTS_MAX][4096]; /* candle files */
    bool fresh;                                /* nothing was here: the account is new */
};

/* Tells one input to the engine and keeps the record of it. */
typedef enum err house_tell(void *context, const struct event *input);

/*
 * Compares what the engine knows with what the configuration wants, and tells the difference. Everything is
 * told before threads run. Refused with a sentence: a symbol that is not listed, a bad amount or size, a
 * strategy that the engine does not take.
 */
MUST_USE enum err house_prepare(struct house *house, const struct config *config,
                                const char *data_dir, const struct engine *engine, house_tell *tell,
                                void *context, struct errtext *detail);

/* After the venue was opened (its history is written): starts and stops strategies, warms new ones. */
MUST_USE enum err house_strategies(struct house *house, const struct config *config,
                                   const struct engine *engine, house_tell *tell, void *context,
                                   struct errtext *detail);

#endif

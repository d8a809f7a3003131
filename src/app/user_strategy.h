/*
 * app/user_strategy.h - a strategy of the caller's own, by the path of its library, in one command's life.
 */
#ifndef APP_USER_STRATEGY_H
#define APP_USER_STRATEGY_H
#include "backtest/backtest.h"

/* When config->strategy is the path of a library: loads it, adds it to those that strategy_find() knows and
 * sets the configuration's name, file and hash. Else nothing. CLI_GO, or CLI_FAILED after telling why. One
 * at a time, before anything runs. */
int user_strategy_load(struct backtest_config *config);

/* After the last use of the descriptor; fine when nothing was loaded. */
void user_strategy_unload(void);

#endif

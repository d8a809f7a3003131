/*
 * app/daemon.h - the house, put together: core, journal, keeper, venue, gateway, control socket.
 */
#ifndef APP_DAEMON_H
#define APP_DAEMON_H
#include "ops/config.h"

/* Runs until it is told to stop (SIGTERM, SIGINT) or cannot go on. Returns the exit code; what went wrong
 * was told on stderr. data_dir, listen: override the configuration; NULL, 0 = not given. */
int daemon_run(const struct config *config, const char *data_dir, const char *const *listen,
               size_t listen_count);

#endif

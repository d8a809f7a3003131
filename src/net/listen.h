/*
 * net/listen.h - listening sockets, and who holds a port that is taken.
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* Binds "127.0.0.1:8080", "[::1]:8080" or "localhost:8080"; non-blocking. ERR_SYNTAX, ERR_BUSY, ERR_IO;
 * detail says what and what to do. */
MUST_USE enum err listen_open(const char *address, int *out, uint16_t *port,
                              struct errtext *detail);

/* ERR_SYNTAX for what listen_open() cannot read; no socket is made. */
MUST_USE enum err listen_check(const char *address, struct errtext *detail);

/* The host part of "host:port" or of a Host field ("[::1]:80" -> "[::1]"): its length. */
size_t listen_host_length(const char *text);

/* True when only this machine can reach it: 127.0.0.0/8, [::1], localhost. */
bool listen_is_loopback(const char *address);

/* "nginx (process 812)" when this user may see it; false otherwise. A look, no lock: for messages. */
bool listen_holder(uint16_t port, char *out, size_t size);

#endif

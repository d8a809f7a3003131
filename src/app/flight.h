/*
 * app/flight.h - the flight recorder: the heads of the last FLIGHT_RECORDS records, written to a file when
 * the program dies of its own mistake (assert, bad memory access). Written only by the engine's thread.
 */
#ifndef APP_FLIGHT_H
#define APP_FLIGHT_H
#include <stddef.h>
#include "base/err.h"

#define FLIGHT_RECORDS 65536u /* a power of two */

struct flight;

/* One a process: the signal handlers find it. The file is data_dir/flight.txt; one that is there already
 * is kept as flight.1.txt. */
MUST_USE enum err flight_new(const char *data_dir, struct flight **out);
void flight_free(struct flight *flight);

void flight_note(struct flight *flight, const void *batch, size_t size_bytes);

/* Writes the file now; safe in a signal handler. */
void flight_dump(const struct flight *flight);

#endif

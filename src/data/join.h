/*
 * data/join.h - two bar files, one of bids and one of asks, as lines of one file:
 *
 *     timestamp,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close
 *
 * Both must be `timestamp,open,high,low,close` (more columns: the first four after the time count) with
 * the same times, row by row.
 */
#ifndef DATA_JOIN_H
#define DATA_JOIN_H
#include "data/lines.h"

/* As lines_open; line numbers are those of both files. A time that only one of the two has is
 * ERR_DUPLICATE at its line: the row of the older file is passed over if one reads on. */
MUST_USE enum err lines_open_joined(const char *bid, const char *ask, struct lines **out,
                                    struct errtext *detail);

#endif

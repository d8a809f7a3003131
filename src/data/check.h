/*
 * data/check.h - whether a row makes sense beside the one before it: prices and quantities above zero,
 * a bar's open and close between its low and high, time never backwards.
 */
#ifndef DATA_CHECK_H
#define DATA_CHECK_H
#include <stdbool.h>
#include "data/row.h"

struct row_checker {
    bool has_last;
    int64_t last_ns; /* of the last good row */
};

/* ERR_RANGE, ERR_DUPLICATE; the sentence begins with file:line. A refused row leaves no trace in the
 * checker. */
MUST_USE enum err row_check(struct row_checker *checker, enum feed_kind kind, const char *file,
                            const struct row *row, struct errtext *detail);

#endif

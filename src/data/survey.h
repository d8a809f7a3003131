/*
 * data/survey.h - what is in a market-data file: every row read and checked, and the holes in time.
 */
#ifndef DATA_SURVEY_H
#define DATA_SURVEY_H
#include "data/columns.h"
#include "data/feed.h"

struct data_survey {
    struct feed_info info;
    char layout[32];
    bool columnar;
    uint64_t rows;
    int64_t first_ns, last_ns;
    int64_t low_ticks, high_ticks; /* of all prices, in info.price_scale; 0 = none */
    uint64_t gaps[GAP_KIND_COUNT];
    /* of a columnar file */
    char symbol[24], time_zone[40], source[64];
    uint64_t skipped, source_hash;
};

/* gap: called for each hole, in the order of time; may be NULL. Of a CSV the holes are those between
 * bars, all GAP_UNKNOWN; of a columnar file those of its ledger. What feed_open can say. */
MUST_USE enum err data_survey_make(const char *path, const char *layout, struct data_survey *out,
                                   void (*gap)(void *context, const struct columns_gap *gap),
                                   void *context, struct errtext *detail);

#endif

#include "data/survey.h"
#include <stdio.h>
#include <string.h>
#include "data/feed_private.h"

static void note_prices(struct data_survey *survey, const struct row *row)
{
    static const uint8_t fields[] = { FIELD_LOW, FIELD_HIGH, FIELD_BID, FIELD_ASK, FIELD_PRICE };
    for (size_t i = 0; i < sizeof fields; i++) {
        int64_t ticks = row->value[fields[i]];
        if (ticks <= 0)
            continue;
        if (survey->low_ticks == 0 || ticks < survey->low_ticks)
            survey->low_ticks = ticks;
        if (ticks > survey->high_ticks)
            survey->high_ticks = ticks;
    }
}

static void note_time(struct data_survey *survey, int64_t ts_ns,
                      void (*gap)(void *context, const struct columns_gap *gap), void *context)
{
    int64_t step = survey->info.bar_interval_ns;
    if (survey->rows++ == 0) {
        survey->first_ns = ts_ns;
    } else if (!survey->columnar && survey->info.kind == FEED_BARS && step > 0 &&
               ts_ns - survey->last_ns > step) {
        struct columns_gap found = { .from_ns = survey->last_ns + step,
                                     .to_ns = ts_ns,
                                     .bars = (uint64_t)((ts_ns - survey->last_ns - 1) / step) };
        survey->gaps[GAP_UNKNOWN]++;
        if (gap)
            gap(context, &found);
    }
    survey->last_ns = ts_ns;
}

/* A columnar file: its description, its ledger, and the checksums of all its chunks. */
static enum err look_at_columns(const struct columns *columns, struct data_survey *survey,
                                void (*gap)(void *context, const struct columns_gap *gap),
                                void *context, struct errtext *detail)
{
    const struct columns_header *header = columns_header(columns);
    struct columns_chunk chunk;
    survey->columnar = true;
    memcpy(survey->symbol, header->symbol, sizeof survey->symbol);
    memcpy(survey->time_zone, header->time_zone, sizeof survey->time_zone);
    memcpy(survey->source, header->source, sizeof survey->source);
    survey->skipped = header->skipped;
    survey->source_hash = header->source_hash;
    for (uint32_t i = 0; i < header->gaps; i++) {
        survey->gaps[columns_gaps(columns)[i].kind]++;
        if (gap)
            gap(context, &columns_gaps(columns)[i]);
    }
    enum err err = OK;
    for (uint32_t block = 0; block < header->blocks && err == OK; block++)
        for (uint32_t i = 0; i < header->columns && err == OK; i++)
            err = columns_chunk(columns, i, block, &chunk, detail);
    return err;
}

enum err data_survey_make(const char *path, const char *layout, struct data_survey *out,
                          void (*gap)(void *context, const struct columns_gap *gap), void *context,
                          struct errtext *detail)
{
    struct feed *feed = NULL;
    enum err err = feed_open_rows(path, layout, &feed, detail);
    if (err != OK)
        return err;
    *out = (struct data_survey){ .rows = 0 };
    feed_info(feed, &out->info);
    (void)snprintf(out->layout, sizeof out->layout, "%s", out->info.layout);
    if (feed->rows_of)
        err = look_at_columns(column_rows_file(feed->rows_of), out, gap, context, detail);
    while (err == OK && (err = feed_load(feed, detail)) == OK) {
        feed->has_row = false;
        note_prices(out, &feed->row);
        note_time(out, feed->row.ts_ns, gap, context);
    }
    feed_info(feed, &out->info);
    feed_close(feed);
    return err == ERR_END ? OK : err;
}

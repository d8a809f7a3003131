#include "store/batches.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/rng.h"

static _Alignas(16) uint8_t scratch[BATCH_TEST_BYTES];

void order_make(uint64_t id, uint64_t salt, struct order *order)
{
    uint64_t seed = hash_u64(id) ^ salt;
    *order = (struct order){ .id = id,
                             .last_seq = id + 1,
                             .qty_lots = 1 + (int64_t)rng_below(&seed, 1000000),
                             .price_ticks = 1 + (int64_t)rng_below(&seed, 1000000),
                             .cost_tick_lots = (i128)rng_next(&seed),
                             .body_hash = rng_next(&seed),
                             .instrument = 1,
                             .account = (uint16_t)(1 + id % 3),
                             .venue = 1,
                             .side = SIDE_BUY,
                             .type = ORDER_LIMIT,
                             .tif = TIF_GTC,
                             .state = ORDER_FILLED };
    (void)snprintf(order->client_order_id, sizeof order->client_order_id, "web-%llu",
                   (unsigned long long)id);
    (void)snprintf(order->venue_order_id, sizeof order->venue_order_id, "v%llu",
                   (unsigned long long)id);
}

size_t batch_make(uint64_t seq, unsigned records, uint64_t salt, bool no_sync, void *out)
{
    struct batch batch = { .bytes = out, .capacity = BATCH_TEST_BYTES };
    uint64_t seed = salt ^ hash_u64(seq);
    for (unsigned i = 0; i < records; i++) {
        bool input = i == 0;
        struct event *event =
            batch_add(&batch, input ? EVENT_TIMER : EVENT_ORDER,
                      input ? 8 * (size_t)rng_below(&seed, 40) : sizeof(struct order));
        event->seq = seq + i;
        event->engine_ts_ns = (int64_t)(rng_next(&seed) >> 2);
        event->cause_seq = input ? 0 : seq;
        event->flags =
            (uint16_t)((no_sync ? EVENT_NO_SYNC : 0) | (i + 1 == records ? EVENT_LAST : 0));
        if (input)
            for (size_t at = EVENT_HEADER_BYTES; at < event->length; at += 8)
                memcpy((uint8_t *)event + at, &(uint64_t){ rng_next(&seed) }, 8);
        else
            order_make(seq + i, salt, event_body(event));
    }
    return batch.size;
}

size_t written_add(struct written *written, uint64_t seq, uint64_t *seed, void *out)
{
    size_t at = written->count++;
    if (at >= WRITTEN_MAX)
        abort();
    written->rows[at].first_seq = seq;
    written->rows[at].salt = rng_next(seed);
    written->rows[at].records = 1 + (unsigned)rng_below(seed, 5);
    written->rows[at].no_sync = rng_below(seed, 4) == 0;
    return batch_make(seq, written->rows[at].records, written->rows[at].salt,
                      written->rows[at].no_sync, out);
}

void written_cut(struct written *written, uint64_t last_seq)
{
    while (written->count > 0 && written->rows[written->count - 1].first_seq > last_seq)
        written->count--;
}

const char *written_compare(const struct written *written, const struct file_ops *file,
                            const char *directory, uint64_t *last_seq)
{
    struct journal_reader *reader;
    const struct event *batch;
    struct errtext detail;
    size_t size, at = 0;
    enum err err;
    *last_seq = 0;
    if (journal_reader_open(directory, file, 0, &reader, &detail) != OK)
        return "the reader cannot be opened";
    const char *wrong = "";
    while ((err = journal_read(reader, UINT64_MAX, &batch, &size, &detail)) == OK) {
        while (*last_seq == 0 && at < written->count && written->rows[at].first_seq < batch->seq)
            at++; /* trimmed */
        if (at == written->count || written->rows[at].first_seq != batch->seq) {
            wrong = "a batch that nobody wrote, or one is missing";
            break;
        }
        size_t expected = batch_make(batch->seq, written->rows[at].records, written->rows[at].salt,
                                     written->rows[at].no_sync, scratch);
        if (size != expected || memcmp(batch, scratch, size) != 0) {
            wrong = "a batch is not as it was written";
            break;
        }
        *last_seq = batch->seq + written->rows[at].records - 1;
        at++;
    }
    if (!*wrong && err != ERR_END) {
        static char text[ERRTEXT_MAX + 64];
        (void)snprintf(text, sizeof text, "the reader stops with %s: %s", err_name(err),
                       detail.text);
        wrong = text;
    }
    journal_reader_close(reader);
    return wrong;
}

struct journal_config test_config(const struct file_ops *file)
{
    return (struct journal_config){ .directory = "journal",
                                    .file = file,
                                    .sync = JOURNAL_SYNC_ALWAYS,
                                    .sync_interval_ns = 1000,
                                    .segment_bytes = 16 << 10,
                                    .reserve_bytes = 4096,
                                    .instance_id = 77 };
}

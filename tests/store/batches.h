/* tests/store/batches.h - batches that a seed determines, and a record of what was written. */
#ifndef TESTS_STORE_BATCHES_H
#define TESTS_STORE_BATCHES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/event.h"
#include "store/journal.h"

#define BATCH_TEST_BYTES ((size_t)64 << 10)
#define WRITTEN_MAX 4096

/* One input and records - 1 outcomes from seq on; the same arguments give the same bytes. */
size_t batch_make(uint64_t seq, unsigned records, uint64_t salt, bool no_sync, void *out);
/* A done order whose fields follow from id and salt. */
void order_make(uint64_t id, uint64_t salt, struct order *order);

/* What a test has appended, batch by batch. */
struct written {
    struct {
        uint64_t first_seq, salt;
        unsigned records;
        bool no_sync;
    } rows[WRITTEN_MAX];
    size_t count;
};
/* Makes the next batch by the seed and remembers it. */
size_t written_add(struct written *written, uint64_t seq, uint64_t *seed, void *out);
/* Forgets what begins after last_seq: it was lost, and other batches will take its numbers. */
void written_cut(struct written *written, uint64_t last_seq);
/* Reads the whole journal and compares. "" or what is wrong; *last_seq: what was read. */
const char *written_compare(const struct written *written, const struct file_ops *file,
                            const char *directory, uint64_t *last_seq);

struct journal_config test_config(const struct file_ops *file);

#endif

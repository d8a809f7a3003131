/*
 * store/archive.h - closed orders that left the engine's memory, and their keys.
 *
 * Until a database exists, this is where they are found: an append-only file `orders.twa` of
 * checksummed order rows, with an index `orders.twi` by order id, (account, client_order_id) and
 * venue order id, rebuilt from the file when it is missing or damaged. The archive follows the
 * journal at its own cursor; archive_seq() is the position up to which every closed order is
 * durable here: the engine evicts nothing beyond it.
 */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H
#include <stdint.h>
#include "base/err.h"
#include "model/order.h"
#include "store/file_ops.h"

struct archive;

MUST_USE enum err archive_open(const struct file_ops *file, const char *directory,
                               struct archive **out, struct errtext *detail);
void archive_close(struct archive *archive);

/* Takes the row images of one journal batch; only orders that are done are kept. A later image of the
 * same order (a late fill) replaces the earlier one. */
MUST_USE enum err archive_apply(struct archive *archive, const void *batch, size_t size_bytes);
/* Makes all that was applied durable and moves archive_seq(). */
MUST_USE enum err archive_commit(struct archive *archive, uint64_t seq);
uint64_t archive_seq(const struct archive *archive); /* any thread */

/* Look-ups, any thread, at any time. ERR_NOT_FOUND. */
MUST_USE enum err archive_find_id(struct archive *archive, uint64_t order_id, struct order *out);
MUST_USE enum err archive_find_key(struct archive *archive, uint16_t account,
                                   const char *client_order_id, struct order *out);
/* By the venue's own order id. */
MUST_USE enum err archive_find_venue(struct archive *archive, uint16_t account,
                                     const char *venue_order_id, struct order *out);
/* Distinct orders; after a crash an order whose image changed just before may be counted short. */
uint64_t archive_count(const struct archive *archive);

#endif

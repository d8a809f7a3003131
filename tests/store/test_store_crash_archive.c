/*
 * Goal: the power goes while orders are archived or snapshots written. Every order up to a told
 * archive_seq() is found by each of its keys in its last image; a snapshot that was told to be
 * written, or a later one, is loaded exactly. A disk whose syncs lie must be caught.
 *
 * POWER_CUT_POINTS=10000 for the long form; SEED=n repeats one point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/rng.h"
#include "store/archive.h"
#include "store/batches.h"
#include "store/disk.h"
#include "store/snapshot.h"

#define ORDERS_MAX 600
#define ARENA_BYTES ((3u << 20) + 5000u)

static _Alignas(16) uint8_t bytes[BATCH_TEST_BYTES];

/* What was applied, in order: later rows of an id are later images. */
struct applied {
    struct {
        uint64_t id, salt, seq;
    } rows[ORDERS_MAX];
    size_t count;
    uint64_t seq, told_seq;
};

static enum err apply_one(struct applied *applied, struct archive *archive, uint64_t *seed)
{
    struct batch batch = { .bytes = bytes, .capacity = sizeof bytes };
    uint64_t id = 1 + rng_below(seed, 400);
    uint64_t salt = rng_next(seed);
    struct event *event = batch_add(&batch, EVENT_ORDER, sizeof(struct order));
    event->seq = ++applied->seq;
    order_make(id, salt, event_body(event));
    if (rng_below(seed, 5) == 0) /* an open order is not kept */
        ((struct order *)event_body(event))->state = ORDER_OPEN;
    enum err err = archive_apply(archive, bytes, batch.size);
    if (err == OK && ((struct order *)event_body(event))->state != ORDER_OPEN) {
        applied->rows[applied->count].id = id;
        applied->rows[applied->count].salt = salt;
        applied->rows[applied->count++].seq = applied->seq;
    }
    return err;
}

/* Every id: its last image up to archive_seq(), by every key; what was never applied is not there. */
static const char *compare(const struct applied *applied, struct archive *archive)
{
    for (uint64_t id = 1; id <= 400; id++) {
        struct order expected, found, by_key, by_venue;
        size_t last = SIZE_MAX;
        for (size_t i = 0; i < applied->count; i++)
            if (applied->rows[i].id == id && applied->rows[i].seq <= archive_seq(archive))
                last = i;
        enum err err = archive_find_id(archive, id, &found);
        if (last == SIZE_MAX) {
            if (err != ERR_NOT_FOUND)
                return "an order that nobody archived";
            continue;
        }
        order_make(id, applied->rows[last].salt, &expected);
        if (err != OK || memcmp(&found, &expected, sizeof found) != 0)
            return "an order is lost or not its last image";
        if (archive_find_key(archive, expected.account, expected.client_order_id, &by_key) != OK ||
            archive_find_venue(archive, expected.account, expected.venue_order_id, &by_venue) !=
                OK ||
            memcmp(&by_key, &expected, sizeof found) != 0 ||
            memcmp(&by_venue, &expected, sizeof found) != 0)
            return "an order is not found by its keys";
    }
    return "";
}

static void work(struct applied *applied, struct archive *archive, uint64_t *seed)
{
    while (applied->count < ORDERS_MAX) {
        enum err err = OK;
        if (rng_below(seed, 5) > 0)
            err = apply_one(applied, archive, seed);
        else
            err = archive_commit(archive, applied->seq);
        applied->told_seq = archive_seq(archive);
        if (err != OK)
            return;
    }
}

static const char *archive_lives(uint64_t seed, bool sync_lies)
{
    static struct applied applied;
    struct disk *disk = disk_new();
    const char *wrong = "";
    memset(&applied, 0, sizeof applied);
    disk->sync_lies = sync_lies;
    for (int round = 0; round < 4 && !*wrong; round++) {
        struct archive *archive;
        struct errtext detail;
        if (rng_below(&seed, 3) == 0) {
            disk->calls_until = 1 + rng_below(&seed, 12);
            if (archive_open(&disk->ops, "archive", &archive, &detail) == OK)
                archive_close(archive);
            disk_power_cut(disk, &seed);
        }
        if (archive_open(&disk->ops, "archive", &archive, &detail) != OK) {
            wrong = "cannot be opened";
            break;
        }
        wrong = archive_seq(archive) < applied.told_seq ? "a durable position is lost"
                                                        : compare(&applied, archive);
        while (applied.count > 0 && applied.rows[applied.count - 1].seq > archive_seq(archive))
            applied.count--; /* the journal gives them again */
        applied.seq = archive_seq(archive);
        if (!*wrong) {
            disk->calls = 0;
            disk->calls_until = 1 + rng_below(&seed, 300);
            work(&applied, archive, &seed);
            disk->dead = disk->dead || rng_below(&seed, 4) > 0;
        }
        archive_close(archive);
        disk_power_cut(disk, &seed);
    }
    disk_free(disk);
    return wrong;
}

/* The arena at a position: mostly zero, a few bytes that seq and seed determine. */
static void arena_make(uint8_t *arena, uint64_t seed, uint64_t seq)
{
    uint64_t chance = seed ^ (seq * 0x9E37u);
    memset(arena, 0, ARENA_BYTES);
    for (int i = 0; i < 40; i++)
        arena[rng_below(&chance, 3) << 20 | rng_below(&chance, 9000)] = (uint8_t)rng_next(&chance);
    arena[ARENA_BYTES - 1] = (uint8_t)seq;
}

static const char *snapshot_lives(uint64_t seed, bool sync_lies)
{
    static uint8_t arena[ARENA_BYTES], loaded[ARENA_BYTES];
    struct disk *disk = disk_new();
    const char *wrong = "";
    uint64_t first = seed, told = 0;
    disk->sync_lies = sync_lies;
    disk->calls_until = 1 + rng_below(&seed, 60);
    for (uint64_t seq = 1; seq < 8 && !disk->dead; seq++) {
        struct snapshot_info info = { .seq = seq, .layout = 5, .arena_bytes = ARENA_BYTES };
        arena_make(arena, first, seq);
        if (snapshot_write(&disk->ops, "snapshot", &info, arena, NULL) == OK)
            told = seq;
        if (snapshot_trim(&disk->ops, "snapshot", 2) != OK)
            break;
    }
    disk_power_cut(disk, &seed);
    struct snapshot_info info = { 0 };
    unsigned skipped;
    memset(loaded, 0, sizeof loaded);
    enum err err =
        snapshot_load(&disk->ops, "snapshot", 5, loaded, ARENA_BYTES, &info, &skipped, NULL);
    if (err == ERR_NOT_FOUND && told > 0)
        wrong = "a written snapshot is lost";
    if (err == OK) {
        arena_make(arena, first, info.seq);
        if (info.seq < told)
            wrong = "an older snapshot than the one that was told";
        else if (memcmp(arena, loaded, ARENA_BYTES) != 0)
            wrong = "a snapshot is not what was written";
    }
    disk_free(disk);
    return wrong;
}

static void every_point(const char *(*lives)(uint64_t, bool), unsigned long points)
{
    const char *text = getenv("POWER_CUT_POINTS");
    const char *only = getenv("SEED");
    unsigned long first = only ? strtoul(only, NULL, 0) : 0;
    unsigned long end = only ? first + 1 : text ? strtoul(text, NULL, 0) : points;
    for (unsigned long seed = first; seed < end; seed++) {
        const char *wrong = lives(seed, false);
        if (*wrong)
            fail_msg("SEED=%lu: %s", seed, wrong);
    }
    print_message("%lu power cuts\n", end - first);
    unsigned caught = 0;
    for (unsigned long seed = 0; seed < 30; seed++)
        caught += *lives(seed, true) != 0;
    print_message("a disk whose sync lies was caught with %u of 30 seeds\n", caught);
    assert_true(caught >= 5);
}

static void the_archive_survives(void **unused)
{
    (void)unused;
    every_point(archive_lives, 150);
}

static void snapshots_survive(void **unused)
{
    (void)unused;
    every_point(snapshot_lives, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_archive_survives),
        cmocka_unit_test(snapshots_survive),
    };
    return cmocka_run_group_tests_name("archive power cut", tests, NULL, NULL);
}

/* data/history.c - bars of the past that the made-up market goes on from. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libgen.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/num.h"
#include "data/candles.h"
#include "data/generator_private.h"

#define POINTS_PER_BAR 8     /* of the price path */
#define TRADE_WORTH_MEAN 690 /* in the quote asset: the mean that belongs to the trades' median */
#define PATH_BYTES_MAX 4096

static enum err file_error(const char *path, struct errtext *detail)
{
    enum err err = errno == ENOSPC || errno == EDQUOT ? ERR_NO_SPACE
                   : errno == ENOENT                  ? ERR_NOT_FOUND
                   : errno == EACCES                  ? ERR_DENIED
                                                      : ERR_IO;
    return errtext_set(detail, err, "%s: %s", path, strerror(errno));
}

static struct bar next_bar(struct generator *generator, int64_t start_ns, int64_t interval_ns)
{
    double interval_s = (double)interval_ns / (double)NS_PER_S;
    int64_t ticks = generator_price_ticks(generator, walk_price(&generator->walk));
    struct bar bar = { .start_ns = start_ns,
                       .end_ns = start_ns + interval_ns,
                       .open_ticks = ticks,
                       .high_ticks = ticks,
                       .low_ticks = ticks };
    for (int i = 0; i < POINTS_PER_BAR; i++) {
        ticks = generator_price_ticks(generator,
                                      walk_step(&generator->walk, interval_s / POINTS_PER_BAR));
        bar.high_ticks = ticks > bar.high_ticks ? ticks : bar.high_ticks;
        bar.low_ticks = ticks < bar.low_ticks ? ticks : bar.low_ticks;
    }
    bar.close_ticks = ticks;
    double worth = generator->config.trades_per_s * interval_s * TRADE_WORTH_MEAN *
                   walk_activity(&generator->walk);
    bar.volume_lots = generator_qty_lots(generator, worth, walk_price(&generator->walk));
    return bar;
}

static enum err write_bars(struct generator *generator, FILE *file, const char *path,
                           int64_t interval_ns, uint32_t count, int64_t end_ns,
                           struct errtext *detail)
{
    bool good = fputs(CANDLES_HEADER, file) >= 0;
    for (uint32_t i = 0; i < count && good; i++) {
        char text[CANDLE_ROW_MAX];
        struct bar bar =
            next_bar(generator, end_ns - (int64_t)(count - i) * interval_ns, interval_ns);
        size_t size = candle_format(&bar, generator->instrument.price_scale,
                                    generator->instrument.qty_scale, text);
        good = fwrite(text, 1, size, file) == size;
    }
    good = good && fflush(file) == 0;
    return good ? OK : file_error(path, detail);
}

/* Makes the new name durable. */
static enum err sync_folder(const char *path, struct errtext *detail)
{
    char copy[PATH_BYTES_MAX];
    (void)snprintf(copy, sizeof copy, "%s", path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return file_error(path, detail);
    int result = fsync(folder);
    enum err err = result == 0 ? OK : file_error(path, detail);
    (void)close(folder);
    return err;
}

static enum err check_history(const char *path, int64_t interval_ns, uint32_t count, int64_t end_ns,
                              struct errtext *detail)
{
    if (interval_ns < NS_PER_MS || interval_ns % NS_PER_MS != 0 || end_ns % NS_PER_MS != 0 ||
        count > GENERATOR_HISTORY_MAX || end_ns < 0 || end_ns / interval_ns < (int64_t)count)
        return errtext_set(detail, ERR_RANGE, "%s: %u bars of %lld ns cannot end at %lld ns", path,
                           count, (long long)interval_ns, (long long)end_ns);
    return OK;
}

enum err generator_print_history(struct generator *generator, FILE *file, int64_t interval_ns,
                                 uint32_t count, int64_t end_ns, struct errtext *detail)
{
    assert(!generator->started);
    enum err err = check_history("the history", interval_ns, count, end_ns, detail);
    return err == OK
               ? write_bars(generator, file, "the history", interval_ns, count, end_ns, detail)
               : err;
}

enum err generator_write_history(struct generator *generator, const char *path, int64_t interval_ns,
                                 uint32_t count, int64_t end_ns, struct errtext *detail)
{
    assert(!generator->started); /* the past comes before the first event */
    char temporary[PATH_BYTES_MAX];
    enum err err = check_history(path, interval_ns, count, end_ns, detail);
    if (err != OK)
        return err;
    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary)
        return errtext_set(detail, ERR_SIZE, "the path of the history file is too long");

    FILE *file = fopen(temporary, "we");
    if (!file)
        return file_error(temporary, detail);
    err = write_bars(generator, file, temporary, interval_ns, count, end_ns, detail);
    if (err == OK && fsync(fileno(file)) != 0)
        err = file_error(temporary, detail);
    if (fclose(file) != 0 && err == OK)
        err = file_error(temporary, detail);
    if (err == OK && rename(temporary, path) != 0)
        err = file_error(path, detail);
    if (err != OK) {
        (void)unlink(temporary);
        return err;
    }
    if (generator->now_ns < end_ns)
        generator->now_ns = generator->next_ns = end_ns;
    return sync_folder(path, detail);
}

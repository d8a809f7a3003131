#include "app/progress.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"

#define BAR_CELLS 24
#define LINE_BYTES 160
#define SHOW_AFTER_NS NS_PER_S
#define REDRAW_NS (NS_PER_S / 10)

void progress_begin(struct progress *progress, const char *label, const char *unit, uint64_t total)
{
    *progress = (struct progress){ .label = label,
                                   .unit = unit,
                                   .total = total,
                                   .start_ns = clock_monotonic_ns(),
                                   .terminal = isatty(STDERR_FILENO) == 1 };
}

const char *progress_text(const struct progress *progress, int64_t now_ns, char *out, int size)
{
    double seconds = (double)(now_ns - progress->start_ns) / 1e9;
    double rate = seconds > 0 ? (double)progress->done / seconds : 0;
    uint64_t done = progress->done, total = progress->total;
    if (total == 0) {
        (void)snprintf(out, (size_t)size, "%s %llu %s, %.0f/s", progress->label,
                       (unsigned long long)done, progress->unit, rate);
        return out;
    }
    done = done < total ? done : total;
    double share = (double)done / (double)total;
    char bar[BAR_CELLS + 1];
    memset(bar, '.', BAR_CELLS);
    memset(bar, '#', (size_t)(share * BAR_CELLS));
    bar[BAR_CELLS] = '\0';
    double left_s = rate > 0 ? (double)(total - done) / rate : 0;
    (void)snprintf(out, (size_t)size, "%s [%s] %3.0f %%  %.0f %s/s  %d:%02d left", progress->label,
                   bar, share * 100, rate, progress->unit, (int)(left_s / 60), (int)left_s % 60);
    return out;
}

void progress_set(struct progress *progress, uint64_t done)
{
    progress->done = done;
    if (!progress->terminal)
        return;
    int64_t now_ns = clock_monotonic_ns();
    if (now_ns - progress->start_ns < SHOW_AFTER_NS || now_ns - progress->drawn_ns < REDRAW_NS)
        return;
    char line[LINE_BYTES];
    (void)fprintf(stderr, "\r\033[K%s", progress_text(progress, now_ns, line, sizeof line));
    progress->drawn_ns = now_ns;
    progress->shown = true;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        (void)fputs("\r\033[K", stderr);
    progress->shown = false;
}

#include "app/flight.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "model/event.h"

#define LINE_MAX_BYTES 256
#define WRITE_BYTES 65536

struct flight {
    uint64_t count;
    char path[4096];
    struct event heads[FLIGHT_RECORDS];
};

static struct flight *recorder; /* for the signal handlers alone */

/* ---- text without stdio: a handler may run anywhere ---- */

static size_t put_text(char *out, size_t at, const char *text)
{
    while (*text && at < LINE_MAX_BYTES - 1)
        out[at++] = *text++;
    return at;
}

static size_t put_number(char *out, size_t at, const char *name, uint64_t value)
{
    char digits[24];
    size_t first = sizeof digits - 1;
    digits[first] = 0;
    do {
        digits[--first] = (char)('0' + value % 10);
    } while ((value /= 10) != 0);
    at = put_text(out, at, name);
    return put_text(out, at, digits + first);
}

static size_t line_of(const struct event *head, char *out)
{
    size_t at = put_number(out, 0, "seq=", head->seq);
    at = put_text(out, at, " kind=");
    /* A switch over constants, safe in a handler. NOLINTNEXTLINE(bugprone-signal-handler) */
    at = put_text(out, at, event_kind_name(head->kind));
    at = put_number(out, at, " engine_ts_ns=", (uint64_t)head->engine_ts_ns);
    at = put_number(out, at, " cause=", head->cause_seq);
    at = put_number(out, at, " account=", head->account);
    at = put_number(out, at, " instrument=", head->instrument);
    at = put_number(out, at, " strategy=", head->strategy);
    at = put_number(out, at, " bytes=", head->length);
    out[at++] = '\n';
    return at;
}

static void write_all(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written <= 0)
            return; /* nothing more can be done for a dying process */
        bytes += written;
        size -= (size_t)written;
    }
}

void flight_dump(const struct flight *flight)
{
    static char buffer[WRITE_BYTES];
    int file = open(flight->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return;
    uint64_t first = flight->count > FLIGHT_RECORDS ? flight->count - FLIGHT_RECORDS : 0;
    size_t used = 0;
    for (uint64_t i = first; i < flight->count; i++) {
        if (used + LINE_MAX_BYTES > sizeof buffer) {
            write_all(file, buffer, used);
            used = 0;
        }
        used += line_of(&flight->heads[i % FLIGHT_RECORDS], buffer + used);
    }
    write_all(file, buffer, used);
    (void)close(file);
}

static void on_death(int number)
{
    if (recorder)
        flight_dump(recorder);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

enum err flight_new(const char *data_dir, struct flight **out)
{
    struct flight *flight = calloc(1, sizeof *flight);
    char kept[sizeof flight->path];
    if (!flight)
        return ERR_MEMORY;
    (void)snprintf(flight->path, sizeof flight->path, "%s/flight.txt", data_dir);
    (void)snprintf(kept, sizeof kept, "%s/flight.1.txt", data_dir);
    (void)rename(flight->path, kept); /* missing is the usual case */
    recorder = flight;
    const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], on_death);
    *out = flight;
    return OK;
}

void flight_free(struct flight *flight)
{
    if (recorder == flight)
        recorder = NULL;
    free(flight);
}

void flight_note(struct flight *flight, const void *batch, size_t size_bytes)
{
    for (const struct event *at = NULL; (at = batch_next(batch, size_bytes, at));)
        flight->heads[flight->count++ % FLIGHT_RECORDS] = *at;
}

/*
 * bench/workload.h - for measurements on a recorded flow: a file in memory, a clock, one line of
 * JSON, so that a script can set it beside a marker of the same machine.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double workload_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Gives the whole file, read and so in memory; ends the program when there is none. */
static inline void *workload_load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    long end = ftell(file);
    rewind(file);
    size_t bytes = end > 0 ? (size_t)end : 0;
    char *data = aligned_alloc(4096, (bytes + 4096) / 4096 * 4096);
    if (!data || fread(data, 1, bytes, file) != bytes) {
        perror(path);
        exit(1);
    }
    fclose(file);
    *size = bytes;
    return data;
}

static inline void workload_result(const char *name, const char *work, double count, double took_s,
                                   const char *check)
{
    printf("{\"name\":\"%s\",\"work\":\"%s\",\"n\":%.0f,\"s\":%.9f,\"ns_per\":%.3f,"
           "\"check\":\"%s\"}\n",
           name, work, count, took_s, took_s * 1e9 / count, check);
}

#endif

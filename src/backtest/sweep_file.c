/* backtest/sweep_file.c - results.csv: appended to while a sweep runs, read when it goes on. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "backtest/report.h"
#include "backtest/sweep_parts.h"
#include "base/json.h"

#define LINE_MAX_BYTES 2048
#define MORE_CELLS 4 /* objective, plateau, state, status */
#define CELLS_MAX (1 + TW_PARAMS_MAX + METRIC_COLUMNS + MORE_CELLS)

void sweep_number(FILE *out, double value)
{
    char text[64];
    struct json_write write;
    if (!isfinite(value))
        return;
    json_write_init(&write, text, sizeof text);
    json_double(&write, value);
    (void)fwrite(text, 1, write.length, out);
}

/* ---- lines ---- */

static void write_header(const struct sweep *sweep, FILE *out)
{
    (void)fputs("run", out);
    for (size_t i = 0; i < sweep->config->axes.count; i++)
        (void)fprintf(out, ",%s", sweep->config->axes.axis[i].name);
    for (size_t i = 0; i < METRIC_COLUMNS; i++)
        (void)fprintf(out, ",%s", metric_column(i)->name);
    (void)fputs(",objective,plateau,state_hash,status\n", out);
}

static void write_row(const struct sweep *sweep, size_t index, FILE *out)
{
    const struct sweep_row *row = &sweep->rows[index];
    size_t width = sweep->config->axes.count;
    (void)fprintf(out, "%zu", index);
    for (size_t i = 0; i < width; i++) {
        char text[NUM_TEXT_MAX];
        (void)num_format(sweep->values_e9[index * width + i], AXIS_SCALE, text);
        (void)fprintf(out, ",%s", text);
    }
    for (size_t i = 0; i < METRIC_COLUMNS; i++) {
        (void)fputc(',', out);
        sweep_number(out, row->columns[i]);
    }
    (void)fputc(',', out);
    sweep_number(out, row->objective);
    (void)fputc(',', out);
    sweep_number(out, row->plateau);
    (void)fprintf(out, ",%016llx,%s\n", (unsigned long long)row->state_hash,
                  row->status == SWEEP_DONE ? "done" : "refused");
}

static double read_cell(const char *text) { return *text ? strtod(text, NULL) : NAN; }

/* False: it is no row of this sweep. Takes the line apart. */
static bool read_row(struct sweep *sweep, char *line)
{
    char *cells[CELLS_MAX + 1], *end = NULL;
    size_t count = 0, width = sweep->config->axes.count;
    while (line && count <= CELLS_MAX)
        cells[count++] = strsep(&line, ",");
    if (count != 1 + width + METRIC_COLUMNS + MORE_CELLS)
        return false;
    unsigned long long index = strtoull(cells[0], &end, 10);
    if (*end || end == cells[0] || index >= sweep->count)
        return false;
    for (size_t i = 0; i < width; i++) {
        int64_t value_e9 = 0;
        if (num_parse(cells[1 + i], strlen(cells[1 + i]), AXIS_SCALE, &value_e9) ||
            value_e9 != sweep->values_e9[index * width + i])
            return false;
    }
    struct sweep_row row = { .plateau = NAN };
    char **at = cells + 1 + width;
    for (size_t i = 0; i < METRIC_COLUMNS; i++)
        row.columns[i] = read_cell(*at++);
    row.objective = read_cell(*at++);
    at++; /* plateau: of the whole */
    row.state_hash = strtoull(*at++, NULL, 16);
    row.status = strcmp(*at, "done") == 0 ? SWEEP_DONE : SWEEP_REFUSED;
    if (sweep->rows[index].status == SWEEP_WAITS) {
        sweep->done++;
        sweep->refused += row.status == SWEEP_REFUSED;
    }
    sweep->rows[index] = row;
    return true;
}

/* ---- what the results are of ---- */

static void write_identity(const struct sweep *sweep, FILE *out)
{
    const struct sweep_config *config = sweep->config;
    const struct backtest_config *run = &config->run;
    (void)fprintf(out, "data %016llx\nbuild %s\nsymbol %s\nstrategy %s\ncash %s\nfee_bps %s\n",
                  (unsigned long long)sweep->data_hash, run->build, run->symbol, run->strategy,
                  run->cash, run->fee_bps);
    (void)fprintf(out, "qty_step %s\ntick_step %s\nsize %s\nfill %s\nseed %llu\n", run->qty_step,
                  run->tick_step ? run->tick_step : "finer", run->size,
                  backtest_fill_name(run->fill_at), (unsigned long long)run->seed);
    if (run->strategy_hash) /* the library as it was: another build of it is another sweep */
        (void)fprintf(out, "library %016llx\n", (unsigned long long)run->strategy_hash);
    (void)fprintf(out, "bars %llu+%llu warm %llu\n", (unsigned long long)run->bar_first,
                  (unsigned long long)run->bar_count, (unsigned long long)run->warm_count);
    for (size_t i = 0; i < run->param_count; i++)
        (void)fprintf(out, "param %s=%.17g\n", run->params[i].name, run->params[i].value);
    for (size_t i = 0; i < config->axes.count; i++) {
        const struct axis *axis = &config->axes.axis[i];
        (void)fprintf(out, "vary %s", axis->name);
        for (size_t v = 0; v < axis->count; v++)
            (void)fprintf(out, " %.17g", axis_value(axis->values_e9[v]));
        if (!axis->count)
            (void)fprintf(out, " %.17g to %.17g by %.17g", axis_value(axis->low_e9),
                          axis_value(axis->high_e9), axis_value(axis->step_e9));
        (void)fputc('\n', out);
    }
    if (config->random_count)
        (void)fprintf(out, "draw %llu by seed %llu\n", (unsigned long long)config->random_count,
                      (unsigned long long)config->seed);
    (void)fprintf(out, "objective %s %s\n", config->least ? "least" : "most",
                  config->objective->name);
}

/* A whole file and a NUL; NULL with *size = 0: there is none, or no memory. */
static char *slurp(const char *path, size_t *size)
{
    struct stat status;
    char *text = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    *size = 0;
    if (file >= 0 && fstat(file, &status) == 0 && (text = malloc((size_t)status.st_size + 1))) {
        ssize_t got = 1;
        while (*size < (size_t)status.st_size && got > 0)
            if ((got = read(file, text + *size, (size_t)status.st_size - *size)) > 0)
                *size += (size_t)got;
        text[*size] = '\0';
    }
    if (file >= 0)
        (void)close(file);
    return text;
}

static enum err check_identity(const struct sweep *sweep, struct errtext *detail)
{
    const char *directory = sweep->config->directory;
    char path[PATH_MAX], *text = NULL;
    size_t size = 0, length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    write_identity(sweep, memory);
    (void)fclose(memory);
    (void)snprintf(path, sizeof path, "%s/" SWEEP_IDENTITY, directory);
    char *there = slurp(path, &size);
    enum err err = OK;
    if (!there)
        err = report_text(directory, SWEEP_IDENTITY, text, length, detail);
    else if (size != length || memcmp(there, text, size) != 0)
        err = errtext_set(detail, ERR_EXISTS,
                          "%s holds the results of another sweep (see its " SWEEP_IDENTITY
                          "): name another directory or remove it",
                          directory);
    free(there);
    free(text);
    return err;
}

/* ---- the file ---- */

/* The rows of a text; *kept: its bytes up to the end of the last whole line. */
static enum err read_rows(struct sweep *sweep, char *text, size_t size, size_t *kept)
{
    size_t line = 0;
    for (char *at = text, *end; (end = memchr(at, '\n', size - (size_t)(at - text)));
         at = end + 1, line++) {
        *end = '\0';
        if (line > 0 && !read_row(sweep, at))
            return ERR_CORRUPT;
        *kept = (size_t)(end + 1 - text);
    }
    sweep->resumed = sweep->done;
    return OK;
}

static enum err cannot_write(const char *path, struct errtext *detail)
{
    return errtext_set(detail, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO, "%s cannot be written: %s",
                       path, strerror(errno));
}

static enum err append(int file, const char *path, const char *text, size_t length,
                       struct errtext *detail)
{
    if (write(file, text, length) != (ssize_t)length || fdatasync(file) != 0)
        return cannot_write(path, detail);
    return OK;
}

enum err sweep_file_open(struct sweep *sweep, int *out, struct errtext *detail)
{
    const char *directory = sweep->config->directory;
    char path[PATH_MAX], header[LINE_MAX_BYTES];
    size_t size = 0, kept = 0;
    *out = -1;
    if (!directory)
        return OK;
    enum err err = report_directory(directory, detail);
    if (err == OK)
        err = check_identity(sweep, detail);
    if (err)
        return err;
    (void)snprintf(path, sizeof path, "%s/" SWEEP_RESULTS, directory);
    char *text = slurp(path, &size);
    if (text && read_rows(sweep, text, size, &kept))
        err = errtext_set(detail, ERR_CORRUPT, "%s has lines that no sweep wrote: remove it", path);
    free(text);
    if (err)
        return err;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0 || ftruncate(file, (off_t)kept) != 0)
        err = cannot_write(path, detail);
    if (err == OK && kept == 0) {
        FILE *memory = fmemopen(header, sizeof header, "w");
        if (memory) {
            write_header(sweep, memory);
            (void)fclose(memory);
        }
        err = memory ? append(file, path, header, strlen(header), detail)
                     : errtext_set(detail, ERR_MEMORY, "out of memory");
    }
    if (err && file >= 0)
        (void)close(file);
    *out = err ? -1 : file;
    return err;
}

enum err sweep_file_append(const struct sweep *sweep, int file, size_t row, struct errtext *detail)
{
    char line[LINE_MAX_BYTES];
    FILE *memory = fmemopen(line, sizeof line, "w");
    if (!memory)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    write_row(sweep, row, memory);
    (void)fclose(memory);
    return append(file, SWEEP_RESULTS, line, strlen(line), detail);
}

enum err sweep_file_finish(const struct sweep *sweep, struct errtext *detail)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    write_header(sweep, memory);
    for (size_t i = 0; i < sweep->count; i++)
        write_row(sweep, i, memory);
    enum err err = fclose(memory)
                       ? errtext_set(detail, ERR_MEMORY, "out of memory")
                       : report_text(sweep->config->directory, SWEEP_RESULTS, text, length, detail);
    free(text);
    return err;
}

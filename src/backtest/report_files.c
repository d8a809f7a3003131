/* backtest/report_files.c - the files on the disk, each whole or not at all. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "backtest/report.h"

static enum err trouble(const char *path, struct errtext *detail)
{
    int number = errno;
    enum err err = number == ENOSPC || number == EDQUOT  ? ERR_NO_SPACE
                   : number == EACCES || number == EPERM ? ERR_DENIED
                                                         : ERR_IO;
    return errtext_set(detail, err, "%s cannot be written: %s", path, strerror(number));
}

enum err report_directory(const char *directory, struct errtext *detail)
{
    char path[PATH_MAX];
    struct stat status;
    if (snprintf(path, sizeof path, "%s", directory) >= (int)sizeof path)
        return errtext_set(detail, ERR_SIZE, "the name of the output directory is too long");
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        (void)mkdir(path, 0777); /* what is missing for the last one is told by it */
        *at = '/';
    }
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return trouble(path, detail);
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return errtext_set(detail, ERR_IO, "%s is a file: name a directory for the output", path);
    return OK;
}

static void write_line(void *context, const char *line, size_t length)
{
    (void)fwrite(line, 1, length, context); /* ferror() tells at the end */
}

static void write_json(const struct backtest_result *result, report_line *each, void *context)
{
    char *text = malloc(REPORT_JSON_MAX);
    if (text)
        each(context, text, report_json(result, text));
    free(text);
}

/* Opens directory/name.new; `path` has PATH_MAX bytes and keeps its name. NULL: the sentence is told. */
static FILE *begin(const char *directory, const char *name, char *path, struct errtext *detail)
{
    FILE *file = NULL;
    if (snprintf(path, PATH_MAX, "%s/%s.new", directory, name) >= PATH_MAX) {
        (void)errtext_set(detail, ERR_SIZE, "the name of the output directory is too long");
        return NULL;
    }
    file = fopen(path, "w");
    if (!file)
        (void)trouble(path, detail);
    return file;
}

/* What was written becomes the file, or nothing does. */
static enum err finish(FILE *file, const char *path, struct errtext *detail)
{
    char whole[PATH_MAX];
    (void)snprintf(whole, sizeof whole, "%.*s", (int)(strlen(path) - strlen(".new")), path);
    bool empty = ftell(file) <= 0;
    bool failed = ferror(file) != 0 || empty;
    failed |= fclose(file) != 0;
    if (failed || rename(path, whole) != 0) {
        enum err err = trouble(whole, detail);
        (void)unlink(path);
        return err;
    }
    return OK;
}

static enum err write_file(const struct backtest_result *result, const char *directory,
                           const char *name,
                           void (*write)(const struct backtest_result *, report_line *, void *),
                           struct errtext *detail)
{
    char path[PATH_MAX];
    FILE *file = begin(directory, name, path, detail);
    if (!file)
        return ERR_IO;
    write(result, write_line, file);
    return finish(file, path, detail);
}

enum err report_text(const char *directory, const char *name, const char *text, size_t length,
                     struct errtext *detail)
{
    char path[PATH_MAX];
    FILE *file = begin(directory, name, path, detail);
    if (!file)
        return ERR_IO;
    (void)fwrite(text, 1, length, file); /* ferror() tells at the end */
    return finish(file, path, detail);
}

enum err report_write(const struct backtest_result *result, const char *directory,
                      struct errtext *detail)
{
    enum err err = report_directory(directory, detail);
    if (err == OK)
        err = write_file(result, directory, "trades.csv", report_trades, detail);
    if (err == OK)
        err = write_file(result, directory, "fills.csv", report_fills, detail);
    if (err == OK)
        err = write_file(result, directory, "equity.csv", report_equity, detail);
    if (err == OK)
        err = write_file(result, directory, "result.json", write_json, detail);
    return err;
}

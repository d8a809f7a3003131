/* tradewind strategy new: the folder that a strategy of one's own begins with. It is the example of
 * examples/strategy under another name, so what is written here compiles, is tested, and cannot rot. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/cli.h"
#include "host/library.h"
#include "strategy/strategy_registry.h"

#define EXAMPLE "mean_cross"
#define PREFIX "/usr/local" /* what the example's Makefile looks into */
#define HEADER "include/tradewind/strategy.h"

extern const unsigned char mean_cross_c[], mean_cross_test_c[], Makefile[];
extern const unsigned mean_cross_c_size, mean_cross_test_c_size, Makefile_size;

static const struct {
    const char *name; /* EXAMPLE in it is replaced, too */
    const unsigned char *text;
    const unsigned *size;
} files[] = {
    { EXAMPLE ".c", mean_cross_c, &mean_cross_c_size },
    { EXAMPLE "_test.c", mean_cross_test_c, &mean_cross_test_c_size },
    { "Makefile", Makefile, &Makefile_size },
};

static struct {
    const char *dir;
} asked;

static const struct cli_option options[] = {
    { "dir", "DIR", "where to write; default ./NAME", CLI_TEXT, &asked.dir, 0, 0 },
};
static const struct cli_usage usage = {
    "tradewind strategy new NAME [--dir DIR]",
    "Writes a strategy to begin with: its source, a test of it, and a Makefile",
    "No file that is there is overwritten. Then `make test`, `make`, and\n"
    "tradewind backtest --strategy DIR/NAME.so ...",
    options,
    CLI_COUNT(options),
    1,
    1
};

/* The folder over the program's that has our header: of an installation, or of a checkout. */
static void find_prefix(char out[PATH_MAX])
{
    char header[PATH_MAX + sizeof HEADER + 1];
    ssize_t length = readlink("/proc/self/exe", out, PATH_MAX - 1);
    out[length > 0 ? length : 0] = 0;
    for (char *slash; (slash = strrchr(out, '/')) != NULL;) {
        *slash = 0;
        (void)snprintf(header, sizeof header, "%s/" HEADER, out);
        if (access(header, R_OK) == 0)
            return;
    }
    (void)snprintf(out, PATH_MAX, PREFIX);
}

/* Writes text with each `from` as `to`. */
static void put_replaced(FILE *file, const char *text, size_t size, const char *from,
                         const char *to)
{
    size_t length = strlen(from);
    const char *end = text + size, *next;
    while ((next = memmem(text, (size_t)(end - text), from, length)) != NULL) {
        (void)fwrite(text, 1, (size_t)(next - text), file);
        (void)fputs(to, file);
        text = next + length;
    }
    (void)fwrite(text, 1, (size_t)(end - text), file);
}

/* "DIR/NAME_test.c" */
static int path_of(size_t index, const char *dir, const char *name, char out[PATH_MAX])
{
    const char *file = files[index].name, *rest = strstr(file, EXAMPLE);
    rest = rest ? rest + strlen(EXAMPLE) : NULL;
    int length = snprintf(out, PATH_MAX, "%s/%s%s", dir, rest ? name : file, rest ? rest : "");
    return length < 0 || length >= PATH_MAX ? cli_fail("the name of the folder is too long")
                                            : CLI_GO;
}

static int write_one(size_t index, const char *path, const char *name, const char *prefix)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file) {
        int code = cli_fail("%s: %s", path, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return code;
    }
    const char *text = (const char *)files[index].text;
    size_t size = *files[index].size;
    static const char where[] = "TRADEWIND_PREFIX ?= " PREFIX;
    const char *line = memmem(text, size, where, sizeof where - 1);
    if (line) {
        put_replaced(file, text, (size_t)(line - text), EXAMPLE, name);
        (void)fprintf(file, "TRADEWIND_PREFIX ?= %s", prefix);
        size -= (size_t)(line - text) + sizeof where - 1;
        text = line + sizeof where - 1;
    }
    put_replaced(file, text, size, EXAMPLE, name);
    bool good = !ferror(file);
    good = fclose(file) == 0 && good;
    return good ? CLI_GO : cli_fail("%s: %s", path, strerror(errno));
}

/* All or nothing: a folder that holds one of the files is left as it is. */
static int write_all(const char *dir, const char *name)
{
    char path[PATH_MAX], prefix[PATH_MAX];
    int code = CLI_GO;
    for (size_t i = 0; code == CLI_GO && i < CLI_COUNT(files); i++) {
        code = path_of(i, dir, name, path);
        if (code == CLI_GO && access(path, F_OK) == 0)
            code = cli_fail("%s is there already: choose another name or --dir", path);
    }
    if (code == CLI_GO && mkdir(dir, 0777) != 0 && errno != EEXIST)
        code = cli_fail("%s: %s", dir, strerror(errno));
    find_prefix(prefix);
    for (size_t i = 0; code == CLI_GO && i < CLI_COUNT(files); i++) {
        code = path_of(i, dir, name, path);
        if (code == CLI_GO)
            code = write_one(i, path, name, prefix);
    }
    return code;
}

int cmd_strategy_new(int argc, char **argv)
{
    memset(&asked, 0, sizeof asked);
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    const char *name = argv[operands], *dir = asked.dir ? asked.dir : name;
    if (!library_is_name(name)) {
        (void)cli_fail("'%s' is no name of a strategy: 1 to %d small letters, digits and "
                       "underscores, a letter first",
                       name, LIBRARY_NAME_MAX);
        return CLI_USAGE;
    }
    if (strategy_find(name))
        return cli_fail("there is a built-in strategy %s: choose another name", name);
    code = write_all(dir, name);
    if (code != CLI_GO)
        return code;
    (void)printf("%s/%s.c, its test and a Makefile are written. Now:\n"
                 "  make -C %s test all\n"
                 "  tradewind backtest --data FILE --symbol NAME --strategy %s%s/%s.so\n",
                 dir, name, dir, strchr("/.", dir[0]) ? "" : "./", dir, name);
    return fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}

#include "app/cli.h"
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/num.h"
#include "ops/nearest.h"

#define OPTIONS_MAX 48
#define PROBLEMS_BYTES 65536
#define FIRST_OPTION 256 /* getopt's value of row 0: above all characters */
#define OPTION_HELP 'h'

int cli_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("tradewind: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return CLI_FAILED;
}

/* A wrong call: the sentence, and where help is. */
__attribute__((format(printf, 2, 3))) static int refuse(const char *help_of, const char *format,
                                                        ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("tradewind: ", stderr);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    size_t words = 0; /* of "tradewind halt [options]", those before the first bracket */
    while (help_of[words] && help_of[words] != '[' && help_of[words] != '<')
        words++;
    while (words && help_of[words - 1] == ' ')
        words--;
    (void)fprintf(stderr, "\nSee: %.*s --help\n", (int)words, help_of);
    return CLI_USAGE;
}

/* ---- options ---- */

static void print_option(const char *name, const char *argument, const char *sentence)
{
    char left[64];
    (void)snprintf(left, sizeof left, "--%s%s%s", name, argument ? " " : "",
                   argument ? argument : "");
    (void)printf("  %-26s  %s\n", left, sentence);
}

static int print_usage(const struct cli_usage *usage)
{
    (void)printf("usage: %s\n\n%s.\n\noptions:\n", usage->line, usage->sentence);
    for (size_t i = 0; i < usage->option_count; i++)
        print_option(usage->options[i].name, usage->options[i].argument,
                     usage->options[i].sentence);
    print_option("help", NULL, "print this");
    if (usage->details)
        (void)printf("\n%s\n", usage->details);
    return CLI_OK;
}

static void make_getopt_rows(const struct cli_usage *usage, struct option *rows)
{
    assert(usage->option_count < OPTIONS_MAX);
    for (size_t i = 0; i < usage->option_count; i++) {
        const struct cli_option *option = &usage->options[i];
        assert((option->kind == CLI_FLAG) == (option->argument == NULL));
        rows[i] = (struct option){ option->name, option->argument ? required_argument : no_argument,
                                   NULL, FIRST_OPTION + (int)i };
    }
    rows[usage->option_count] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
}

static int refuse_unknown(const struct cli_usage *usage, const char *word)
{
    char name[64];
    const char *from = word + strspn(word, "-");
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(from, "="), from);
    struct nearest near = { .wanted = name };
    for (size_t i = 0; i < usage->option_count; i++) {
        nearest_offer(&near, usage->options[i].name);
        if (strcmp(usage->options[i].name, name) == 0)
            return refuse(usage->line, "%s takes no argument", word);
    }
    nearest_offer(&near, "help");
    if (near.best)
        return refuse(usage->line, "no such option: %s; did you mean --%s?", word, near.best);
    return refuse(usage->line, "no such option: %s", word);
}

/* CLI_GO, or CLI_USAGE when the argument does not fit. */
static int store(const struct cli_usage *usage, const struct cli_option *option,
                 const char *argument)
{
    switch (option->kind) {
    case CLI_FLAG: *(bool *)option->target = true; return CLI_GO;
    case CLI_TEXT: *(const char **)option->target = argument; return CLI_GO;
    case CLI_LIST: {
        struct cli_list *list = option->target;
        if (list->count == CLI_LIST_MAX)
            return refuse(usage->line, "--%s given more than %d times", option->name, CLI_LIST_MAX);
        list->items[list->count++] = argument;
        return CLI_GO;
    }
    case CLI_INT: {
        int64_t value;
        bool limited = option->low || option->high;
        bool whole = strspn(argument, "-0123456789") == strlen(argument);
        if (!whole || num_parse(argument, strlen(argument), 0, &value) != OK)
            return refuse(usage->line, "--%s: '%s' is not a whole number", option->name, argument);
        if (limited && (value < option->low || value > option->high))
            return refuse(usage->line, "--%s: %s is not from %lld to %lld", option->name, argument,
                          (long long)option->low, (long long)option->high);
        *(int64_t *)option->target = value;
        return CLI_GO;
    }
    }
    return CLI_GO;
}

int cli_parse(const struct cli_usage *usage, int argc, char **argv, int *operands)
{
    struct option rows[OPTIONS_MAX + 1] = { 0 };
    make_getopt_rows(usage, rows);
    optind = 0; /* GNU: begin anew; commands may parse after one another in tests */
    opterr = 0;
    for (;;) {
        int word = optind ? optind : 1;
        int got = getopt_long(argc, argv, ":h", rows, NULL);
        if (got == -1)
            break;
        if (got == OPTION_HELP)
            return print_usage(usage);
        if (got == ':')
            return refuse(usage->line, "%s needs an argument", argv[optind - 1]);
        if (got == '?') /* optind has not moved past a cluster of short letters */
            return refuse_unknown(usage, argv[optind > word ? optind - 1 : word]);
        int code = store(usage, &usage->options[got - FIRST_OPTION], optarg);
        if (code != CLI_GO)
            return code;
    }
    if (argc - optind < usage->operands_min)
        return refuse(usage->line, "something is missing; usage: %s", usage->line);
    if (argc - optind > usage->operands_max)
        return refuse(usage->line, "'%s' is one word too many", argv[optind + usage->operands_max]);
    *operands = optind;
    return CLI_GO;
}

/* ---- menus ---- */

static int print_menu(const struct cli_menu *menu)
{
    (void)printf("usage: %s COMMAND [options]\n\ncommands:\n", menu->name);
    for (size_t i = 0; i < menu->count; i++)
        (void)printf("  %-10s  %s\n", menu->commands[i].name, menu->commands[i].sentence);
    (void)printf("  %-10s  %s\n", "help", "print this, or the help of a command");
    (void)printf("\n%s COMMAND --help tells more.\n", menu->name);
    if (menu->details)
        (void)printf("\n%s\n", menu->details);
    return CLI_OK;
}

static const struct cli_command *find_command(const struct cli_menu *menu, const char *name)
{
    for (size_t i = 0; i < menu->count; i++)
        if (strcmp(menu->commands[i].name, name) == 0)
            return &menu->commands[i];
    return NULL;
}

static int refuse_command(const struct cli_menu *menu, const char *name)
{
    struct nearest near = { .wanted = name };
    for (size_t i = 0; i < menu->count; i++)
        nearest_offer(&near, menu->commands[i].name);
    if (near.best)
        return refuse(menu->name, "no such command: %s; did you mean %s?", name, near.best);
    return refuse(menu->name, "no such command: %s", name);
}

int cli_run(const struct cli_menu *menu, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "help";
    bool help = strcmp(name, "help") == 0;
    if ((help && argc < 3) || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_menu(menu);
    if (strcmp(name, "--version") == 0)
        name = "version";
    if (help)
        name = argv[2];
    const struct cli_command *command = find_command(menu, name);
    if (!command)
        return refuse_command(menu, name);
    if (help)
        return command->run(2, (char *[]){ (char *)command->name, (char *)"--help", NULL });
    return command->run(argc - 1, argv + 1);
}

/* ---- configuration ---- */

static const enum log_level levels[] = { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

int cli_load_config(const char *file, const struct cli_list *sets, struct config **out)
{
    static char problems[PROBLEMS_BYTES];
    struct config_source source = { .file = file,
                                    .sets = sets ? sets->items : NULL,
                                    .set_count = sets ? sets->count : 0,
                                    .environment = (const char *const *)environ };
    enum err err = config_load(&source, out, problems, sizeof problems);
    if (err) {
        (void)fputs(problems, stderr);
        return cli_fail("the configuration was refused; mend the above and try again");
    }
    log_set_level(levels[config_enum(*out, KEY_LOG_LEVEL)]);
    return CLI_GO;
}

int cli_data_dir(const char *given, const char *config_file, char *out, size_t size)
{
    struct config *config = NULL;
    if (!given) {
        int code = cli_load_config(config_file, NULL, &config);
        if (code != CLI_GO)
            return code;
        given = config_text(config, KEY_DATA_DIR);
    }
    int length = snprintf(out, size, "%s", given);
    config_free(config);
    if (length < 0 || (size_t)length >= size)
        return cli_fail("the name of the data dir is too long");
    return CLI_GO;
}

static bool holds_segments(const char *folder)
{
    DIR *entries = opendir(folder);
    bool found = false;
    for (struct dirent *entry; entries && !found && (entry = readdir(entries)) != NULL;) {
        size_t length = strlen(entry->d_name);
        found = length > 4 && strcmp(entry->d_name + length - 4, ".twj") == 0;
    }
    if (entries)
        (void)closedir(entries);
    return found;
}

int cli_journal_dir(const char *operand, const char *given, const char *config_file, char *out,
                    size_t size)
{
    char data_dir[PATH_MAX];
    if (operand && given)
        return refuse("tradewind journal", "name the folder once: '%s', or --data-dir %s", operand,
                      given);
    int code = cli_data_dir(operand ? operand : given, config_file, data_dir, sizeof data_dir);
    if (code != CLI_GO)
        return code;
    int length = snprintf(out, size, "%s/" CLI_JOURNAL_DIR, data_dir);
    if (length < 0 || (size_t)length >= size)
        return cli_fail("the name of the journal's folder is too long");
    if (holds_segments(out))
        return CLI_GO;
    if (access(out, R_OK | X_OK) != 0 && errno == EACCES)
        return cli_fail("%s may not be read by this user: run it as the daemon's user", out);
    if (!holds_segments(data_dir))
        return cli_fail("no readable journal at %s; name the daemon's data dir, or the journal "
                        "folder in it",
                        out);
    (void)snprintf(out, size, "%s", data_dir);
    return CLI_GO;
}

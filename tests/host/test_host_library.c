/* Goal: a good library is loaded and gives its descriptor; each bad one is refused with a sentence that says
 * what to do, before or after the loader has seen it. The libraries are compiled here, by the system's cc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "host/library.h"

/* Everything that a story may want otherwise is a macro. */
static const char source[] =
    "#include \"tradewind/strategy.h\"\n"
    "#ifndef ABI\n#define ABI TW_STRATEGY_ABI\n#endif\n"
    "#ifndef SIZE\n#define SIZE sizeof(struct tw_strategy)\n#endif\n"
    "#ifndef BAR\n#define BAR bar\n#endif\n"
    "#ifndef MORE\n#define MORE\n#endif\n"
    "void bar(const struct tw_api *api, struct tw_context *context, void *state,\n"
    "         const struct tw_bar *told) { (void)api, (void)context, (void)state, (void)told; }\n"
    "static const struct { struct tw_strategy now; void *later[4]; } told = { .now = {\n"
    "    .abi = ABI, .struct_size = SIZE, .name = \"mine\", .about = \"does nothing\",\n"
    "    .state_bytes = 8, .bar = BAR, MORE } };\n"
    "#ifdef ENTRY\nENTRY\n#else\n"
    "const struct tw_strategy *tw_strategy(void) { return &told.now; }\n#endif\n";

static char home[] = "/tmp/tradewind-host-XXXXXX";
static char path[128];

static void at(const char *name) { (void)snprintf(path, sizeof path, "%s/%s", home, name); }

static void write_file(const char *name, const void *bytes, size_t size)
{
    at(name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* cc flags... -o home/lib.so home/lib.c; leaves path at the library. */
static void compile(const char *const *flags)
{
    char from[160], to[160];
    const char *words[24] = { "cc", "-Iinclude" };
    size_t count = 2;
    while (*flags)
        words[count++] = *flags++;
    (void)snprintf(from, sizeof from, "%s/lib.c", home);
    at("lib.so");
    (void)unlink(path); /* a loaded file is not written over */
    (void)snprintf(to, sizeof to, "%s", path);
    words[count++] = "-o";
    words[count++] = to;
    words[count++] = from;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)execvp("cc", (char *const *)words);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static int make_home(void **state)
{
    (void)state;
    if (!mkdtemp(home))
        return -1;
    write_file("lib.c", source, sizeof source - 1);
    return 0;
}
static int leave_home(void **state)
{
    (void)state;
    at("lib.so");
    (void)unlink(path);
    at("lib.c");
    (void)unlink(path);
    at("text.so");
    (void)unlink(path);
    return rmdir(home);
}

#define SHARED "-shared", "-fPIC"

static void a_good_library_is_loaded(void **unused)
{
    (void)unused;
    static const char *const flags[] = { SHARED, "-DMORE=.traits=TW_SHORTS", NULL };
    struct library library = { 0 }, again = { 0 };
    struct errtext detail = { "" };
    compile(flags);
    assert_int_equal(library_load(path, &library, &detail), OK);
    assert_string_equal(detail.text, "");
    assert_string_equal(library.strategy.name, "mine");
    assert_int_equal(library.strategy.struct_size, sizeof(struct tw_strategy));
    assert_int_equal(library.strategy.traits, TW_SHORTS);
    assert_non_null(library.strategy.bar);
    assert_int_equal(library_load(path, &again, &detail), OK);
    assert_true(library.file_hash != 0 && library.file_hash == again.file_hash);
    library_unload(&again);
    library_unload(&library);
    assert_null(library.handle);
    library_unload(&library); /* nothing left to do */
}

/* What a newer header appended is not read; the rest is as it always was. */
static void a_longer_descriptor_is_of_a_newer_header(void **unused)
{
    (void)unused;
    static const char *const flags[] = { SHARED, "-DSIZE=sizeof(told)", NULL };
    struct library library = { 0 };
    struct errtext detail = { "" };
    compile(flags);
    assert_int_equal(library_load(path, &library, &detail), OK);
    assert_int_equal(library.strategy.struct_size, sizeof(struct tw_strategy));
    library_unload(&library);
}

#define MORE(text) "-DMORE=" text
static const struct {
    const char *name, *flags[4];
    enum err err;
    const char *says;
} stories[] = {
    { "no entry point", { SHARED, "-DENTRY=" }, ERR_UNSUPPORTED, "does not export tw_strategy" },
    { "the descriptor itself as the entry point",
      { SHARED, "-DENTRY=const struct tw_strategy tw_strategy={.abi=1};",
        "-Dtw_strategy(x)=tw_other(x)" },
      ERR_UNSUPPORTED,
      "must be a function" },
    { "an entry point that gives nothing",
      { SHARED, "-DENTRY=const struct tw_strategy *tw_strategy(void){return 0;}" },
      ERR_UNSUPPORTED,
      "gives NULL" },
    { "something that is nowhere",
      { SHARED, "-DENTRY=extern int nowhere(void);int at(void){return nowhere();}" },
      ERR_UNSUPPORTED,
      "nowhere" },
    { "an object, not linked", { "-c" }, ERR_SYNTAX, "-shared" },
    { "a program",
      { "-fPIE", "-pie", "-DENTRY=int main(void){return 0;}" },
      ERR_UNSUPPORTED,
      "cannot be loaded" },
    { "an older interface", { SHARED, "-DABI=0" }, ERR_VERSION, "compile it again" },
    { "a newer interface", { SHARED, "-DABI=2" }, ERR_VERSION, "version 2" },
    { "a descriptor too short", { SHARED, "-DSIZE=64" }, ERR_SIZE, "sizeof(struct tw_strategy)" },
    { "a name in capitals", { SHARED, MORE(".name=\"Mine\"") }, ERR_RANGE, "name is not fit" },
    { "a name with a path", { SHARED, MORE(".name=\"../mine\"") }, ERR_RANGE, "name is not fit" },
    { "a name of 32 characters",
      { SHARED, MORE(".name=\"a1234567890123456789012345678901\"") },
      ERR_RANGE,
      "1 to 31" },
    { "no name", { SHARED, MORE(".name=0") }, ERR_RANGE, "name is not fit" },
    { "no sentence", { SHARED, MORE(".about=0") }, ERR_RANGE, ".about" },
    { "two lines", { SHARED, MORE(".about=\"a\\nb\"") }, ERR_RANGE, ".about" },
    { "nothing it wants to hear", { SHARED, "-DBAR=0" }, ERR_RANGE, ".bar, .trade" },
    { "two mebibytes of state", { SHARED, MORE(".state_bytes=1<<21") }, ERR_SIZE, "1048576" },
    { "a trait of the future", { SHARED, MORE(".traits=6") }, ERR_RANGE, "0x6" },
};

static void bad_libraries_are_refused(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        struct library library = { 0 };
        struct errtext detail = { "" };
        const char *flags[5] = { NULL };
        memcpy(flags, stories[i].flags, sizeof stories[i].flags);
        compile(flags);
        enum err err = library_load(path, &library, &detail);
        if (err != stories[i].err || !strstr(detail.text, stories[i].says))
            print_error("%s: %s, '%s'\n", stories[i].name, err_name(err), detail.text);
        assert_int_equal(err, stories[i].err);
        assert_non_null(strstr(detail.text, stories[i].says));
        assert_non_null(strstr(detail.text, path));
        assert_null(library.handle);
    }
}

static void refused(const char *name, enum err err, const char *says)
{
    struct library library = { 0 };
    struct errtext detail = { "" };
    at(name);
    assert_int_equal(library_load(path, &library, &detail), err);
    if (!strstr(detail.text, says))
        print_error("%s: '%s'\n", name, detail.text);
    assert_non_null(strstr(detail.text, says));
}

static void what_is_no_library_never_meets_the_loader(void **unused)
{
    (void)unused;
    /* The head of a shared library of a 32-bit ARM, which no machine of ours is. */
    uint8_t foreign[64] = { 0x7f, 'E', 'L', 'F', 1, 1, 1, [16] = 3, [18] = 40 };
    refused("missing.so", ERR_NOT_FOUND, "has it been compiled");
    refused("lib.c", ERR_SYNTAX, "-shared -fPIC");
    refused("lib.c/below.so", ERR_NOT_FOUND, "there is no file");
    refused("", ERR_SYNTAX, "name the .so itself");
    write_file("text.so", "", 0);
    refused("text.so", ERR_SYNTAX, "is no shared library");
    write_file("text.so", foreign, sizeof foreign);
    refused("text.so", ERR_SYNTAX, "another machine (ELF machine 40");
    at("text.so");
    assert_int_equal(truncate(path, (off_t)LIBRARY_FILE_BYTES_MAX + 1), 0);
    refused("text.so", ERR_SIZE, "67108864");
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    refused("text.so", ERR_SYNTAX, "is no file");
}

/* A library cut off anywhere is refused, and by a sentence: the loader itself would map past the end. */
static void a_cut_library_is_refused(void **unused)
{
    (void)unused;
    static const char *const flags[] = { SHARED, NULL };
    struct library library = { 0 };
    struct errtext detail = { "" };
    struct stat whole;
    compile(flags);
    assert_int_equal(stat(path, &whole), 0);
    for (off_t left = whole.st_size - 1; left > 0; left -= 97) {
        assert_int_equal(truncate(path, left), 0);
        assert_int_equal(library_load(path, &library, &detail), ERR_SYNTAX);
    }
}

static void ignore_bar(const struct tw_api *api, struct tw_context *context, void *state,
                       const struct tw_bar *told)
{
    (void)api, (void)context, (void)state, (void)told;
}

static void parameters_are_checked(void **unused)
{
    (void)unused;
    static const double nan_value = (double)__builtin_nanf(""), infinite = __builtin_inf();
    const struct {
        struct tw_param params[2];
        const char *says; /* NULL: fine */
    } cases[] = {
        { { { "a", "one", 1, 0, 2 }, { "b", "two", 2, 2, 2 } }, NULL },
        { { { "a", "one", 1, 0, 2 }, { "a", "two", 1, 0, 2 } }, "two parameters are called a" },
        { { { "A", "one", 1, 0, 2 } }, "name of parameter 0" },
        { { { "a", "one", 1, 0, 2 }, { NULL, "two", 1, 0, 2 } }, "name of parameter 1" },
        { { { "a", "", 1, 0, 2 } }, "parameter a needs .about" },
        { { { "a", "one", 3, 0, 2 } }, "low <= default <= high" },
        { { { "a", "one", 1, 2, 0 } }, "low <= default <= high" },
        { { { "a", "one", nan_value, 0, 2 } }, "low <= default <= high" },
        { { { "a", "one", 1, 0, infinite } }, "finite" },
    };
    struct tw_strategy told = { .abi = TW_STRATEGY_ABI,
                                .struct_size = sizeof told,
                                .name = "mine",
                                .about = "does nothing",
                                .param_count = 2,
                                .bar = ignore_bar },
                       out;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct errtext detail = { "" };
        told.params = cases[i].params;
        enum err err = library_check("x.so", &told, &out, &detail);
        assert_int_equal(err, cases[i].says ? ERR_RANGE : OK);
        if (cases[i].says && !strstr(detail.text, cases[i].says))
            print_error("case %zu: '%s'\n", i, detail.text);
        assert_true(!cases[i].says || strstr(detail.text, cases[i].says));
    }
    told.params = NULL;
    assert_int_equal(library_check("x.so", &told, &out, NULL), ERR_RANGE);
    told.param_count = TW_PARAMS_MAX + 1;
    assert_int_equal(library_check("x.so", &told, &out, NULL), ERR_RANGE);
}

static void paths_are_told_from_names(void **unused)
{
    (void)unused;
    assert_true(library_is_path("./mine") && library_is_path("mine.so") &&
                library_is_path("/a/b.so"));
    assert_false(library_is_path("sma_cross_long") || library_is_path(".so") ||
                 library_is_path(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_library_is_loaded),
        cmocka_unit_test(a_longer_descriptor_is_of_a_newer_header),
        cmocka_unit_test(bad_libraries_are_refused),
        cmocka_unit_test(what_is_no_library_never_meets_the_loader),
        cmocka_unit_test(a_cut_library_is_refused),
        cmocka_unit_test(parameters_are_checked),
        cmocka_unit_test(paths_are_told_from_names),
    };
    return cmocka_run_group_tests(tests, make_home, leave_home);
}

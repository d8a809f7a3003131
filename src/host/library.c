/* host/library.c - from a path to a checked descriptor. */
#include "host/library.h"
#include <assert.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/hash.h"

#define ENTRY "tw_strategy"

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#define OWN_MACHINE_NAME "x86_64"
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#define OWN_MACHINE_NAME "aarch64"
#else
#error "say which ELF machine this is"
#endif

typedef const struct tw_strategy *entry_point(void);

bool library_is_path(const char *text)
{
    size_t length = strlen(text);
    return strchr(text, '/') || (length > 3 && strcmp(text + length - 3, ".so") == 0);
}

/* ---- the file ---- */

static enum err read_file(const char *path, int fd, uint8_t **out, size_t *out_size,
                          struct errtext *detail)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0)
        return errtext_set(detail, ERR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(stat.st_mode))
        return errtext_set(detail, ERR_SYNTAX, "%s is no file: name the .so itself", path);
    if (stat.st_size > (off_t)LIBRARY_FILE_BYTES_MAX)
        return errtext_set(detail, ERR_SIZE, "%s has %lld bytes; a strategy may have %u", path,
                           (long long)stat.st_size, LIBRARY_FILE_BYTES_MAX);
    size_t size = (size_t)stat.st_size, have = 0;
    uint8_t *bytes = malloc(size ? size : 1);
    if (!bytes)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    while (have < size) {
        ssize_t got = read(fd, bytes + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            free(bytes);
            return errtext_set(detail, ERR_IO, "%s: %s", path,
                               got < 0 ? strerror(errno) : "it became shorter while it was read");
        }
        have += (size_t)got;
    }
    *out = bytes;
    *out_size = size;
    return OK;
}

static bool lies_in(uint64_t offset, uint64_t length, size_t size)
{
    return offset <= size && length <= size - offset;
}

/* dlopen() maps what the headers promise; touching what a cut file does not have would kill us. */
static bool is_whole(const Elf64_Ehdr *head, const uint8_t *bytes, size_t size)
{
    uint64_t sections = (uint64_t)head->e_shnum * head->e_shentsize;
    if (head->e_phentsize != sizeof(Elf64_Phdr) || !lies_in(head->e_shoff, sections, size) ||
        !lies_in(head->e_phoff, (uint64_t)head->e_phnum * sizeof(Elf64_Phdr), size))
        return false;
    for (uint32_t i = 0; i < head->e_phnum; i++) {
        Elf64_Phdr part;
        memcpy(&part, bytes + head->e_phoff + i * sizeof part, sizeof part);
        if (part.p_type == PT_LOAD && !lies_in(part.p_offset, part.p_filesz, size))
            return false;
    }
    return true;
}

/* Before dlopen(), whose words for these are short. */
static enum err check_elf(const char *path, const uint8_t *bytes, size_t size,
                          struct errtext *detail)
{
    Elf64_Ehdr head = { 0 };
    memcpy(&head, bytes, size < sizeof head ? size : sizeof head);
    if (size < sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return errtext_set(detail, ERR_SYNTAX,
                           "%s is no shared library: compile the source with cc -shared -fPIC -o "
                           "NAME.so NAME.c",
                           path);
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_ident[EI_DATA] != ELFDATA2LSB ||
        head.e_machine != OWN_MACHINE)
        return errtext_set(
            detail, ERR_SYNTAX,
            "%s is of another machine (ELF machine %u, class %u): compile it on this "
            "one, " OWN_MACHINE_NAME,
            path, head.e_machine, head.e_ident[EI_CLASS]);
    if (head.e_type != ET_DYN)
        return errtext_set(detail, ERR_SYNTAX,
                           "%s is no shared library but an object or a program: link it with cc "
                           "-shared -fPIC",
                           path);
    if (!is_whole(&head, bytes, size))
        return errtext_set(detail, ERR_SYNTAX, "%s is cut off: compile or copy it again", path);
    return OK;
}

static enum err check_file(const char *path, uint64_t *hash, struct errtext *detail)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us */
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return errtext_set(detail, ERR_NOT_FOUND,
                           "there is no file %s: has it been compiled? (cc -shared -fPIC -o "
                           "NAME.so NAME.c)",
                           path);
    if (fd < 0)
        return errtext_set(detail, ERR_IO, "%s: %s", path, strerror(errno));
    enum err err = read_file(path, fd, &bytes, &size, detail);
    (void)close(fd);
    if (!bytes)
        return err;
    err = check_elf(path, bytes, size, detail);
    *hash = hash_bytes(bytes, size);
    free(bytes);
    return err;
}

/* ---- the library ---- */

static enum err find_entry(const char *path, void *handle, entry_point **out,
                           struct errtext *detail)
{
    void *symbol = dlsym(handle, ENTRY), *found = NULL;
    Dl_info info;
    if (!symbol)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s does not export " ENTRY ": add const struct tw_strategy *" ENTRY
                           "(void) { return &... }",
                           path);
    /* The descriptor itself under this name is an easy slip, and calling data would kill us. */
    if (dladdr1(symbol, &info, &found, RTLD_DL_SYMENT) && found &&
        ELF64_ST_TYPE(((const ElfW(Sym) *)found)->st_info) == STT_OBJECT)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s exports " ENTRY " as data: it must be a function, const struct "
                           "tw_strategy *" ENTRY "(void)",
                           path);
    static_assert(sizeof *out == sizeof symbol, "dlsym() tells functions as data");
    memcpy(out, &symbol, sizeof symbol);
    return OK;
}

static enum err take(const char *path, void *handle, struct library *out, struct errtext *detail)
{
    entry_point *entry = NULL;
    enum err err = find_entry(path, handle, &entry, detail);
    if (!entry)
        return err;
    const struct tw_strategy *told = entry();
    if (!told)
        return errtext_set(
            detail, ERR_UNSUPPORTED,
            "%s: " ENTRY "() gives NULL: let it return the address of the descriptor", path);
    return library_check(path, told, &out->strategy, detail);
}

enum err library_load(const char *path, struct library *out, struct errtext *detail)
{
    uint64_t hash = 0;
    enum err err = check_file(path, &hash, detail);
    if (err)
        return err;
    /* A name without a slash would be looked for along the system's library path. */
    char *whole = realpath(path, NULL);
    if (!whole)
        return errtext_set(detail, ERR_IO, "%s: %s", path, strerror(errno));
    void *handle = dlopen(whole, RTLD_NOW | RTLD_LOCAL);
    free(whole);
    if (!handle) {
        const char *why = dlerror();
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s cannot be loaded: %s (what it uses must be in it, or linked to it, "
                           "as with -lm)",
                           path, why ? why : "no reason given");
    }
    err = take(path, handle, out, detail);
    if (err) {
        (void)dlclose(handle);
        return err;
    }
    out->handle = handle;
    out->file_hash = hash;
    return OK;
}

void library_unload(struct library *library)
{
    if (library->handle)
        (void)dlclose(library->handle);
    *library = (struct library){ 0 };
}

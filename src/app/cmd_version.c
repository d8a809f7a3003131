#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include "app/cli.h"
#include "engine/engine.h"
#include "store/journal.h"

#define BUILD_BYTES 10 /* of the build id: enough to tell builds apart */

static char build_text[2 * BUILD_BYTES + 1];

/* The linker's build id is a hash of the program: two equal builds have the same one, and no date
 * or path gets into the binary. */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_NOTE)
            continue;
        const char *at = (const char *)(info->dlpi_addr + segment->p_vaddr);
        const char *end = at + segment->p_memsz;
        while (end - at >= (ptrdiff_t)sizeof(ElfW(Nhdr))) {
            ElfW(Nhdr) note;
            memcpy(&note, at, sizeof note);
            const unsigned char *id =
                (const unsigned char *)at + sizeof note + ((note.n_namesz + 3u) & ~3u);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz >= BUILD_BYTES) {
                for (size_t byte = 0; byte < BUILD_BYTES; byte++)
                    (void)snprintf(build_text + 2 * byte, 3, "%02x", id[byte]);
                return 1;
            }
            at = (const char *)id + ((note.n_descsz + 3u) & ~3u);
        }
    }
    return 1; /* the first object is the program itself: look no further */
}

const char *tradewind_version(void) { return TRADEWIND_VERSION; }

const char *tradewind_build(void)
{
    if (!*build_text)
        (void)dl_iterate_phdr(find_build_id, NULL);
    return *build_text ? build_text : "unknown";
}

int cmd_version(int argc, char **argv)
{
    bool json = false;
    const struct cli_option options[] = {
        { .name = "json", .sentence = "print JSON", .kind = CLI_FLAG, .target = &json },
    };
    const struct cli_usage usage = {
        "tradewind version [options]", "Prints version, build and formats", NULL, options, 1, 0, 0
    };
    int operands, code = cli_parse(&usage, argc, argv, &operands);
    if (code != CLI_GO)
        return code;
    if (json)
        (void)printf("{\"version\":\"%s\",\"build\":\"%s\",\"engine\":%d,\"journal_format\":%d}\n",
                     tradewind_version(), tradewind_build(), ENGINE_VERSION,
                     JOURNAL_FORMAT_VERSION);
    else
        (void)printf("tradewind %s (build %s, engine %d, journal format %d)\n", tradewind_version(),
                     tradewind_build(), ENGINE_VERSION, JOURNAL_FORMAT_VERSION);
    return CLI_OK;
}

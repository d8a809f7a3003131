/* Goal: whatever a configuration file holds, reading it ends in values or in problems. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "ops/yaml_tree.h"

/* libfyaml 0.7.12 loses 512 bytes when a text breaks off inside nested brackets. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libfyaml"; }

static size_t count(const struct yaml_node *node)
{
    size_t nodes = 0;
    for (; node; node = node->next)
        nodes += 1 + strlen(node->text) + count(node->child);
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char out[65536];
    struct problems problems;
    struct keep keep = { 0 };
    struct yaml_node *root = NULL;
    if (size > YAML_FILE_BYTES_MAX)
        return 0;
    problems_init(&problems, out, sizeof out);
    problems.file = "fuzz";
    problems.text = (const char *)data;
    problems.text_length = size;
    yaml_tree_parse(&problems, &keep, &root);
    problems_end(&problems);
    volatile size_t seen = count(root);
    (void)seen;
    keep_release(&keep);
    return 0;
}

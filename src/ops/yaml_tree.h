/*
 * ops/yaml_tree.h - a YAML file as a small tree with positions; the only file that knows libfyaml.
 *
 * A strict subset: one document of maps, lists and scalars. Anchors, aliases and tags are refused
 * (they are how a small file becomes a huge one), and so is what is too large, too deep or not
 * UTF-8. Duplicate keys are kept: the reader of the tree knows what they mean.
 */
#ifndef OPS_YAML_TREE_H
#define OPS_YAML_TREE_H
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "ops/keep.h"
#include "ops/problems.h"

#define YAML_FILE_BYTES_MAX (1u << 20)
#define YAML_NODES_MAX 20000
#define YAML_DEPTH_MAX 8

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_LIST };

struct yaml_node {
    enum yaml_kind kind;
    const char *key; /* in a map; else NULL */
    unsigned key_line, key_column;
    const char *text; /* YAML_SCALAR; "" when there is none */
    bool null;        /* a plain empty scalar, ~ or null */
    unsigned line, column;
    struct yaml_node *child, *next; /* in the order of the file */
};

/* Parses problems->text. Mistakes go to `problems`; *root is NULL for an empty file, and holds what
 * came before the mistake otherwise. Nodes live in `keep`. */
void yaml_tree_parse(struct problems *problems, struct keep *keep, struct yaml_node **root);

#endif

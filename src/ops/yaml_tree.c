#include "ops/yaml_tree.h"
#include <assert.h>
#include <libfyaml.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct reader {
    struct problems *problems;
    struct keep *keep;
    struct yaml_node *root;
    struct {
        struct yaml_node *node, *last; /* last child so far */
        const char *key;               /* read, its value comes next */
        unsigned key_line, key_column;
    } levels[YAML_DEPTH_MAX];
    unsigned depth, nodes, documents;
    bool stop;
};

/* Where in `problems->text` a byte is not printable UTF-8, or NULL. Unicode 15, table 3-7. A tab is
 * refused too: YAML forbids it where people use it, and libfyaml 0.7.12 crashes on some. */
static const unsigned char *find_bad_byte(const unsigned char *at, const unsigned char *end)
{
    while (at < end) {
        if (*at < 0x80) {
            if ((*at < 0x20 && *at != '\n' && *at != '\r') || *at == 0x7f)
                return at;
            at++;
            continue;
        }
        int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : 1;
        uint32_t code = *at & (0x3fu >> more);
        if (*at < 0xc2 || *at > 0xf4 || end - at <= more)
            return at;
        for (int i = 1; i <= more; i++) {
            if ((at[i] & 0xc0) != 0x80)
                return at;
            code = code << 6 | (at[i] & 0x3fu);
        }
        bool overlong = code < (more == 3 ? 0x10000u : more == 2 ? 0x800u : 0x80u);
        if (overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return at;
        at += more + 1;
    }
    return NULL;
}

static bool check_bytes(struct problems *problems)
{
    const unsigned char *text = (const unsigned char *)problems->text;
    const unsigned char *bad = find_bad_byte(text, text + problems->text_length);
    if (!bad)
        return true;
    unsigned line = 1, column = 1;
    for (const unsigned char *at = text; at < bad; at++) {
        column = *at == '\n' ? 1 : column + ((*at & 0xc0) != 0x80);
        line += *at == '\n';
    }
    if (*bad == '\t')
        problems_at(problems, line, column, "a tab; indent and part words with blanks");
    else
        problems_at(problems, line, column,
                    "byte 0x%02x is not %s; save the file as plain UTF-8 text", *bad,
                    *bad < 0x80 ? "allowed here" : "UTF-8");
    return false;
}

static void refuse(struct reader *reader, const struct fy_mark *mark, const char *why)
{
    problems_at(reader->problems, (unsigned)mark->line + 1, (unsigned)mark->column + 1, "%s", why);
}

/* Hangs a new node into the current map or list; NULL when a limit is reached. */
static struct yaml_node *add_node(struct reader *reader, enum yaml_kind kind,
                                  const struct fy_mark *mark)
{
    if (reader->nodes++ >= YAML_NODES_MAX) {
        refuse(reader, mark, "more values than a configuration can have; remove some");
        return NULL;
    }
    struct yaml_node *node = keep_bytes(reader->keep, sizeof *node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->text = "";
    node->line = (unsigned)mark->line + 1;
    node->column = (unsigned)mark->column + 1;
    if (reader->depth == 0) {
        reader->root = node;
        return node;
    }
    unsigned top = reader->depth - 1;
    node->key = reader->levels[top].key;
    node->key_line = reader->levels[top].key_line;
    node->key_column = reader->levels[top].key_column;
    reader->levels[top].key = NULL;
    struct yaml_node *last = reader->levels[top].last;
    *(last ? &last->next : &reader->levels[top].node->child) = node;
    reader->levels[top].last = node;
    return node;
}

static void open_node(struct reader *reader, enum yaml_kind kind, const struct fy_mark *mark)
{
    unsigned top = reader->depth;
    if (top > 0 && reader->levels[top - 1].node->kind == YAML_MAP && !reader->levels[top - 1].key) {
        refuse(reader, mark, "a key must be a plain name, not a map or a list");
        reader->stop = true;
        return;
    }
    if (top == YAML_DEPTH_MAX) {
        refuse(reader, mark, "nested too deeply; a configuration has few levels");
        reader->stop = true;
        return;
    }
    struct yaml_node *node = add_node(reader, kind, mark);
    if (!node) {
        reader->stop = true;
        return;
    }
    reader->levels[top].node = node;
    reader->levels[top].last = NULL;
    reader->levels[top].key = NULL;
    reader->depth++;
}

static void add_scalar(struct reader *reader, struct fy_token *token, const struct fy_mark *mark)
{
    size_t length = 0;
    const char *text = token ? fy_token_get_text(token, &length) : "";
    text = keep_text(reader->keep, text ? text : "", text ? length : 0);
    unsigned top = reader->depth ? reader->depth - 1 : 0;
    if (reader->depth && reader->levels[top].node->kind == YAML_MAP && !reader->levels[top].key) {
        reader->levels[top].key = text;
        reader->levels[top].key_line = (unsigned)mark->line + 1;
        reader->levels[top].key_column = (unsigned)mark->column + 1;
        return;
    }
    struct yaml_node *node = add_node(reader, YAML_SCALAR, mark);
    if (!node) {
        reader->stop = true;
        return;
    }
    bool plain = !token || fy_token_scalar_style(token) == FYSS_PLAIN;
    node->text = text;
    node->null = plain && (!*text || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0);
}

static struct fy_token *tag_of(const struct fy_event *event)
{
    switch (event->type) {
    case FYET_SCALAR: return event->scalar.tag;
    case FYET_MAPPING_START: return event->mapping_start.tag;
    case FYET_SEQUENCE_START: return event->sequence_start.tag;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_START:
    case FYET_DOCUMENT_END:
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
    case FYET_ALIAS: break;
    }
    return NULL;
}

static struct fy_token *anchor_of(const struct fy_event *event)
{
    if (event->type == FYET_SCALAR)
        return event->scalar.anchor;
    if (event->type == FYET_MAPPING_START)
        return event->mapping_start.anchor;
    return event->type == FYET_SEQUENCE_START ? event->sequence_start.anchor : NULL;
}

static void take_event(struct reader *reader, struct fy_event *event)
{
    static const struct fy_mark start = { 0 };
    const struct fy_mark *mark = fy_event_start_mark(event);
    mark = mark ? mark : &start;
    if (anchor_of(event))
        refuse(reader, fy_token_start_mark(anchor_of(event)),
               "anchors (&name) are not used here; write the value where it belongs");
    if (tag_of(event))
        refuse(reader, fy_token_start_mark(tag_of(event)),
               "tags (!name) are not used here; the key knows its type");
    switch (event->type) {
    case FYET_MAPPING_START: open_node(reader, YAML_MAP, mark); break;
    case FYET_SEQUENCE_START: open_node(reader, YAML_LIST, mark); break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        assert(reader->depth > 0);
        reader->depth--;
        break;
    case FYET_ALIAS:
        refuse(reader, mark, "aliases (*name) are not used here; write the value out");
        add_scalar(reader, NULL, mark);
        break;
    case FYET_SCALAR: add_scalar(reader, event->scalar.value, mark); break;
    case FYET_DOCUMENT_START:
        if (reader->documents++ > 0) {
            refuse(reader, mark, "a second document; a configuration is one, remove the '---'");
            reader->stop = true;
        }
        break;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END: break;
    }
}

static void tell_syntax(struct reader *reader, struct fy_diag *diag)
{
    void *at = NULL;
    struct fy_diag_error *error;
    bool told = false;
    while ((error = fy_diag_errors_iterate(diag, &at)) != NULL) {
        problems_at(reader->problems, error->line > 0 ? (unsigned)error->line : 1,
                    error->column > 0 ? (unsigned)error->column : 1, "not YAML: %s", error->msg);
        told = true;
    }
    if (!told)
        problems_at(reader->problems, 1, 0, "not YAML; check quotes, brackets and indentation");
}

void yaml_tree_parse(struct problems *problems, struct keep *keep, struct yaml_node **root)
{
    *root = NULL;
    if (!check_bytes(problems))
        return;
    struct fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_config);
    if (!diag) {
        keep->failed = true;
        return;
    }
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg config = { .flags = FYPCF_QUIET | FYPCF_JSON_NONE, .diag = diag };
    struct fy_parser *parser = fy_parser_create(&config);
    struct reader reader = { .problems = problems, .keep = keep };
    if (!parser || fy_parser_set_string(parser, problems->text, problems->text_length) != 0)
        keep->failed = true;
    while (!reader.stop && !keep->failed) {
        struct fy_event *event = fy_parser_parse(parser);
        if (!event)
            break;
        take_event(&reader, event);
        fy_parser_event_free(parser, event);
    }
    if (!reader.stop && !keep->failed && (fy_diag_got_error(diag)))
        tell_syntax(&reader, diag);
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    *root = reader.root;
}

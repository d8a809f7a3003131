#include "data/layout.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *text;
    size_t length;
};

static bool same_name(struct span span, const char *name)
{
    return strlen(name) == span.length && strncasecmp(span.text, name, span.length) == 0;
}

static struct span trimmed(const char *text, const char *end)
{
    while (text < end && (*text == ' ' || *text == '\t'))
        text++;
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (struct span){ text, (size_t)(end - text) };
}

/* Returns the number of columns; FILE_COLUMNS_MAX + 1 when there are more. */
static size_t split_header(const char *header, size_t length, struct span *columns)
{
    const char *end = header + length;
    size_t count = 0;
    for (const char *at = header;; count++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        if (count == FILE_COLUMNS_MAX)
            return FILE_COLUMNS_MAX + 1;
        columns[count] = trimmed(at, comma ? comma : end);
        if (!comma)
            return count + 1;
        at = comma + 1;
    }
}

static bool has_column(const struct span *columns, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (same_name(columns[i], name))
            return true;
    return false;
}

struct fit {
    int known;           /* columns of the layout that the file has */
    int missing;         /* required ones that it lacks */
    const char *lacking; /* the first of those */
};

static struct fit fit_of(const struct layout *layout, const struct span *columns, size_t count)
{
    struct fit fit = { 0 };
    for (const struct layout_column *column = layout->columns; column->name; column++) {
        if (has_column(columns, count, column->name)) {
            fit.known++;
        } else if (column->need == COLUMN_REQUIRED) {
            fit.lacking = fit.missing++ == 0 ? column->name : fit.lacking;
        }
    }
    return fit;
}

static enum err choose(const struct span *columns, size_t count, const char *where,
                       const struct layout **out, struct errtext *detail)
{
    const struct layout *best = NULL, *nearest = NULL;
    struct fit best_fit = { 0 }, near_fit = { 0 };
    for (const struct layout *const *row = layouts; *row; row++) {
        struct fit fit = fit_of(*row, columns, count);
        if (fit.missing == 0 && (!best || fit.known > best_fit.known)) {
            best = *row;
            best_fit = fit;
        }
        if (!nearest || fit.known - fit.missing > near_fit.known - near_fit.missing) {
            nearest = *row;
            near_fit = fit;
        }
    }
    assert(nearest); /* there is a layout */
    if (!best)
        return errtext_set(detail, ERR_UNSUPPORTED,
                           "%s: no layout has these columns; the nearest is %s (%s), which lacks "
                           "'%s': the first line must name the columns",
                           where, nearest->name, nearest->about, near_fit.lacking);
    *out = best;
    return OK;
}

static enum err find_named(const char *name, const struct span *columns, size_t count,
                           const char *where, const struct layout **out, struct errtext *detail)
{
    for (const struct layout *const *row = layouts; *row; row++) {
        if (strcmp((*row)->name, name) != 0)
            continue;
        struct fit fit = fit_of(*row, columns, count);
        if (fit.missing > 0)
            return errtext_set(detail, ERR_UNSUPPORTED, "%s: layout %s needs a column '%s'", where,
                               name, fit.lacking);
        *out = *row;
        return OK;
    }
    return errtext_set(detail, ERR_NOT_FOUND, "%s: there is no layout '%s'", where, name);
}

enum err binding_make(const char *header, size_t length, const char *name, const char *where,
                      struct binding *out, struct errtext *detail)
{
    struct span columns[FILE_COLUMNS_MAX];
    size_t count = split_header(header, length, columns);
    if (count > FILE_COLUMNS_MAX)
        return errtext_set(detail, ERR_LIMIT, "%s: more than %d columns", where, FILE_COLUMNS_MAX);

    struct binding binding = { .column_count = count };
    enum err err = name ? find_named(name, columns, count, where, &binding.layout, detail)
                        : choose(columns, count, where, &binding.layout, detail);
    if (err != OK)
        return err;
    assert(binding.layout);
    static_assert(FIELD_COUNT <= 32, "a bit per field");
    for (const struct layout_column *column = binding.layout->columns; column->name; column++) {
        int found = 0;
        for (size_t i = 0; i < count; i++) {
            if (!same_name(columns[i], column->name))
                continue;
            if (found++ > 0)
                return errtext_set(detail, ERR_SYNTAX, "%s: column '%s' occurs twice", where,
                                   column->name);
            binding.field[i] = (uint8_t)column->field;
            binding.bound |= UINT32_C(1) << column->field;
        }
    }
    binding.bound &= ~UINT32_C(1); /* FIELD_NONE is nobody's */
    *out = binding;
    return OK;
}

#include "backtest/sweep_axes.h"
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/num.h"
#include "base/rng.h"

#define ONE_E9 INT64_C(1000000000)
#define RANGE_PARTS 1000
#define TRIES_PER_DRAW 200 /* then the range holds hardly anything new */

double axis_value(int64_t value_e9)
{
    char text[NUM_TEXT_MAX];
    (void)num_format(value_e9, AXIS_SCALE, text);
    return strtod(text, NULL);
}

/* ---- what was written ---- */

static enum err read_number(const char *what, const char *text, size_t length, int64_t *out,
                            struct errtext *detail)
{
    if (num_parse(text, length, AXIS_SCALE, out))
        return errtext_set(detail, ERR_SYNTAX,
                           "'%s': '%.*s' is no number with at most %d decimal places", what,
                           (int)length, text, AXIS_SCALE);
    return OK;
}

/* The next axis with its name; *values: behind the '='. */
static enum err begin_axis(struct axes *axes, const char *text, struct axis **out,
                           const char **values, struct errtext *detail)
{
    const char *equals = strchr(text, '=');
    if (axes->count == TW_PARAMS_MAX)
        return errtext_set(detail, ERR_FULL, "more than %d parameters", TW_PARAMS_MAX);
    struct axis *axis = &axes->axis[axes->count];
    memset(axis, 0, sizeof *axis);
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof axis->name)
        return errtext_set(detail, ERR_SYNTAX,
                           "'%s' is not understood: write NAME=LOW:HIGH:STEP, NAME=1,2,3 or, for a "
                           "random sweep, NAME=LOW..HIGH",
                           text);
    memcpy(axis->name, text, (size_t)(equals - text));
    for (size_t i = 0; i < axes->count; i++)
        if (strcmp(axes->axis[i].name, axis->name) == 0)
            return errtext_set(detail, ERR_DUPLICATE, "parameter %s is given twice", axis->name);
    *out = axis;
    *values = equals + 1;
    return OK;
}

static enum err add_value(struct axis *axis, const char *text, int64_t value_e9,
                          struct errtext *detail)
{
    if (axis->count == AXIS_VALUES_MAX)
        return errtext_set(detail, ERR_LIMIT, "'%s' has more than %d values", text,
                           AXIS_VALUES_MAX);
    if (axis->count && axis->values_e9[axis->count - 1] >= value_e9)
        return errtext_set(detail, ERR_RANGE, "'%s': the values must ascend", text);
    axis->values_e9[axis->count++] = value_e9;
    return OK;
}

static enum err read_list(struct axis *axis, const char *text, const char *at,
                          struct errtext *detail)
{
    enum err err = OK;
    for (bool more = true; err == OK && more;) {
        size_t length = strcspn(at, ",");
        int64_t value_e9 = 0;
        err = read_number(text, at, length, &value_e9, detail);
        if (err == OK)
            err = add_value(axis, text, value_e9, detail);
        more = at[length] == ',';
        at += length + more;
    }
    return err;
}

static enum err check_span(const char *text, int64_t low, int64_t high, int64_t step,
                           struct errtext *detail)
{
    int64_t span;
    if (low > high || step <= 0 || __builtin_sub_overflow(high, low, &span))
        return errtext_set(detail, ERR_RANGE,
                           "'%s': the first number must not be above the second, and the step must "
                           "be above 0",
                           text);
    return OK;
}

static enum err read_steps(struct axis *axis, const char *text, const char *at,
                           struct errtext *detail)
{
    int64_t numbers[3] = { 0, 0, ONE_E9 };
    size_t count = 0;
    enum err err = OK;
    for (bool more = true; err == OK && more;) {
        size_t length = strcspn(at, ":");
        if (count == 3)
            return errtext_set(detail, ERR_SYNTAX, "'%s' is not understood: write LOW:HIGH:STEP",
                               text);
        err = read_number(text, at, length, &numbers[count++], detail);
        more = at[length] == ':';
        at += length + more;
    }
    if (err == OK)
        err = check_span(text, numbers[0], numbers[1], numbers[2], detail);
    if (err == OK && (numbers[1] - numbers[0]) / numbers[2] >= AXIS_VALUES_MAX)
        return errtext_set(detail, ERR_LIMIT, "'%s' has more than %d values", text,
                           AXIS_VALUES_MAX);
    for (int64_t i = 0; err == OK && i <= (numbers[1] - numbers[0]) / numbers[2]; i++)
        err = add_value(axis, text, numbers[0] + i * numbers[2], detail);
    return err;
}

enum err axes_add_grid(struct axes *axes, const char *text, struct errtext *detail)
{
    struct axis *axis = &axes->axis[0];
    const char *values = text;
    enum err err = begin_axis(axes, text, &axis, &values, detail);
    if (err == OK)
        err = strchr(values, ':') ? read_steps(axis, text, values, detail)
                                  : read_list(axis, text, values, detail);
    axes->count += err == OK;
    return err;
}

enum err axes_add_range(struct axes *axes, const char *text, struct errtext *detail)
{
    struct axis *axis = &axes->axis[0];
    const char *values = text;
    enum err err = begin_axis(axes, text, &axis, &values, detail);
    if (err)
        return err;
    const char *dots = strstr(values, ".."), *step = dots ? strchr(dots, ':') : NULL;
    if (!dots)
        return errtext_set(detail, ERR_SYNTAX,
                           "'%s' is no range: write NAME=LOW..HIGH or NAME=LOW..HIGH:STEP", text);
    const char *high = dots + 2;
    size_t length = step ? (size_t)(step - high) : strlen(high);
    err = read_number(text, values, (size_t)(dots - values), &axis->low_e9, detail);
    if (err == OK)
        err = read_number(text, high, length, &axis->high_e9, detail);
    axis->step_e9 = ONE_E9;
    if (err == OK && step)
        err = read_number(text, step + 1, strlen(step + 1), &axis->step_e9, detail);
    if (err == OK)
        err = check_span(text, axis->low_e9, axis->high_e9, axis->step_e9, detail);
    bool whole = axis->low_e9 % ONE_E9 == 0 && axis->high_e9 % ONE_E9 == 0;
    if (err == OK && !step && !whole) {
        int64_t part = (axis->high_e9 - axis->low_e9) / RANGE_PARTS;
        axis->step_e9 = part > 0 ? part : 1;
    }
    axes->count += err == OK;
    return err;
}

/* ---- combinations ---- */

enum err axes_grid_count(const struct axes *axes, size_t *out, struct errtext *detail)
{
    size_t count = 1;
    if (axes->count == 0)
        return errtext_set(detail, ERR_EMPTY, "nothing to vary: give --grid NAME=LOW:HIGH:STEP");
    for (size_t i = 0; i < axes->count; i++) {
        count *= axes->axis[i].count; /* both below 2^20: the product fits */
        if (count > SWEEP_COMBOS_MAX)
            return errtext_set(detail, ERR_LIMIT,
                               "the grid has more than %d combinations: widen its steps or draw at "
                               "random",
                               SWEEP_COMBOS_MAX);
    }
    *out = count;
    return OK;
}

void axes_grid_at(const struct axes *axes, size_t index, int64_t *values_e9)
{
    for (size_t i = axes->count; i-- > 0;) {
        const struct axis *axis = &axes->axis[i];
        values_e9[i] = axis->values_e9[index % axis->count];
        index /= axis->count;
    }
}

/* A table of what was drawn, open addressing: places hold the row + 1. */
static bool is_new(uint32_t *places, size_t mask, const int64_t *rows, size_t width, size_t row)
{
    const int64_t *values = rows + row * width;
    size_t at = hash_bytes(values, width * sizeof *values) & mask;
    for (; places[at]; at = (at + 1) & mask)
        if (memcmp(rows + (places[at] - 1) * width, values, width * sizeof *values) == 0)
            return false;
    places[at] = (uint32_t)row + 1;
    return true;
}

size_t axes_draw(const struct axes *axes, uint64_t seed, size_t count, int64_t *out)
{
    size_t mask = 1, drawn = 0;
    while (mask < 2 * count)
        mask *= 2;
    uint32_t *places = calloc(mask--, sizeof *places);
    for (size_t tries = 0; places && drawn < count && tries < TRIES_PER_DRAW; tries++) {
        int64_t *values = out + drawn * axes->count;
        for (size_t i = 0; i < axes->count; i++) {
            const struct axis *axis = &axes->axis[i];
            uint64_t steps = (uint64_t)((axis->high_e9 - axis->low_e9) / axis->step_e9) + 1;
            values[i] = axis->low_e9 + (int64_t)rng_below(&seed, steps) * axis->step_e9;
        }
        if (is_new(places, mask, out, axes->count, drawn)) {
            drawn++;
            tries = 0;
        }
    }
    free(places);
    return drawn;
}

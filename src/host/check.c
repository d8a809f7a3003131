/* host/check.c - what a descriptor may say. */
#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <string.h>
#include "host/library.h"

/* The first published layout. Members are only added at the end, so a shorter one never was, and a longer one
 * is of a newer header whose additions this program does not know: it leaves them alone. */
#define FIRST_SIZE 112u
static_assert(sizeof(struct tw_strategy) >= FIRST_SIZE, "the interface only grows");
static_assert(offsetof(struct tw_strategy, reserved) == FIRST_SIZE - sizeof(uint32_t),
              "the first layout ends with its reserved word");

bool library_is_name(const char *name)
{
    size_t length = strnlen(name, LIBRARY_NAME_MAX + 1);
    if (length == 0 || length > LIBRARY_NAME_MAX || !islower((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) && name[i] != '_')
            return false;
    return true;
}

/* One line, for lists and terminals; bytes above 127 are UTF-8. */
static bool is_sentence(const char *text)
{
    size_t length = strnlen(text, LIBRARY_ABOUT_MAX + 1);
    if (length == 0 || length > LIBRARY_ABOUT_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            return false;
    return true;
}

static enum err check_version(const char *path, const struct tw_strategy *told,
                              struct errtext *detail)
{
    if (told->abi != TW_STRATEGY_ABI)
        return errtext_set(
            detail, ERR_VERSION,
            "%s: its interface is version %u, this program's is %u: compile it again "
            "with this program's tradewind/strategy.h and .abi = TW_STRATEGY_ABI",
            path, told->abi, TW_STRATEGY_ABI);
    if (told->struct_size < FIRST_SIZE)
        return errtext_set(detail, ERR_SIZE,
                           "%s: its descriptor has %u bytes, the first one ever had %u: write "
                           ".struct_size = sizeof(struct tw_strategy)",
                           path, told->struct_size, FIRST_SIZE);
    return OK;
}

static enum err check_param(const char *path, const struct tw_strategy *strategy, uint32_t index,
                            struct errtext *detail)
{
    const struct tw_param *param = &strategy->params[index];
    if (!param->name || !library_is_name(param->name))
        return errtext_set(detail, ERR_RANGE,
                           "%s: the name of parameter %u is not fit: 1 to %d small letters, digits "
                           "and underscores, a letter first",
                           path, index, LIBRARY_NAME_MAX);
    if (!param->about || !is_sentence(param->about))
        return errtext_set(detail, ERR_RANGE,
                           "%s: parameter %s needs .about: one line of at most %d bytes", path,
                           param->name, LIBRARY_ABOUT_MAX);
    if (!isfinite(param->low) || !isfinite(param->high) ||
        !(param->low <= param->default_value && param->default_value <= param->high))
        return errtext_set(detail, ERR_RANGE,
                           "%s: parameter %s must have low <= default <= high, all finite; it has "
                           "%g, %g, %g",
                           path, param->name, param->low, param->default_value, param->high);
    for (uint32_t before = 0; before < index; before++)
        if (strcmp(strategy->params[before].name, param->name) == 0)
            return errtext_set(detail, ERR_RANGE, "%s: two parameters are called %s: rename one",
                               path, param->name);
    return OK;
}

static enum err check_params(const char *path, const struct tw_strategy *strategy,
                             struct errtext *detail)
{
    if (strategy->param_count > TW_PARAMS_MAX)
        return errtext_set(detail, ERR_RANGE, "%s: it has %u parameters; there may be %d", path,
                           strategy->param_count, TW_PARAMS_MAX);
    if (strategy->param_count > 0 && !strategy->params)
        return errtext_set(detail, ERR_RANGE,
                           "%s: .param_count is %u and .params is NULL: set it to their table",
                           path, strategy->param_count);
    enum err err = OK;
    for (uint32_t i = 0; err == OK && i < strategy->param_count; i++)
        err = check_param(path, strategy, i, detail);
    return err;
}

enum err library_check(const char *path, const struct tw_strategy *told, struct tw_strategy *out,
                       struct errtext *detail)
{
    enum err err = check_version(path, told, detail);
    if (err)
        return err;
    struct tw_strategy own = { 0 };
    size_t size = told->struct_size < sizeof own ? told->struct_size : sizeof own;
    memcpy(&own, told, size);
    own.struct_size = (uint32_t)size;
    if (!own.name || !library_is_name(own.name))
        return errtext_set(detail, ERR_RANGE,
                           "%s: the strategy's name is not fit: 1 to %d small letters, digits and "
                           "underscores, a letter first",
                           path, LIBRARY_NAME_MAX);
    if (!own.about || !is_sentence(own.about))
        return errtext_set(detail, ERR_RANGE, "%s: it needs .about: one line of at most %d bytes",
                           path, LIBRARY_ABOUT_MAX);
    if (own.state_bytes > LIBRARY_STATE_BYTES_MAX)
        return errtext_set(detail, ERR_SIZE,
                           "%s: it wants %u bytes of state; there may be %u: keep less, or let an "
                           "indicator keep it",
                           path, own.state_bytes, LIBRARY_STATE_BYTES_MAX);
    if (!own.bar && !own.trade && !own.quote && !own.timer)
        return errtext_set(detail, ERR_RANGE,
                           "%s: it has none of .bar, .trade, .quote and .timer, so it would never "
                           "be told anything: give it one",
                           path);
    if (own.traits & ~TW_SHORTS)
        return errtext_set(detail, ERR_RANGE,
                           "%s: .traits is 0x%x, this program knows 0x%x: use those, or a newer "
                           "program",
                           path, own.traits, TW_SHORTS);
    err = check_params(path, &own, detail);
    if (err == OK)
        *out = own;
    return err;
}

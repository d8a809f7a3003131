#include <math.h>
#include <string.h>
#include "indicator/indicator.h"

#define INDICATORS(X) X(sma)

#define X(name) extern const struct indicator indicator_##name;
INDICATORS(X)
#undef X

static const struct indicator *const rows[] = {
#define X(name) &indicator_##name,
    INDICATORS(X)
#undef X
};

const struct indicator *indicator_find(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i]->name, name) == 0)
            return rows[i];
    return NULL;
}

enum err indicator_check(const struct indicator *indicator, const double *params, size_t count)
{
    if (count != indicator->param_count)
        return ERR_RANGE;
    for (size_t i = 0; i < count; i++) {
        const struct indicator_param *row = &indicator->params[i];
        if (!(params[i] >= row->low && params[i] <= row->high))
            return ERR_RANGE; /* written so that NaN is refused */
        if (row->whole && params[i] != floor(params[i]))
            return ERR_RANGE;
    }
    return OK;
}

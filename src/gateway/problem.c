#include "gateway/problem.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
    int status;
    const char *code;
} rows[PROBLEM_COUNT] = {
#define X(id, status, code) [PROBLEM_##id] = { status, code },
    PROBLEMS(X)
#undef X
};

int problem_status(enum problem_id id)
{
    assert(id > PROBLEM_NONE && id < PROBLEM_COUNT);
    return rows[id].status;
}

const char *problem_code(enum problem_id id)
{
    assert(id > PROBLEM_NONE && id < PROBLEM_COUNT);
    return rows[id].code;
}

bool problem_set(struct problem *problem, enum problem_id id, const char *format, ...)
{
    if (problem->id != PROBLEM_NONE)
        return false;
    problem->id = id;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem->text.text, sizeof problem->text.text, format, arguments);
    va_end(arguments);
    return false;
}

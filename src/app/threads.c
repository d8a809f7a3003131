#include "app/threads.h"
#include <signal.h>

static const char *const names[THREAD_COUNT] = {
#define X(id, name, about) name,
    THREADS(X)
#undef X
};

enum err thread_start(enum thread_id id, void *(*run)(void *), void *context, pthread_t *out)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(out, NULL, run, context);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return ERR_MEMORY;
    (void)pthread_setname_np(*out, names[id]);
    return OK;
}

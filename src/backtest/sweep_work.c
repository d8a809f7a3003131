/* backtest/sweep_work.c - the processes that run a sweep's rows. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "backtest/sweep_parts.h"

static_assert(sizeof(struct sweep_message) <= PIPE_BUF, "messages do not mix");

struct shared {
    _Atomic uint64_t next;               /* row that nobody has taken yet */
    _Atomic uint64_t at[SWEEP_JOBS_MAX]; /* row + 1 that each process runs; 0 = none */
};

struct crew {
    const struct sweep *sweep;
    struct shared *shared;
    pid_t pids[SWEEP_JOBS_MAX];
    unsigned count;
    int reads, writes; /* the pipe */
};

/* ---- in the process ---- */

static void run_row(const struct sweep *sweep, uint64_t row, struct sweep_message *message)
{
    struct backtest_config config;
    struct backtest_result *result = NULL;
    struct errtext detail = { "" };
    memset(message, 0, sizeof *message);
    message->row = row;
    message->result.objective = message->result.plateau = NAN;
    for (size_t i = 0; i < METRIC_COLUMNS; i++)
        message->result.columns[i] = NAN;
    sweep_run_config(sweep, row, &config);
    enum err err = backtest_run(&config, &result, &detail);
    if (err) { /* a strategy may refuse a combination; any other trouble is everybody's */
        message->result.status = SWEEP_REFUSED;
        message->err = err == ERR_STATE ? OK : err;
        (void)snprintf(message->text, sizeof message->text, "%.*s", (int)sizeof message->text - 1,
                       detail.text);
        return;
    }
    for (size_t i = 0; i < METRIC_COLUMNS; i++)
        message->result.columns[i] = metric_value(metric_column(i), result);
    message->result.objective = metric_value(sweep->config->objective, result);
    message->result.state_hash = result->state_hash;
    message->result.status = SWEEP_DONE;
    backtest_result_free(result);
}

static void work(struct crew *crew, unsigned self, pid_t parent)
{
    const struct sweep *sweep = crew->sweep;
    struct sweep_message message;
    uint64_t row;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody would hear the answers */
    if (getppid() != parent)
        _exit(1);
    (void)close(crew->reads);
    while ((row = atomic_fetch_add(&crew->shared->next, 1)) < sweep->count) {
        if (sweep->rows[row].status != SWEEP_WAITS)
            continue;
        atomic_store(&crew->shared->at[self], row + 1);
        run_row(sweep, row, &message);
        if (write(crew->writes, &message, sizeof message) != (ssize_t)sizeof message)
            _exit(1);
        atomic_store(&crew->shared->at[self], 0);
    }
    _exit(0);
}

/* ---- around them ---- */

static enum err start(struct crew *crew, unsigned jobs, struct errtext *detail)
{
    pid_t parent = getpid();
    for (; crew->count < jobs; crew->count++) {
        pid_t pid = fork();
        if (pid == 0)
            work(crew, crew->count, parent);
        if (pid < 0)
            return errtext_set(detail, ERR_LIMIT, "no process for the sweep: %s; try fewer --jobs",
                               strerror(errno));
        crew->pids[crew->count] = pid;
    }
    return OK;
}

/* OK with a message, ERR_END when all have ended. */
static enum err hear(int pipe, struct sweep_message *message, struct errtext *detail)
{
    ssize_t size;
    do
        size = read(pipe, message, sizeof *message);
    while (size < 0 && errno == EINTR);
    if (size == 0)
        return ERR_END;
    if (size != (ssize_t)sizeof *message) /* whole messages were written at once */
        return errtext_set(detail, ERR_IO, "a process of the sweep cannot be heard");
    return OK;
}

/* Waits for all of them; tells of the first that did not end as it should. */
static enum err end(struct crew *crew, bool now, struct errtext *detail)
{
    enum err err = OK;
    for (unsigned i = 0; i < crew->count; i++) {
        int status = 0;
        if (now)
            (void)kill(crew->pids[i], SIGKILL);
        pid_t pid;
        do
            pid = waitpid(crew->pids[i], &status, 0);
        while (pid < 0 && errno == EINTR);
        if (now || err || (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0))
            continue;
        uint64_t at = atomic_load(&crew->shared->at[i]);
        err =
            errtext_set(detail, ERR_CORRUPT,
                        "a process of the sweep ended by %s %d at combination %llu; what was done "
                        "is kept",
                        WIFSIGNALED(status) ? "signal" : "code",
                        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                        (unsigned long long)(at ? at - 1 : 0));
    }
    return err;
}

enum err sweep_work(const struct sweep *sweep,
                    enum err (*take)(void *context, const struct sweep_message *message,
                                     struct errtext *detail),
                    void *context, struct errtext *detail)
{
    struct crew crew = { .sweep = sweep };
    struct sweep_message message;
    int ends[2];
    size_t waiting = sweep->count - sweep->done;
    unsigned jobs = sweep->config->jobs < waiting ? sweep->config->jobs : (unsigned)waiting;
    crew.shared =
        mmap(NULL, sizeof *crew.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew.shared == MAP_FAILED)
        return errtext_set(detail, ERR_MEMORY, "out of memory");
    if (pipe2(ends, O_CLOEXEC) != 0) {
        (void)munmap(crew.shared, sizeof *crew.shared);
        return errtext_set(detail, ERR_LIMIT, "no pipe for the sweep: %s", strerror(errno));
    }
    crew.reads = ends[0];
    crew.writes = ends[1];
    enum err err = start(&crew, jobs, detail);
    (void)close(crew.writes);
    while (err == OK && (err = hear(crew.reads, &message, detail)) == OK)
        err = message.err ? errtext_set(detail, message.err, "%s", message.text)
                          : take(context, &message, detail);
    enum err ended = end(&crew, err != ERR_END, detail);
    (void)close(crew.reads);
    (void)munmap(crew.shared, sizeof *crew.shared);
    return err == ERR_END ? ended : err;
}

#include "app/datadir.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/progress.h"
#include "base/log.h"
#include "store/snapshot.h"

const char *datadir_path(const char *data_dir, const char *name)
{
    static _Thread_local char paths[4][4096];
    static _Thread_local unsigned at;
    char *path = paths[at++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", data_dir, name);
    return path;
}

static enum err make_folder(const char *path, struct errtext *detail)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return OK;
    return errtext_set(detail, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO,
                       "cannot make the folder %s: %s; make it, or name another with --data-dir",
                       path, strerror(errno));
}

/* "a/b/c": a, then a/b, then a/b/c. */
static enum err make_folders(const char *path, struct errtext *detail)
{
    char partial[4096];
    (void)snprintf(partial, sizeof partial, "%s", path);
    for (char *at = partial + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        enum err err = make_folder(partial, detail);
        if (err)
            return err;
        *at = '/';
    }
    return make_folder(partial, detail);
}

enum err datadir_lock(const char *data_dir, int *lock, struct errtext *detail)
{
    enum err err = make_folders(data_dir, detail);
    if (err)
        return err;
    const char *path = datadir_path(data_dir, "lock");
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return errtext_set(detail, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO,
                           "cannot open %s: %s; the daemon's user needs to write in %s", path,
                           strerror(errno), data_dir);
    if (flock(file, LOCK_EX | LOCK_NB)) {
        char holder[32] = { 0 };
        ssize_t got = read(file, holder, sizeof holder - 1);
        (void)close(file);
        holder[got > 0 ? strcspn(holder, "\n") : 0] = 0;
        return errtext_set(detail, ERR_BUSY,
                           "%s is in use by another tradewind (process %s); stop it, or name "
                           "another folder with --data-dir",
                           data_dir, holder[0] ? holder : "unknown");
    }
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(file, 0) || pwrite(file, text, (size_t)length, 0) != length)
        log_warning("lock_not_named", "path=%s", path); /* it is held all the same */
    *lock = file;
    return OK;
}

/* ---- recovery ---- */

static enum err load_snapshot(const char *data_dir, struct core *core, struct datadir *out,
                              struct errtext *detail)
{
    struct snapshot_info info;
    unsigned skipped = 0;
    enum err err = snapshot_load(&file_ops_system, datadir_path(data_dir, "snapshots"),
                                 engine_layout(&core->limits), core->block, core->block_bytes,
                                 &info, &skipped, detail);
    if (skipped)
        log_warning("snapshots_passed_over", "count=%u", skipped);
    if (err == ERR_NOT_FOUND)
        return engine_init(core->block, core->block_bytes, &core->limits, &core->engine);
    if (err)
        return err;
    err = engine_attach(core->block, core->block_bytes, &core->limits, &core->engine);
    if (err)
        return errtext_set(detail, err, "the snapshot of seq %llu does not fit this program",
                           (unsigned long long)info.seq);
    if (engine_state_hash(core->engine) != info.state_hash)
        return errtext_set(detail, ERR_CORRUPT,
                           "the snapshot of seq %llu is not what was written; remove it from %s "
                           "and start again: the journal has everything",
                           (unsigned long long)info.seq, datadir_path(data_dir, "snapshots"));
    out->snapshot_seq = info.seq;
    return OK;
}

static enum err replay(const char *data_dir, struct core *core, uint64_t last_seq,
                       struct datadir *out, struct errtext *detail)
{
    struct journal_reader *reader;
    struct progress progress;
    const struct event *batch;
    size_t size;
    uint64_t from = engine_seq(core->engine) + 1;
    if (last_seq < from)
        return OK;
    enum err err = journal_reader_open(datadir_path(data_dir, "journal"), &file_ops_system, from,
                                       &reader, detail);
    if (err == ERR_NOT_FOUND && from == 1)
        return errtext_set(detail, err,
                           "no snapshot can be used, and the journal does not reach back to the "
                           "start: if orders.max, orders.keys_max or the program was changed, "
                           "change it back; else restore %s from a backup",
                           data_dir);
    if (err)
        return err;
    progress_begin(&progress, "recover", "records", last_seq - from + 1);
    while ((err = journal_read(reader, last_seq, &batch, &size, detail)) == OK) {
        err = engine_recover(core->engine, batch, size);
        if (err) {
            err = errtext_set(detail, err,
                              "record %llu of the journal does not follow from what is before it; "
                              "run `tradewind journal verify`",
                              (unsigned long long)batch->seq);
            break;
        }
        out->replayed = engine_seq(core->engine) - from + 1;
        progress_set(&progress, out->replayed);
    }
    progress_end(&progress);
    journal_reader_close(reader);
    return err == ERR_END ? OK : err;
}

enum err datadir_open(const char *data_dir, const struct journal_config *journal, struct core *core,
                      struct datadir *out, struct errtext *detail)
{
    static const char *const folders[] = { "journal", "snapshots", "archive", "history" };
    struct journal_report report = { 0 };
    *out = (struct datadir){ 0 };
    enum err err = OK;
    for (size_t i = 0; !err && i < sizeof folders / sizeof folders[0]; i++)
        err = make_folder(datadir_path(data_dir, folders[i]), detail);
    if (!err)
        err = journal_open(journal, &out->journal, &report, detail);
    if (err)
        return err;
    if (report.torn_bytes)
        log_warning("torn_tail_cut", "bytes=%llu last_seq=%llu",
                    (unsigned long long)report.torn_bytes, (unsigned long long)report.last_seq);
    out->fresh = report.last_seq == 0;
    err = load_snapshot(data_dir, core, out, detail);
    if (!err && out->snapshot_seq > report.last_seq) /* never by a crash: both were synced */
        err = errtext_set(detail, ERR_CORRUPT,
                          "the journal ends at record %llu, before the snapshot of record %llu: a "
                          "part of it is missing; restore %s from a backup",
                          (unsigned long long)report.last_seq,
                          (unsigned long long)out->snapshot_seq, data_dir);
    if (!err)
        err = replay(data_dir, core, report.last_seq, out, detail);
    if (!err)
        err = archive_open(&file_ops_system, datadir_path(data_dir, "archive"), &out->archive,
                           detail);
    if (err)
        datadir_close(out);
    else
        log_info("recovered", "seq=%llu snapshot_seq=%llu records=%llu",
                 (unsigned long long)engine_seq(core->engine),
                 (unsigned long long)out->snapshot_seq, (unsigned long long)out->replayed);
    return err;
}

void datadir_close(struct datadir *dir)
{
    if (dir->archive)
        archive_close(dir->archive);
    if (dir->journal)
        journal_close(dir->journal);
    *dir = (struct datadir){ 0 };
}

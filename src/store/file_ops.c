#include "store/file_ops.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* One row per errno that a caller acts upon; everything else is trouble with the disk. */
static enum err err_of_errno(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR: return ERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return ERR_NO_SPACE;
    default: return ERR_IO;
    }
}

static enum err result(int status) { return status == 0 ? OK : err_of_errno(); }

static enum err system_open(void *self, const char *path, enum file_mode mode, int *file)
{
    (void)self;
    int flags = mode == FILE_READ ? O_RDONLY : O_RDWR | O_CREAT;
    int opened = open(path, flags | O_CLOEXEC, 0600);
    if (opened < 0)
        return err_of_errno();
    *file = opened;
    return OK;
}

static enum err system_close(void *self, int file)
{
    (void)self;
    return result(close(file));
}

static enum err system_size(void *self, int file, uint64_t *size_bytes)
{
    (void)self;
    struct stat stat;
    if (fstat(file, &stat) != 0)
        return err_of_errno();
    *size_bytes = (uint64_t)stat.st_size;
    return OK;
}

static enum err system_read(void *self, int file, uint64_t offset, void *data, size_t size_bytes,
                            size_t *got)
{
    (void)self;
    size_t done = 0;
    while (done < size_bytes) {
        ssize_t count =
            pread(file, (uint8_t *)data + done, size_bytes - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return err_of_errno();
        if (count == 0)
            break;
        done += (size_t)count;
    }
    *got = done;
    return OK;
}

static enum err system_write(void *self, int file, uint64_t offset, const void *data,
                             size_t size_bytes)
{
    (void)self;
    size_t done = 0;
    while (done < size_bytes) {
        ssize_t count =
            pwrite(file, (const uint8_t *)data + done, size_bytes - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return err_of_errno();
        done += (size_t)count;
    }
    return OK;
}

static enum err system_truncate(void *self, int file, uint64_t size_bytes)
{
    (void)self;
    return result(ftruncate(file, (off_t)size_bytes));
}

static enum err system_reserve(void *self, int file, uint64_t size_bytes)
{
    (void)self;
    if (size_bytes == 0)
        return OK;
    errno = posix_fallocate(file, 0, (off_t)size_bytes);
    return result(errno == 0 ? 0 : -1);
}

static enum err system_sync(void *self, int file)
{
    (void)self;
    return result(fdatasync(file));
}

static enum err system_sync_directory(void *self, const char *path)
{
    (void)self;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return err_of_errno();
    enum err err = result(fsync(directory));
    int kept = errno;
    (void)close(directory);
    errno = kept;
    return err;
}

static enum err system_rename(void *self, const char *from, const char *to)
{
    (void)self;
    return result(rename(from, to));
}

static enum err system_remove(void *self, const char *path)
{
    (void)self;
    return result(unlink(path));
}

/* A directory that is there already is what the caller wanted. */
static enum err system_make_directory(void *self, const char *path)
{
    (void)self;
    return mkdir(path, 0750) == 0 || errno == EEXIST ? OK : err_of_errno();
}

static enum err system_list(void *self, const char *path,
                            void (*each)(void *context, const char *name), void *context)
{
    (void)self;
    DIR *directory = opendir(path);
    if (!directory)
        return err_of_errno();
    struct dirent *entry;
    while (errno = 0, (entry = readdir(directory)) != NULL)
        each(context, entry->d_name);
    enum err err = errno == 0 ? OK : err_of_errno();
    (void)closedir(directory);
    return err;
}

const struct file_ops file_ops_system = {
    .open = system_open,
    .close = system_close,
    .size = system_size,
    .read = system_read,
    .write = system_write,
    .truncate = system_truncate,
    .reserve = system_reserve,
    .sync = system_sync,
    .sync_directory = system_sync_directory,
    .rename = system_rename,
    .remove = system_remove,
    .make_directory = system_make_directory,
    .list = system_list,
};

#include "data/bytes.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define INPUT_BYTES (128u << 10)
#define ZSTD_WINDOW_LOG_MAX 27 /* 128 MiB: a stranger's file decides on our memory only so far */

struct bytes {
    gzFile gzip;      /* NULL: zstd. Reads plain files as they are */
    ZSTD_DCtx *zstd;  /* NULL: gzip or plain */
    int file;         /* zstd only */
    bool in_frame;    /* zstd: the last frame has not ended */
    ZSTD_inBuffer in; /* of input */
    uint8_t input[INPUT_BYTES];
};

static enum err check_kind(const char *path, struct errtext *detail)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        enum err err = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND
                       : errno == EACCES                   ? ERR_DENIED
                                                           : ERR_IO;
        return errtext_set(detail, err, "%s: %s", path, strerror(errno));
    }
    if (S_ISDIR(status.st_mode))
        return errtext_set(detail, ERR_UNSUPPORTED, "%s: is a directory: name one file in it",
                           path);
    if (!S_ISREG(status.st_mode))
        return errtext_set(detail, ERR_UNSUPPORTED, "%s: is not a regular file", path);
    return OK;
}

static ssize_t read_some(int file, void *to, size_t room)
{
    ssize_t got;
    do
        got = read(file, to, room);
    while (got < 0 && errno == EINTR);
    return got;
}

static enum err start(struct bytes *bytes, const char *path, struct errtext *detail)
{
    static const uint8_t magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
    uint8_t begin[4] = { 0 };
    bytes->file = open(path, O_RDONLY | O_CLOEXEC);
    if (bytes->file < 0)
        return errtext_set(detail, errno == EACCES ? ERR_DENIED : ERR_IO, "%s: %s", path,
                           strerror(errno));
    ssize_t got = read_some(bytes->file, begin, sizeof begin);
    if (got < 0 || lseek(bytes->file, 0, SEEK_SET) != 0)
        return errtext_set(detail, ERR_IO, "%s: %s", path, strerror(errno));
    if (memcmp(begin, magic, sizeof magic) == 0) {
        bytes->zstd = ZSTD_createDCtx();
        if (!bytes->zstd)
            return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
        (void)ZSTD_DCtx_setParameter(bytes->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
        bytes->in.src = bytes->input;
        return OK;
    }
    bytes->gzip = gzdopen(bytes->file, "rb");
    if (!bytes->gzip)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    bytes->file = -1; /* gzclose closes it */
    (void)gzbuffer(bytes->gzip, INPUT_BYTES);
    return OK;
}

enum err bytes_open(const char *path, struct bytes **out, struct errtext *detail)
{
    enum err err = check_kind(path, detail);
    if (err != OK)
        return err;
    struct bytes *bytes = calloc(1, sizeof *bytes);
    if (!bytes)
        return errtext_set(detail, ERR_MEMORY, "%s: out of memory", path);
    bytes->file = -1;
    err = start(bytes, path, detail);
    if (err != OK) {
        bytes_close(bytes);
        return err;
    }
    *out = bytes;
    return OK;
}

void bytes_close(struct bytes *bytes)
{
    if (!bytes)
        return;
    if (bytes->gzip)
        (void)gzclose_r(bytes->gzip);
    if (bytes->file >= 0)
        (void)close(bytes->file);
    (void)ZSTD_freeDCtx(bytes->zstd); /* NULL is fine */
    free(bytes);
}

static enum err read_zstd(struct bytes *bytes, void *to, size_t room, size_t *count,
                          struct errtext *detail)
{
    ZSTD_outBuffer out = { to, room, 0 };
    while (out.pos == 0) {
        bool fresh = bytes->in.pos == bytes->in.size;
        if (fresh) {
            ssize_t got = read_some(bytes->file, bytes->input, INPUT_BYTES);
            if (got < 0)
                return errtext_set(detail, ERR_IO, "%s", strerror(errno));
            if (got == 0 && bytes->in_frame)
                return errtext_set(detail, ERR_CORRUPT,
                                   "the zstd file ends too early: it was cut off; fetch it again");
            if (got == 0)
                break;
            bytes->in.size = (size_t)got;
            bytes->in.pos = 0;
        }
        size_t left = ZSTD_decompressStream(bytes->zstd, &out, &bytes->in);
        if (ZSTD_isError(left))
            return errtext_set(detail, ERR_CORRUPT, "the zstd data is damaged (%s)",
                               ZSTD_getErrorName(left));
        bytes->in_frame = left > 0;
    }
    *count = out.pos;
    return OK;
}

enum err bytes_read(struct bytes *bytes, void *to, size_t room, size_t *count,
                    struct errtext *detail)
{
    if (bytes->zstd)
        return read_zstd(bytes, to, room, count, detail);
    int got = gzread(bytes->gzip, to, (unsigned)room);
    int code = Z_OK;
    const char *why = gzerror(bytes->gzip, &code);
    if (got > 0 || (got == 0 && (code == Z_OK || code == Z_STREAM_END))) {
        *count = (size_t)got;
        return OK;
    }
    if (code == Z_BUF_ERROR)
        return errtext_set(detail, ERR_CORRUPT,
                           "the gzip file ends too early: it was cut off; fetch it again");
    if (code == Z_ERRNO)
        return errtext_set(detail, ERR_IO, "%s", strerror(errno));
    return errtext_set(detail, ERR_CORRUPT, "the gzip data is damaged (%s)", why);
}

enum err bytes_rewind(struct bytes *bytes, struct errtext *detail)
{
    bool good;
    if (bytes->zstd) {
        good = lseek(bytes->file, 0, SEEK_SET) == 0;
        (void)ZSTD_DCtx_reset(bytes->zstd, ZSTD_reset_session_only);
        bytes->in.pos = bytes->in.size = 0;
        bytes->in_frame = false;
    } else {
        good = gzrewind(bytes->gzip) == 0;
    }
    return good ? OK : errtext_set(detail, ERR_IO, "cannot be read twice");
}

/*
 * net/hosts.h - the names a server answers to. A browser that was led here by a foreign name (DNS
 * rebinding) sends that name in Host; a foreign page that posts here sends its own in Origin.
 */
#ifndef NET_HOSTS_H
#define NET_HOSTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOSTS_MAX 16
struct hosts {
    const char *name[HOSTS_MAX]; /* borrows; not NUL-terminated */
    size_t length[HOSTS_MAX], count;
};

/* localhost, 127.0.0.1, [::1] and the hosts of these listen addresses (borrowed). */
void hosts_init(struct hosts *hosts, const char *const *listen, size_t listen_count);

/* A Host field: any port. */
bool hosts_has(const struct hosts *hosts, const char *host, size_t length);

/* An Origin field: http or https, any port. "null" is foreign. */
bool hosts_has_origin(const struct hosts *hosts, const char *origin);

#endif

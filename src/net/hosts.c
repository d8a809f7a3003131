#include "net/hosts.h"
#include <string.h>
#include <strings.h>
#include "net/listen.h"

static void add(struct hosts *hosts, const char *text)
{
    if (hosts->count == HOSTS_MAX)
        return; /* more than thirteen addresses: the rest answers to the names before */
    hosts->name[hosts->count] = text;
    hosts->length[hosts->count++] = listen_host_length(text);
}

void hosts_init(struct hosts *hosts, const char *const *listen, size_t listen_count)
{
    hosts->count = 0;
    add(hosts, "127.0.0.1");
    add(hosts, "localhost");
    add(hosts, "[::1]");
    for (size_t i = 0; i < listen_count; i++)
        add(hosts, listen[i]);
}

bool hosts_has(const struct hosts *hosts, const char *host, size_t length)
{
    for (size_t i = 0; i < hosts->count; i++) {
        size_t own = hosts->length[i];
        if (length >= own && strncasecmp(host, hosts->name[i], own) == 0) {
            size_t at = own;
            if (at < length && host[at] == ':')
                for (at++; at < length && host[at] >= '0' && host[at] <= '9';)
                    at++;
            if (at == length)
                return true;
        }
    }
    return false;
}

bool hosts_has_origin(const struct hosts *hosts, const char *origin)
{
    const char *host = strncasecmp(origin, "http://", 7) == 0    ? origin + 7
                       : strncasecmp(origin, "https://", 8) == 0 ? origin + 8
                                                                 : NULL;
    return host && hosts_has(hosts, host, strlen(host));
}

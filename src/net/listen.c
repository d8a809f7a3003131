#include "net/listen.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 1024

size_t listen_host_length(const char *text)
{
    if (*text == '[') {
        const char *end = strchr(text, ']');
        return end ? (size_t)(end - text) + 1 : strlen(text);
    }
    return strcspn(text, ":");
}

static enum err parse(const char *text, struct sockaddr_storage *address, socklen_t *length)
{
    size_t host_length = listen_host_length(text);
    char host[64];
    if (host_length == 0 || host_length >= sizeof host || text[host_length] != ':')
        return ERR_SYNTAX;
    char *end;
    const char *digits = text + host_length + 1;
    unsigned long port = strtoul(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || *end != '\0' || port > 65535)
        return ERR_SYNTAX;
    memcpy(host, text, host_length);
    host[host_length] = '\0';
    memset(address, 0, sizeof *address);
    if (host[0] == '[') {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
        host[host_length - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *length = sizeof *six;
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1 ? OK : ERR_SYNTAX;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    *length = sizeof *four;
    const char *numeric = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    return inet_pton(AF_INET, numeric, &four->sin_addr) == 1 ? OK : ERR_SYNTAX;
}

static uint16_t port_of(const struct sockaddr_storage *address)
{
    return ntohs(address->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
                                                : ((const struct sockaddr_in *)address)->sin_port);
}

static enum err refuse_taken(const char *text, uint16_t port, struct errtext *detail)
{
    char holder[96];
    bool known = listen_holder(port, holder, sizeof holder);
    return errtext_set(
        detail, ERR_BUSY,
        "port %u is taken%s%s: cannot listen on %s. Stop the program that holds it, or "
        "choose another address with --listen",
        (unsigned)port, known ? " by " : "", known ? holder : "", text);
}

static enum err refuse_syntax(const char *address, struct errtext *detail)
{
    return errtext_set(detail, ERR_SYNTAX,
                       "'%s' is no address to listen on: write host:port as in 127.0.0.1:8080 or "
                       "[::1]:8080",
                       address);
}

enum err listen_check(const char *address, struct errtext *detail)
{
    struct sockaddr_storage storage;
    socklen_t length;
    return parse(address, &storage, &length) ? refuse_syntax(address, detail) : OK;
}

enum err listen_open(const char *address, int *out, uint16_t *port, struct errtext *detail)
{
    struct sockaddr_storage storage;
    socklen_t length;
    if (parse(address, &storage, &length))
        return refuse_syntax(address, detail);
    int one = 1;
    int socket_fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_fd < 0)
        return errtext_set(detail, ERR_IO, "no socket for %s: %s", address, strerror(errno));
    /* REUSEADDR: connections of a former life in TIME_WAIT do not hold up a restart. NODELAY is
     * inherited by accepted sockets: answers are written whole. */
    (void)setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    (void)setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (storage.ss_family == AF_INET6)
        (void)setsockopt(socket_fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(socket_fd, (struct sockaddr *)&storage, length) != 0 ||
        listen(socket_fd, LISTEN_BACKLOG) != 0) {
        int reason = errno;
        close(socket_fd);
        if (reason == EADDRINUSE)
            return refuse_taken(address, port_of(&storage), detail);
        return errtext_set(detail, ERR_IO,
                           "cannot listen on %s: %s; choose another address with --listen", address,
                           strerror(reason));
    }
    length = sizeof storage;
    (void)getsockname(socket_fd, (struct sockaddr *)&storage, &length);
    *port = port_of(&storage);
    *out = socket_fd;
    return OK;
}

/* ---- who holds a port: /proc/net/tcp gives the inode of the socket, /proc/N/fd who has it ---- */

static unsigned long inode_of(const char *table, uint16_t port)
{
    FILE *file = fopen(table, "re");
    if (!file)
        return 0;
    char line[512];
    unsigned long inode = 0;
    while (inode == 0 && fgets(line, sizeof line, file)) {
        unsigned local_port, state;
        unsigned long found;
        /* sl local:port remote:port state queues timer retransmits uid timeout inode */
        if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*u %*u %lu", &local_port,
                   &state, &found) == 3 &&
            local_port == port && state == 0x0a /* LISTEN */)
            inode = found;
    }
    (void)fclose(file);
    return inode;
}

static bool has_socket(const char *process, unsigned long inode)
{
    char path[300], target[64], wanted[64];
    (void)snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
    (void)snprintf(path, sizeof path, "/proc/%s/fd", process);
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;) {
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (length > 0) {
            target[length] = '\0';
            found = strcmp(target, wanted) == 0;
        }
    }
    (void)closedir(folder);
    return found;
}

static void name_process(const char *process, char *out, size_t size)
{
    char path[300], name[32] = "a program";
    (void)snprintf(path, sizeof path, "/proc/%s/comm", process);
    FILE *file = fopen(path, "re");
    if (file) {
        if (fgets(name, sizeof name, file))
            name[strcspn(name, "\n")] = '\0';
        (void)fclose(file);
    }
    (void)snprintf(out, size, "%s (process %.20s)", name, process);
}

bool listen_holder(uint16_t port, char *out, size_t size)
{
    unsigned long inode = inode_of("/proc/net/tcp", port);
    if (inode == 0)
        inode = inode_of("/proc/net/tcp6", port);
    DIR *processes = inode ? opendir("/proc") : NULL;
    if (!processes)
        return false;
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(processes)) != NULL;) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        found = has_socket(entry->d_name, inode);
        if (found)
            name_process(entry->d_name, out, size);
    }
    (void)closedir(processes);
    return found;
}

bool listen_is_loopback(const char *address)
{
    static const char *const names[] = { "localhost", "[::1]" };
    size_t length = listen_host_length(address);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (length == strlen(names[i]) && strncasecmp(address, names[i], length) == 0)
            return true;
    char host[16] = { 0 };
    struct in_addr parsed;
    if (length == 0 || length >= sizeof host)
        return false;
    memcpy(host, address, length);
    return inet_pton(AF_INET, host, &parsed) == 1 && (ntohl(parsed.s_addr) >> 24) == 127;
}

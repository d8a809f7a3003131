/* Goal: which names are ours in Host and Origin, and which texts are addresses to listen on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "net/hosts.h"
#include "net/listen.h"

static const char *const addresses[] = { "10.1.2.3:8080", "[fe80::1]:8080" };
static const struct {
    const char *host;
    bool ours;
} hosts_told[] = {
    { "localhost", true },
    { "LOCALHOST:1", true },
    { "127.0.0.1", true },
    { "127.0.0.1:65535", true },
    { "[::1]", true },
    { "[::1]:80", true },
    { "10.1.2.3", true },
    { "[fe80::1]:9", true },
    { "localhost:", true },
    { "", false },
    { "localhost.", false },
    { "localhost.evil.example", false },
    { "evil.example", false },
    { "localhost:80evil", false },
    { "127.0.0.1.nip.io", false },
    { "10.1.2.30", false },
    { "10.1.2", false },
    { "[::1", false },
    { "::1", false },
    { "user@localhost", false },
};
static const struct {
    const char *origin;
    bool ours;
} origins_told[] = {
    { "http://localhost:8080", true },
    { "https://127.0.0.1", true },
    { "http://[::1]:3000", true },
    { "null", false },
    { "", false },
    { "http://evil.example", false },
    { "localhost", false },
    { "file://localhost", false },
    { "http://localhost/evil", false },
    { "http://", false },
};
static const struct {
    const char *address;
    enum err err;
} listens[] = {
    { "127.0.0.1:0", OK },
    { "localhost:0", OK },
    { "127.0.0.1", ERR_SYNTAX },
    { ":80", ERR_SYNTAX },
    { "127.0.0.1:", ERR_SYNTAX },
    { "127.0.0.1:http", ERR_SYNTAX },
    { "127.0.0.1:65536", ERR_SYNTAX },
    { "127.0.0.1:-1", ERR_SYNTAX },
    { "example.com:80", ERR_SYNTAX },
    { "[::1:80", ERR_SYNTAX },
    { "[nonsense]:80", ERR_SYNTAX },
    { "192.0.2.1:9", ERR_IO },
    { "", ERR_SYNTAX },
};

static void names_are_ours_or_foreign(void **unused)
{
    (void)unused;
    struct hosts hosts;
    hosts_init(&hosts, addresses, 2);
    for (size_t i = 0; i < sizeof hosts_told / sizeof hosts_told[0]; i++) {
        print_message("host %s\n", hosts_told[i].host);
        assert_int_equal(hosts_has(&hosts, hosts_told[i].host, strlen(hosts_told[i].host)),
                         hosts_told[i].ours);
    }
    for (size_t i = 0; i < sizeof origins_told / sizeof origins_told[0]; i++) {
        print_message("origin %s\n", origins_told[i].origin);
        assert_int_equal(hosts_has_origin(&hosts, origins_told[i].origin), origins_told[i].ours);
    }
}

static void addresses_are_bound_or_explained(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof listens / sizeof listens[0]; i++) {
        int socket_fd = -1;
        uint16_t port = 0;
        struct errtext detail = { "" };
        print_message("listen %s\n", listens[i].address);
        assert_int_equal(listen_open(listens[i].address, &socket_fd, &port, &detail),
                         listens[i].err);
        assert_int_equal(port != 0, listens[i].err == OK);
        assert_int_equal(detail.text[0] != '\0', listens[i].err != OK);
        char holder[96];
        if (socket_fd >= 0) {
            assert_true(listen_holder(port, holder, sizeof holder));
            assert_non_null(strstr(holder, "test_net_hosts"));
            (void)close(socket_fd);
            assert_false(listen_holder(port, holder, sizeof holder));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_ours_or_foreign),
        cmocka_unit_test(addresses_are_bound_or_explained),
    };
    return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}

/* Goal: an address that others can reach is known as such. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "net/listen.h"

static void loopback_is_told_from_the_rest(void **unused)
{
    (void)unused;
    static const struct {
        const char *address;
        bool loopback;
    } rows[] = {
        { "127.0.0.1:8080", true },
        { "127.9.9.9:1", true },
        { "[::1]:8080", true },
        { "localhost:8080", true },
        { "LOCALHOST:8080", true },
        { "0.0.0.0:8080", false },
        { "192.168.1.2:8080", false },
        { "[::]:8080", false },
        { "localhost.example:1", false },
        { "127.0.0.1.example:1", false },
        { "[::ffff:1.2.3.4]:1", false },
        { "", false },
        { ":8080", false },
        { "1270.0.0.1:80", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("%s\n", rows[i].address);
        assert_int_equal(listen_is_loopback(rows[i].address), rows[i].loopback);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_is_told_from_the_rest),
    };
    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}

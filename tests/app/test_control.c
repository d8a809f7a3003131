/* Goal: the control socket hears its own user only, answers now or later, and no client can make it
 * wait, grow or forget. The server runs on a loop in a thread, as in the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "app/control_wire.h"
#include "base/clock.h"
#include "model/account.h"

#define LATER_NS (50 * NS_PER_MS)

/* The app of the test: status is answered at once, halts later (as after a sync). */
static struct {
    char dir[64], socket[96];
    struct net_loop *loop;
    struct control *control;
    struct net_timer *later;
    struct net_wake *stop;
    pthread_t thread;
    struct control_request last;
    struct control_handle waiting;
} app;

static void answer_later(void *unused)
{
    (void)unused;
    control_reply(app.control, app.waiting, true, "entries are halted", NULL);
    control_reply(app.control, app.waiting, true, "twice is once", NULL);
}

static void handle(void *context, const struct control_request *request,
                   struct control_handle handle_value)
{
    assert_ptr_equal(context, &app);
    app.last = *request;
    if (request->verb == CONTROL_STATUS) {
        control_reply(app.control, handle_value, true, "running",
                      "{\"halt\":\"none\",\"n\":[1,2]}");
        return;
    }
    app.waiting = handle_value;
    net_timer_set(app.later, clock_monotonic_ns() + LATER_NS);
}

static void stop_loop(void *unused)
{
    (void)unused;
    net_loop_stop(app.loop);
}

static void *run_loop(void *unused)
{
    net_loop_run(app.loop);
    return unused;
}

static int start(void **unused)
{
    (void)unused;
    struct errtext detail;
    (void)snprintf(app.dir, sizeof app.dir, "/tmp/test_control_XXXXXX");
    if (!mkdtemp(app.dir))
        return -1;
    (void)snprintf(app.socket, sizeof app.socket, "%s/" CONTROL_NAME, app.dir);
    assert_int_equal(net_loop_new(&app.loop), OK);
    assert_int_equal(net_timer_new(app.loop, answer_later, NULL, &app.later), OK);
    assert_int_equal(net_wake_new(app.loop, stop_loop, NULL, &app.stop), OK);
    assert_int_equal(control_open(app.dir, app.loop, handle, &app, &app.control, &detail), OK);
    return pthread_create(&app.thread, NULL, run_loop, NULL);
}

static int stop(void **unused)
{
    (void)unused;
    net_wake_send(app.stop);
    (void)pthread_join(app.thread, NULL);
    control_close(app.control);
    net_timer_free(app.later);
    net_wake_free(app.stop);
    net_loop_free(app.loop);
    assert_int_equal(access(app.socket, F_OK), -1); /* it took its name away */
    return rmdir(app.dir);
}

static void the_socket_is_for_its_user_only(void **unused)
{
    (void)unused;
    struct stat about;
    assert_int_equal(stat(app.socket, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void verbs_are_answered(void **unused)
{
    (void)unused;
    struct control_answer answer;
    struct errtext detail;
    struct control_request request = { .verb = CONTROL_STATUS };
    assert_int_equal(control_call(app.dir, &request, &answer, &detail), OK);
    assert_true(answer.ok);
    assert_string_equal(answer.message, "running");
    assert_string_equal(answer.status, "{\"halt\":\"none\",\"n\":[1,2]}");

    request = (struct control_request){
        .verb = CONTROL_HALT, .level = HALT_ENTRIES, .cancel_open = true, .reason = "tea \"time\""
    };
    int64_t before_ns = clock_monotonic_ns();
    assert_int_equal(control_call(app.dir, &request, &answer, &detail), OK);
    assert_true(clock_monotonic_ns() - before_ns >= LATER_NS);
    assert_string_equal(answer.message, "entries are halted");
    assert_string_equal(app.last.reason, "tea \"time\"");
    assert_true(app.last.cancel_open);
}

static int connect_raw(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", app.socket);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

static void ask_raw(const char *text, size_t length, const char *saying)
{
    char answer[CONTROL_LINE_MAX + 1] = "";
    int descriptor = connect_raw();
    (void)send(descriptor, text, length, MSG_NOSIGNAL);
    ssize_t got = recv(descriptor, answer, sizeof answer - 1, 0);
    if (got < 0 || !strstr(answer, saying))
        print_error("wanted: %s\ngot: %s\n", saying, answer);
    assert_true(got > 0 && strstr(answer, saying));
    (void)close(descriptor);
}

static void nonsense_is_refused_with_a_sentence(void **unused)
{
    (void)unused;
    static const struct {
        const char *line, *saying;
    } cases[] = {
        { "hello\n", "a request is a JSON object" },
        { "\n", "a request is a JSON object" },
        { "[]\n", "a request is a JSON object" },
        { "{}\n", "needs a verb" },
        { "{\"verb\":\"explode\"}\n", "no such verb" },
        { "{\"verb\":5}\n", "unknown field or wrong type: verb" },
        { "{\"verb\":\"halt\",\"level\":\"none\"}\n", "no such level" },
        { "{\"verb\":\"halt\",\"reason\":{}}\n", "wrong type: reason" },
        { "{\"verb\":\"halt\"} x\n", "a request is a JSON object" },
        { "{\"verb\":\"halt\"\n", "a request is a JSON object" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ask_raw(cases[i].line, strlen(cases[i].line), cases[i].saying);
    char *flood = malloc(100000);
    assert_non_null(flood);
    memset(flood, ' ', 100000);
    ask_raw(flood, 100000, "longer than a line");
    free(flood);
}

static void clients_are_bounded_and_their_slots_come_back(void **unused)
{
    (void)unused;
    int idle[CONTROL_CLIENTS_MAX];
    struct control_answer answer;
    struct errtext detail;
    struct control_request request = { .verb = CONTROL_STATUS };
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        idle[i] = connect_raw();
    assert_int_equal(control_call(app.dir, &request, &answer, &detail), OK);
    assert_false(answer.ok);
    assert_non_null(strstr(answer.message, "too many control connections"));
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        (void)close(idle[i]);
    for (int i = 0; i < 100; i++) { /* a slot is free as soon as the loop saw the close */
        assert_int_equal(control_call(app.dir, &request, &answer, &detail), OK);
        if (answer.ok)
            break;
        (void)usleep(10000);
    }
    assert_true(answer.ok);
}

static void a_client_that_leaves_early_harms_nobody(void **unused)
{
    (void)unused;
    static const char line[] = "{\"verb\":\"halt\"}\n";
    struct control_answer answer;
    struct errtext detail;
    int descriptor = connect_raw();
    assert_int_equal(send(descriptor, line, sizeof line - 1, 0), sizeof line - 1);
    (void)close(descriptor);
    (void)usleep(2 * LATER_NS / 1000);
    struct control_request request = { .verb = CONTROL_STATUS };
    assert_int_equal(control_call(app.dir, &request, &answer, &detail), OK);
    assert_true(answer.ok);
}

static void an_idle_client_is_sent_away(void **unused)
{
    (void)unused;
    char answer[CONTROL_LINE_MAX] = "";
    int descriptor = connect_raw();
    assert_true(recv(descriptor, answer, sizeof answer - 1, 0) > 0);
    assert_non_null(strstr(answer, "no request came in time"));
    (void)close(descriptor);
}

static void a_leftover_socket_is_replaced_a_file_is_not(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/test_control_old_XXXXXX", name[96];
    struct control *control = NULL;
    struct net_loop *loop;
    struct errtext detail;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(name, sizeof name, "%s/" CONTROL_NAME, dir);
    assert_int_equal(net_loop_new(&loop), OK);
    int file = open(name, O_CREAT | O_WRONLY, 0600);
    (void)close(file);
    assert_int_equal(control_open(dir, loop, handle, &app, &control, &detail), ERR_EXISTS);
    assert_non_null(strstr(detail.text, "is not a socket"));
    assert_int_equal(unlink(name), 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    int old = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(old, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(old); /* a crash leaves the name */
    struct control_request request = { .verb = CONTROL_STATUS };
    struct control_answer answer;
    assert_int_equal(control_call(dir, &request, &answer, &detail), ERR_NOT_FOUND);
    assert_int_equal(control_open(dir, loop, handle, &app, &control, &detail), OK);
    control_close(control);
    net_loop_free(loop);
    assert_int_equal(rmdir(dir), 0);
}

static void a_long_reason_is_cut_at_a_character(void **unused)
{
    (void)unused;
    struct control_request request = { .verb = CONTROL_HALT };
    char text[128];
    memset(text, 'x', 62);
    (void)snprintf(text + 62, sizeof text - 62, "\xc3\xa4 and more");
    control_set_reason(&request, text);
    assert_int_equal(strlen(request.reason), 62); /* both bytes of it or none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_socket_is_for_its_user_only),
        cmocka_unit_test(verbs_are_answered),
        cmocka_unit_test(nonsense_is_refused_with_a_sentence),
        cmocka_unit_test(clients_are_bounded_and_their_slots_come_back),
        cmocka_unit_test(a_client_that_leaves_early_harms_nobody),
        cmocka_unit_test(an_idle_client_is_sent_away),
        cmocka_unit_test(a_leftover_socket_is_replaced_a_file_is_not),
        cmocka_unit_test(a_long_reason_is_cut_at_a_character),
    };
    return cmocka_run_group_tests_name("control", tests, start, stop);
}

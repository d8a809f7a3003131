/* Goal: number, name and sentence of each error belong together; long sentences are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/err.h"

static void every_error_has_a_name_and_a_sentence(void **unused)
{
    (void)unused;
    assert_string_equal(err_name(OK), "OK");
    assert_string_equal(err_name(ERR_RANGE), "ERR_RANGE");
    assert_string_equal(err_text(ERR_RANGE), "number out of range");
    for (int err = 0; err < ERR_COUNT; err++) {
        assert_true(strlen(err_name((enum err)err)) > 0);
        assert_true(strlen(err_text((enum err)err)) > 0);
        for (int other = 0; other < err; other++)
            assert_string_not_equal(err_name((enum err)err), err_name((enum err)other));
    }
}

static void a_sentence_is_cut_and_the_error_passes_through(void **unused)
{
    (void)unused;
    struct errtext text = { "" };
    assert_int_equal(errtext_set(&text, ERR_SYNTAX, "line %d: %s", 7, "no colon"), ERR_SYNTAX);
    assert_string_equal(text.text, "line 7: no colon");

    char huge[ERRTEXT_MAX + 100];
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    assert_int_equal(errtext_set(&text, ERR_SIZE, "%s", huge), ERR_SIZE);
    assert_int_equal(strlen(text.text), ERRTEXT_MAX - 1);
    assert_int_equal(errtext_set(NULL, ERR_BUSY, "nobody listens"), ERR_BUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_name_and_a_sentence),
        cmocka_unit_test(a_sentence_is_cut_and_the_error_passes_through),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}

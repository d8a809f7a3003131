#include "base/err.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#ifdef NDEBUG
#error "assertions are part of the product: build without -DNDEBUG"
#endif

#define ROW(error, sentence) [error] = { #error, sentence },
static const struct {
    const char *name, *text;
} rows[ERR_COUNT] = { [OK] = { "OK", "no error" }, ERR_LIST(ROW) };

const char *err_name(enum err err)
{
    assert((unsigned)err < ERR_COUNT);
    return rows[err].name;
}

const char *err_text(enum err err)
{
    assert((unsigned)err < ERR_COUNT);
    return rows[err].text;
}

enum err errtext_set(struct errtext *text, enum err err, const char *format, ...)
{
    assert((unsigned)err < ERR_COUNT);
    if (text) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(text->text, sizeof text->text, format, args);
        va_end(args);
    }
    return err;
}

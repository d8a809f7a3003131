/* indicator/column.c - the names of columns: templates of the rows, read backwards. */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include "indicator/indicator.h"

#define DIGITS_MAX 15 /* more could not be told apart in a double */

static size_t param_named(const struct indicator *row, const char *name, size_t length)
{
    size_t i = 0;
    while (i < row->param_count &&
           (strncmp(row->params[i].name, name, length) != 0 || row->params[i].name[length] != '\0'))
        i++;
    return i;
}

/* "20", "2.5"; "002" is 0.02: a leading 0 with digits behind it lost its point. Gives the characters
 * taken, 0 = no number. */
static size_t read_number(const char *text, double *value)
{
    size_t at = 0, digits = 0;
    bool point = text[0] == '0' && isdigit((unsigned char)text[1]);
    double number = 0, scale = 1;
    for (; digits < DIGITS_MAX; at++) {
        if (text[at] == '.' && !point && isdigit((unsigned char)text[at + 1])) {
            point = true;
            continue;
        }
        if (!isdigit((unsigned char)text[at]))
            break;
        number = number * 10 + (text[at] - '0');
        scale = point && digits > 0 ? scale * 10 : scale;
        digits++;
    }
    *value = number / scale;
    return at;
}

/* A number, or one of the parameter's words. */
static size_t read_value(const struct indicator_param *param, const char *text, double *value)
{
    double index = 0;
    for (const char *word = param->choices; word && *word; index++) {
        size_t length = strcspn(word, " ");
        if (strncmp(word, text, length) == 0 && !isalnum((unsigned char)text[length])) {
            *value = index;
            return length;
        }
        word += length + strspn(word + length, " ");
    }
    return param->choices ? 0 : read_number(text, value);
}

/* "name=value,name=value", up to `end`. */
static enum err read_settings(const struct indicator *row, const char *text, const char *end,
                              double *params)
{
    while (text < end) {
        size_t length = strcspn(text, "=, ");
        size_t index = param_named(row, text, length);
        if (index == row->param_count || text[length] != '=')
            return ERR_NOT_FOUND;
        text += length + 1;
        length = read_value(&row->params[index], text, &params[index]);
        if (length == 0 || (text + length < end && text[length] != ',' && text[length] != ':'))
            return ERR_RANGE;
        text += length + 1;
    }
    return OK;
}

/* The template from..end against the text from..stop. */
static bool read_template(const struct indicator *row, const char *template, const char *end,
                          const char *text, const char *stop, double *params)
{
    const char *settings = memchr(template, '?', (size_t)(end - template));
    const char *last = settings ? settings : end;
    while (template <last) {
        if (*template != '{') {
            if (text == stop || *text++ != *template ++)
                return false;
            continue;
        }
        size_t name = strcspn(++template, "}");
        size_t index = param_named(row, template, name);
        size_t length = index < row->param_count ? read_number(text, &params[index]) : 0;
        if (length == 0 || length > (size_t)(stop - text))
            return false;
        text += length;
        template += name + 1;
    }
    return text == stop && (!settings || read_settings(row, settings + 1, end, params) == OK);
}

static bool read_output(const struct indicator *row, uint32_t output, const char *text,
                        const char *stop, double *params)
{
    for (const char *template = row->outputs[output].columns; *template;) {
        const char *end = template + strcspn(template, " ");
        for (size_t i = 0; i < row->param_count; i++)
            params[i] = row->params[i].default_value;
        if (read_template(row, template, end, text, stop, params))
            return true;
        template = end + strspn(end, " ");
    }
    return false;
}

static bool find_column(const char *text, const char *stop, struct indicator_column *out)
{
    for (size_t i = 0; (out->row = indicator_at(i)); i++)
        for (out->output = 0; out->output < out->row->output_count; out->output++)
            if (read_output(out->row, out->output, text, stop, out->params))
                return true;
    return false;
}

enum err indicator_column(const char *text, struct indicator_column *out)
{
    const char *stop = text + strcspn(text, ":");
    char name[2 * INDICATOR_NAME_MAX] = "";
    *out = (struct indicator_column){ .row = NULL };
    if (!find_column(text, stop, out)) {
        if ((size_t)(stop - text) >= sizeof name)
            return ERR_NOT_FOUND;
        memcpy(name, text, (size_t)(stop - text));
        out->row = indicator_find_output(name, &out->output);
        if (!out->row)
            return ERR_NOT_FOUND;
        for (size_t i = 0; i < out->row->param_count; i++)
            out->params[i] = out->row->params[i].default_value;
    }
    if (*stop == ':') {
        enum err err = read_settings(out->row, stop + 1, text + strlen(text), out->params);
        if (err)
            return err;
    }
    double checked[INDICATOR_PARAMS_MAX];
    return indicator_params(out->row, out->params, out->row->param_count, checked);
}
